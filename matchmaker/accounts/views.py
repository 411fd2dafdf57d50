"""Pages for signing in and out."""

from urllib.parse import urlsplit

import flask
import sqlalchemy as sa
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import login_user, logout_user
from sqlalchemy.orm import joinedload

from matchmaker.accounts import services
from matchmaker.accounts.forms import SignInForm
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.permissions import Permission
from matchmaker.web.access import SignedIn, current_actor, requires
from matchmaker.web.limits import limiter
from models import User

blueprint = Blueprint("accounts", __name__)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
@requires(Permission.ACCOUNT_SIGN_IN)
def sign_in() -> str | tuple[str, int] | Response:
    """Sign a user in and go on to where they were heading."""
    form = SignInForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        user = services.sign_in(db.session, form.email.data, form.password.data)
        if user is not None:
            chosen = flask.session.get("locale")
            flask.session.clear()
            if chosen:
                flask.session["locale"] = chosen
            login_user(SignedIn(user))
            return redirect(own_path(form.next.data), 303)  # type: ignore[return-value]
        form.password.errors = [_("E-mail or password is wrong.")]
    page = render_template("accounts/sign_in.html", form=form, personas=_personas())
    return (page, 422) if form.is_submitted() else page


@blueprint.post("/sign-out")
@requires(Permission.ACCOUNT_SIGN_OUT)
def sign_out() -> Response:
    """Sign the user out."""
    actor = current_actor()
    assert actor is not None  # noqa: S101 (the permission is granted to nobody else)
    services.sign_out(db.session, actor)
    logout_user()
    flash(_("You have signed out."), "success")
    return redirect(url_for("portal.home"), 303)  # type: ignore[return-value]


def own_path(target: str | None) -> str:
    r"""Return `target` if it is a path of this site, the home page otherwise.

    Browsers read backslashes as slashes and skip control characters, so that `/\\evil` and
    `/<tab>/evil` lead elsewhere: whatever holds one is refused.
    """
    home = url_for("portal.home")
    if not target or not target.startswith("/") or target.startswith("//"):
        return home
    if "\\" in target or any(ord(character) <= ord(" ") for character in target):
        return home
    parts = urlsplit(target)
    return home if parts.scheme or parts.netloc else target


def _personas() -> list[User]:
    """Return the demo users to choose from, none outside the demo."""
    if not flask.current_app.config["DEMO"]:
        return []
    statement = sa.select(User).options(joinedload(User.organization)).order_by(User.id)
    return list(db.session.scalars(statement))
