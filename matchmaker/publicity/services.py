"""Laying something before the public, objecting, settling; each use case is one transaction."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit, notifications
from matchmaker.clock import today
from matchmaker.db import lock, transaction
from matchmaker.i18n import _
from matchmaker.inputs import InputError, need_text
from matchmaker.permissions import Permission, demand
from matchmaker.project_relations import subject_of
from models import (
    Claim,
    Event,
    KeyDesignation,
    Objection,
    ObjectionOutcome,
    PublicNotice,
    User,
    new_public_id,
    now,
)


def announce(
    session: Session, actor: User, subject: KeyDesignation | Claim, days: int
) -> PublicNotice:
    """Lay a designation or a claim before the public for so many days from tomorrow.

    The caller has made sure that the actor may, and that no other notice of it runs.
    """
    with transaction(session):
        notice = PublicNotice(
            designation=subject if isinstance(subject, KeyDesignation) else None,
            claim=subject if isinstance(subject, Claim) else None,
            starts_on=today() + timedelta(days=1),
            ends_on=today() + timedelta(days=days),
            author=actor,
        )
        session.add(notice)
        session.flush()
        audit.record(session, actor, "publicnotice:announce", notice, days=days)
    return notice


def object_to(
    session: Session,
    actor: User | None,
    notice: PublicNotice,
    name: str,
    contact: str,
    text: str,
    key: str | None = None,
) -> Objection:
    """Hold something against what is on notice; whoever objects gives name and contact.

    The form `key` sent again is the same objection.

    Raises:
        Refused: an administrator or auditor takes no part in business.
        InputError: something is missing, the notice is over, or the form was sent before and
            said something else.
    """
    who, where, what = (
        need_text(field, value)
        for field, value in (("name", name), ("contact", contact), ("text", text))
    )
    demand(actor, Permission.PUBLIC_NOTICE_OBJECT, notice)
    with transaction(session):
        if today() > notice.ends_on:
            raise InputError("text", _("The notice ended on %(day)s.", day=notice.ends_on))
        earlier = session.scalar(sa.select(Objection).where(Objection.public_id == key))
        if earlier is not None:
            if (earlier.notice, earlier.text) != (notice, what):
                raise InputError("text", _("This form was sent before and said something else."))
            return earlier
        objection = Objection(
            public_id=key or new_public_id(), notice=notice, name=who, contact=where, text=what
        )
        session.add(objection)
        session.flush()
        audit.record(session, actor, "publicnotice:object", objection)
    return objection


def settle(
    session: Session, actor: User, objection: Objection, outcome: ObjectionOutcome, finding: str
) -> None:
    """Write down what was found of an objection.

    Raises:
        Refused: it is about something in another region.
        InputError: the finding is missing, or it is settled already.
    """
    found = need_text("finding", finding)
    with transaction(session):
        demand(actor, Permission.PUBLIC_NOTICE_SETTLE, objection)
        lock(session, objection)
        if objection.outcome is not None:
            raise InputError("finding", _("This objection has been settled already."))
        objection.outcome, objection.finding = outcome, found
        objection.settled_by = actor
        session.flush()
        audit.record(session, actor, "publicnotice:settle", objection, outcome=outcome.value)


def end_notices(session: Session) -> int:
    """Tell those who decide next of every notice that is over; return of how many.

    Each in a transaction of its own, and once.
    """
    over = sa.select(PublicNotice.id).where(
        PublicNotice.ends_on < today(), PublicNotice.ended_at.is_(None)
    )
    ids = session.scalars(over.order_by(PublicNotice.id)).all()
    for notice_id in ids:
        _end(session, session.get_one(PublicNotice, notice_id))
    return len(ids)


def _end(session: Session, notice: PublicNotice) -> None:
    with transaction(session):
        lock(session, notice)
        if notice.ended_at is not None:
            return
        notice.ended_at = now()
        session.flush()
        audit.record(session, None, "publicnotice:end", notice)
        notifications.tell(session, Event.NOTICE_ENDED, subject_of(notice))
