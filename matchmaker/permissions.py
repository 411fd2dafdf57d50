"""Who may do what: permissions, the roles that grant them, and the relations they ask for.

`can` answers for one record and says why not; `visible` is the same rule as a SELECT.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import sqlalchemy as sa

from matchmaker.i18n import _
from models import Match, Need, PostingStatus, Record, Region, Result, Role, User, Visibility

RecordT = TypeVar("RecordT", bound=Record)


class Permission(StrEnum):
    """Every permission, once."""

    ACCOUNT_SIGN_IN = "account:sign_in"
    ACCOUNT_SIGN_OUT = "account:sign_out"
    COMMON_TECHNOLOGY_READ = "common_technology:read"
    MATCH_JUDGE = "match:judge"
    MATCH_READ = "match:read"
    NEED_READ = "need:read"
    NEED_READ_TEXT = "need:read_text"
    ORGANIZATION_READ_OWN = "organization:read_own"
    PORTAL_READ = "portal:read"
    RESULT_READ = "result:read"
    RESULT_READ_TEXT = "result:read_text"


_VISITOR = frozenset(
    {
        Permission.ACCOUNT_SIGN_IN,
        Permission.NEED_READ,
        Permission.NEED_READ_TEXT,
        Permission.PORTAL_READ,
        Permission.RESULT_READ,
        Permission.RESULT_READ_TEXT,
    }
)
_SIGNED_IN = _VISITOR | {Permission.ACCOUNT_SIGN_OUT}
_BUSINESS = _SIGNED_IN | {Permission.MATCH_READ, Permission.ORGANIZATION_READ_OWN}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.MEMBER: _BUSINESS,
    Role.MANAGER: _BUSINESS,
    Role.BROKER: _BUSINESS,
    Role.OFFICER: _BUSINESS | {Permission.COMMON_TECHNOLOGY_READ, Permission.MATCH_JUDGE},
    Role.DIRECTOR: _BUSINESS | {Permission.COMMON_TECHNOLOGY_READ},
    Role.ADMIN: _SIGNED_IN,
    Role.AUDITOR: _SIGNED_IN,
}
ORGANIZATION_ROLES = frozenset({Role.MEMBER, Role.MANAGER, Role.BROKER})
REGION_ROLES = frozenset({Role.OFFICER, Role.DIRECTOR})


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
    return frozenset().union(*(GRANTS[role] for role in actor.roles))


def can(actor: User | None, permission: Permission, record: Record | None = None) -> Decision:
    """Return whether `actor` may do `permission`, to `record` where the permission needs one."""
    if permission not in granted(actor):
        if actor is None:
            return Decision(False, _("Please sign in first."))
        return Decision(False, _("Your role does not allow this."))
    if record is None:
        return ALLOWED
    match permission:
        case Permission.NEED_READ | Permission.RESULT_READ:
            return _decide(_may_see(actor, record))
        case Permission.NEED_READ_TEXT | Permission.RESULT_READ_TEXT:
            return _decide(_may_read_text(actor, record))
        case Permission.MATCH_READ:
            return _decide(_may_see_matches(actor, record))
        case Permission.MATCH_JUDGE:
            return _may_judge(actor, record)
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
        return statement.where(_posting_is_visible(actor, kind))
    if kind is Match:
        return (
            statement.join(Match.need)
            .join(Match.result)
            .where(sa.or_(_is_near(actor, Need), _is_near(actor, Result)))
            .where(_posting_is_visible(actor, Need), _posting_is_visible(actor, Result))
        )
    raise LookupError(f"no rule says who may see {kind.__name__}")


def _decide(allowed: bool) -> Decision:
    if allowed:
        return ALLOWED
    return Decision(False, _("This belongs to another organisation or region."))


def _posting_is_visible(actor: User | None, kind: Any) -> sa.ColumnElement[bool]:
    published = sa.and_(
        kind.status == PostingStatus.PUBLISHED, kind.visibility != Visibility.INVITED
    )
    return sa.or_(published, _is_near(actor, kind))


def _is_near(actor: User | None, kind: Any) -> sa.ColumnElement[bool]:
    """Return the condition that a posting is the actor's own organisation's or in their region."""
    conditions: list[sa.ColumnElement[bool]] = [sa.false()]
    if actor and actor.roles & ORGANIZATION_ROLES:
        conditions.append(kind.organization_id == actor.organization_id)
    if actor and actor.region and actor.roles & REGION_ROLES:
        subtree = sa.select(Region.id).where(Region.code.startswith(actor.region.subtree_prefix))
        conditions.append(sa.and_(kind.region_id.in_(subtree), kind.status != PostingStatus.DRAFT))
    return sa.or_(*conditions)


def _near(actor: User | None, posting: Need | Result) -> bool:
    """Answer for one loaded posting what `_is_near` answers in SQL."""
    if actor is None:
        return False
    if actor.roles & ORGANIZATION_ROLES and posting.organization_id == actor.organization_id:
        return True
    return bool(
        actor.roles & REGION_ROLES
        and actor.region
        and posting.region.code.startswith(actor.region.subtree_prefix)
        and posting.status is not PostingStatus.DRAFT
    )


def _may_see(actor: User | None, record: Record) -> bool:
    posting = _posting(record)
    return _near(actor, posting) or (
        posting.status is PostingStatus.PUBLISHED and posting.visibility is not Visibility.INVITED
    )


def _may_read_text(actor: User | None, record: Record) -> bool:
    posting = _posting(record)
    return _near(actor, posting) or (
        posting.status is PostingStatus.PUBLISHED and posting.visibility is Visibility.PUBLIC
    )


def _may_see_matches(actor: User | None, record: Record) -> bool:
    if isinstance(record, Match):
        near = _near(actor, record.need) or _near(actor, record.result)
        return near and _may_see(actor, record.need) and _may_see(actor, record.result)
    return _near(actor, _posting(record))


def _may_judge(actor: User | None, match: Record) -> Decision:
    """Who judges whether two texts fit must be able to read both of them whole."""
    if not isinstance(match, Match) or not _may_see_matches(actor, match):
        return _decide(False)
    if not may_read_text(actor, match.need) or not may_read_text(actor, match.result):
        return Decision(False, _("Only who may read both texts in full can say how well they fit."))
    if any(side.status is not PostingStatus.PUBLISHED for side in (match.need, match.result)):
        return Decision(False, _("One of the two is no longer published."))
    return ALLOWED


def _posting(record: Record) -> Need | Result:
    if isinstance(record, Need | Result):
        return record
    raise LookupError(f"this permission is not about {type(record).__name__}")
