"""What a reader is answered when a record was not moved, and the trail that the attempt leaves."""

from flask import Flask, render_template
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError

from matchmaker import audit
from matchmaker.db import db, transaction
from matchmaker.lifecycle.engine import (
    NotPermittedError,
    NotVisibleError,
    ReasonMissingError,
    RefusalError,
    StaleError,
)
from matchmaker.web.access import current_actor

STATUS: dict[type[RefusalError], int] = {
    NotVisibleError: 404,
    NotPermittedError: 403,
    ReasonMissingError: 400,
}
OTHERWISE = 409


def init_app(app: Flask) -> None:
    """Answer every refusal of the lifecycle with a page, and note it in the audit trail."""

    @app.errorhandler(RefusalError)
    def refused(error: RefusalError) -> tuple[str, int]:
        status = note(error)
        reason = None if isinstance(error, StaleError) else error.reason
        return render_template(f"errors/{status}.html", reason=reason), status

    @app.errorhandler(ObjectDeletedError)
    @app.errorhandler(StaleDataError)
    def stale(_error: Exception) -> tuple[str, int]:
        db.session.rollback()
        return render_template("errors/409.html"), OTHERWISE


def note(error: RefusalError) -> int:
    """Write a refusal into the audit trail and return the status that it is answered with."""
    name = f"{type(error.record).__name__.lower()}:{error.action}"
    with transaction(db.session):
        audit.record(db.session, current_actor(), name, error.record, outcome="refused")
    return STATUS.get(type(error), OTHERWISE)
