"""Approvals that are not in effect yet: what was approved together, when, and by whom."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.postings.planned import plans
from matchmaker.review.filters import choice
from matchmaker.review.piles import piles
from models import User


@dataclass(frozen=True, slots=True)
class Approved:
    """A text whose approval is planned; `choice` stands for it in a form."""

    kind: str
    public_id: str
    title: str
    choice: str


@dataclass(frozen=True, slots=True)
class Together:
    """Texts that one officer approved together, and when that takes effect."""

    by: User
    due_at: datetime
    texts: Sequence[Approved]


def approved(session: Session, actor: User) -> list[Together]:
    """Return what was approved of the actor's piles and may still be undone, the last first."""
    planned = {
        (plan.payload["record_kind"], plan.payload["record_id"], plan.payload["version"]): plan
        for plan in plans(session)
    }
    if not planned:
        return []
    together: defaultdict[tuple[datetime, int], list[Approved]] = defaultdict(list)
    for pile in piles(actor):
        kind = pile.kind
        texts = sa.select(kind.id, kind.version, kind.public_id, kind.title).where(pile.approved())
        for row_id, version, public_id, title in session.execute(texts.order_by(pile.since)):
            plan = planned.get((pile.name, row_id, version))
            if plan:
                text = Approved(pile.name, public_id, title, choice(pile.name, public_id, version))
                together[plan.due_at, plan.payload["actor_id"]].append(text)
    people = sa.select(User).where(User.id.in_({actor_id for _due_at, actor_id in together}))
    named = {person.id: person for person in session.scalars(people)}
    return [
        Together(named[actor_id], due_at, texts)
        for (due_at, actor_id), texts in sorted(together.items(), reverse=True)
    ]
