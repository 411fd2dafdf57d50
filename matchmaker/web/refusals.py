"""What a reader is answered when a record was not moved, and the trail that the attempt leaves."""

import flask
from flask import Flask, Response, render_template
from flask_wtf import FlaskForm
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError

from matchmaker.db import db
from matchmaker.lifecycle.engine import (
    NotPermittedError,
    NotVisibleError,
    ReasonMissingError,
    RefusalError,
    StaleError,
)
from matchmaker.web.access import current_actor
from matchmaker.web.trail import is_noted, note_refusal

BAD_REQUEST = 400
FORBIDDEN = 403
STATUS: dict[type[RefusalError], int] = {
    NotVisibleError: 404,
    NotPermittedError: FORBIDDEN,
    ReasonMissingError: BAD_REQUEST,
}
OTHERWISE = 409


def init_app(app: Flask) -> None:
    """Answer every refusal of the lifecycle with a page; note it, and every 403, in the trail."""

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

    @app.after_request
    def forbidden(response: Response) -> Response:
        if response.status_code == FORBIDDEN and not is_noted():
            note_refusal(db.session, current_actor(), str(flask.request.endpoint))
        return response


def note(error: RefusalError) -> int:
    """Write a refusal into the audit trail and return the status that it is answered with."""
    name = f"{type(error.record).__name__.lower()}:{error.action}"
    note_refusal(db.session, current_actor(), name, error.record)
    return STATUS.get(type(error), OTHERWISE)


def status_of(form: FlaskForm) -> int:
    """Return what the page of a form is answered with: one that was sent was refused."""
    return BAD_REQUEST if form.is_submitted() else 200
