"""Reading what the actor has typed into forms and not saved."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from matchmaker.permissions import visible
from models import Need, Result, TypedForm, User

Kind = type[Need] | type[Result]

MOST_UNFINISHED = 20


def typed_form(session: Session, actor: User, kind: Kind, key: str) -> TypedForm | None:
    """Return the actor's form with that key, None if nothing of it was ever kept."""
    return session.scalar(
        visible(actor, TypedForm).where(
            TypedForm.public_id == key, TypedForm.subject_kind == kind.__name__
        )
    )


def unfinished_new(session: Session, actor: User, kind: Kind) -> Sequence[TypedForm]:
    """Return the forms for new postings that the actor has not saved, last typed first."""
    return session.scalars(
        visible(actor, TypedForm)
        .where(
            TypedForm.subject_kind == kind.__name__,
            TypedForm.subject_id.is_(None),
            TypedForm.saved.is_(False),
        )
        .order_by(TypedForm.updated_at.desc(), TypedForm.id.desc())
        .limit(MOST_UNFINISHED)
    ).all()


def unfinished_edit(session: Session, actor: User, posting: Need | Result) -> TypedForm | None:
    """Return what the actor typed last into a form of this posting and has not saved."""
    return session.scalar(
        visible(actor, TypedForm)
        .where(
            TypedForm.subject_kind == type(posting).__name__,
            TypedForm.subject_id == posting.id,
            TypedForm.saved.is_(False),
        )
        .order_by(TypedForm.updated_at.desc(), TypedForm.id.desc())
        .limit(1)
    )
