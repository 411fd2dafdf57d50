"""An officer's page of an organization, and the administrator's page for adding a bureau."""

from collections.abc import Callable, Sequence

from flask import Response, abort, flash, render_template

from matchmaker.clock import today
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.organizations import queries
from matchmaker.organizations.forms import (
    BureauForm,
    CorrectionForm,
    ReasonForm,
    RestrictionForm,
    offer,
    values_of,
)
from matchmaker.organizations.services import profile, review
from matchmaker.organizations.services.registration import CodeTakenError, StaleFactsError
from matchmaker.organizations.services.review import OwnOrganizationError, WrongStateError
from matchmaker.organizations.views.pages import blueprint, offered, people_asked_for, region_of
from matchmaker.permissions import Permission
from matchmaker.relations import in_region
from matchmaker.web.access import load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.trail import note_refusal
from models import Organization, OrganizationKind

FORBIDDEN, CONFLICT = 403, 409

Answer = str | tuple[str, int] | Response


@blueprint.get("/organizations/<public_id>")
@requires(Permission.ORGANIZATION_REVIEW)
def show(public_id: str) -> str:
    """Show an organization with all that an officer decides on."""
    return _page(load_or_404(Organization, public_id))


@blueprint.post("/organizations/<public_id>/approve")
@requires(Permission.ORGANIZATION_REVIEW)
def approve(public_id: str) -> Answer:
    """Let an organization act on the platform."""
    organization = load_or_404(Organization, public_id)
    return _decide(organization, review.approve, _("The organization was approved."))


@blueprint.post("/organizations/<public_id>/resume")
@requires(Permission.ORGANIZATION_REVIEW)
def resume(public_id: str) -> Answer:
    """Let a suspended organization act again."""
    organization = load_or_404(Organization, public_id)
    done = _("The organization may act again; its texts are being shown again.")
    return _decide(organization, review.resume, done)


@blueprint.post("/organizations/<public_id>/refuse")
@requires(Permission.ORGANIZATION_REVIEW)
def refuse(public_id: str) -> Answer:
    """Turn a registration down, with the reason."""
    organization = load_or_404(Organization, public_id)
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page(organization, form)
    done = _("The registration was refused.")
    return _decide(organization, review.refuse, done, form)


@blueprint.post("/organizations/<public_id>/suspend")
@requires(Permission.ORGANIZATION_REVIEW)
def suspend(public_id: str) -> Answer:
    """Stop an organization from acting on the platform, with the reason."""
    organization = load_or_404(Organization, public_id)
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page(organization, form)
    done = _("The organization was suspended; its texts are being taken out of sight.")
    return _decide(organization, review.suspend, done, form)


@blueprint.post("/organizations/<public_id>/correct")
@requires(Permission.ORGANIZATION_REVIEW)
def correct(public_id: str) -> Answer:
    """Correct the name, the kind, the region or the tiers of an organization, with the reason."""
    organization = load_or_404(Organization, public_id)
    form = _correction(organization)
    if not form.validate_on_submit():
        return _page(organization, correction_form=form)
    try:
        profile.correct(
            db.session,
            signed_in(),
            organization,
            name=form.organization_name.data,
            kind=OrganizationKind(form.kind.data),
            region=region_of(form.region.data),
            tiers=form.tiers.data,
            reason=form.correction.data,
            version=form.version.data,
        )
    except StaleFactsError:
        refusal, status = _("Somebody else saved this meanwhile"), CONFLICT
    except OwnOrganizationError:
        refusal, status = _("Somebody else must decide on your own organization."), FORBIDDEN
    else:
        flash(_("The particulars were corrected; the managers are told."), "success")
        return see_page("organizations.show", public_id=public_id)
    note_refusal(db.session, signed_in(), "organization:correct", organization)
    form.version.data, form.version.raw_data = organization.version, None
    return _page(organization, refusal=refusal, correction_form=form), status


