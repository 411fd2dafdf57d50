"""Use cases of accounts; each is one transaction."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.accounts.passwords import verify_password
from matchmaker.db import transaction
from matchmaker.demo import is_demo_account
from models import User, new_public_id


def sign_in(session: Session, email: str, password: str, *, demo: bool) -> User | None:
    """Return the user if e-mail and password are right, None otherwise; both are audited.

    The demo's accounts, whose password everybody knows, are let in by a demo only.

    A wrong e-mail takes as long as a wrong password (ASVS 5.0 A6.3.8). The password is verified
    before the write lock is taken, since argon2 is slow by design.
    """
    user = session.scalar(sa.select(User).where(User.email == email.strip().lower()))
    right = verify_password(user.password_hash if user else None, password)
    with transaction(session):
        barred = is_demo_account(email) and not demo
        if user is None or not right or not user.active or barred:
            audit.record(session, None, "account:sign_in", user, outcome="refused")
            return None
        audit.record(session, user, "account:sign_in", user)
    return user


def sign_out(session: Session, actor: User) -> None:
    """End the user's sessions: the cookies given out so far name a key that is no more."""
    with transaction(session):
        actor.session_key = new_public_id()
        audit.record(session, actor, "account:sign_out", actor)
