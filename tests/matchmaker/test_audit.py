"""The audit trail is a chain that shows every tampering."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.db import transaction
from models import AuditEntry
from tests import factories


def _write_three(session: Session) -> None:
    actor = factories.user()
    for number in range(3):
        with transaction(session):
            audit.record(session, actor, "need:publish", factories.need(), 数=number)


def test_an_untouched_trail_is_whole(session: Session) -> None:
    _write_three(session)
    assert audit.first_broken(session) is None


def test_a_changed_entry_is_found(session: Session) -> None:
    _write_three(session)
    second = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id).offset(1)).first()
    assert second is not None
    with transaction(session):
        second.action = "need:withdraw"
    broken = audit.first_broken(session)
    assert broken is not None
    assert broken.id == second.id


def test_a_removed_entry_is_found(session: Session) -> None:
    _write_three(session)
    entries = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    with transaction(session):
        session.delete(entries[1])
    broken = audit.first_broken(session)
    assert broken is not None
    assert broken.id == entries[2].id


def test_a_write_that_fails_leaves_no_entry(session: Session) -> None:
    before = session.scalar(sa.select(sa.func.count(AuditEntry.id)))
    try:
        with transaction(session):
            audit.record(session, None, "need:publish")
            raise LookupError
    except LookupError:
        pass
    assert session.scalar(sa.select(sa.func.count(AuditEntry.id))) == before
