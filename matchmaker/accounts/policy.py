"""What a password must be, in two profiles whose rules contradict each other.

`asvs` (OWASP ASVS 5.0, 6.2) asks for length and refuses what is common; it forbids composition
rules and forced changes. `dengbao` (GB/T 22239-2019, level 3, 8.1.4.1 a) demands both.
"""

import functools
import re
from collections.abc import Iterable
from datetime import timedelta

from matchmaker.config import ROOT
from matchmaker.i18n import _
from models import User, now

SHORTEST = 8
LONGEST = 128
VALID_FOR = timedelta(days=90)
_CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
_CLASSES_WANTED = 3
_SHORTEST_CONTEXT, _SHORTEST_NAME = 4, 2
"""From how many letters, or Chinese characters, on a word tells something of its owner."""
_PLATFORM = ("matchmaker", "政产学研金服用")
_COMMON = ROOT / "seed" / "common-passwords.txt"


def fault(profile: str, password: str, context: Iterable[str] = ()) -> str:
    """Return what is wrong with a new password and how to mend it, "" if nothing is.

    `context` holds words that others know of the user: name, e-mail address, organization.
    """
    if len(password) < SHORTEST:
        return _("Use at least %(n)d characters.", n=SHORTEST)
    if len(password) > LONGEST:
        return _("Use at most %(n)d characters.", n=LONGEST)
    if password.lower() in _common_passwords():
        return _("This password is among the first that are tried. Choose a rarer one.")
    if any(word in password.lower() for word in _words(context)):
        return _("Leave out your name, your address, your organization and the platform's name.")
    kinds = sum(bool(re.search(pattern, password)) for pattern in _CLASSES)
    if profile == "dengbao" and kinds < _CLASSES_WANTED:
        return _("Mix at least three of: small letters, capital letters, digits, other signs.")
    return ""


def context_of(user: User) -> tuple[str, ...]:
    """Return the words that a user's password must not hold."""
    return (user.name, user.email, user.organization.name)


def is_expired(profile: str, user: User) -> bool:
    """Return whether the password has to be changed at the next sign-in."""
    if profile != "dengbao":
        return False
    changed = user.password_changed_at
    return changed is None or changed < now() - VALID_FOR


def _words(context: Iterable[str]) -> set[str]:
    """Return the words of the context long enough to matter; of an address also its first part."""
    found = [part for text in context for part in (text, text.split("@", 1)[0])]
    return {word.lower() for word in (*found, *_PLATFORM) if len(word) >= _shortest(word)}


def _shortest(word: str) -> int:
    return _SHORTEST_CONTEXT if word.isascii() else _SHORTEST_NAME


@functools.cache
def _common_passwords() -> frozenset[str]:
    return frozenset(_COMMON.read_text(encoding="utf-8").split("\n"))
