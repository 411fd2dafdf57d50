"""The list of key projects, nominating one, and the page of one with all that is decided on it."""

from typing import Any

from flask import Response, flash, render_template, request, url_for

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.indicators import key_export, listing, record, services
from matchmaker.indicators.forms import DecisionForm, MoreFilesForm, NominationForm
from matchmaker.indicators.views.pages import blueprint
from matchmaker.inputs import InputError
from matchmaker.lifecycle.engine import NotVisibleError, ReasonMissingError, RefusalError
from matchmaker.permissions import Permission, can, demand
from matchmaker.projects import files
from matchmaker.web import refusals
from matchmaker.web.access import load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.downloads import send_workbook
from matchmaker.web.inputs import show_refusal
from matchmaker.web.limits import limiter
from matchmaker.web.refusals import BAD_REQUEST, status_of
from matchmaker.web.uploads import takes_files
from models import KeyDesignation, KeyStatus, Project

OFTEN = "60 per minute"

Answered = str | Response | tuple[str, int]


@blueprint.get("/key-projects")
@requires(Permission.INDICATOR_READ)
def key_projects() -> str:
    """List the nominated, reserved, designated and removed projects of the reader's region."""
    actor = signed_in()
    regions = listing.own_regions(db.session, actor)
    chosen = listing.read_filter(request.args, regions)
    found = listing.read_page(db.session, actor, chosen)
    values: dict[str, Any] = chosen.parameters()
    onward = values | {"after": found.following}
    return render_template(
        "indicators/key_projects.html",
        rows=found.rows,
        chosen=chosen,
        values=values,
        regions=regions,
        years=listing.years(db.session),
        statuses=KeyStatus,
        older=url_for("indicators.key_projects", **onward) if found.following else None,
    )


@blueprint.get("/key-projects.xlsx")
@limiter.limit("20 per minute")
@requires(Permission.INDICATOR_READ, recent=True, saved=True)
def export_key_projects() -> Response:
    """Give all rows of the list, as it is narrowed, as a workbook."""
    actor = signed_in()
    chosen = listing.read_filter(request.args, listing.own_regions(db.session, actor))
    rows = listing.everything(db.session, actor, chosen)
    return send_workbook(_("Key projects"), key_export.list_header(), key_export.list_rows(rows))


@blueprint.route("/key-projects/nominate", methods=["GET", "POST"])
@limiter.limit(OFTEN, methods=["POST"])
@takes_files
@requires(Permission.KEY_NOMINATE)
def nominate() -> Answered:
    """Put the project that the address names forward for the list of a year."""
    if "project" not in request.args:
        flash(_("Choose the project first; the way to nominate it is on its page."), "warning")
        return see_page("projects.index")
    actor = signed_in()
    project = load_or_404(Project, request.args["project"])
    demand(actor, Permission.KEY_NOMINATE, project)
    form = NominationForm()
    form.offer_years()
    if not form.validate_on_submit():
        return _nomination(project, form), status_of(form)
    try:
        designation = services.nominate(
            db.session, actor, project, form.year.data, form.evidence.data or ""
        )
    except InputError as error:
        show_refusal(form, error)
        return _nomination(project, form), BAD_REQUEST
    except NotVisibleError:
        raise
    except RefusalError as error:
        form.form_errors.append(error.reason)
        return _nomination(project, form), refusals.note(error)
    flash(_("Nominated. The directors above have been told."), "success")
    _keep(designation, form)
    return see_page("indicators.key_project", key_id=designation.public_id)


@blueprint.get("/key-projects/<key_id>")
@requires(Permission.PROJECT_READ)
def key_project(key_id: str) -> str:
    """Show a project's place on the list, with the evidence and every step."""
    return _page(load_or_404(KeyDesignation, key_id, *record.loaded_with()))


@blueprint.post("/key-projects/<key_id>/files")
@limiter.limit(OFTEN)
@takes_files
@requires(Permission.KEY_NOMINATE)
def change_files(key_id: str) -> Answered:
    """Add files to the evidence of a nomination, or remove one that was a mistake."""
    designation = load_or_404(KeyDesignation, key_id, *record.loaded_with())
    project, own = designation.project, files.files_of(db.session, designation)
    if "remove" in request.form:
        for file in own:
            if file.public_id == request.form["remove"]:
                files.remove(db.session, signed_in(), project, file)
        flash(_("The file is removed."), "success")
        return see_page("indicators.key_project", key_id=key_id)
    form = MoreFilesForm()
    if not form.validate_on_submit():
        return _page(designation, files_form=form), BAD_REQUEST
    if _keep(designation, form):
        flash(_("The files are kept."), "success")
    return see_page("indicators.key_project", key_id=key_id)


@blueprint.post("/key-projects/<key_id>/decide")
@requires(Permission.KEY_PROPOSE_REMOVAL)
def decide(key_id: str) -> Answered:
    """Take one decision on a key project; each asks for a permission of its own besides.

    Whoever may decide anything here may propose a removal, so that is what the address asks for.
    """
    designation = load_or_404(KeyDesignation, key_id, *record.loaded_with())
    form = DecisionForm()
    if not form.validate_on_submit():
        return _page(designation, form), BAD_REQUEST
    action = next(each for each in services.DECISIONS if each == form.action.data)
    try:
        services.decide(
            db.session,
            signed_in(),
            designation,
            action,
            reason=form.reason.data or "",
            days=form.days.data or 0,
            version=form.version.data,
        )
    except InputError as error:
        show_refusal(form, error)
        return _page(designation, form), BAD_REQUEST
    except ReasonMissingError as error:
        form.reason.errors = [error.reason]
        return _page(designation, form), refusals.note(error)
    except NotVisibleError:
        raise
    except RefusalError as error:
        form.version.raw_data = [str(designation.version)]
        return _page(designation, form, refused=error.reason), refusals.note(error)
    flash(_("Decided. Those concerned have been told."), "success")
    return see_page("indicators.key_project", key_id=key_id)


def _keep(designation: KeyDesignation, form: NominationForm | MoreFilesForm) -> bool:
    """Keep the files of a form; return whether all are kept, the reader is told of the others."""
    sent = form.files.accepted
    refused = files.keep_all(db.session, signed_in(), designation, sent)
    for reason in refused:
        flash(reason, "error")
    return not refused


def _nomination(project: Project, form: NominationForm) -> str:
    listed = [one for one in project.designations if one.status is not KeyStatus.REMOVED]
    return render_template(
        "indicators/nominate.html",
        project=project,
        form=form,
        listed=listed[0] if listed else None,
    )


def _page(
    designation: KeyDesignation,
    form: DecisionForm | None = None,
    refused: str = "",
    files_form: MoreFilesForm | None = None,
) -> str:
    options = services.available(signed_in(), designation)
    open_now = designation.status in files.NOT_YET_KEY
    plain = [each.action for each in options if each.decision and not each.reason_required]
    return render_template(
        "indicators/key_project.html",
        designation=designation,
        project=designation.project,
        entry=record.entry_of(db.session, designation),
        timeline=record.timeline(db.session, designation),
        files=files.files_of(db.session, designation),
        may_add=open_now and can(signed_in(), Permission.KEY_NOMINATE, designation),
        files_form=files_form or MoreFilesForm(None),
        options=options,
        first=plain[0] if plain else None,
        form=form or DecisionForm(None, version=designation.version),
        refused=refused,
    )
