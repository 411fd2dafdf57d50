"""The page of one project."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from sqlalchemy.orm import joinedload, selectinload
from wtforms.fields.choices import SelectChoice

from matchmaker.accounts.queries import brokers, officers
from matchmaker.db import db
from matchmaker.incentives import queries as incentives
from matchmaker.lifecycle.engine import available
from matchmaker.organizations.queries import search
from matchmaker.permissions import Permission, can
from matchmaker.postings.filters import LONGEST_SEARCH, clean
from matchmaker.projects.access import UNFINISHED
from matchmaker.projects.progress import awaited, steps
from matchmaker.projects.reading import filed, read_tracking
from matchmaker.projects.related import last_stage, read_related
from matchmaker.projects.timeline import timeline
from matchmaker.projects.views.pages import blueprint
from matchmaker.projects.views.show_forms import (
    AcceptanceForm,
    AssignForm,
    NoPolicyForm,
    PartyForm,
    TerminateForm,
)
from matchmaker.relations import in_region
from matchmaker.web.access import load_or_404, requires, signed_in
from models import (
    Organization,
    Project,
    ProjectIssue,
    ProjectParty,
    Region,
    SupervisionOrder,
    User,
)

MOMENTS = 30
MOST_MOMENTS = 1000


@blueprint.get("/projects/<project_id>")
@requires(Permission.PROJECT_READ)
def show(project_id: str) -> str:
    """Show a project with everything that hangs on it."""
    return page(load_whole(project_id))


def load_whole(project_id: str) -> Project:
    """Return a project with what its page shows, in a fixed number of queries; 404 otherwise."""
    return load_or_404(
        Project,
        project_id,
        joinedload(Project.region).joinedload(Region.parent),
        joinedload(Project.officer),
        joinedload(Project.broker),
        joinedload(Project.match),
        selectinload(Project.parties)
        .joinedload(ProjectParty.organization)
        .joinedload(Organization.region),
        selectinload(Project.contracts),
        selectinload(Project.milestones),
        selectinload(Project.issues).joinedload(ProjectIssue.owner),
        selectinload(Project.orders).joinedload(SupervisionOrder.issuer),
        selectinload(Project.acceptances),
        selectinload(Project.designations),
    )


def page(project: Project, *, refused: str = "", **forms: Any) -> str:
    """Return the page of a project, with forms as they were sent instead of blank ones."""
    actor = signed_in()
    claims = incentives.of_project(db.session, actor, project)
    every = request.args.get("timeline") == "all"
    moments = timeline(db.session, actor, project, claims, (MOST_MOMENTS if every else MOMENTS) + 1)
    tracking = read_tracking(db.session, actor, project)
    if can(actor, Permission.PROJECT_RUN, project) and project.stage in UNFINISHED:
        forms = _blank(project) | forms
    return render_template(
        "projects/show.html",
        project=project,
        tracking=tracking,
        filed=filed(db.session, actor, project, tracking, claims),
        related=read_related(db.session, actor, project),
        claims=claims,
        steps=steps(project, last_stage(db.session, project)),
        awaited=awaited(db.session, project),
        options={option.action.value: option for option in available(actor, project)},
        moments=moments if every else moments[:MOMENTS],
        older=len(moments) > MOMENTS and not every,
        party_words=_party_words(),
        refused=refused,
        **forms,
    )


def assign_form(project: Project, form: AssignForm) -> AssignForm:
    """Offer the brokers, and the officers who act for the project's region."""
    form.offer(project_officers(project), brokers(db.session))
    return form


def party_form(organizations: Sequence[Organization], form: PartyForm) -> PartyForm:
    """Offer some organizations."""
    form.offer([SelectChoice(value=one.public_id, label=one.name) for one in organizations])
    return form


def project_officers(project: Project) -> list[User]:
    """Return the officers to whom a project can be given, by name."""
    return [one for one in officers(db.session, signed_in()) if in_region(one, project.region)]


def _blank(project: Project) -> dict[str, Any]:
    """Return the forms of whoever runs the project."""
    found = search(db.session, _party_words())
    acceptance_form = AcceptanceForm(None)
    acceptance_form.offer()
    chosen = {
        name: person.public_id
        for name, person in (("officer", project.officer), ("broker", project.broker))
        if person
    }
    return {
        "terminate_form": TerminateForm(None),
        "no_policy_form": NoPolicyForm(None),
        "assign_form": assign_form(project, AssignForm(None, **chosen)),
        "acceptance_form": acceptance_form,
        "party_form": party_form(found, PartyForm(None, role=found[0].kind.value if found else "")),
    }


def _party_words() -> str:
    """Return the words by which an organization was looked for."""
    return clean(request.args.get("party", ""))[:LONGEST_SEARCH]
