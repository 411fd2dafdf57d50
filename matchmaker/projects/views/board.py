"""The table of projects and the board by stage: looking, giving to people, moving on."""

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, render_template, request, url_for
from flask_babel import ngettext

from matchmaker.accounts.queries import brokers, officers
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.inputs import InputError
from matchmaker.labels import label
from matchmaker.lifecycle.engine import NotVisibleError, RefusalError, available, rows
from matchmaker.lifecycle.transition import Action
from matchmaker.permissions import Permission
from matchmaker.projects import board as queries
from matchmaker.projects import export, services
from matchmaker.projects.board import NOBODY, PAGE_SIZE
from matchmaker.projects.dues import Due, next_dues
from matchmaker.projects.views.pages import blueprint, load_project
from matchmaker.web import refusals
from matchmaker.web.access import requires, signed_in
from matchmaker.web.addresses import own_path, see_other, see_page
from matchmaker.web.downloads import send_workbook
from matchmaker.web.limits import limiter
from matchmaker.web.refusals import BAD_REQUEST
from models import KeyStatus, Light, Project, ProjectStage, User

LONGEST_VERSION = 9  # digits

Answer = str | Response | tuple[str, int]

blueprint.add_app_template_filter(export.due_words)
blueprint.add_app_template_filter(export.key_status)


@blueprint.get("/projects")
@requires(Permission.PROJECT_READ)
def index() -> str:
    """List the projects that the reader sees, the most urgent first."""
    offer, chosen = _asked()
    found = queries.read_table(db.session, signed_in(), chosen)
    onward: dict[str, Any] = {**chosen.parameters(), "after": found.following}
    return render_template(
        "projects/index.html",
        **_filtered(offer, chosen),
        projects=found.projects,
        dues=_dues(found.projects),
        officers=officers(db.session, signed_in()),
        brokers=brokers(db.session),
        older=url_for("projects.index", **onward) if found.following else None,
    )


@blueprint.get("/projects.xlsx")
@limiter.limit("20 per minute")
@requires(Permission.PROJECT_READ, recent=True, saved=True)
def export_table() -> Response:
    """Give the table, as it is narrowed and sorted, as a workbook with all its pages."""
    _offer, chosen = _asked()
    found = queries.read_all(db.session, signed_in(), chosen)
    return send_workbook(_("Projects"), export.header(), export.rows(db.session, found))


@blueprint.post("/projects/assign")
@requires(Permission.PROJECT_RUN)
def assign() -> Answer:
    """Show what giving the ticked projects to somebody changes; once confirmed, do it."""
    versions = _ticked()
    projects = queries.chosen_projects(db.session, signed_in(), list(versions))
    officer = _among(officers(db.session, signed_in()), "officer")
    broker = _among(brokers(db.session), "broker")
    if not projects or not (officer or broker):
        flash(_("Tick projects, and choose an officer or a broker to give them to."), "warning")
        return see_other(_next())
    known = [(project, versions[project.public_id]) for project in projects]
    shown = {"officer": officer, "broker": broker, "next": _next()}
    if not request.form.get("confirmed"):
        return render_template("projects/assign.html", known=known, **shown)
    try:
        services.assign(
            db.session, signed_in(), projects, officer=officer, broker=broker, versions=versions
        )
    except NotVisibleError:
        raise
    except (InputError, RefusalError) as error:
        status = refusals.note(error) if isinstance(error, RefusalError) else BAD_REQUEST
        known = [(project, project.version) for project in projects]
        page = render_template("projects/assign.html", known=known, refused=error.reason, **shown)
        return page, status
    given = ngettext("%(num)s project was given.", "%(num)s projects were given.", len(projects))
    flash(given, "success")
    return see_other(_next())


@blueprint.get("/projects/board")
@requires(Permission.PROJECT_READ)
def board() -> str:
    """Show the projects by stage, with the moves that each may make."""
    return _board()


@blueprint.post("/projects/board/<project_id>")
@requires(Permission.PROJECT_RUN)
def move_card(project_id: str) -> Answer:
    """Move a project on; a refusal is told on the board, with the reason that was typed."""
    project = load_project(project_id)
    title, action = project.title, request.form.get("action", "")
    reason, version = request.form.get("reason", ""), request.form.get("version", type=int)
    if action not in {row.action for row in rows(project) if row.permission}:
        flash(_("Choose where the project goes."), "warning")
        return _to_board()
    try:
        services.move(db.session, signed_in(), project, Action(action), reason, version)
    except NotVisibleError:
        raise
    except RefusalError as error:
        status = refusals.note(error)
        refused = {"id": project_id, "title": title, "why": error.reason, "typed": reason}
        return _board(refused=refused), status
    told = {"title": title, "stage": label(project.stage)}
    flash(_("“%(title)s” is in the stage “%(stage)s” now.", **told), "success")
    return _to_board(f"card-{project_id}")


def _board(**more: Any) -> str:
    actor = signed_in()
    offer, chosen = _asked()
    columns = queries.read_board(db.session, actor, chosen)
    cards = [project for column in columns for project in column.projects]
    return render_template(
        "projects/board.html",
        **_filtered(offer, chosen),
        columns=columns,
        moves={project: _moves(actor, project) for project in cards},
        dues=_dues(cards),
        **more,
    )


def _dues(projects: Sequence[Project]) -> dict[int, Due]:
    return next_dues(db.session, [project.id for project in projects])


def _moves(actor: User, project: Project) -> list[dict[str, Any]]:
    """Return where a project may go from its stage, and why it may not now."""
    targets = {row.action: row.target for row in rows(project) if project.stage in row.sources}
    return [
        {
            "action": option.action.value,
            "target": targets[option.action],
            "refusal": option.decision.reason,
            "reason_required": option.reason_required,
        }
        for option in available(actor, project)
    ]


def _asked() -> tuple[queries.Offer, queries.ProjectFilter]:
    """Return what the filters offer and what the address asks for."""
    offer = queries.offered(db.session, signed_in())
    return offer, queries.read_filter(request.args, offer)


def _filtered(offer: queries.Offer, chosen: queries.ProjectFilter) -> dict[str, Any]:
    return {
        "offer": offer,
        "chosen": chosen,
        "values": chosen.parameters(),
        "stages": ProjectStage,
        "lights": Light,
        "key_statuses": KeyStatus,
        "nobody": NOBODY,
    }


def _ticked() -> dict[str, int]:
    """Return by public id the versions of the projects that the form names."""
    ticked = {}
    for choice in request.form.getlist("project")[:PAGE_SIZE]:
        public_id, _colon, version = choice.partition(":")
        if version.isdecimal() and len(version) <= LONGEST_VERSION:
            ticked[public_id] = int(version)
    return ticked


def _among(people: Sequence[User], name: str) -> User | None:
    wanted = request.form.get(name, "")
    return next((one for one in people if one.public_id == wanted), None)


def _next() -> str:
    return own_path(request.form.get("next"), url_for("projects.index"))


def _to_board(anchor: str | None = None) -> Response:
    """Return the way back to the board, narrowed as it was."""
    _offer, chosen = _asked()
    values: dict[str, Any] = {**chosen.parameters()}
    return see_page("projects.board", **values, _anchor=anchor)
