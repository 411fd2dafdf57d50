"""Pages for signing in and out."""

import flask
import sqlalchemy as sa
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_login import login_user, logout_user
from sqlalchemy.orm import joinedload

from matchmaker import demo
from matchmaker.accounts import services
from matchmaker.accounts.forms import SignInForm
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.permissions import Permission
from matchmaker.web.access import SignedIn, current_actor, requires
from matchmaker.web.addresses import own_path
from matchmaker.web.limits import limiter
from models import User

blueprint = Blueprint("accounts", __name__)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
@requires(Permission.ACCOUNT_SIGN_IN)
def sign_in() -> str | Response:
    """Sign a user in and go on to where they were heading."""
    form = SignInForm(next=request.args.get("next", ""))
    if form.validate_on_submit():
        user = services.sign_in(db.session, form.email.data, form.password.data, demo=_is_demo())
        if user is not None:
            chosen = flask.session.get("locale")
            flask.session.clear()
            if chosen:
                flask.session["locale"] = chosen
            login_user(SignedIn(user))
            target = own_path(form.next.data, url_for("portal.home"))
            return redirect(target, 303)  # type: ignore[return-value]
        form.password.errors = [_("E-mail or password is wrong.")]
    personas = _personas() if _is_demo() else []
    return render_template(
        "accounts/sign_in.html", form=form, personas=personas, demo_password=demo.PASSWORD
    )


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


def _is_demo() -> bool:
    return bool(flask.current_app.config["DEMO"])


def _personas() -> list[User]:
    """Return the demo users to choose from."""
    statement = sa.select(User).options(joinedload(User.organization)).order_by(User.id)
    return list(db.session.scalars(statement))
