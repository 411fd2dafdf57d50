"""Pages of incentives, one file per piece of work."""

from matchmaker.incentives.views import budgets, claims, drafting, listing, policies
from matchmaker.incentives.views.pages import blueprint

__all__ = ["blueprint", "budgets", "claims", "drafting", "listing", "policies"]
