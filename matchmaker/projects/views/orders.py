"""Supervision orders: the list of them, and the page of one with what is done about it."""

from datetime import timedelta
from typing import Any

from flask import Response, flash, render_template, request, url_for
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.clock import today
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.inputs import InputError
from matchmaker.labels import label
from matchmaker.lifecycle.engine import (
    NotVisibleError,
    ReasonMissingError,
    RefusalError,
    available,
)
from matchmaker.lifecycle.transition import Action
from matchmaker.permissions import Permission, can
from matchmaker.project_relations import is_regional
from matchmaker.projects import order_lists
from matchmaker.projects import orders as services
from matchmaker.projects.access import UNFINISHED
from matchmaker.projects.order_forms import IssueOrderForm, OrderForm
from matchmaker.projects.views.pages import blueprint, load_project
from matchmaker.web import refusals
from matchmaker.web.access import load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.inputs import show_refusal
from matchmaker.web.refusals import BAD_REQUEST
from models import OrderStatus, Project, RegionLevel, SupervisionOrder, User, new_public_id

STATE_NAMES = {
    "open": _l("Still open"),
    "overdue": _l("Overdue"),
    "climbed": _l("Handed up"),
    "answered": _l("Answered"),
    "closed": _l("Closed"),
}
STEP_NAMES = {
    "issue": _l("Issued"),
    Action.ANSWER: _l("Answered"),
    Action.RETURN: _l("Sent back"),
    Action.CLOSE: _l("Closed"),
    Action.WITHDRAW: _l("Withdrawn"),
    Action.CLIMB: _l("Handed up, since nobody answered in time"),
    Action.END: _l("Closed, since the project has ended"),
}
DONE = {
    Action.ANSWER: _l("Answered. The bureau has been told."),
    Action.RETURN: _l("Sent back. The parties have been told."),
    Action.CLOSE: _l("Closed. The parties have been told."),
    Action.WITHDRAW: _l("Withdrawn. The parties have been told."),
}

Answer = str | Response | tuple[str, int]


@blueprint.get("/projects/orders")
@requires(Permission.PROJECT_READ)
def orders() -> str:
    """List the orders that the reader sees in one state, what is due first ahead."""
    wanted = request.args.get("project", "")
    return _list(load_project(wanted) if wanted else None)


@blueprint.post("/projects/orders/new")
@requires(Permission.ORDER_ISSUE)
def issue_order() -> Answer:
    """Demand something of one project."""
    form = IssueOrderForm()
    if not form.project.data:
        flash(_("Choose the project first, then demand something of it."), "warning")
        return see_page("projects.index")
    project = load_project(form.project.data)
    if not form.validate_on_submit():
        return _list(project, form), BAD_REQUEST
    said = {name: form.data[name] for name in ("text", "due_on", "key")}
    try:
        order = services.issue(db.session, signed_in(), project, **said)
    except InputError as error:
        show_refusal(form, error)
        return _list(project, form), BAD_REQUEST
    except NotVisibleError:
        raise
    except RefusalError as error:
        return _list(project, form, error.reason), refusals.note(error)
    flash(_("Issued. The parties have been told."), "success")
    return see_page("projects.order", order_id=order.public_id)


@blueprint.route("/projects/orders/<order_id>", methods=["GET", "POST"])
@requires(Permission.PROJECT_READ)
def order(order_id: str) -> Answer:
    """Show an order and what became of it; take an answer to it, or the decision on that."""
    found = _load(order_id)
    return _act_on(found) if request.method == "POST" else _page(found)


def _act_on(order: SupervisionOrder) -> Answer:
    order_id, form = order.public_id, OrderForm()
    action = next((one for one in DONE if one == form.action.data), None)
    if action is None:
        return _page(order, form, _("Choose what to do with the order.")), BAD_REQUEST
    if not form.validate_on_submit():
        return _page(order, form), BAD_REQUEST
    try:
        _act(order, action, form)
    except InputError as error:
        show_refusal(form, error)
        return _page(order, form), BAD_REQUEST
    except ReasonMissingError as error:
        show_refusal(form, InputError("reason", error.reason))
        return _page(order, form), refusals.note(error)
    except NotVisibleError:
        raise
    except RefusalError as error:
        return _page(order, form, error.reason), refusals.note(error)
    flash(str(DONE[action]), "success")
    return see_page("projects.order", order_id=order_id)


def _act(order: SupervisionOrder, action: Action, form: OrderForm) -> None:
    session, actor, said = db.session, signed_in(), form.data
    reason, version = said["reason"], said["version"]
    match action:
        case Action.ANSWER:
            services.answer(session, actor, order, said["answer"], version)
        case Action.RETURN:
            services.send_back(session, actor, order, reason, said["due_on"], version)
        case Action.CLOSE:
            services.close(session, actor, order, version)
        case _:
            services.withdraw(session, actor, order, reason, version)


def _load(order_id: str) -> SupervisionOrder:
    return load_or_404(
        SupervisionOrder,
        order_id,
        joinedload(SupervisionOrder.issuer).joinedload(User.organization),
        joinedload(SupervisionOrder.project).options(
            joinedload(Project.region), selectinload(Project.parties)
        ),
    )


def _list(project: Project | None, form: IssueOrderForm | None = None, refused: str = "") -> str:
    """Return the list, with the form to demand something of the one project that it is about."""
    actor = signed_in()
    chosen = order_lists.read_filter(request.args, project)
    found = order_lists.read_page(db.session, actor, chosen)
    values: dict[str, Any] = {"state": chosen.state, **chosen.parameters()}
    if form is None and project is not None and project.stage in UNFINISHED:
        may_issue = can(actor, Permission.ORDER_ISSUE, project)
        key = {"key": new_public_id(), "project": project.public_id}
        form = IssueOrderForm(None, **key) if may_issue else None
    return render_template(
        "projects/orders.html",
        rows=found.rows,
        chosen=chosen,
        values=values,
        states=STATE_NAMES,
        levels=RegionLevel,
        form=form,
        refused=refused,
        older=url_for("projects.orders", **{**values, "after": found.following})
        if found.following
        else None,
    )


def _page(order: SupervisionOrder, form: OrderForm | None = None, refused: str = "") -> str:
    actor = signed_in()
    return render_template(
        "projects/order.html",
        order=order,
        late=order_lists.days_late(order),
        issuer=order_lists.named(actor, order, order.issuer),
        steps=order_lists.history(db.session, actor, order),
        step_names=STEP_NAMES,
        options={option.action.value: option for option in available(actor, order)},
        note=_note(order),
        form=form or OrderForm(None, due_on=today() + timedelta(days=services.DAYS_TO_ANSWER)),
        refused=refused,
    )


def _note(order: SupervisionOrder) -> str:
    """Return why a bureau below does not decide on an order any more, "" where it is not so."""
    actor = signed_in()
    outranked = is_regional(actor, order) and not can(actor, Permission.ORDER_ISSUE, order)
    if not outranked or order.status is OrderStatus.CLOSED:
        return ""
    return _("A higher bureau decides on it: %(level)s.", level=label(order.level))
