"""What every page shares where a password is chosen: the link that led there, and the rules."""

from collections.abc import Iterable
from typing import NoReturn

import flask
from wtforms import Form

from matchmaker.accounts import links, policy
from matchmaker.db import db
from models import EmailToken, TokenPurpose


def link_or_gone(purpose: TokenPurpose, signed: str) -> EmailToken:
    """Return what a link names if it may still be used; else show that it may not: 410."""
    secret_key = flask.current_app.config["SECRET_KEY"]
    public_id = links.read(secret_key, purpose, signed)
    token = links.usable(db.session, public_id, purpose) if public_id else None
    if token is None:
        gone()
    return token


def gone() -> NoReturn:
    """Show that a link was used before, or that its term is over."""
    page = flask.render_template("accounts/link_gone.html")
    flask.abort(flask.make_response(page, 410))


def profile_name() -> str:
    """Return the password profile in force."""
    return str(flask.current_app.config["PASSWORD_PROFILE"])


def suits(form: Form, context: Iterable[str]) -> bool:
    """Return whether the new password is good enough; what is wrong is said at its field, `new`."""
    fault = policy.fault(profile_name(), form.new.data, context)
    if fault:
        form.new.errors = [fault]
    return not fault
