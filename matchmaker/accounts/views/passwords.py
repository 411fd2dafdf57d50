"""Pages for choosing a password."""

from flask import Response, flash, render_template

from matchmaker.accounts import policy
from matchmaker.accounts.attempts import TooManyAttemptsError
from matchmaker.accounts.choosing import gone, link_or_gone, suits
from matchmaker.accounts.forms import ChangePasswordForm, EmailForm, NewPasswordForm
from matchmaker.accounts.links import LinkSpentError
from matchmaker.accounts.services import passwords as services
from matchmaker.accounts.services.passwords import SamePasswordError
from matchmaker.accounts.services.sessions import Step
from matchmaker.accounts.services.signing_in import WrongCredentialsError
from matchmaker.accounts.views import pages
from matchmaker.accounts.views.pages import blueprint, browser
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.permissions import Permission
from matchmaker.web.access import own_session, requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.limits import limiter
from models import TokenPurpose


@blueprint.route("/account/password", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
@requires(Permission.ACCOUNT_MANAGE)
def change_password() -> tuple[str, int] | Response:
    """Change the reader's password; the present one is asked for."""
    form = ChangePasswordForm()
    status = 200
    if form.validate_on_submit() and suits(form, policy.context_of(signed_in())):
        where = browser(signed_in().email)
        try:
            services.change(db.session, own_session(), form.password.data, form.new.data, where)
        except TooManyAttemptsError:
            form.password.errors, status = [pages.too_many()], 429
        except WrongCredentialsError:
            form.password.errors = [_("The password is wrong.")]
        else:
            flash(_("Your password was changed; your other sessions have ended."), "success")
            return see_page("accounts.overview")
    return render_template("accounts/change_password.html", form=form), status


@blueprint.route("/sign-in/new-password", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
@requires(Permission.ACCOUNT_SIGN_IN)
def replace_expired() -> str | Response:
    """Have somebody whose password is too old choose another before they are let in."""
    begun, key, target = pages.step_under_way(Step.NEW_PASSWORD)
    form = NewPasswordForm()
    if form.validate_on_submit() and suits(form, policy.context_of(begun.user)):
        try:
            services.replace_expired(db.session, begun, form.new.data)
        except SamePasswordError:
            form.new.errors = [_("This is your present password. Choose another.")]
        else:
            return pages.go_on(begun, key, target)
    return render_template("accounts/expired_password.html", form=form, email=begun.user.email)


@blueprint.route("/password", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
@requires(Permission.ACCOUNT_SIGN_IN)
def forgotten() -> str:
    """Send a link for choosing a new password; what is said does not tell who has an account."""
    form = EmailForm()
    if form.validate_on_submit():
        services.request_link(db.session, form.email.data)
        return render_template("accounts/link_sent.html", email=form.email.data)
    return render_template("accounts/forgotten.html", form=form)


@blueprint.route("/password/<link>", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
@requires(Permission.ACCOUNT_SIGN_IN)
def choose_password(link: str) -> str | Response:
    """Choose a password through a link sent by mail."""
    token = link_or_gone(TokenPurpose.PASSWORD, link)
    if token.user is None:
        gone()
    form = NewPasswordForm()
    if form.validate_on_submit() and suits(form, policy.context_of(token.user)):
        try:
            user = services.choose_by_link(db.session, token, form.new.data)
        except LinkSpentError:
            gone()
        flash(_("Your password was changed. Sign in with it."), "success")
        return pages.remember_device(see_page("accounts.sign_in"), user.email)
    return render_template(
        "accounts/choose_password.html", form=form, link=link, email=token.user.email
    )
