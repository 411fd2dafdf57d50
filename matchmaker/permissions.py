"""Who may do what: permissions, the roles that grant them, and the relations they ask for.

`can` answers for one record and says why not; `visible` is the same rule as a SELECT.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import sqlalchemy as sa

from matchmaker.i18n import _
from matchmaker.relations import (
    ORGANIZATION_ROLES,
    REGION_ROLES,
    is_assigned,
    match_of,
    oversees,
    owns,
    reads_text,
    runs,
    sees_match,
    sees_posting,
    sees_project,
    sides,
    where_match_is_seen,
    where_posting_is_seen,
    where_project_is_seen,
    where_revision_is_seen,
)
from models import (
    Invitation,
    Job,
    Match,
    MatchStatus,
    Need,
    Notification,
    Organization,
    OrganizationStatus,
    OutboxMessage,
    PostingStatus,
    Project,
    Record,
    Region,
    Result,
    Revision,
    Role,
    TypedForm,
    User,
    UserSession,
)

RecordT = TypeVar("RecordT", bound=Record)


class Permission(StrEnum):
    """Every permission, once."""

    ACCOUNT_MANAGE = "account:manage"
    ACCOUNT_SIGN_IN = "account:sign_in"
    ACCOUNT_SIGN_OUT = "account:sign_out"
    COMMON_TECHNOLOGY_READ = "common_technology:read"
    JOB_READ = "job:read"
    JOB_RETRY = "job:retry"
    MAIL_READ = "mail:read"
    MAIL_TEST = "mail:test"
    MATCH_ADD = "match:add"
    MATCH_ANSWER = "match:answer"
    MATCH_ASSIGN = "match:assign"
    MATCH_DISMISS = "match:dismiss"
    MATCH_JUDGE = "match:judge"
    MATCH_READ = "match:read"
    MATCH_READ_CONTACT = "match:read_contact"
    MATCH_RECOMMEND = "match:recommend"
    NEED_READ = "need:read"
    NEED_READ_TEXT = "need:read_text"
    NOTICE_READ = "notice:read"
    ORGANIZATION_CREATE = "organization:create"
    ORGANIZATION_EDIT_OWN = "organization:edit_own"
    ORGANIZATION_MANAGE_MEMBERS = "organization:manage_members"
    ORGANIZATION_READ_OWN = "organization:read_own"
    ORGANIZATION_REGISTER = "organization:register"
    ORGANIZATION_REVIEW = "organization:review"
    PORTAL_READ = "portal:read"
    POSTING_ENDORSE = "posting:endorse"
    POSTING_REVIEW = "posting:review"
    POSTING_WRITE = "posting:write"
    PROJECT_READ = "project:read"
    RESULT_READ = "result:read"
    RESULT_READ_TEXT = "result:read_text"
    REVIEW_READ = "review:read"
    USER_MANAGE = "user:manage"


_VISITOR = frozenset(
    {
        Permission.ACCOUNT_SIGN_IN,
        Permission.NEED_READ,
        Permission.NEED_READ_TEXT,
        Permission.ORGANIZATION_REGISTER,
        Permission.PORTAL_READ,
        Permission.RESULT_READ,
        Permission.RESULT_READ_TEXT,
    }
)
_SIGNED_IN = _VISITOR | {
    Permission.ACCOUNT_MANAGE,
    Permission.ACCOUNT_SIGN_OUT,
    Permission.NOTICE_READ,
}
_BUSINESS = _SIGNED_IN | {
    Permission.MATCH_READ,
    Permission.ORGANIZATION_READ_OWN,
    Permission.PROJECT_READ,
}
_MEMBER = _BUSINESS | {
    Permission.MATCH_ANSWER,
    Permission.MATCH_READ_CONTACT,
    Permission.POSTING_WRITE,
}
_OFFICER = {
    Permission.COMMON_TECHNOLOGY_READ,
    Permission.MATCH_ADD,
    Permission.MATCH_ASSIGN,
    Permission.MATCH_DISMISS,
    Permission.MATCH_JUDGE,
    Permission.MATCH_RECOMMEND,
    Permission.ORGANIZATION_REVIEW,
    Permission.POSTING_REVIEW,
    Permission.REVIEW_READ,
}
_MANAGER = {
    Permission.ORGANIZATION_EDIT_OWN,
    Permission.ORGANIZATION_MANAGE_MEMBERS,
    Permission.POSTING_ENDORSE,
    Permission.REVIEW_READ,
}
_ADMIN = {
    Permission.JOB_READ,
    Permission.JOB_RETRY,
    Permission.MAIL_READ,
    Permission.MAIL_TEST,
    Permission.ORGANIZATION_CREATE,
    Permission.USER_MANAGE,
}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.MEMBER: _MEMBER,
    Role.MANAGER: _MEMBER | _MANAGER,
    Role.BROKER: _BUSINESS | {Permission.MATCH_RECOMMEND},
    Role.OFFICER: _BUSINESS | _OFFICER,
    Role.DIRECTOR: _BUSINESS | {Permission.COMMON_TECHNOLOGY_READ},
    Role.ADMIN: _SIGNED_IN | _ADMIN,
    Role.AUDITOR: _SIGNED_IN,
}
BUREAU_ROLES = REGION_ROLES | {Role.ADMIN, Role.AUDITOR}
BUSINESS_ROLES = ORGANIZATION_ROLES | REGION_ROLES
# What is left to the people of an organisation that has not been approved, or not any more.
_UNAPPROVED = _SIGNED_IN | {Permission.ORGANIZATION_EDIT_OWN, Permission.ORGANIZATION_READ_OWN}

_RELATIONS: dict[Permission, Callable[[User | None, Record], bool]] = {
    Permission.MATCH_ADD: runs,
    Permission.MATCH_ANSWER: lambda actor, record: bool(sides(actor, match_of(record))),
    Permission.MATCH_ASSIGN: runs,
    Permission.MATCH_DISMISS: runs,
    Permission.MATCH_READ: sees_match,
    Permission.MATCH_RECOMMEND: lambda *asked: runs(*asked) or is_assigned(*asked),
    Permission.NEED_READ: sees_posting,
    Permission.NEED_READ_TEXT: reads_text,
    Permission.POSTING_ENDORSE: owns,
    Permission.POSTING_REVIEW: oversees,
    Permission.POSTING_WRITE: owns,
    Permission.PROJECT_READ: sees_project,
    Permission.RESULT_READ: sees_posting,
    Permission.RESULT_READ_TEXT: reads_text,
}

_OWN: dict[type[Record], Any] = {
    Notification: Notification.user_id,
    TypedForm: TypedForm.user_id,
    UserSession: UserSession.user_id,
}
"""What everybody sees their own of and nobody else's: whose a record is."""


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


