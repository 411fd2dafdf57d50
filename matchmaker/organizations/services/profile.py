"""What an organization keeps up to date of itself, and what bars it from posting."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.db import transaction
from models import Industry, IntegrityRestriction, Organization, User


def save(
    session: Session,
    actor: User,
    organization: Organization,
    *,
    industries: Sequence[Industry],
    tiers: Sequence[str],
    requires_internal_review: bool,
) -> None:
    """Keep what an approved organization may change without another approval."""
    with transaction(session):
        organization.industries = list(industries)
        organization.tiers = list(tiers)
        organization.requires_internal_review = requires_internal_review
        audit.record(session, actor, "organization:save", organization)


def restrict(
    session: Session,
    actor: User,
    organization: Organization,
    *,
    ground: str,
    source_document: str,
    starts_on: date,
    ends_on: date | None,
) -> IntegrityRestriction:
    """Bar an organization from submitting, publishing and nominating for a term (失信)."""
    with transaction(session):
        restriction = IntegrityRestriction(
            organization_id=organization.id,
            ground=ground,
            source_document=source_document,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        session.add(restriction)
        session.flush()
        audit.record(session, actor, "organization:restrict", restriction)
    return restriction


def lift(session: Session, actor: User, restriction: IntegrityRestriction, today: date) -> None:
    """End a restriction before its term; one that has not held for a whole day is removed."""
    with transaction(session):
        audit.record(session, actor, "organization:lift_restriction", restriction)
        if restriction.starts_on < today:
            restriction.ends_on = today - timedelta(days=1)
        else:
            session.delete(restriction)
