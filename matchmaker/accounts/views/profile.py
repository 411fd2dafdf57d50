"""Pages of what users keep of themselves."""

from flask import Response, flash, render_template, request

from matchmaker.accounts import queries
from matchmaker.accounts.attempts import TooManyAttemptsError
from matchmaker.accounts.choosing import gone, link_or_gone
from matchmaker.accounts.forms import EmailForm, ProfileForm
from matchmaker.accounts.links import LinkSpentError
from matchmaker.accounts.services import profile as services
from matchmaker.accounts.views.pages import blueprint
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.permissions import Permission
from matchmaker.web.access import requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.limits import limiter
from models import TokenPurpose


@blueprint.route("/account", methods=["GET", "POST"])
@requires(Permission.ACCOUNT_MANAGE)
def overview() -> str | Response:
    """Show the reader's account and keep their name, position and telephone number."""
    form = ProfileForm(obj=signed_in())
    if form.validate_on_submit():
        services.save(
            db.session,
            signed_in(),
            name=form.name.data,
            phone=form.phone.data,
            title=form.title.data,
        )
        flash(_("Saved."), "success")
        return see_page("accounts.overview")
    has_one = queries.has_second_factor(db.session, signed_in())
    return render_template("accounts/overview.html", form=form, has_second_factor=has_one)


@blueprint.route("/account/email", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
@requires(Permission.ACCOUNT_MANAGE, recent=True)
def change_email() -> str | tuple[str, int]:
    """Send a link to the reader's new address."""
    form = EmailForm()
    status = 200
    if form.validate_on_submit():
        try:
            services.request_email_change(db.session, signed_in(), form.email.data)
        except TooManyAttemptsError:
            form.email.errors = [_("You have asked for many links. Wait a quarter of an hour.")]
            status = 429
        else:
            return render_template("accounts/link_sent.html", email=form.email.data)
    return render_template("accounts/change_email.html", form=form), status


@blueprint.route("/email/<link>", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
@requires(Permission.ACCOUNT_SIGN_IN)
def confirm_email(link: str) -> str | Response:
    """Take over the address that a link was sent to."""
    token = link_or_gone(TokenPurpose.EMAIL, link)
    if request.method == "POST":
        try:
            services.change_email(db.session, token)
        except LinkSpentError:
            gone()
        flash(_("Your address was changed. Sign in with it."), "success")
        return see_page("accounts.sign_in")
    return render_template("accounts/confirm_email.html", token=token, link=link)
