"""The second factor: codes of an authenticator (RFC 6238), and recovery codes for its loss."""

import secrets
import time
import unicodedata
from typing import Any

import pyotp
import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.accounts import attempts, letters
from matchmaker.db import transaction
from matchmaker.permissions import BUREAU_ROLES
from models import RecoveryCode, TotpSecret, User, UserSession, key_digest, now

STEP = 30  # seconds
DIGITS = 6
DRIFT = 1
RECOVERY_CODES = 10
_GROUPS, _GROUP_LENGTH = 4, 4
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that reads like another


class WrongCodeError(Exception):
    """The code is wrong, or has been used."""


class SecondFactorRequiredError(Exception):
    """A bureau's role does not go without a second factor."""


def new_secret() -> str:
    """Return a random secret of 160 bits in base 32."""
    return str(pyotp.random_base32())


def prove(session: Session, begun: UserSession, code: str) -> None:
    """Note on a session that its user has given a code of theirs.

    A code works once: the step it belongs to is taken by a conditional update, so that of twenty
    at once one succeeds (ASVS 5.0 A6.5.1).

    Raises:
        TooManyAttemptsError: the attempts are spent; the code was not looked at.
        WrongCodeError: the code is wrong, or has been used.
    """
    user = begun.user
    attempts.spend(session, "second factor", user.public_id)
    code = _normal(code)
    with transaction(session):
        by_authenticator = _take_step(session, user, code)
        if by_authenticator or _take_recovery_code(session, user, code):
            attempts.give_back(session, "second factor", user.public_id)
            begun.second_factor_at = begun.confirmed_at = now()
            audit.record(session, user, "account:second_factor", user)
            if not by_authenticator:
                audit.record(session, user, "account:use_recovery_code", user)
                letters.credential_changed(session, user, "recovery_code_used")
            return
        audit.record(session, user, "account:second_factor", user, outcome="refused")
    raise WrongCodeError


def set_up(session: Session, begun: UserSession, secret: str, code: str) -> list[str]:
    """Keep a new authenticator's secret once it has given a right code; return recovery codes.

    Raises:
        TooManyAttemptsError: the attempts are spent; the code was not looked at.
        WrongCodeError: the authenticator is not set up with this secret, or its clock is wrong.
    """
    user = begun.user
    attempts.spend(session, "second factor", user.public_id)
    step = _step_of(secret, _normal(code))
    if step is None:
        raise WrongCodeError
    with transaction(session):
        attempts.give_back(session, "second factor", user.public_id)
        _forget(session, user)
        session.add(TotpSecret(user_id=user.id, secret=secret, last_step=step))
        codes = _new_recovery_codes(session, user)
        begun.second_factor_at = now()
        audit.record(session, user, "account:set_up_second_factor", user)
        letters.credential_changed(session, user, "second_factor")
    return codes


def renew_recovery_codes(session: Session, actor: User) -> list[str]:
    """Replace the actor's recovery codes and return the new ones, which are shown once."""
    with transaction(session):
        session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == actor.id))
        codes = _new_recovery_codes(session, actor)
        audit.record(session, actor, "account:renew_recovery_codes", actor)
        letters.credential_changed(session, actor, "recovery_codes")
    return codes


def remove(session: Session, actor: User) -> None:
    """Take away the actor's own second factor.

    Raises:
        SecondFactorRequiredError: one of their roles does not go without.
    """
    with transaction(session):
        if actor.roles & BUREAU_ROLES:
            raise SecondFactorRequiredError
        _forget(session, actor)
        audit.record(session, actor, "account:remove_second_factor", actor)
        letters.credential_changed(session, actor, "no_second_factor")


def reset(session: Session, user: User) -> None:
    """Forget a lost authenticator and its recovery codes, in the transaction under way."""
    _forget(session, user)
    letters.credential_changed(session, user, "no_second_factor")


def _normal(code: str) -> str:
    """Return a code as it is compared: full-width digits, spaces and dashes are forgiven."""
    folded = unicodedata.normalize("NFKC", code).lower()
    return "".join(character for character in folded if character.isalnum())


def _step_of(secret: str, code: str) -> int | None:
    """Return the time step that the code belongs to, None if it is none of the present ones."""
    if len(code) != DIGITS or not code.isascii():
        return None
    totp = pyotp.TOTP(secret)
    present = int(time.time()) // STEP
    steps = range(present - DRIFT, present + DRIFT + 1)
    return next((s for s in steps if secrets.compare_digest(totp.generate_otp(s), code)), None)


def _take_step(session: Session, user: User, code: str) -> bool:
    kept = session.get(TotpSecret, user.id)
    step = _step_of(kept.secret, code) if kept else None
    if step is None:
        return False
    unused = sa.and_(TotpSecret.user_id == user.id, TotpSecret.last_step < step)
    return _changes(session, sa.update(TotpSecret).where(unused).values(last_step=step))


def _take_recovery_code(session: Session, user: User, code: str) -> bool:
    given = sa.and_(RecoveryCode.user_id == user.id, RecoveryCode.digest == key_digest(code))
    return _changes(session, sa.delete(RecoveryCode).where(given))


def _new_recovery_codes(session: Session, user: User) -> list[str]:
    codes = [
        "-".join(
            "".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS)
        )
        for _ in range(RECOVERY_CODES)
    ]
    session.add_all(
        RecoveryCode(user_id=user.id, digest=key_digest(_normal(code))) for code in codes
    )
    return codes


def _forget(session: Session, user: User) -> None:
    for kind in (TotpSecret, RecoveryCode):
        session.execute(sa.delete(kind).where(kind.user_id == user.id))


def _changes(session: Session, statement: sa.Update | sa.Delete) -> bool:
    result: Any = session.execute(statement)
    return bool(result.rowcount)
