"""The pages of the review, each area in a module of its own."""

from matchmaker.review.views import inbox, register
from matchmaker.review.views.pages import blueprint

__all__ = ["blueprint", "inbox", "register"]
