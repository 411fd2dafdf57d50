"""Pages of a project's plan: the editor of its milestones, and each of them reached."""

from flask import request, url_for
from sqlalchemy.orm import joinedload

from matchmaker.clock import today
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.lifecycle.project import WHOLE_PLAN
from matchmaker.permissions import Permission
from matchmaker.projects import milestones
from matchmaker.projects.milestones import PLANNABLE, Planned
from matchmaker.projects.tracking_forms import (
    FIRST_STEPS,
    MOST_STEPS,
    PlanForm,
    ReachForm,
    TakeBackForm,
    planned,
)
from matchmaker.projects.views.filling_in import (
    Answer,
    FormPage,
    answer,
    load_part,
    open_project,
)
from matchmaker.projects.views.pages import blueprint
from matchmaker.web.access import requires, signed_in
from matchmaker.web.display import day
from matchmaker.web.uploads import takes_files
from models import Milestone, Project, ProjectStage

TRACKED = frozenset({ProjectStage.TRACKING})


@blueprint.route("/projects/<project_id>/plan", methods=["GET", "POST"])
@requires(Permission.PROJECT_RUN)
def plan(project_id: str) -> Answer:
    """Edit the plan of a project: its milestones in order, with weights that sum to 100."""
    project = open_project(project_id, Permission.PROJECT_RUN, "plan", PLANNABLE)
    form = _form(project)
    page = FormPage(
        project,
        form,
        heading=_("Plan of the project"),
        button=_("Save the plan"),
        back=_back(project),
        template="projects/plan.html",
        values={"standing": project.milestones, "whole": WHOLE_PLAN},
    )
    if request.form.get("go") == "row-steps":
        if len(form.steps) < MOST_STEPS:
            form.steps.append_entry()
        return page.shown()
    return answer(
        page,
        lambda: milestones.plan(
            db.session, signed_in(), project, _steps(project, form), form.version.data
        ),
        _("The plan is saved."),
        lambda: project.version,
    )


@blueprint.route("/projects/<project_id>/milestones/<milestone_id>", methods=["GET", "POST"])
@takes_files
@requires(Permission.PROJECT_REPORT)
def milestone(project_id: str, milestone_id: str) -> Answer:
    """Record that a milestone was reached or, of one that was, that it was not after all."""
    one = load_part(Milestone, project_id, milestone_id, joinedload(Milestone.project))
    return _reach(one) if one.done_on is None else _take_back(one)


def _reach(one: Milestone) -> Answer:
    project = open_project(one.project.public_id, Permission.PROJECT_REPORT, "reach", TRACKED)
    form = ReachForm(data={"version": one.version, "done_on": today()})
    page = FormPage(
        project,
        form,
        heading=_("Milestone reached"),
        button=_("Record that it was reached"),
        back=_back(project),
        facts=_standing(one),
    )

    def write() -> Milestone:
        milestones.reach(
            db.session,
            signed_in(),
            one,
            form.done_on.data,
            form.evidence.data,
            form.version.data,
        )
        return one

    return answer(page, write, _("The milestone is recorded as reached."), lambda: one.version)


def _take_back(one: Milestone) -> Answer:
    project = open_project(one.project.public_id, Permission.PROJECT_RUN, "take_back", TRACKED)
    form = TakeBackForm(data={"version": one.version})
    page = FormPage(
        project,
        form,
        heading=_("Milestone not reached after all"),
        button=_("Take it back"),
        back=_back(project),
        facts=(
            *_standing(one),
            (_("Reached on"), day(one.done_on)),
            (_("Evidence"), one.evidence),
        ),
        note=_("The evidence stays and your reason is added to it."),
        danger=True,
    )
    return answer(
        page,
        lambda: milestones.take_back(
            db.session, signed_in(), one, form.reason.data, form.version.data
        ),
        _("The milestone counts as not reached again."),
        lambda: one.version,
    )


def _form(project: Project) -> PlanForm:
    """Return the form as it was sent, or with the plan as it stands and room for more."""
    rows = planned(project.milestones)
    rows += [{}] * max(FIRST_STEPS - len(rows), 0)
    return PlanForm(data={"version": project.version, "steps": rows})


def _steps(project: Project, form: PlanForm) -> list[Planned]:
    """Return the plan that a valid form says."""
    known = {one.public_id: one for one in project.milestones}
    return [
        Planned(
            row.name.data,
            row.weight.data,
            row.starts_on.data,
            row.due_on.data,
            known.get(row.milestone.data),
        )
        for row in form.rows()
    ]


def _back(project: Project) -> str:
    return url_for("projects.show", project_id=project.public_id, _anchor="plan")


def _standing(one: Milestone) -> tuple[tuple[str, str], ...]:
    return (
        (_("Milestone"), one.name),
        (_("Weight"), f"{one.weight}%"),
        (_("Start"), day(one.starts_on)),
        (_("Due"), day(one.due_on)),
    )
