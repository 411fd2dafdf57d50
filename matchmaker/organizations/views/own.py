"""Pages of the reader's own organization."""

from flask import Response, abort, flash, render_template

from matchmaker.clock import today
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.organizations import queries
from matchmaker.organizations.forms import ApplicationForm, ProfileForm, values_of
from matchmaker.organizations.services import profile, registration
from matchmaker.organizations.services.registration import OPEN, CodeTakenError, NotOpenError
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
def edit() -> str | Response:
    """Edit the reader's organization: all of it until it is approved, the rest afterwards."""
    organization = signed_in().organization
    if organization.status in OPEN:
        return _hand_in_again()
    form = offered(ProfileForm(data=values_of(organization)))
    if form.validate_on_submit():
        profile.save(
            db.session,
            signed_in(),
            organization,
            industries=industries_of(form.industries.data),
            tiers=form.tiers.data,
            requires_internal_review=form.requires_internal_review.data,
        )
        flash(_("Saved."), "success")
        return see_page("organizations.own")
    return render_template("organizations/edit.html", form=form, whole=False)


def _hand_in_again() -> str | Response:
    organization = signed_in().organization
    form = offered(ApplicationForm(data=values_of(organization)))
    if form.validate_on_submit():
        try:
            registration.hand_in_again(db.session, signed_in(), organization, application(form))
        except CodeTakenError:
            form.uscc.errors = [code_taken()]
        except NotOpenError:
            abort(409)
        else:
            flash(_("The registration was handed in again."), "success")
            return see_page("organizations.own")
    return render_template("organizations/edit.html", form=form, whole=True)
