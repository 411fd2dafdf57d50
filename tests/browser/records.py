"""What is done to the demo's records where a test begins, or goes on, in the middle of the way."""

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import demo
from matchmaker.db import transaction
from matchmaker.matches import decisions
from models import PublicNotice, User
from tests import factories

PROBLEM = "磷酸铁锂电芯在零下二十度大倍率充电时负极析锂。"


def persona(session: Session, name: str) -> User:
    """Return one of the demo's people."""
    email = f"{name}@{demo.DOMAIN}"
    return session.scalars(sa.select(User).where(User.email == email)).one()


def match(title: str, *, recommended: bool = True) -> Callable[[Session], str]:
    """Return how to make a match of the enterprise and the university; it gives its address."""

    def make(session: Session) -> str:
        need = factories.need(
            title=title, problem=PROBLEM, organization=persona(session, "enterprise").organization
        )
        office = persona(session, "transfer-office").organization
        result = factories.result(title=f"{title}成果", organization=office)
        officer = persona(session, "county-officer")
        made = factories.match(need, result, added_by_id=officer.id)  # which the matcher keeps
        if recommended:
            decisions.recommend(session, officer, made)
        return f"/matches/{made.public_id}"

    return make


def let_notices_end(session: Session) -> None:
    """Make every public notice that runs look begun so long ago that it is over."""
    running = sa.select(PublicNotice).where(PublicNotice.ended_at.is_(None))
    with transaction(session):
        for notice in session.scalars(running):
            length = notice.ends_on - notice.starts_on + timedelta(days=2)
            notice.starts_on -= length
            notice.ends_on -= length
