"""How often a client may ask.

All processes count together on Redis, where there is one; each for itself without, and while it is
down. Wrong passwords are counted in the database besides: see `matchmaker.accounts.attempts`.
"""

from typing import Any

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, headers_enabled=False, in_memory_fallback_enabled=True)


def settings(redis_url: str) -> dict[str, Any]:
    """Return the library's settings for counting on Redis, or in memory without."""
    if not redis_url:
        return {"RATELIMIT_STORAGE_URI": "memory://"}
    return {
        "RATELIMIT_STORAGE_URI": redis_url.replace("unix://", "redis+unix://", 1),
        "RATELIMIT_STORAGE_OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
