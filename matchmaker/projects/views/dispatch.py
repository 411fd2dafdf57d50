"""The page of the dispatch meeting: what is behind its plan, and the minutes as orders."""

from datetime import timedelta

from flask import Response, flash, render_template, request
from flask_babel import ngettext

from matchmaker.clock import today
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.inputs import InputError
from matchmaker.lifecycle.engine import NotVisibleError, RefusalError
from matchmaker.permissions import Permission
from matchmaker.postings.filters import load_choices
from matchmaker.projects import dispatch as queries
from matchmaker.projects import orders
from matchmaker.projects.dispatch import Agenda
from matchmaker.projects.order_forms import MinutesForm
from matchmaker.projects.orders import DAYS_TO_ANSWER, Demand
from matchmaker.projects.views.pages import blueprint
from matchmaker.relations import in_region
from matchmaker.web import refusals
from matchmaker.web.access import requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.inputs import show_refusal
from matchmaker.web.refusals import BAD_REQUEST
from models import Project, Region, new_public_id

Forms = dict[Project, MinutesForm]
Answer = str | Response | tuple[str, int]


@blueprint.route("/projects/dispatch", methods=["GET", "POST"])
@requires(Permission.ORDER_ISSUE)
def dispatch() -> Answer:
    """Show the yellow and red projects of the reader's region; make orders of the minutes."""
    return _issue_minutes() if request.method == "POST" else _show()


def _show() -> str:
    region = _region()
    agenda = queries.read_agenda(db.session, signed_in(), region)
    due_on = today() + timedelta(days=DAYS_TO_ANSWER)
    forms = {
        project: MinutesForm(prefix=_prefix(project), key=new_public_id(), due_on=due_on)
        for project in agenda.projects
    }
    return _page(agenda, forms, region=region)


def _issue_minutes() -> Answer:
    """Issue the orders of the minutes, all or none; on a fault all that was typed stays."""
    agenda = queries.read_again(db.session, signed_in(), request.form.getlist("project"))
    forms = {
        project: MinutesForm(request.form, prefix=_prefix(project)) for project in agenda.projects
    }
    filled = {project: form for project, form in forms.items() if form.text.data}
    if not filled:
        refused = _("Write what is demanded of at least one project.")
        return _page(agenda, forms, refused), BAD_REQUEST
    valid = [form.validate() for form in filled.values()]
    if not all(valid):
        return _page(agenda, forms, _not_issued()), BAD_REQUEST
    try:
        issued = orders.issue_all(db.session, signed_in(), _demands(filled))
    except InputError as error:
        named = (form for one, form in filled.items() if error.field.startswith(_prefix(one)))
        show_refusal(next(named), error)
        return _page(agenda, forms, _not_issued()), BAD_REQUEST
    except NotVisibleError:
        raise
    except RefusalError as error:
        title = getattr(error.record, "title", "")
        why = _("No order was issued. “%(title)s”: %(why)s", title=title, why=error.reason)
        return _page(agenda, forms, why), refusals.note(error)
    words = ngettext("%(num)s order was issued.", "%(num)s orders were issued.", len(issued))
    flash(words, "success")
    return see_page("projects.orders")


def _prefix(project: Project) -> str:
    """Return how the fields of a project's row are called."""
    return f"{project.public_id}-"


def _demands(filled: Forms) -> list[Demand]:
    return [Demand(project, **form.data) for project, form in filled.items()]


def _page(agenda: Agenda, forms: Forms, refused: str = "", region: Region | None = None) -> str:
    actor = signed_in()
    regions = load_choices(db.session).regions
    return render_template(
        "projects/dispatch.html",
        agenda=agenda,
        forms=forms,
        refused=refused,
        region=region,
        regions=[one for one in regions if in_region(actor, one)],
        today=today(),
    )


def _region() -> Region | None:
    """Return the region of the reader's that the address asks for, None for all of it."""
    code = request.args.get("region", "")
    known = load_choices(db.session).regions
    return next((one for one in known if one.code == code and in_region(signed_in(), one)), None)


def _not_issued() -> str:
    return _("No order was issued. Mend what is marked, and send all of them again.")
