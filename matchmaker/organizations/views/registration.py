"""Pages for registering an organization and for accepting an invitation."""

from flask import Response, flash, render_template

from matchmaker.accounts.choosing import gone, link_or_gone, suits
from matchmaker.accounts.forms import EmailForm
from matchmaker.accounts.links import LinkSpentError
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.organizations.forms import PersonForm, RegistrationForm
from matchmaker.organizations.services import members, registration
from matchmaker.organizations.services.registration import CodeTakenError, Person
from matchmaker.organizations.views.pages import (
    application,
    blueprint,
    code_taken,
    offered,
)
from matchmaker.permissions import Permission
from matchmaker.web.access import requires
from matchmaker.web.addresses import see_page
from matchmaker.web.limits import limiter
from matchmaker.web.trail import note_refusal
from models import TokenPurpose


@blueprint.route("/register", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
@requires(Permission.ORGANIZATION_REGISTER)
def request_registration() -> str:
    """Send a link for registering; what is said does not tell who has an account."""
    form = EmailForm()
    if form.validate_on_submit():
        registration.request_link(db.session, form.email.data)
        return render_template("accounts/link_sent.html", email=form.email.data)
    return render_template("organizations/request_registration.html", form=form)


@blueprint.route("/register/<link>", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
@requires(Permission.ORGANIZATION_REGISTER)
def register(link: str) -> str | Response:
    """Register an organization and open its manager's account."""
    token = link_or_gone(TokenPurpose.REGISTER, link)
    if token.user is not None:
        gone()
    form = offered(RegistrationForm())
    context = (token.email, form.name.data or "", form.organization_name.data or "")
    if form.validate_on_submit() and suits(form, context):
        try:
            registration.register(db.session, token, application(form), _person(form))
        except LinkSpentError:
            gone()
        except CodeTakenError:
            note_refusal(db.session, None, "organization:register")
            form.uscc.errors = [code_taken()]
        else:
            flash(
                _("Your organization is registered and awaits approval. Sign in to follow it."),
                "success",
            )
            return see_page("accounts.sign_in")
    return render_template("organizations/register.html", form=form, token=token, link=link)


@blueprint.route("/join/<link>", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
@requires(Permission.ORGANIZATION_REGISTER)
def join(link: str) -> str | Response:
    """Accept an invitation and open an account."""
    token = link_or_gone(TokenPurpose.INVITATION, link)
    if token.user is not None or token.invitation is None:
        gone()
    form = PersonForm()
    context = (token.email, form.name.data or "", token.invitation.organization.name)
    if form.validate_on_submit() and suits(form, context):
        try:
            members.accept(db.session, token, _person(form))
        except LinkSpentError:
            gone()
        flash(_("Your account is open. Sign in."), "success")
        return see_page("accounts.sign_in")
    return render_template("organizations/join.html", form=form, token=token, link=link)


def _person(form: PersonForm) -> Person:
    return Person(
        name=form.name.data,
        phone=form.phone.data,
        title=form.title.data,
        password=form.new.data,
    )
