"""The page on which the report of a month is filed or mended."""

from datetime import date

from flask import abort, request, url_for

from matchmaker.clock import month_of, today
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.permissions import Permission
from matchmaker.projects import reports
from matchmaker.projects.reports import NOT_FILED
from matchmaker.projects.tracking_forms import ReportForm
from matchmaker.projects.views.filling_in import Answer, FormPage, answer, open_project
from matchmaker.projects.views.pages import blueprint
from matchmaker.web.access import requires, signed_in
from matchmaker.web.display import yuan
from models import ProgressReport, Project, ProjectStage

TRACKED = frozenset({ProjectStage.TRACKING})
AS_BEFORE = "before"
TOLD = ("overall", "reason", "percent", "funds_in", "funds_spent", "text")


@blueprint.route("/projects/<project_id>/report", methods=["GET", "POST"])
@requires(Permission.PROJECT_REPORT)
def report(project_id: str) -> Answer:
    """File the report of the month in the address, by default of this one.

    With `as=before` the form begins with what the last report before it said.
    """
    project = open_project(project_id, Permission.PROJECT_REPORT, "report", TRACKED)
    month = _month(request.args.get("month", ""))
    form = ReportForm(data=_beginning(project, month))
    page = FormPage(
        project,
        form,
        heading=_("Report for %(month)s", month=f"{month:%Y-%m}"),
        button=_("File the report"),
        back=url_for("projects.show", project_id=project_id, _anchor="reports"),
        facts=_told_before(project, month),
        note=_("Due by %(day)s. The project's light follows from it.", day=reports.due_on(month)),
    )
    return answer(
        page,
        lambda: reports.file(
            db.session, signed_in(), project, form.report(month), form.version.data
        ),
        _("The report for %(month)s is filed.", month=f"{month:%Y-%m}"),
        lambda: _version(project, month),
    )


def _month(typed: str) -> date:
    """Return the month that an address names as 2026-10, this one if it names none."""
    if not typed:
        return month_of(today())
    try:
        month = date.fromisoformat(f"{typed}-01")
        reports.due_on(month)
    except ValueError:  # no month, or the calendar's last
        abort(404)
    return month


def _beginning(project: Project, month: date) -> dict[str, object]:
    """Return what the form shows at first: what is filed, or the last report, or nothing."""
    filed = reports.filed_for(project, month)
    copied = request.args.get("as") == AS_BEFORE
    shown = filed or (reports.as_last_month(project, month) if copied else None)
    said = {name: getattr(shown, name) for name in TOLD} if shown else {}
    return {"version": _version(project, month), **said}


def _version(project: Project, month: date) -> int:
    filed = reports.filed_for(project, month)
    return filed.version if filed else NOT_FILED


def _told_before(project: Project, month: date) -> tuple[tuple[str, str], ...]:
    """Return what stands for the month now, and what was told before it."""
    filed, before = reports.filed_for(project, month), reports.before(project, month)
    return (
        (_("Filed for this month"), _in_words(filed) if filed else _("Nothing yet")),
        (_("Last report before it"), _in_words(before[-1]) if before else ""),
        (_("Funds received before (yuan)"), yuan(sum(one.funds_in for one in before))),
        (_("Funds spent before (yuan)"), yuan(sum(one.funds_spent for one in before))),
    )


def _in_words(told: ProgressReport) -> str:
    return _(
        "%(month)s: %(overall)s, %(percent)s percent done",
        month=f"{told.month:%Y-%m}",
        overall=label(told.overall),
        percent=told.percent,
    )
