"""The life of a supervision order: issued, answered, closed; unanswered it climbs."""

from matchmaker.i18n import _
from matchmaker.lifecycle.publicity import another_than
from matchmaker.lifecycle.transition import Action, Case, Transition
from matchmaker.permissions import Permission
from models import Event, OrderStatus, RegionLevel


def unanswered_below_the_top(case: Case) -> str | None:
    """Refuse to let an order climb that is not overdue, or that the province has already."""
    if case.today <= case.record.due_on:
        return _("There is time to answer until %(day)s.", day=case.record.due_on)
    if case.record.level is RegionLevel.PROVINCE:
        return _("It is with the province already.")
    return None


_O = OrderStatus

SUPERVISION_ORDER = (
    Transition(
        Action.ANSWER,
        frozenset({_O.ISSUED}),
        _O.ANSWERED,
        Permission.ORDER_ANSWER,
        guard=another_than("issuer_id"),
        event=Event.ORDER_ANSWERED,
    ),
    Transition(
        Action.RETURN,
        frozenset({_O.ANSWERED}),
        _O.ISSUED,
        Permission.ORDER_ISSUE,
        reason_required=True,
        event=Event.ORDER_RETURNED,
    ),
    Transition(
        Action.CLOSE,
        frozenset({_O.ANSWERED}),
        _O.CLOSED,
        Permission.ORDER_ISSUE,
        event=Event.ORDER_CLOSED,
    ),
    Transition(
        Action.WITHDRAW,
        frozenset({_O.ISSUED}),
        _O.CLOSED,
        Permission.ORDER_ISSUE,
        reason_required=True,
        event=Event.ORDER_CLOSED,
    ),
    Transition(
        Action.CLIMB,
        frozenset({_O.ISSUED}),
        _O.ISSUED,
        guard=unanswered_below_the_top,
    ),
    Transition(
        Action.END,
        frozenset({_O.ISSUED, _O.ANSWERED}),
        _O.CLOSED,
        reason_required=True,
    ),
)