def granted(actor: User | None) -> frozenset[Permission]:
    """Return the permissions that the actor's roles grant; None is a visitor."""
    if actor is None:
        return _VISITOR
    permissions = frozenset().union(*(GRANTS[role] for role in actor.roles))
    if actor.organization.status is OrganizationStatus.APPROVED:
        return permissions
    return permissions & _UNAPPROVED


def exclusion(roles: Collection[Role]) -> str:
    """Return why these roles may not meet in one user, "" where they may (三权分立).

    GB/T 22239-2019, level 3, 8.1.5: system administration, audit and business stay apart.
    """
    kinds = ({Role.ADMIN}, {Role.AUDITOR}, BUSINESS_ROLES)
    if sum(bool(kind & set(roles)) for kind in kinds) > 1:
        return _("Administrator, auditor and business roles never meet in one user.")
    return ""


def can(actor: User | None, permission: Permission, record: Record | None = None) -> Decision:
    """Return whether `actor` may do `permission`, to `record` where the permission needs one."""
    if permission not in granted(actor):
        if actor is None:
            return Decision(False, _("Please sign in first."))
        if actor.organization.status is not OrganizationStatus.APPROVED:
            return Decision(False, _("Your organisation has not been approved for this."))
        return Decision(False, _("Your role does not allow this."))
    if record is None:
        return ALLOWED
    if permission in _RELATIONS:
        return _decide(_RELATIONS[permission](actor, record))
    match permission:
        case Permission.MATCH_JUDGE:
            return _may_judge(actor, record)
        case Permission.MATCH_READ_CONTACT:
            return _may_read_contact(actor, record)
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
    if kind is Project:
        return statement.where(where_project_is_seen(actor))
    if kind is Revision:
        return statement.where(where_revision_is_seen(actor))
    if kind is Organization:
        return statement.where(_organization_is_visible(actor))
    if kind is User:
        return statement.where(_user_is_visible(actor))
    if kind is Invitation:
        managed = Permission.ORGANIZATION_MANAGE_MEMBERS in granted(actor)
        own = Invitation.organization_id == actor.organization_id if actor else sa.false()
        return statement.where(sa.and_(sa.literal(managed), own))
    if kind is Job or kind is OutboxMessage:
        return statement.where(sa.literal(Permission.JOB_READ in granted(actor)))
    if kind in _OWN:
        return statement.where(_OWN[kind] == (actor.id if actor else None))
    raise LookupError(f"no rule says who may see {kind.__name__}")


def _decide(allowed: bool) -> Decision:
    if allowed:
        return ALLOWED
    return Decision(False, _("This belongs to another organisation or region."))


def _may_read_contact(actor: User | None, record: Record) -> Decision:
    """Let the two sides of an agreed match, and nobody else, read each other's contacts."""
    match = match_of(record)
    if not sides(actor, match):
        return Decision(False, _("Contacts are for the two sides alone."))
    if match.status is not MatchStatus.AGREED:
        return Decision(False, _("Contacts open once both sides have agreed."))
    return ALLOWED


def _organization_is_visible(actor: User | None) -> sa.ColumnElement[bool]:
    """Return the condition that an organisation is one's own, in one's region, or any's admin's."""
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
    """Answer for an organisation or one of its users what managers and officers may do."""
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
