"""What is done on the page of a project by whoever runs it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Response, abort, flash, request
from flask_babel.speaklater import LazyString
from wtforms import Form

from matchmaker.accounts.queries import brokers
from matchmaker.db import db
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.inputs import InputError
from matchmaker.lifecycle.engine import NotVisibleError, RefusalError
from matchmaker.lifecycle.transition import Action
from matchmaker.permissions import Permission
from matchmaker.projects import acceptances, services
from matchmaker.projects.views.filling_in import Answer, keep_file
from matchmaker.projects.views.pages import blueprint
from matchmaker.projects.views.show import (
    assign_form,
    load_whole,
    page,
    party_form,
    project_officers,
)
from matchmaker.projects.views.show_forms import (
    AcceptanceForm,
    AssignForm,
    MoveForm,
    NoPolicyForm,
    PartyForm,
    TerminateForm,
    parted,
)
from matchmaker.web import refusals
from matchmaker.web.access import requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.inputs import show_refusal
from matchmaker.web.refusals import BAD_REQUEST
from matchmaker.web.uploads import takes_files
from models import Organization, OrganizationKind, OrganizationStatus, Project, Verdict

Act = Callable[[Project], Answer]


@blueprint.post("/projects/<project_id>/run")
@takes_files
@requires(Permission.PROJECT_RUN)
def run(project_id: str) -> Answer:
    """Do with a project what the pressed button says."""
    project = load_whole(project_id)
    act = _ACTS.get(request.form.get("do", ""))
    if act is None:
        abort(BAD_REQUEST)
    return act(project)


def _moving(action: Action, done: LazyString) -> Act:
    """Return the act that takes a project one step on."""

    def act(project: Project) -> Answer:
        form = MoveForm()
        return _decide(
            project,
            form,
            "move_form",
            lambda: services.move(
                db.session, signed_in(), project, action, version=form.version.data
            ),
            done,
        )

    return act


def _terminate(project: Project) -> Answer:
    form = TerminateForm()
    return _decide(
        project,
        form,
        "terminate_form",
        lambda: services.move(
            db.session,
            signed_in(),
            project,
            Action.TERMINATE,
            form.reason.data,
            form.version.data,
        ),
        _l("The project is terminated."),
    )


def _record_no_policy(project: Project) -> Answer:
    form = NoPolicyForm()
    return _decide(
        project,
        form,
        "no_policy_form",
        lambda: services.record_no_policy(
            db.session, signed_in(), project, form.reason.data, form.version.data
        ),
        _l("It is recorded that no policy applies."),
    )


def _assign(project: Project) -> Answer:
    """Give the project to the people chosen; to the same ones again, nothing changes."""
    form = assign_form(project, AssignForm())
    offered = {"officer": project_officers(project), "broker": brokers(db.session)}
    people = {
        name: next((one for one in known if one.public_id == form[name].data), None)
        for name, known in offered.items()
    }
    unchanged = all(one in (None, getattr(project, name)) for name, one in people.items())
    if unchanged and form.validate_on_submit():
        return _back(project)
    return _decide(
        project,
        form,
        "assign_form",
        lambda: services.assign(
            db.session,
            signed_in(),
            [project],
            **people,
            versions={project.public_id: form.version.data},
        ),
        _l("The project is given to them; they have been told."),
    )


def _add_party(project: Project) -> Answer:
    named = Organization.public_id == request.form.get("organization", "")
    approved = Organization.status == OrganizationStatus.APPROVED
    found = db.session.scalars(sa.select(Organization).where(named, approved)).all()
    form = party_form(found, PartyForm())
    return _decide(
        project,
        form,
        "party_form",
        lambda: services.add_party(
            db.session, signed_in(), project, found[0], OrganizationKind(form.role.data)
        ),
        _l("It takes part, and sees the project from now on."),
    )


def _remove_party(project: Project) -> Answer:
    """Take a party out; one that is out already stays out."""
    named = request.form.get("organization"), request.form.get("role")
    party = next(
        (one for one in project.parties if (one.organization.public_id, one.role) == named), None
    )
    if party is None:
        return _back(project)
    return _decide(
        project,
        MoveForm(),
        "move_form",
        lambda: services.remove_party(db.session, signed_in(), project, party),
        _l("It takes part no longer."),
    )


def _accept(project: Project) -> Answer:
    form = AcceptanceForm()
    form.offer()
    return _decide(
        project,
        form,
        "acceptance_form",
        lambda: acceptances.record(
            db.session,
            signed_in(),
            project,
            form.held_on.data or date.max,
            Verdict(form.verdict.data),
            parted(form.experts.data),
            form.opinion.data,
            form.document.data,
        ),
        _l("The acceptance is recorded."),
    )


_ACTS: dict[str, Act] = {
    "begin": _moving(Action.BEGIN, _l("The matchmaking has begun.")),
    "track": _moving(Action.TRACK, _l("The project is being tracked now.")),
    "reward": _moving(Action.REWARD, _l("The project is with the incentives now.")),
    "complete": _moving(Action.COMPLETE, _l("The project is completed.")),
    "terminate": _terminate,
    "no_policy": _record_no_policy,
    "assign": _assign,
    "add_party": _add_party,
    "remove_party": _remove_party,
    "accept": _accept,
}


def _decide(
    project: Project, form: Form, name: str, decide: Callable[[], Any], done: LazyString
) -> Answer:
    """Do it; where it is refused, say why on the page with what was typed."""
    if not form.validate_on_submit():
        return page(project, **{name: form}), BAD_REQUEST
    try:
        made = decide()
    except InputError as error:
        show_refusal(form, error)
        refused = " ".join(map(str, form.form_errors))
        return page(project, refused=refused, **{name: form}), BAD_REQUEST
    except NotVisibleError:
        raise
    except RefusalError as error:
        return page(project, refused=error.reason, **{name: form}), refusals.note(error)
    flash(str(done), "success")
    keep_file(form, made)
    return _back(project)


def _back(project: Project) -> Response:
    return see_page("projects.show", project_id=project.public_id)
