"""Error pages: each refusal in words, with what to do next."""

import structlog
from flask import Flask, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from matchmaker.db import db
from matchmaker.permissions import Refused

PAGES = {400, 403, 404, 405, 409, 413, 429, 500}

log = structlog.get_logger()


def init_app(app: Flask) -> None:
    """Show a page of our own for every error that reaches a reader."""

    @app.errorhandler(Refused)
    def refused(error: Refused) -> tuple[str, int]:
        return render_template("errors/403.html", reason=error.decision.reason), 403

    @app.errorhandler(CSRFError)
    def stale_form(_error: CSRFError) -> tuple[str, int]:
        return render_template("errors/400.html", stale_form=True), 400

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> tuple[str, int] | HTTPException:
        code = error.code or 500
        if code not in PAGES or isinstance(error, SecurityError):
            return error  # with an unknown host no address can be built, so no page either
        return render_template(f"errors/{code}.html"), code

    @app.errorhandler(InternalServerError)
    def broken(error: InternalServerError) -> tuple[str, int]:
        db.session.rollback()
        cause = error.original_exception
        log.error("request failed", exc_info=cause)
        return render_template("errors/500.html"), 500
