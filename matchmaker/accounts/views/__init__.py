"""Pages of accounts, one file per noun."""

from matchmaker.accounts.views import (
    notices,
    passwords,
    profile,
    second_factor,
    sessions,
    signing_in,
    users,
)
from matchmaker.accounts.views.pages import blueprint

__all__ = [
    "blueprint",
    "notices",
    "passwords",
    "profile",
    "second_factor",
    "sessions",
    "signing_in",
    "users",
]
