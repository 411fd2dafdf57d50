"""The trail that a refusal leaves: who asked for what and was not let."""

import flask
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.db import transaction
from models import Record, User


def note_refusal(
    session: Session, actor: User | None, action: str, subject: Record | None = None
) -> None:
    """Write into the audit trail that `actor` was refused `action`."""
    named = (flask.request.view_args or {}).get("public_id")
    detail = {} if subject or named is None else {"public_id": named}
    with transaction(session):
        audit.record(session, actor, action, subject, outcome="refused", **detail)
    flask.g.refusal_noted = True


def is_noted() -> bool:
    """Return whether this request has left its refusal in the trail."""
    return bool(flask.g.get("refusal_noted"))
