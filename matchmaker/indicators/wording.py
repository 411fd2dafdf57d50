"""The counter's rules, and what is done with a key project, in words."""

from collections.abc import Mapping

from matchmaker.i18n import lazy_gettext as _l
from matchmaker.indicators.counter import Rule, Standing
from matchmaker.lifecycle.transition import Action

_STANDINGS: Mapping[str, object] = {
    Standing.COUNTED: _l("Counted"),
    Standing.RESERVE: _l("In the reserve pool"),
    Standing.EXCLUDED: _l("Excluded"),
}
_RULES: Mapping[str, object] = {
    Rule.COUNTS: _l("Designated key project, not removed, entered tracking in this year."),
    Rule.IN_RESERVE: _l("In the reserve pool, not designated yet."),
    Rule.NOT_DESIGNATED: _l("Nominated only: neither in the reserve pool nor designated."),
    Rule.REMOVED: _l("Turned down or removed from the list."),
    Rule.NOT_TRACKING: _l("Designated, but the project has not entered tracking."),
    Rule.OTHER_YEAR: _l("Entered tracking in another year and counts there."),
    Rule.SAME_CONTRACT: _l("Another project with the same contract number counts already."),
    Rule.SAME_PAIR: _l("Another project with the same need and result counts already."),
}
_ACTIONS: Mapping[str, object] = {
    Action.RESERVE: _l("Take into the reserve pool"),
    Action.DISMISS: _l("Turn the nomination down"),
    Action.ANNOUNCE: _l("Put on public notice"),
    Action.DESIGNATE: _l("Designate as key project"),
    Action.PROPOSE_REMOVAL: _l("Propose the removal"),
    Action.REMOVE: _l("Remove from the list"),
}
_DONE: Mapping[str, object] = {
    "nominate": _l("Nominated"),
    Action.RESERVE: _l("Taken into the reserve pool"),
    Action.DISMISS: _l("Nomination turned down"),
    Action.ANNOUNCE: _l("Put on public notice"),
    Action.DESIGNATE: _l("Designated key project"),
    Action.PROPOSE_REMOVAL: _l("Removal proposed"),
    Action.REMOVE: _l("Removed from the list"),
}


def rule_words(rule: str) -> str:
    """Return what put an entry on its list of the counter; a snapshot keeps the rule's value."""
    return str(_RULES[rule])


def standing_name(standing: str) -> str:
    """Return what a list of the counter is called."""
    return str(_STANDINGS[standing])


def action_name(action: Action) -> str:
    """Return what a button on the page of a key project says."""
    return str(_ACTIONS[action])


def done_words(action: str) -> str:
    """Return what a step that was taken is called."""
    return str(_DONE[action])
