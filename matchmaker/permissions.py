"""Who may do what: what roles grant (`grants`), and the relations to a record that it asks for.

`can` answers for one record and says why not; `visible` is the same rule as a SELECT.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from matchmaker.grants import (
    BUREAU_ROLES,
    BUSINESS_ROLES,
    GRANTS,
    Permission,
    exclusion,
    granted,
)
from matchmaker.i18n import _
from matchmaker.project_relations import (
    WHERE_SEEN,
    holds_purse,
    is_regional,
    is_regional_from,
    nominates,
    owns_claim,
    sees_claim,
    watches,
    works_on,
)
from matchmaker.relations import (
    ORGANIZATION_ROLES,
    concerns_own_organization,
    is_assigned,
    is_partner,
    match_of,
    oversees,
    owns,
    reads_text,
    runs,
    sees_match,
    sees_posting,
    sides,
    takes_part,
    where_import_is_seen,
    where_match_is_seen,
    where_posting_is_seen,
    where_revision_is_seen,
    where_takes_part,
)
from models import (
    DocumentTemplate,
    ImportBatch,
    Invitation,
    Job,
    Match,
    MatchStatus,
    Message,
    Need,
    Notification,
    Organization,
    OrganizationStatus,
    OutboxMessage,
    PostingStatus,
    Record,
    Region,
    RegionLevel,
    Result,
    Revision,
    SavedSearch,
    TypedForm,
    User,
    UserSession,
)

__all__ = [
    "ALLOWED",
    "BUREAU_ROLES",
    "BUSINESS_ROLES",
    "GRANTS",
    "Decision",
    "Permission",
    "RecordT",
    "Refused",
    "can",
    "demand",
    "exclusion",
    "granted",
    "may_read_text",
    "visible",
]

RecordT = TypeVar("RecordT", bound=Record)

_RELATIONS: dict[Permission, Callable[[User | None, Record], bool]] = {
    Permission.BUDGET_READ: is_regional,
    Permission.BUDGET_SET: is_regional,
    Permission.CLAIM_APPROVE: holds_purse,
    Permission.CLAIM_DRAFT: owns_claim,
    Permission.CLAIM_PAY: holds_purse,
    Permission.CLAIM_READ: sees_claim,
    Permission.CLAIM_REVIEW: is_regional,
    Permission.CLAIM_SUBMIT: owns_claim,
    Permission.INDICATOR_FREEZE: is_regional,
    Permission.KEY_DESIGNATE: is_regional_from(RegionLevel.PROVINCE),
    Permission.KEY_NOMINATE: nominates,
    Permission.KEY_PROPOSE_REMOVAL: is_regional,
    Permission.KEY_RESERVE: is_regional_from(RegionLevel.CITY),
    Permission.MATCH_ADD: runs,
    Permission.MATCH_ANSWER: lambda actor, record: bool(sides(actor, match_of(record))),
    Permission.MATCH_ASSIGN: runs,
    Permission.MATCH_DISMISS: runs,
    Permission.MATCH_READ: sees_match,
    Permission.MATCH_RECOMMEND: lambda *asked: runs(*asked) or is_assigned(*asked),
    Permission.MESSAGE_READ: takes_part,
    Permission.NEED_READ: sees_posting,
    Permission.NEED_READ_TEXT: reads_text,
    Permission.ORDER_ANSWER: works_on,
    Permission.ORDER_ISSUE: watches,
    Permission.POLICY_PUBLISH: is_regional,
    Permission.POLICY_WRITE: is_regional,
    Permission.POSTING_ENDORSE: owns,
    Permission.POSTING_OVERSEE: oversees,
    Permission.POSTING_REVIEW: oversees,
    Permission.POSTING_WRITE: owns,
    Permission.PROJECT_OPEN: is_regional,
    Permission.PROJECT_READ: works_on,
    Permission.PROJECT_REPORT: works_on,
    Permission.PROJECT_RUN: is_regional,
    Permission.PUBLIC_NOTICE_SETTLE: is_regional,
    Permission.RESULT_READ: sees_posting,
    Permission.RESULT_READ_TEXT: reads_text,
}

_IMPARTIAL = frozenset(
    {
        Permission.MATCH_ADD,
        Permission.MATCH_ASSIGN,
        Permission.MATCH_DISMISS,
        Permission.MATCH_JUDGE,
        Permission.MATCH_RECOMMEND,
        Permission.POSTING_REVIEW,
    }
)
"""What nobody decides about a text of the organization they belong to."""

_OWN: dict[type[Record], Any] = {
    Notification: Notification.user_id,
    SavedSearch: SavedSearch.user_id,
    TypedForm: TypedForm.user_id,
    UserSession: UserSession.user_id,
}
"""What everybody sees their own of and nobody else's: whose a record is."""

