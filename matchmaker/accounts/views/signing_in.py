"""Pages for signing in and out, and for proving once more who one is."""

import flask
from flask import Response, abort, flash, render_template, request
from flask_login import logout_user

from matchmaker import demo
from matchmaker.accounts import queries
from matchmaker.accounts.attempts import TooManyAttemptsError
from matchmaker.accounts.forms import ConfirmForm, SignInForm
from matchmaker.accounts.services import signing_in as services
from matchmaker.accounts.services.signing_in import WrongCredentialsError
from matchmaker.accounts.views import pages
from matchmaker.accounts.views.pages import blueprint, browser, go_on, is_demo
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.permissions import Permission
from matchmaker.web import access
from matchmaker.web.access import own_session, requires, signed_in
from matchmaker.web.addresses import own_path, see_other, see_page
from matchmaker.web.limits import limiter


@blueprint.route("/sign-in", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
@requires(Permission.ACCOUNT_SIGN_IN)
def sign_in() -> tuple[str, int] | Response:
    """Ask for e-mail and password, and go on to where the reader was heading."""
    form = SignInForm(next=request.args.get("next", ""))
    status = 200
    if form.validate_on_submit():
        email = form.email.data
        try:
            begun, key = services.sign_in(
                db.session, email, form.password.data, browser(email), demo=is_demo()
            )
        except TooManyAttemptsError:
            form.password.errors, status = [pages.too_many()], 429
        except WrongCredentialsError:
            form.password.errors = [_("E-mail or password is wrong.")]
        else:
            return go_on(begun, key, form.next.data)
    personas = queries.personas(db.session) if is_demo() else []
    page = render_template(
        "accounts/sign_in.html", form=form, personas=personas, demo_password=demo.PASSWORD
    )
    return page, status


@blueprint.post("/sign-in/persona")
@requires(Permission.ACCOUNT_SIGN_IN)
def enter_demo() -> Response:
    """Let a reader of the demo in as one of its personas."""
    persona = queries.persona(db.session, request.form.get("persona", "")) if is_demo() else None
    if persona is None:
        abort(404)
    opened, key = services.enter_demo(db.session, persona, browser(persona.email))
    access.enter(opened, key)
    target = own_path(request.form.get("next"), flask.url_for("portal.home"))
    return see_other(target)


@blueprint.route("/sign-in/confirm", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
@requires(Permission.ACCOUNT_MANAGE)
def confirm() -> tuple[str, int] | Response:
    """Ask for the password once more, before something that matters."""
    form = ConfirmForm(next=request.args.get("next", ""))
    status = 200
    if form.validate_on_submit():
        where = browser(signed_in().email)
        try:
            services.confirm(db.session, own_session(), form.password.data, where)
        except TooManyAttemptsError:
            form.password.errors, status = [pages.too_many()], 429
        except WrongCredentialsError:
            form.password.errors = [_("The password is wrong.")]
        else:
            flash(_("It is you. Go on with what you were about to do."), "success")
            target = own_path(form.next.data, flask.url_for("accounts.overview"))
            return see_other(target)
    return render_template("accounts/confirm.html", form=form), status


@blueprint.post("/sign-out")
@requires(Permission.ACCOUNT_SIGN_OUT)
def sign_out() -> Response:
    """Sign the user out."""
    services.sign_out(db.session, signed_in(), own_session())
    logout_user()
    flash(_("You have signed out."), "success")
    return see_page("portal.home")
