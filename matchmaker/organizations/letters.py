"""Letters of organizations: what was decided on them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import mail
from models import Organization, Role, StatusChange, User, UserRole


def organization_decided(session: Session, change: StatusChange) -> None:
    """Note the mails that tell an organization's managers of a decision on it, and why."""
    session.flush()
    managers = (
        sa.select(User)
        .join(User.role_rows)
        .where(User.organization_id == change.subject_id, User.active)
        .where(UserRole.role == Role.MANAGER)
    )
    for manager in session.scalars(managers):
        mail.later(session, "organization_decided", manager, change_id=change.id)


@mail.letter("organization_decided")
def _organization_decided(
    session: Session, _reader: User | None, change_id: int
) -> dict[str, Any] | None:
    change = session.get_one(StatusChange, change_id)
    organization = session.get(Organization, change.subject_id)
    return {"change": change, "organization": organization}
