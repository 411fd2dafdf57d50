"""Password hashing: argon2id with the parameters that OWASP recommends (19 MiB, two passes).

At most two hashes are made at once, so that a flood of sign-ins takes neither all the memory nor
both processors.
"""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_AT_ONCE = 2

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = _hasher.hash("verified when there is no such user")
_places = threading.BoundedSemaphore(_AT_ONCE)


def hash_password(password: str) -> str:
    """Return the hash to store."""
    with _places:
        return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Return whether `password` is right; without a stored hash it takes as long to say no."""
    with _places:
        try:
            return _hasher.verify(stored or _NOBODY, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def needs_rehash(stored: str) -> bool:
    """Return whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)