@blueprint.post("/organizations/<public_id>/restrictions")
@requires(Permission.ORGANIZATION_REVIEW)
def restrict(public_id: str) -> str | Response:
    """Bar an organization from posting for a term."""
    organization = load_or_404(Organization, public_id)
    form = RestrictionForm()
    if not form.validate_on_submit():
        return _page(organization, None, form)
    profile.restrict(
        db.session,
        signed_in(),
        organization,
        ground=form.ground.data,
        source_document=form.source_document.data,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
    )
    flash(_("The restriction was entered."), "success")
    return see_page("organizations.show", public_id=public_id)


@blueprint.post("/organizations/<public_id>/restrictions/<restriction_id>/lift")
@requires(Permission.ORGANIZATION_REVIEW)
def lift(public_id: str, restriction_id: str) -> Response:
    """End a restriction before its term."""
    organization = load_or_404(Organization, public_id)
    named = (each for each in organization.restrictions if each.public_id == restriction_id)
    restriction = next(named, None)
    if restriction is None:
        abort(404)
    profile.lift(db.session, signed_in(), restriction, today())
    flash(_("The restriction was lifted."), "success")
    return see_page("organizations.show", public_id=public_id)


@blueprint.route("/admin/bureaus/new", methods=["GET", "POST"])
@requires(Permission.ORGANIZATION_CREATE, recent=True)
def new_bureau() -> str | Response:
    """Add a government body, whose people can be given a bureau's roles."""
    form = offered(BureauForm())
    if form.validate_on_submit():
        try:
            review.add_bureau(
                db.session,
                signed_in(),
                name=form.organization_name.data,
                uscc=form.uscc.data,
                region=region_of(form.region.data),
            )
        except CodeTakenError:
            note_refusal(db.session, signed_in(), "organization:add_bureau")
            form.uscc.errors = [_("An organization with this code is registered already.")]
        else:
            flash(_("The bureau was added. Add its people now."), "success")
            return see_page("accounts.new_user")
    return render_template("organizations/new_bureau.html", form=form)


def _decide(
    organization: Organization,
    decide: Callable[..., None],
    done: str,
    form: ReasonForm | None = None,
) -> Answer:
    """Decide, or show the page as it is by now with what stands in the way and what was typed."""
    reason = [form.reason.data] if form else []
    try:
        decide(db.session, signed_in(), organization, *reason)
    except WrongStateError:
        refusal, status = _decided(organization), CONFLICT
    except OwnOrganizationError:
        refusal, status = _("Somebody else must decide on your own organization."), FORBIDDEN
    else:
        flash(done, "success")
        return see_page("organizations.show", public_id=organization.public_id)
    note_refusal(db.session, signed_in(), f"organization:{decide.__name__}", organization)
    return _page(organization, form, refusal=refusal, typed=reason), status


def _correction(organization: Organization, *, sent: bool = True) -> CorrectionForm:
    """Return the form for correcting an organization, with the officer's own regions."""
    values = values_of(organization)
    form = CorrectionForm(data=values) if sent else CorrectionForm(None, data=values)
    within = [each for each in queries.regions(db.session) if in_region(signed_in(), each)]
    offer(form, within)
    form.offer_kinds(organization)
    return form


def _decided(organization: Organization) -> str:
    state = label(organization.status)
    return _("Somebody else has decided meanwhile: it is “%(status)s” by now.", status=state)


def _page(
    organization: Organization,
    reason_form: ReasonForm | None = None,
    restriction_form: RestrictionForm | None = None,
    *,
    correction_form: CorrectionForm | None = None,
    refusal: str = "",
    typed: Sequence[str] = (),
) -> str:
    """Show an organization; `refusal` says why a decision was not taken, `typed` is its reason."""
    return render_template(
        "organizations/show.html",
        organization=organization,
        people=people_asked_for(organization),
        history=queries.moments(db.session, organization),
        out_of_step=queries.out_of_step(db.session, organization),
        reason_form=reason_form or ReasonForm(None),
        restriction_form=restriction_form or RestrictionForm(None),
        correction_form=correction_form or _correction(organization, sent=False),
        refusal=refusal,
        typed=typed,
        today=today(),
    )
