"""Handing reviews to officers. Whoever else may review a text may do so still."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from matchmaker import audit, notifications
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import (
    GuardedError,
    RefusalError,
    StaleError,
    WrongStateError,
    check_permission,
)
from matchmaker.permissions import Permission, can
from matchmaker.postings.planned import Reviewed, name_of
from matchmaker.relations import posting_of
from models import (
    Event,
    Organization,
    OrganizationStatus,
    Region,
    RevisionStatus,
    Role,
    User,
    UserRole,
)

ASSIGN = "assign"


def officers(session: Session, actor: User, records: Iterable[Reviewed]) -> Sequence[User]:
    """Return whom the actor may hand at least one of some texts to, the nearest officers first.

    That is the officers of the texts' regions and of those above them.
    """
    waiting = [record for record in records if _may_assign(actor, record)]
    if not waiting:
        return []
    codes = {code for record in waiting for code in posting_of(record).region.codes_upwards}
    return session.scalars(
        sa.select(User)
        .join(User.region)
        .join(User.organization)
        .where(Region.code.in_(codes), Organization.status == OrganizationStatus.APPROVED)
        .where(User.active, User.role_rows.any(UserRole.role == Role.OFFICER))
        .order_by(Region.code.desc(), User.name, User.id)
        .options(contains_eager(User.region), contains_eager(User.organization))
    ).all()


def assign_all(
    session: Session, actor: User, records: Iterable[Reviewed], reviewer: User | None
) -> tuple[int, list[RefusalError]]:
    """Hand over the reviews that can be; return how many, and the refusals of the others.

    Each is a transaction of its own.
    """
    refused: list[RefusalError] = []
    done = 0
    for record in records:
        try:
            assign(session, actor, record, reviewer)
        except RefusalError as error:
            refused.append(error)
        else:
            done += 1
    return done, refused


def assign(session: Session, actor: User, record: Reviewed, reviewer: User | None) -> None:
    """Hand the review of a waiting text to an officer, who is told, or to nobody in particular.

    The text stays as it is: its version, the time since when it waits, and a planned approval.

    Raises:
        NotVisibleError, NotPermittedError: the actor may not review the text.
        WrongStateError: it does not wait for the bureau.
        GuardedError: the officer may not review it.
        StaleError: it was decided on meanwhile.
    """
    with transaction(session):
        check_permission(session, actor, record, ASSIGN, [Permission.POSTING_REVIEW])
        if not _waits(record):
            raise WrongStateError(record, ASSIGN, _("It does not wait for the bureau's review."))
        if reviewer and not (reviewer.active and can(reviewer, Permission.POSTING_REVIEW, record)):
            reason = _("%(name)s does not review texts of this region.", name=reviewer.name)
            raise GuardedError(record, ASSIGN, reason)
        reviewer_id = reviewer.id if reviewer else None
        if reviewer_id == record.reviewer_id:
            return
        _write_down(session, record, reviewer_id)
        named = reviewer.public_id if reviewer else None
        audit.record(session, actor, f"{name_of(record)}:{ASSIGN}", record, reviewer=named)
        if reviewer:
            notifications.tell(session, Event.REVIEW_ASSIGNED, record, actor)


def _may_assign(actor: User, record: Reviewed) -> bool:
    return _waits(record) and bool(can(actor, Permission.POSTING_REVIEW, record))


def _waits(record: Reviewed) -> bool:
    """Return whether a text waits for the bureau, not for its organization's own review."""
    return record.status.value == RevisionStatus.SUBMITTED.value


def _write_down(session: Session, record: Reviewed, reviewer_id: int | None) -> None:
    """Write past the record's version and time of change, which are the text's."""
    kind = type(record)
    written = session.execute(
        sa.update(kind)
        .where(kind.id == record.id, kind.status == record.status)
        .values(reviewer_id=reviewer_id, updated_at=kind.updated_at)
    )
    if not written.rowcount:  # type: ignore[attr-defined]
        raise StaleError(record, ASSIGN)
    session.expire(record, ["reviewer"])