_WHOLE: dict[type[Record], Permission] = {
    DocumentTemplate: Permission.DOCUMENT_TEMPLATE_EDIT,
    Job: Permission.JOB_READ,
    OutboxMessage: Permission.JOB_READ,
}
"""What those with a permission see all of, and nobody else any."""

_WHERE: dict[type[Record], Callable[[User | None], sa.ColumnElement[bool]]] = {
    ImportBatch: where_import_is_seen,
    Revision: where_revision_is_seen,
    **WHERE_SEEN,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is allowed and, if not, why, in the reader's language."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


ALLOWED = Decision(True)


class Refused(Exception):  # noqa: N818
    """The actor may see the record but not do this to it; `decision` says why."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.reason)
        self.decision = decision


def can(actor: User | None, permission: Permission, record: Record | None = None) -> Decision:
    """Return whether `actor` may do `permission`, to `record` where the permission needs one."""
    if permission not in granted(actor):
        return _not_granted(actor)
    if record is None:
        return ALLOWED
    if permission in _IMPARTIAL and concerns_own_organization(actor, record):
        reason = _("Somebody else of the bureau must decide about your own organization's text.")
        return Decision(False, reason)
    if permission in _RELATIONS:
        return _decide(_RELATIONS[permission](actor, record))
    match permission:
        case Permission.MATCH_JUDGE:
            return _may_judge(actor, record)
        case Permission.MATCH_READ_CONTACT:
            return _may_read_contact(actor, record)
        case Permission.MESSAGE_WRITE:
            return _may_write_message(actor, record)
        case (
            Permission.ORGANIZATION_EDIT_OWN
            | Permission.ORGANIZATION_MANAGE_MEMBERS
            | Permission.ORGANIZATION_REVIEW
        ):
            return _decide(_may_look_after(actor, permission, record))
        case _:
            return ALLOWED


def demand(actor: User | None, permission: Permission, record: Record) -> None:
    """Do nothing if `can` allows it.

    Raises:
        Refused: it does not; the exception carries the reason.
    """
    decision = can(actor, permission, record)
    if not decision:
        raise Refused(decision)


def may_read_text(actor: User | None, posting: Need | Result) -> bool:
    """Return whether `actor` may read all of a posting's text."""
    permission = (
        Permission.NEED_READ_TEXT if isinstance(posting, Need) else Permission.RESULT_READ_TEXT
    )
    return bool(can(actor, permission, posting))


def visible(actor: User | None, kind: type[RecordT]) -> sa.Select[RecordT]:
    """Return the SELECT of the records of `kind` that `actor` may see at least in part.

    Raises:
        LookupError: nobody has said who may see that kind.
    """
    statement = sa.select(kind)
    if kind is Need or kind is Result:
        return statement.where(where_posting_is_seen(actor, kind))
    if kind is Match:
        return statement.join(Match.need).join(Match.result).where(where_match_is_seen(actor))
    if kind is Message:
        reads = sa.literal(Permission.MESSAGE_READ in granted(actor))
        joined = statement.join(Message.match).join(Match.need).join(Match.result)
        return joined.where(reads, where_takes_part(actor))
    if kind in _WHERE:
        return statement.where(_WHERE[kind](actor))
    if kind is Organization:
        return statement.where(_organization_is_visible(actor))
    if kind is User:
        return statement.where(_user_is_visible(actor))
    if kind is Invitation:
        managed = Permission.ORGANIZATION_MANAGE_MEMBERS in granted(actor)
        own = Invitation.organization_id == actor.organization_id if actor else sa.false()
        return statement.where(sa.and_(sa.literal(managed), own))
    if kind in _WHOLE:
        return statement.where(sa.literal(_WHOLE[kind] in granted(actor)))
    if kind in _OWN:
        return statement.where(_OWN[kind] == actor.id if actor else sa.false())
    raise LookupError(f"no rule says who may see {kind.__name__}")


def _not_granted(actor: User | None) -> Decision:
    if actor is None:
        return Decision(False, _("Please sign in first."))
    if actor.organization.status is not OrganizationStatus.APPROVED:
        return Decision(False, _("Your organization has not been approved for this."))
    return Decision(False, _("Your role does not allow this."))


def _decide(allowed: bool) -> Decision:
    if allowed:
        return ALLOWED
    return Decision(False, _("This belongs to another organization or region."))


def _may_read_contact(actor: User | None, record: Record) -> Decision:
    """Let the two sides of an agreed match, and nobody else, read each other's contacts.

    Asked of a posting, it answers for the matches that its organization has agreed on.
    """
    if isinstance(record, Need | Result):
        return _decide(is_partner(actor, record))
    match = match_of(record)
    if not sides(actor, match):
        return Decision(False, _("Contacts are for the two sides alone."))
    if match.status is not MatchStatus.AGREED:
        return Decision(False, _("Contacts open once both sides have agreed."))
    return ALLOWED


def _may_write_message(actor: User | None, record: Record) -> Decision:
    """Let those who read a match's messages write some while it is open or agreed."""
    match = match_of(record)
    if not takes_part(actor, match):
        return _decide(False)
    if match.status is MatchStatus.PROPOSED:
        return Decision(False, _("Messages open once the match is recommended to both sides."))
    if match.status not in (MatchStatus.RECOMMENDED, MatchStatus.AGREED):
        return Decision(False, _("This match has ended; what was written can still be read."))
    return ALLOWED


def _organization_is_visible(actor: User | None) -> sa.ColumnElement[bool]:
    """Return the condition that an organization is one's own, in one's region, or any's admin's."""
    if actor is None:
        return sa.false()
    if Permission.USER_MANAGE in granted(actor):
        return sa.true()
    conditions: list[sa.ColumnElement[bool]] = [sa.false()]
    if actor.roles & ORGANIZATION_ROLES:
        conditions.append(Organization.id == actor.organization_id)
    if actor.region and Permission.ORGANIZATION_REVIEW in granted(actor):
        prefix = actor.region.subtree_prefix
        subtree = sa.select(Region.id).where(Region.code.startswith(prefix))
        conditions.append(Organization.region_id.in_(subtree))
    return sa.or_(*conditions)


def _user_is_visible(actor: User | None) -> sa.ColumnElement[bool]:
    """Return the condition that a user is oneself, a colleague one manages, or an admin's."""
    if actor is None:
        return sa.false()
    if Permission.USER_MANAGE in granted(actor):
        return sa.true()
    if Permission.ORGANIZATION_MANAGE_MEMBERS in granted(actor):
        return User.organization_id == actor.organization_id
    return User.id == actor.id


def _may_look_after(actor: User | None, permission: Permission, record: Record) -> bool:
    """Answer for an organization or one of its users what managers and officers may do."""
    organization = record.organization if isinstance(record, User | Invitation) else record
    if actor is None or not isinstance(organization, Organization):
        raise LookupError(f"this permission is not about {type(record).__name__}")
    if permission is Permission.ORGANIZATION_REVIEW:
        prefix = actor.region.subtree_prefix if actor.region else None
        return prefix is not None and organization.region.code.startswith(prefix)
    return organization.id == actor.organization_id


def _may_judge(actor: User | None, match: Record) -> Decision:
    """Who judges whether two texts fit must be able to read both of them whole."""
    if not isinstance(match, Match) or not sees_match(actor, match):
        return _decide(False)
    if not may_read_text(actor, match.need) or not may_read_text(actor, match.result):
        return Decision(False, _("Only who may read both texts in full can say how well they fit."))
    if any(side.status is not PostingStatus.PUBLISHED for side in (match.need, match.result)):
        return Decision(False, _("One of the two is no longer published."))
    return ALLOWED
