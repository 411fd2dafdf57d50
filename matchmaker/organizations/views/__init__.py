"""Pages of organizations, one file per noun."""

from matchmaker.organizations.views import members, moving, own, queue, registration, review
from matchmaker.organizations.views.pages import blueprint

__all__ = ["blueprint", "members", "moving", "own", "queue", "registration", "review"]
