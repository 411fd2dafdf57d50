"""Pages of projects, one file per noun."""

from matchmaker.projects.views import (
    board,
    contracts,
    dispatch,
    issues,
    leads,
    ledger,
    orders,
    plan,
    reports,
    running,
    show,
)
from matchmaker.projects.views.pages import blueprint

__all__ = [
    "blueprint",
    "board",
    "contracts",
    "dispatch",
    "issues",
    "leads",
    "ledger",
    "orders",
    "plan",
    "reports",
    "running",
    "show",
]
