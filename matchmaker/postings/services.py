"""Use cases of a need's or a result's life; each is one transaction.

All raise what `lifecycle.engine.advance` raises. `version` is the one that the page was made from.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit, notifications, outbox
from matchmaker.clock import today
from matchmaker.db import lock, transaction
from matchmaker.disclosure import search_text
from matchmaker.i18n import CHINA, _
from matchmaker.lifecycle.engine import GuardedError, RefusalError, advance, follow
from matchmaker.lifecycle.transition import Action
from matchmaker.postings import open_matches, planned
from matchmaker.postings.texts import written
from matchmaker.relations import in_region
from models import Event, Need, PostingStatus, Result, StatusChange, User, Visibility, now

VALID_DAYS = 365
STILL_VALID_DAYS = (14, 3)
"""How many days before its term ends a poster is asked whether a text still holds."""

Posting = Need | Result
PostingT = TypeVar("PostingT", Need, Result)


def submit(session: Session, actor: User, posting: Posting, version: int | None = None) -> None:
    """Hand a draft, or what was returned, to the bureau; first to one's own if that asks for it."""
    with transaction(session):
        advance(session, actor, posting, Action.SUBMIT, expected_version=version)
        _note_arrival(posting)


def endorse(session: Session, actor: User, posting: Posting, version: int | None = None) -> None:
    """Pass a text that was reviewed internally on to the bureau."""
    with transaction(session):
        advance(session, actor, posting, Action.ENDORSE, expected_version=version)
        _note_arrival(posting)


def send_back(
    session: Session, actor: User, posting: Posting, reason: str, version: int | None = None
) -> None:
    """Return a text to whoever wrote it, internally or from the bureau, to be mended.

    Whoever returned it will see what was mended.
    """
    with transaction(session):
        stage = posting.status
        advance(session, actor, posting, Action.RETURN, reason=reason, expected_version=version)
        posting.returned_texts = {**posting.returned_texts, stage: written(posting)}


def publish(session: Session, actor: User, posting: Posting, version: int | None = None) -> None:
    """Approve a submitted text: it is shown, valid as its poster said or a year, and matched."""
    with transaction(session):
        lock(session, posting.organization)  # of this and a suspension, the second sees the first
        advance(session, actor, posting, Action.PUBLISH, expected_version=version)
        posting.published_at = posting.published_at or now()
        if posting.valid_until is None or posting.valid_until <= today():
            posting.valid_until = _a_year_from_now()
        posting.search_text = search_text(posting)
        posting.returned_texts = {}
        tell_invited(session, actor, posting)
        queue_matching(session, posting)
        outbox.later_once(session, "push_texts_at_once")


def reject(
    session: Session, actor: User, posting: Posting, reason: str, version: int | None = None
) -> None:
    """Refuse a submitted text for good."""
    advance(session, actor, posting, Action.REJECT, reason=reason, expected_version=version)


def recall(session: Session, actor: User, posting: Posting, version: int | None = None) -> None:
    """Take a text that is under review back to be edited; a planned approval is called off."""
    with transaction(session), planned.taken_back(session, actor, posting):
        advance(session, actor, posting, Action.RECALL, expected_version=version)


def withdraw(
    session: Session,
    actor: User,
    posting: Posting,
    reason: str = "",
    version: int | None = None,
) -> None:
    """Take one's own posting back for good; its open matches end."""
    with transaction(session), planned.taken_back(session, actor, posting):
        advance(session, actor, posting, Action.WITHDRAW, reason=reason, expected_version=version)
        open_matches.close(session, actor, posting)


def suspend(
    session: Session, actor: User, posting: Posting, reason: str, version: int | None = None
) -> None:
    """Take a published text out of sight until it is resumed; its open matches end."""
    with transaction(session):
        advance(session, actor, posting, Action.SUSPEND, reason=reason, expected_version=version)
        open_matches.close(session, actor, posting)


def resume(session: Session, actor: User, posting: Posting, version: int | None = None) -> None:
    """Show a suspended text again; what its suspension ended is proposed again."""
    with transaction(session):
        lock(session, posting.organization)
        advance(session, actor, posting, Action.RESUME, expected_version=version)
        _show_again(session, actor, posting)


def renew(session: Session, actor: User, posting: Posting, version: int | None = None) -> None:
    """Keep a published text for a year from today, or show one again whose term has ended.

    What the end of its term ended is proposed again. A text that the bureau had taken out of sight
    by then stays closed.
    """
    with transaction(session):
        had_expired = posting.status is PostingStatus.EXPIRED
        if had_expired and _last_source(session, posting) == PostingStatus.SUSPENDED:
            reason = _(
                "The bureau had suspended it before its term ended. Copy it to post it again."
            )
            raise GuardedError(posting, Action.RENEW, reason)
        advance(session, actor, posting, Action.RENEW, expected_version=version)
        posting.valid_until = _a_year_from_now()
        if had_expired:
            _show_again(session, actor, posting)


