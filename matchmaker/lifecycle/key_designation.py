"""The life of a key designation: nominated, in the reserve pool, key, removed."""

from datetime import date

from matchmaker.i18n import _
from matchmaker.lifecycle.posting import restriction
from matchmaker.lifecycle.publicity import another_than, not_on_notice, notice_over
from matchmaker.lifecycle.transition import Action, Case, Transition, all_of
from matchmaker.permissions import Permission
from models import Event, KeyStatus, Project


def restricted_party(project: Project, day: date) -> str | None:
    """Return which party of a project is under an integrity restriction on a day, and which."""
    for party in project.parties:
        refusal = restriction(party.organization, day)
        if refusal:
            return f"{party.organization.name}：{refusal}"
    return None


def parties_unrestricted(case: Case) -> str | None:
    """Refuse a project of which a party is under an integrity restriction."""
    return restricted_party(case.record.project, case.today)


def removal_proposed(case: Case) -> str | None:
    """Refuse a removal that nobody has proposed."""
    if case.record.removal_proposed_by_id is None:
        return _("Somebody has to propose the removal first.")
    return None


_K = KeyStatus

KEY_DESIGNATION = (
    Transition(
        Action.RESERVE,
        frozenset({_K.NOMINATED}),
        _K.RESERVE,
        Permission.KEY_RESERVE,
        guard=all_of(parties_unrestricted, another_than("nominated_by_id")),
        event=Event.KEY_RESERVED,
    ),
    Transition(
        Action.DISMISS,
        frozenset({_K.NOMINATED}),
        _K.REMOVED,
        Permission.KEY_RESERVE,
        reason_required=True,
        event=Event.KEY_REMOVED,
    ),
    Transition(
        Action.DESIGNATE,
        frozenset({_K.RESERVE}),
        _K.KEY,
        Permission.KEY_DESIGNATE,
        guard=all_of(parties_unrestricted, notice_over, another_than("nominated_by_id")),
        event=Event.KEY_DESIGNATED,
    ),
    Transition(
        Action.PROPOSE_REMOVAL,
        frozenset({_K.RESERVE}),
        _K.RESERVE,
        Permission.KEY_PROPOSE_REMOVAL,
        guard=not_on_notice,
        reason_required=True,
        event=Event.KEY_REMOVAL_PROPOSED,
    ),
    Transition(
        Action.PROPOSE_REMOVAL,
        frozenset({_K.KEY}),
        _K.KEY,
        Permission.KEY_PROPOSE_REMOVAL,
        reason_required=True,
        event=Event.KEY_REMOVAL_PROPOSED,
    ),
    Transition(
        Action.REMOVE,
        frozenset({_K.RESERVE, _K.KEY}),
        _K.REMOVED,
        Permission.KEY_DESIGNATE,
        guard=all_of(removal_proposed, another_than("removal_proposed_by_id")),
        event=Event.KEY_REMOVED,
    ),
)
