"""Pages of the reader's own organization."""

from flask import Response, flash, render_template, request

from matchmaker.clock import today
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.organizations import queries
from matchmaker.organizations.forms import SAID, ApplicationForm, ProfileForm, lines, values_of
from matchmaker.organizations.services import profile, registration
from matchmaker.organizations.services.registration import (
    OPEN,
    CodeTakenError,
    NotOpenError,
    StaleFactsError,
)
from matchmaker.organizations.views.pages import (
    application,
    blueprint,
    code_taken,
    industries_of,
    offered,
)
from matchmaker.permissions import Permission
from matchmaker.web.access import requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.trail import note_refusal

CONFLICT = 409

Answer = str | tuple[str, int] | Response


@blueprint.get("/organization")
@requires(Permission.ORGANIZATION_READ_OWN)
def own() -> str:
    """Show the reader's organization, and what was decided on it."""
    organization = signed_in().organization
    return render_template(
        "organizations/own.html",
        organization=organization,
        history=queries.history(db.session, organization),
        open=organization.status in OPEN,
        today=today(),
    )


@blueprint.route("/organization/edit", methods=["GET", "POST"])
@requires(Permission.ORGANIZATION_EDIT_OWN)
def edit() -> Answer:
    """Edit the reader's organization: all of it until it is approved, the rest afterwards."""
    organization = signed_in().organization
    if organization.status in OPEN:
        return _hand_in_again()
    form = offered(ProfileForm(data=values_of(organization)))
    if form.validate_on_submit():
        try:
            profile.save(
                db.session,
                signed_in(),
                organization,
                industries=industries_of(form.industries.data),
                requires_internal_review=form.requires_internal_review.data,
                version=form.version.data,
            )
        except StaleFactsError:
            return _conflict("organization:save")
        flash(_("Saved."), "success")
        return see_page("organizations.own")
    return render_template("organizations/edit.html", form=form, whole=False)


def _hand_in_again() -> Answer:
    organization = signed_in().organization
    form = offered(ApplicationForm(data=values_of(organization)))
    if form.validate_on_submit():
        facts, version = application(form), form.version.data
        try:
            registration.hand_in_again(db.session, signed_in(), organization, facts, version)
        except CodeTakenError:
            note_refusal(db.session, signed_in(), "organization:register", organization)
            form.uscc.errors = [code_taken()]
        except (NotOpenError, StaleFactsError):
            return _conflict("organization:register")
        else:
            flash(_("The registration was handed in again."), "success")
            return see_page("organizations.own")
    return render_template("organizations/edit.html", form=form, whole=True)


def _conflict(action: str) -> Answer:
    """Show what is said of the organization by now beside what was typed; saving again decides.

    Of a registration that has been approved meanwhile only the rest can be saved still.
    """
    organization = signed_in().organization
    note_refusal(db.session, signed_in(), action, organization)
    typed = offered((ApplicationForm if "uscc" in request.form else ProfileForm)())
    theirs = lines(offered(type(typed)(None, data=values_of(organization))))
    mine = lines(typed)
    whole = organization.status in OPEN
    kept = {field.name: field.data for field in typed if field.name in SAID}
    values = values_of(organization) | kept | {"version": organization.version}
    return render_template(
        "organizations/edit.html",
        form=offered((ApplicationForm if whole else ProfileForm)(None, data=values)),
        whole=whole,
        differing=[(name, theirs[name], mine[name]) for name in mine if mine[name] != theirs[name]],
    ), CONFLICT
