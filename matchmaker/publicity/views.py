"""Public notices: the list, one notice with the form to object, and settling an objection."""

from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for

from matchmaker.clock import today
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.inputs import InputError
from matchmaker.permissions import Permission, can
from matchmaker.postings.filters import clean
from matchmaker.project_relations import region_of, subject_of
from matchmaker.publicity import queries, services
from matchmaker.publicity.forms import ObjectionForm, SettlementForm
from matchmaker.web.access import current_actor, load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.inputs import show_refusal
from matchmaker.web.limits import limiter
from matchmaker.web.refusals import BAD_REQUEST, status_of
from models import (
    KeyDesignation,
    Objection,
    ObjectionOutcome,
    PublicNotice,
    Region,
    new_public_id,
)

Answered = str | Response | tuple[str, int]

blueprint = Blueprint("publicity", __name__, url_prefix="/public-notices")


@blueprint.app_template_filter()
def notice_title(notice: PublicNotice) -> str:
    """Return what a notice is about, in one line."""
    subject = subject_of(notice)
    if isinstance(subject, KeyDesignation):
        return subject.project.title
    return f"{subject.organization.name}：{subject.policy.title}"


@blueprint.app_template_filter()
def notice_region(notice: PublicNotice) -> Region:
    """Return the region whose bureau decides on what is on notice."""
    return region_of(notice)


@blueprint.get("")
@requires(Permission.PUBLIC_NOTICE_READ)
def index() -> str:
    """List the notices that run, or those that are over."""
    over = request.args.get("over") == "1"
    after = clean(request.args.get("after", ""))
    page = queries.read_page(db.session, current_actor(), over=over, after=after)
    turn: dict[str, Any] = {"over": "1"} if over else {}
    following = page.following
    return render_template(
        "publicity/index.html",
        rows=page.rows,
        over=over,
        first=url_for("publicity.index", **turn) if after else None,
        older=url_for("publicity.index", **turn, after=following) if following else None,
        today=today(),
    )


@blueprint.get("/<notice_id>")
@requires(Permission.PUBLIC_NOTICE_READ)
def show(notice_id: str) -> str:
    """Show what is laid before the public and, while it runs, the form to object."""
    return _page(load_or_404(PublicNotice, notice_id, *queries.loaded_with()))


@blueprint.post("/<notice_id>/object")
@limiter.limit("20 per minute")
@requires(Permission.PUBLIC_NOTICE_OBJECT)
def object_to(notice_id: str) -> Answered:
    """Take an objection to a notice."""
    notice = load_or_404(PublicNotice, notice_id, *queries.loaded_with())
    form = ObjectionForm()
    if not form.validate_on_submit():
        return _page(notice, form), BAD_REQUEST
    said = (form.name.data or "", form.contact.data or "", form.text.data or "")
    try:
        services.object_to(db.session, current_actor(), notice, *said, key=form.key.data)
    except InputError as error:
        show_refusal(form, error)
        return _page(notice, form), BAD_REQUEST
    flash(_("Your objection has arrived. The bureau looks into it and may call you."), "success")
    return see_page("publicity.show", notice_id=notice_id)


@blueprint.route("/objections/<objection_id>", methods=["GET", "POST"])
@requires(Permission.PUBLIC_NOTICE_SETTLE)
def objection(objection_id: str) -> Answered:
    """Show an objection to the bureau in charge, and write down what was found of it."""
    found = load_or_404(Objection, objection_id)
    form = SettlementForm()
    form.name_outcomes()
    if form.validate_on_submit():
        outcome = ObjectionOutcome(form.outcome.data)
        try:
            services.settle(db.session, signed_in(), found, outcome, form.finding.data or "")
        except InputError as error:
            show_refusal(form, error)
        else:
            flash(_("Settled."), "success")
            return see_page("publicity.show", notice_id=found.notice.public_id)
    page = render_template("publicity/objection.html", objection=found, form=form)
    return page, status_of(form)


def _page(notice: PublicNotice, form: ObjectionForm | None = None) -> str:
    actor, subject = current_actor(), subject_of(notice)
    runs = today() <= notice.ends_on
    if form is None:
        name = actor.name if actor else ""
        contact = (actor.phone or actor.email) if actor else ""
        form = ObjectionForm(None, key=new_public_id(), name=name, contact=contact)
    is_designation = isinstance(subject, KeyDesignation)
    sees = Permission.PROJECT_READ if is_designation else Permission.CLAIM_READ
    return render_template(
        "publicity/show.html",
        announced=notice,
        subject=subject,
        is_designation=is_designation,
        today=today(),
        runs=runs,
        may_object=runs and can(actor, Permission.PUBLIC_NOTICE_OBJECT, notice),
        may_settle=can(actor, Permission.PUBLIC_NOTICE_SETTLE, notice),
        sees_record=bool(can(actor, sees, subject)),
        objections=queries.objections(db.session, actor, notice),
        form=form,
    )
