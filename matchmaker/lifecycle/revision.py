"""The life of a revision: a change to a published text, which stays until this is approved."""

from matchmaker.i18n import _
from matchmaker.lifecycle.posting import reviewed_internally, sent_directly, unrestricted
from matchmaker.lifecycle.transition import Action, Case, Transition, all_of
from matchmaker.permissions import Permission
from matchmaker.relations import posting_of
from models import Event, PostingStatus, RevisionStatus


def live(case: Case) -> str | None:
    """Refuse to change a text that is not before the public any more, or not about to be again."""
    if posting_of(case.record).status not in (PostingStatus.PUBLISHED, PostingStatus.SUSPENDED):
        return _("The text is not published any more.")
    return None


_R = RevisionStatus

REVISION = (
    Transition(
        Action.SUBMIT,
        frozenset({_R.DRAFT, _R.RETURNED}),
        _R.INTERNAL_REVIEW,
        Permission.POSTING_WRITE,
        guard=all_of(live, unrestricted),
        event=Event.REVISION_TO_ENDORSE,
        applies=reviewed_internally,
    ),
    Transition(
        Action.SUBMIT,
        frozenset({_R.DRAFT, _R.RETURNED}),
        _R.SUBMITTED,
        Permission.POSTING_WRITE,
        guard=all_of(live, unrestricted),
        event=Event.REVISION_SUBMITTED,
        applies=sent_directly,
    ),
    Transition(
        Action.ENDORSE,
        frozenset({_R.INTERNAL_REVIEW}),
        _R.SUBMITTED,
        Permission.POSTING_ENDORSE,
        guard=all_of(live, unrestricted),
        event=Event.REVISION_SUBMITTED,
    ),
    Transition(
        Action.RETURN,
        frozenset({_R.INTERNAL_REVIEW}),
        _R.RETURNED,
        Permission.POSTING_ENDORSE,
        reason_required=True,
        event=Event.REVISION_RETURNED,
    ),
    Transition(
        Action.RETURN,
        frozenset({_R.SUBMITTED}),
        _R.RETURNED,
        Permission.POSTING_REVIEW,
        reason_required=True,
        event=Event.REVISION_RETURNED,
    ),
    Transition(
        Action.APPROVE,
        frozenset({_R.SUBMITTED}),
        _R.APPROVED,
        Permission.POSTING_REVIEW,
        guard=all_of(live, unrestricted),
        event=Event.REVISION_APPROVED,
    ),
    Transition(
        Action.REJECT,
        frozenset({_R.SUBMITTED}),
        _R.REJECTED,
        Permission.POSTING_REVIEW,
        reason_required=True,
        event=Event.REVISION_REJECTED,
    ),
    Transition(
        Action.RECALL,
        frozenset({_R.INTERNAL_REVIEW, _R.SUBMITTED}),
        _R.DRAFT,
        Permission.POSTING_WRITE,
        event=Event.POSTING_RECALLED,
    ),
    Transition(
        Action.WITHDRAW,
        frozenset({_R.INTERNAL_REVIEW, _R.SUBMITTED}),
        _R.WITHDRAWN,
        Permission.POSTING_WRITE,
        event=Event.POSTING_RECALLED,
    ),
    Transition(
        Action.WITHDRAW,
        frozenset({_R.DRAFT, _R.RETURNED}),
        _R.WITHDRAWN,
        Permission.POSTING_WRITE,
    ),
)
