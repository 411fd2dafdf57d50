"""The life of a need or a result."""

from datetime import date, timedelta

from matchmaker.disclosure import full_text
from matchmaker.i18n import _
from matchmaker.lifecycle.transition import Action, Case, Transition, all_of
from matchmaker.permissions import Permission
from matchmaker.relations import posting_of
from models import (
    Event,
    Organization,
    OrganizationStatus,
    PostingStatus,
    Record,
    Visibility,
)

RENEWABLE_DAYS = 90
"""How long after its term has ended a text can be renewed."""


def unrestricted(case: Case) -> str | None:
    """Refuse an organization that is not approved or under an integrity restriction, named."""
    organization = posting_of(case.record).organization
    return not_acting(organization) or restriction(organization, case.today)


def not_acting(organization: Organization) -> str | None:
    """Return why an organization may not act on the platform, in words."""
    if organization.status is OrganizationStatus.SUSPENDED:
        return _("The organization has been suspended.")
    if organization.status is not OrganizationStatus.APPROVED:
        return _("The organization has not been approved.")
    return None


def of_one_suspended(case: Case) -> str | None:
    """Refuse to hide what belongs to an organization that has not been suspended."""
    if posting_of(case.record).organization.status is OrganizationStatus.SUSPENDED:
        return None
    return _("The organization has not been suspended.")


def of_one_acting(case: Case) -> str | None:
    """Refuse to show what belongs to an organization that may not act."""
    return not_acting(posting_of(case.record).organization)


def restriction(organization: Organization, day: date) -> str | None:
    """Return the integrity restriction that an organization is under on a day, in words."""
    for one in organization.restrictions:
        if one.holds_on(day):
            return _(
                "The organization is under an integrity restriction: %(ground)s (%(source)s).",
                ground=one.ground,
                source=one.source_document,
            )
    return None


def complete(case: Case) -> str | None:
    """Refuse a posting without a title or a text, or a confidential one without a summary.

    One for invited organizations must name some.
    """
    posting = case.record
    if not posting.title.strip():
        return _("The title is missing.")
    if not full_text(posting).body:
        return _("The text is missing.")
    if posting.visibility is not Visibility.PUBLIC and not posting.public_summary.strip():
        if posting.visibility is Visibility.MASKED:
            return _("The public summary is missing: it is all that others will read.")
        return _("The public summary is missing: a project that comes of it is called by that.")
    if posting.visibility is Visibility.INVITED and not posting.invitations:
        return _("Nobody is invited yet. Name the organizations that may read it.")
    return None


def past_its_term(case: Case) -> str | None:
    """Refuse to expire a posting that is still valid."""
    if case.record.valid_until is None or case.record.valid_until >= case.today:
        return _("It is still valid.")
    return None


def reviewed_internally(record: Record) -> bool:
    """Return whether the posting's organization reviews its texts before the bureau does."""
    return posting_of(record).organization.requires_internal_review


def sent_directly(record: Record) -> bool:
    """Return whether the posting goes straight to the bureau."""
    return not reviewed_internally(record)


def renewable_until(record: Record) -> date | None:
    """Return the last day on which a posting whose term has ended can be renewed."""
    ended = posting_of(record).valid_until
    return ended + timedelta(days=RENEWABLE_DAYS) if ended else None


def lately_expired(case: Case) -> str | None:
    """Refuse to show a text again whose term ended long ago."""
    last = renewable_until(case.record)
    if last is None or last < case.today:
        return _(
            "Its term ended more than %(days)d days ago. Copy it to post it again.",
            days=RENEWABLE_DAYS,
        )
    return None


_P = PostingStatus

