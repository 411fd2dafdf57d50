"""What the pages share on which the forms of a project are filled in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Response, abort, flash, render_template
from wtforms import Form

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.inputs import InputError
from matchmaker.lifecycle.engine import NotVisibleError, RefusalError, StaleError
from matchmaker.permissions import Permission, RecordT, demand
from matchmaker.project_relations import project_of
from matchmaker.projects import access, files
from matchmaker.projects.views.pages import load_project
from matchmaker.web import refusals
from matchmaker.web.access import load_or_404, signed_in
from matchmaker.web.addresses import see_other
from matchmaker.web.inputs import show_refusal
from matchmaker.web.refusals import BAD_REQUEST
from models import Project, ProjectStage, Record, new_public_id

Answer = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class FormPage:
    """The page of one form: its heading, what stands now, the words of its button, where to go.

    `values` are what its template needs beside these.
    """

    project: Project
    form: Form
    heading: str
    button: str
    back: str
    facts: tuple[tuple[str, str], ...] = ()
    note: str = ""
    danger: bool = False
    template: str = "projects/form.html"
    values: dict[str, Any] = field(default_factory=dict)

    def shown(self) -> str:
        """Return the page as it stands."""
        return render_template(self.template, page=self, form=self.form, **self.values)


def open_project(
    project_id: str,
    permission: Permission,
    action: str,
    stages: frozenset[ProjectStage] = access.UNFINISHED,
) -> Project:
    """Return a project on which the actor may do something now.

    Raises:
        Refused: they may not.
        WrongStateError: it is in none of the stages for it.
    """
    project = load_project(project_id)
    demand(signed_in(), permission, project)
    access.demand_stage(project, action, stages)
    return project


def load_part(kind: type[RecordT], project_id: str, part_id: str, *options: Any) -> RecordT:
    """Return a part of a project; 404 if the actor does not see it or it is another project's."""
    part = load_or_404(kind, part_id, *options)
    if project_of(part).public_id != project_id:
        abort(404)
    return part


def answer(
    page: FormPage,
    write: Callable[[], Any],
    done: str,
    version: Callable[[], int] = lambda: 0,
) -> Answer:
    """Answer a form: show it, or do what it says and lead on.

    Where that is refused, the page says why and keeps what was typed; after somebody else's change
    it shows that and is good for another try. `version` reads what the form is then about. A file
    in the form becomes one of the record that `write` returns.
    """
    form = page.form
    if not form.is_submitted():
        return page.shown()
    if not form.validate():
        return page.shown(), BAD_REQUEST
    try:
        part = write()
    except InputError as error:
        show_refusal(form, error)
        return page.shown(), BAD_REQUEST
    except NotVisibleError:
        raise
    except RefusalError as error:
        return _refused(page, error, version), refusals.note(error)
    flash(done, "success")
    keep_file(form, part)
    return see_other(page.back)


def keep_file(form: Form, part: Record) -> None:
    """Keep the file of a form that has one; if that fails the rest is done, and the reader told."""
    if "file" in form:
        for refused in files.keep_all(db.session, signed_in(), part, form["file"].accepted):
            flash(refused, "error")


def _refused(page: FormPage, error: RefusalError, version: Callable[[], int]) -> str:
    form = page.form
    if isinstance(error, StaleError):
        reason = _("Somebody has changed it meanwhile. Compare, and send it again if it holds.")
    else:
        reason = error.reason
    form.form_errors.append(reason)
    for name, value in (("version", version()), ("key", new_public_id())):
        if name in form:
            form[name].data, form[name].raw_data = value, None
    return page.shown()
