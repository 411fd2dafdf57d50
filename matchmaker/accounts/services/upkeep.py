"""What is thrown away once it is of no use: ended sessions, old links, forgiven attempts."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.accounts.attempts import WINDOW
from matchmaker.db import transaction
from matchmaker.web.access import LONGEST_SESSION
from models import Attempts, EmailToken, UserSession, now

LINKS_KEPT = timedelta(days=30)


def forget(session: Session) -> int:
    """Delete sessions, links and attempts whose time is over; return how many rows went."""
    moment = now()
    old = (
        sa.delete(UserSession).where(UserSession.created_at < moment - LONGEST_SESSION),
        sa.delete(EmailToken).where(EmailToken.expires_at < moment - LINKS_KEPT),
        sa.delete(Attempts).where(Attempts.began_at < moment - WINDOW),
    )
    with transaction(session):
        results: list[Any] = [session.execute(statement) for statement in old]
    return sum(result.rowcount for result in results)
