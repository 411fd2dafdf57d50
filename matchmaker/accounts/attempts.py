"""How often something may be tried: counted in the database before it is tried.

An attempt is spent first and evaluated after, so that fifty at once are no more than five. Each
ceiling lifts by itself after `WINDOW` (ASVS 5.0 A6.3.1, GB/T 22239-2019 8.1.4.1 b). What is
counted need not exist, so that counting does not tell whether it does.
"""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.db import exclusive, transaction
from models import Attempts, key_digest, now

CEILING = 5
WINDOW = timedelta(minutes=15)


class TooManyAttemptsError(Exception):
    """The attempts of this quarter of an hour are spent."""


def spend(session: Session, *subject: str) -> None:
    """Spend one attempt at what `subject` names, in a transaction of its own.

    Raises:
        TooManyAttemptsError: none is left; what was to be tried must not be evaluated.
    """
    key = _key(subject)
    with transaction(session):
        exclusive(session, f"attempts {key}")
        found = session.get(Attempts, key)
        if found is None:
            session.add(Attempts(key=key, spent=1, began_at=now()))
        elif found.began_at < now() - WINDOW:
            found.spent, found.began_at = 1, now()
        elif found.spent < CEILING:
            found.spent += 1
        else:
            raise TooManyAttemptsError


def give_back(session: Session, *subject: str) -> None:
    """Forget the attempts at what `subject` names, in the transaction under way.

    Call it before anything is audited: who waits for both locks must do so in one order.
    """
    key = _key(subject)
    exclusive(session, f"attempts {key}")
    session.execute(sa.delete(Attempts).where(Attempts.key == key))


def _key(subject: tuple[str, ...]) -> str:
    return key_digest("\n".join(subject))
