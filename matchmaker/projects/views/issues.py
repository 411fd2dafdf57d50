"""Pages of what stands in a project's way: raising it, and recording how it was resolved."""

from flask import url_for
from sqlalchemy.orm import joinedload

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.permissions import Permission
from matchmaker.projects import issues, reading
from matchmaker.projects.tracking_forms import IssueForm, ResolveForm
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
from models import Project, ProjectIssue, new_public_id


@blueprint.route("/projects/<project_id>/issues/new", methods=["GET", "POST"])
@requires(Permission.PROJECT_REPORT)
def raise_issue(project_id: str) -> Answer:
    """Write down what stands in the way, who sees to it and by when."""
    project = open_project(project_id, Permission.PROJECT_REPORT, "raise_issue")
    people = {one.public_id: one for one in reading.people(db.session, project)}
    form = IssueForm(data={"key": new_public_id()})
    form.offer(people.values())
    page = FormPage(
        project,
        form,
        heading=_("Raise an issue"),
        button=_("Raise the issue"),
        back=_back(project),
        note=_("Whoever sees to it is told at once. It stands on the list until it is resolved."),
    )
    return answer(
        page,
        lambda: issues.raise_issue(
            db.session,
            signed_in(),
            project,
            form.text.data,
            people[form.owner.data],
            form.due_on.data,
            form.key.data,
        ),
        _("The issue is raised, and whoever sees to it has been told."),
    )


@blueprint.route("/projects/<project_id>/issues/<issue_id>", methods=["GET", "POST"])
@requires(Permission.PROJECT_REPORT)
def resolve_issue(project_id: str, issue_id: str) -> Answer:
    """Record how an issue was resolved."""
    loaded = joinedload(ProjectIssue.owner), joinedload(ProjectIssue.project)
    issue = load_part(ProjectIssue, project_id, issue_id, *loaded)
    project = open_project(project_id, Permission.PROJECT_REPORT, "resolve_issue")
    form = ResolveForm()
    page = FormPage(
        project,
        form,
        heading=_("Resolve an issue"),
        button=_("Record how it was resolved"),
        back=_back(project),
        facts=(
            (_("What stands in the way"), issue.text),
            (_("Who sees to it"), issue.owner.name),
            (_("To be resolved by"), day(issue.due_on)),
            (_("Resolved on"), day(issue.resolved_on)),
        ),
    )
    return answer(
        page,
        lambda: issues.resolve(db.session, signed_in(), issue, form.resolution.data),
        _("The issue is resolved."),
    )


def _back(project: Project) -> str:
    return url_for("projects.show", project_id=project.public_id, _anchor="issues")
