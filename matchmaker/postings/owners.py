"""What becomes of texts when their organization is suspended, and when it may act again."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import outbox
from matchmaker.db import lock, transaction
from matchmaker.lifecycle import engine
from matchmaker.lifecycle.owners import out_of_line
from matchmaker.lifecycle.transition import Action
from matchmaker.postings import open_matches
from matchmaker.postings.services import tell_invited
from models import Need, Organization, PostingStatus, Result, StatusChange, User

AT_ONCE = 20
"""How many texts are moved in one transaction: it keeps all other writers waiting."""

Progress = Callable[[int, int], None]


def follow(session: Session, organization_id: int | None, progress: Progress) -> tuple[int, int]:
    """Hide and show the texts of an organization, or of all, as its state asks for.

    Returns how many were hidden and how many shown. Those of whom a text is are told of the
    suspension, not of each text. Done again, after a crash for example, it moves the rest.
    """
    waiting = [
        (kind, owner, ids)
        for kind in (Need, Result)
        for owner, ids in _waiting(session, kind, organization_id).items()
    ]
    total, done = sum(len(ids) for _kind, _owner, ids in waiting), 0
    moved: list[Action] = []
    for kind, owner, ids in waiting:
        for start in range(0, len(ids), AT_ONCE):
            progress(done + start, total)
            moved += _move(session, kind, owner, ids[start : start + AT_ONCE])
        done += len(ids)
    return moved.count(Action.HIDE), moved.count(Action.SHOW)


def _waiting(session: Session, kind: Any, organization_id: int | None) -> dict[int, list[int]]:
    """Return the ids of the texts to move by organization."""
    statement = sa.select(kind.organization_id, kind.id).join(kind.organization)
    if organization_id is not None:
        statement = statement.where(kind.organization_id == organization_id)
    found: dict[int, list[int]] = {}
    for owner, posting_id in session.execute(statement.where(out_of_line(kind)).order_by(kind.id)):
        found.setdefault(owner, []).append(posting_id)
    return found


def _move(session: Session, kind: Any, owner: int, ids: Sequence[int]) -> list[Action]:
    """Move those of some texts that still wait for it; nobody decides on them meanwhile."""
    with transaction(session):
        organization = session.get_one(Organization, owner)
        lock(session, organization)
        actor, reason = _decision(session, organization)
        still = sa.select(kind).join(kind.organization).where(kind.id.in_(ids), out_of_line(kind))
        postings = session.scalars(still.order_by(kind.id).with_for_update(of=kind)).all()
        moved = [_follow(session, actor, posting, reason) for posting in postings]
        if Action.SHOW in moved:
            outbox.later_once(session, "propose_all")
    return moved


def _follow(session: Session, actor: User | None, posting: Need | Result, reason: str) -> Action:
    if posting.status is PostingStatus.PUBLISHED:
        engine.follow(session, actor, posting, Action.HIDE, reason=reason)
        open_matches.close(session, actor, posting)
        return Action.HIDE
    engine.follow(session, actor, posting, Action.SHOW)
    open_matches.reopen(session, actor, posting)
    tell_invited(session, actor, posting)
    return Action.SHOW


def _decision(session: Session, organization: Organization) -> tuple[User | None, str]:
    """Return who has decided on an organization last, and why."""
    last = session.scalar(
        sa.select(StatusChange)
        .where(StatusChange.subject_kind == Organization.__name__)
        .where(StatusChange.subject_id == organization.id)
        .order_by(StatusChange.id.desc())
        .limit(1)
    )
    if last is None:
        return None, ""
    return session.get(User, last.actor_id) if last.actor_id else None, last.reason
