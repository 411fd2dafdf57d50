"""The trail that a refusal leaves: who asked for what and was not let."""

import flask
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.db import transaction
from models import Record, User


def note_refusal(
    session: Session, actor: User | None, action: str, subject: Record | None = None
) -> None:
    """Write into the audit trail that `actor` was refused `action`.

    Without a subject it says which ids the address names; keys and links in it stay out.
    """
    named = {} if subject else flask.request.view_args or {}
    detail = {name: value for name, value in named.items() if name.endswith("_id")}
    with transaction(session):
        audit.record(session, actor, action, subject, outcome="refused", **detail)
    flask.g.refusal_noted = True


def is_noted() -> bool:
    """Return whether this request has left its refusal in the trail."""
    return bool(flask.g.get("refusal_noted"))