def fulfil(session: Session, actor: User, posting: Posting, version: int | None = None) -> None:
    """Close a posting whose purpose is reached; its open matches end, agreed ones go on."""
    with transaction(session):
        advance(session, actor, posting, Action.FULFIL, expected_version=version)
        open_matches.close(session, actor, posting)


def expire(session: Session, posting: Posting) -> None:
    """Close a posting whose term is over; its open matches end."""
    with transaction(session):
        follow(session, None, posting, Action.EXPIRE)
        open_matches.close(session, None, posting)


def expire_overdue(session: Session) -> int:
    """Expire every posting whose term is over; return how many.

    Each in a transaction of its own; one that somebody moved meanwhile is left alone.
    """
    expired = 0
    overdue: list[Posting] = [*_overdue(session, Need), *_overdue(session, Result)]
    for posting in overdue:
        try:
            expire(session, posting)
        except RefusalError:
            continue
        expired += 1
    return expired


def remind_expiring(session: Session) -> int:
    """Ask the posters of texts whose term ends soon whether they still hold; return of how many.

    Run twice it asks once. After days without a run it asks once for all that was missed, and of a
    text that was published later than a day for it came, it does not ask for that day.
    """
    expiring: list[Posting] = [*_expiring(session, Need), *_expiring(session, Result)]
    return sum(_ask_if_valid(session, posting) for posting in expiring)


def queue_matching(session: Session, posting: Posting) -> None:
    """Let the matcher look at a text once this transaction has committed."""
    if isinstance(posting, Need):
        outbox.later(session, "propose", need_id=posting.id)
    else:
        outbox.later_once(session, "propose_all")


def tell_invited(session: Session, actor: User | None, posting: Posting) -> None:
    """Tell the managers of those invited to a published text who have not been told of it yet."""
    if posting.visibility is not Visibility.INVITED:
        return
    notifications.tell(session, Event.POSTING_INVITED, posting, actor)
    for row in posting.invitations:
        row.told = True


def _show_again(session: Session, actor: User, posting: Posting) -> None:
    open_matches.reopen(session, actor, posting)
    tell_invited(session, actor, posting)
    queue_matching(session, posting)


def _last_source(session: Session, posting: Posting) -> str | None:
    """Return from which state a posting came into the one it is in."""
    return session.scalar(
        sa.select(StatusChange.source)
        .where(StatusChange.subject_kind == type(posting).__name__)
        .where(StatusChange.subject_id == posting.id)
        .order_by(StatusChange.id.desc())
        .limit(1)
    )


def _overdue(session: Session, kind: type[PostingT]) -> Sequence[PostingT]:
    shown = kind.status.in_((PostingStatus.PUBLISHED, PostingStatus.SUSPENDED))
    over = kind.valid_until < today()
    return session.scalars(sa.select(kind).where(shown, over).order_by(kind.id)).all()


def _expiring(session: Session, kind: type[PostingT]) -> Sequence[PostingT]:
    last = today() + timedelta(days=max(STILL_VALID_DAYS))
    soon = kind.valid_until.between(today(), last)
    shown = kind.status == PostingStatus.PUBLISHED
    return session.scalars(sa.select(kind).where(shown, soon).order_by(kind.id)).all()


def _ask_if_valid(session: Session, posting: Posting) -> bool:
    """Remind the poster if the last day for it came after the last reminder.

    Written past the version and the time of change, which are the text's.
    """
    if posting.valid_until is None or posting.published_at is None:
        return False
    days = (posting.valid_until - timedelta(days=before) for before in STILL_VALID_DAYS)
    due = max(day for day in days if day <= today())
    if due <= posting.published_at.astimezone(CHINA).date():
        return False
    kind = type(posting)
    with transaction(session):
        asked = session.execute(
            sa.update(kind)
            .where(kind.id == posting.id, kind.status == PostingStatus.PUBLISHED)
            .where(kind.valid_until == posting.valid_until)
            .where(sa.or_(kind.reminded_on.is_(None), kind.reminded_on < due))
            .values(reminded_on=today(), updated_at=kind.updated_at)
        )
        if not asked.rowcount:  # type: ignore[attr-defined]
            return False
        audit.record(session, None, f"{kind.__name__.lower()}:remind", posting)
        notifications.tell(session, Event.POSTING_EXPIRING, posting)
    return True


def _note_arrival(posting: Posting) -> None:
    """Date what has reached the bureau; whose region it left has its review in hand no more."""
    if posting.status is PostingStatus.SUBMITTED:
        posting.submitted_at = now()
        if not in_region(posting.reviewer, posting.region):
            posting.reviewer = None


def _a_year_from_now() -> date:
    return today() + timedelta(days=VALID_DAYS)