POSTING = (
    Transition(
        Action.SUBMIT,
        frozenset({_P.DRAFT, _P.RETURNED}),
        _P.INTERNAL_REVIEW,
        Permission.POSTING_WRITE,
        guard=all_of(unrestricted, complete),
        event=Event.POSTING_TO_ENDORSE,
        applies=reviewed_internally,
    ),
    Transition(
        Action.SUBMIT,
        frozenset({_P.DRAFT, _P.RETURNED}),
        _P.SUBMITTED,
        Permission.POSTING_WRITE,
        guard=all_of(unrestricted, complete),
        event=Event.POSTING_SUBMITTED,
        applies=sent_directly,
    ),
    Transition(
        Action.ENDORSE,
        frozenset({_P.INTERNAL_REVIEW}),
        _P.SUBMITTED,
        Permission.POSTING_ENDORSE,
        guard=all_of(unrestricted, complete),
        event=Event.POSTING_SUBMITTED,
    ),
    Transition(
        Action.RETURN,
        frozenset({_P.INTERNAL_REVIEW}),
        _P.RETURNED,
        Permission.POSTING_ENDORSE,
        reason_required=True,
        event=Event.POSTING_RETURNED,
    ),
    Transition(
        Action.RETURN,
        frozenset({_P.SUBMITTED}),
        _P.RETURNED,
        Permission.POSTING_REVIEW,
        reason_required=True,
        event=Event.POSTING_RETURNED,
    ),
    Transition(
        Action.PUBLISH,
        frozenset({_P.SUBMITTED}),
        _P.PUBLISHED,
        Permission.POSTING_REVIEW,
        guard=all_of(unrestricted, complete),
        event=Event.POSTING_PUBLISHED,
    ),
    Transition(
        Action.REJECT,
        frozenset({_P.SUBMITTED}),
        _P.REJECTED,
        Permission.POSTING_REVIEW,
        reason_required=True,
        event=Event.POSTING_REJECTED,
    ),
    Transition(
        Action.RECALL,
        frozenset({_P.INTERNAL_REVIEW, _P.SUBMITTED}),
        _P.DRAFT,
        Permission.POSTING_WRITE,
        event=Event.POSTING_RECALLED,
    ),
    Transition(Action.RENEW, frozenset({_P.PUBLISHED}), _P.PUBLISHED, Permission.POSTING_WRITE),
    Transition(
        Action.RENEW,
        frozenset({_P.EXPIRED}),
        _P.PUBLISHED,
        Permission.POSTING_WRITE,
        guard=all_of(lately_expired, unrestricted, complete),
    ),
    Transition(
        Action.SUSPEND,
        frozenset({_P.PUBLISHED}),
        _P.SUSPENDED,
        Permission.POSTING_REVIEW,
        reason_required=True,
        event=Event.POSTING_SUSPENDED,
    ),
    Transition(
        Action.RESUME,
        frozenset({_P.SUSPENDED}),
        _P.PUBLISHED,
        Permission.POSTING_REVIEW,
        guard=unrestricted,
        event=Event.POSTING_RESUMED,
    ),
    Transition(Action.HIDE, frozenset({_P.PUBLISHED}), _P.SUSPENDED, guard=of_one_suspended),
    Transition(Action.SHOW, frozenset({_P.SUSPENDED}), _P.PUBLISHED, guard=of_one_acting),
    Transition(Action.FULFIL, frozenset({_P.PUBLISHED}), _P.FULFILLED, Permission.POSTING_WRITE),
    Transition(
        Action.EXPIRE,
        frozenset({_P.PUBLISHED, _P.SUSPENDED}),
        _P.EXPIRED,
        guard=past_its_term,
        event=Event.POSTING_EXPIRED,
    ),
    Transition(
        Action.WITHDRAW,
        frozenset({_P.INTERNAL_REVIEW, _P.SUBMITTED}),
        _P.WITHDRAWN,
        Permission.POSTING_WRITE,
        event=Event.POSTING_RECALLED,
    ),
    Transition(
        Action.WITHDRAW,
        frozenset({_P.DRAFT, _P.RETURNED, _P.PUBLISHED, _P.SUSPENDED}),
        _P.WITHDRAWN,
        Permission.POSTING_WRITE,
    ),
)
