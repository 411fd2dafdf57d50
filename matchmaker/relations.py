"""How an actor stands to postings, matches and projects.

Each relation is there twice: for one loaded record, and as the condition of a SELECT
(`where_…`). `permissions` says which of them a permission asks for.
"""

from typing import Any

import sqlalchemy as sa

from models import (
    Match,
    MatchSide,
    MatchStatus,
    Need,
    PostingStatus,
    Project,
    Record,
    Region,
    Result,
    Revision,
    RevisionStatus,
    Role,
    User,
    Visibility,
)

ORGANIZATION_ROLES = frozenset({Role.MEMBER, Role.MANAGER, Role.BROKER})
REGION_ROLES = frozenset({Role.OFFICER, Role.DIRECTOR})

_BEFORE_THE_BUREAU = (PostingStatus.DRAFT, PostingStatus.INTERNAL_REVIEW)
_ASKED = (MatchStatus.RECOMMENDED, MatchStatus.AGREED, MatchStatus.DECLINED, MatchStatus.LAPSED)


def owns(actor: User | None, record: Record) -> bool:
    """Return whether a posting is the actor's own organisation's."""
    return bool(
        actor
        and actor.roles & ORGANIZATION_ROLES
        and posting_of(record).organization_id == actor.organization_id
    )


def where_own(actor: User | None, kind: Any) -> sa.ColumnElement[bool]:
    """Return `owns` as a condition on the postings of `kind`."""
    if actor is None or not actor.roles & ORGANIZATION_ROLES:
        return sa.false()
    own: sa.ColumnElement[bool] = kind.organization_id == actor.organization_id
    return own


def oversees(actor: User | None, record: Record) -> bool:
    """Return whether a posting has come before a bureau that is the actor's or below it."""
    posting = posting_of(record)
    return (
        in_region(actor, posting.region)
        and posting.status not in _BEFORE_THE_BUREAU
        and bool(posting.submitted_at or posting.published_at)
    )


def where_overseen(actor: User | None, kind: Any) -> sa.ColumnElement[bool]:
    """Return `oversees` as a condition on the postings of `kind`."""
    reached = sa.or_(kind.submitted_at.is_not(None), kind.published_at.is_not(None))
    return sa.and_(
        where_in_region(actor, kind.region_id), kind.status.not_in(_BEFORE_THE_BUREAU), reached
    )


def in_region(actor: User | None, region: Region) -> bool:
    """Return whether a region lies in the subtree that the actor acts for."""
    if actor is None or actor.region is None or not actor.roles & REGION_ROLES:
        return False
    return region.code.startswith(actor.region.subtree_prefix)


def where_in_region(actor: User | None, region_id: Any) -> sa.ColumnElement[bool]:
    """Return `in_region` as a condition on a column of region ids."""
    if actor is None or actor.region is None or not actor.roles & REGION_ROLES:
        return sa.false()
    prefix = actor.region.subtree_prefix
    inside: sa.ColumnElement[bool] = region_id.in_(
        sa.select(Region.id).where(Region.code.startswith(prefix))
    )
    return inside


def is_near(actor: User | None, record: Record) -> bool:
    """Return whether a posting is the actor's organisation's or in the actor's region."""
    return owns(actor, record) or oversees(actor, record)


def where_near(actor: User | None, kind: Any) -> sa.ColumnElement[bool]:
    """Return `is_near` as a condition on the postings of `kind`."""
    return sa.or_(where_own(actor, kind), where_overseen(actor, kind))


def sees_posting(actor: User | None, record: Record) -> bool:
    """Return whether the actor sees a posting at least in part."""
    posting = posting_of(record)
    return is_near(actor, posting) or (
        posting.status is PostingStatus.PUBLISHED and posting.visibility is not Visibility.INVITED
    )


def where_posting_is_seen(actor: User | None, kind: Any) -> sa.ColumnElement[bool]:
    """Return `sees_posting` as a condition on the postings of `kind`."""
    published = sa.and_(
        kind.status == PostingStatus.PUBLISHED, kind.visibility != Visibility.INVITED
    )
    return sa.or_(published, where_near(actor, kind))


def reads_text(actor: User | None, record: Record) -> bool:
    """Return whether the actor may read all of a posting's text."""
    posting = posting_of(record)
    return is_near(actor, posting) or (
        posting.status is PostingStatus.PUBLISHED and posting.visibility is Visibility.PUBLIC
    )


def sides(actor: User | None, match: Match) -> frozenset[MatchSide]:
    """Return the sides of a match that the actor's organisation is on."""
    postings: dict[MatchSide, Need | Result] = {
        MatchSide.NEED: match.need,
        MatchSide.RESULT: match.result,
    }
    return frozenset(side for side, posting in postings.items() if owns(actor, posting))


def runs(actor: User | None, record: Record) -> bool:
    """Return whether either posting of a match is in the actor's region."""
    match = match_of(record)
    return oversees(actor, match.need) or oversees(actor, match.result)


def is_assigned(actor: User | None, record: Record) -> bool:
    """Return whether the actor is the broker whom a match was given to."""
    broker_id = match_of(record).broker_id
    return bool(actor and Role.BROKER in actor.roles and broker_id == actor.id)


def sees_match(actor: User | None, record: Record) -> bool:
    """Return whether the actor sees a match, or a posting's matches where `record` is one.

    Whoever was asked about a match goes on seeing what became of it, published still or not.
    """
    if not isinstance(record, Match):
        return is_near(actor, record)
    postings = (record.need, record.result)
    concerned = any(is_near(actor, posting) for posting in postings) or is_assigned(actor, record)
    return concerned and all(
        sees_posting(actor, posting)
        or (record.status in _ASKED and posting.visibility is not Visibility.INVITED)
        for posting in postings
    )


def where_match_is_seen(actor: User | None) -> sa.ColumnElement[bool]:
    """Return `sees_match` as a condition on matches joined with their need and result."""
    concerned = [where_near(actor, Need), where_near(actor, Result)]
    if actor is not None and Role.BROKER in actor.roles:
        concerned.append(Match.broker_id == actor.id)
    asked = Match.status.in_(_ASKED)
    shown = (
        sa.or_(
            where_posting_is_seen(actor, kind),
            sa.and_(asked, kind.visibility != Visibility.INVITED),
        )
        for kind in (Need, Result)
    )
    return sa.and_(sa.or_(*concerned), *shown)


def where_revision_is_seen(actor: User | None) -> sa.ColumnElement[bool]:
    """Return the condition that a revision is the actor's own, or has come before their bureau."""
    with_bureau = Revision.status.not_in((RevisionStatus.DRAFT, RevisionStatus.INTERNAL_REVIEW))
    conditions = []
    for column, kind in ((Revision.need_id, Need), (Revision.result_id, Result)):
        own = column.in_(sa.select(kind.id).where(where_own(actor, kind)))
        overseen = column.in_(sa.select(kind.id).where(where_overseen(actor, kind)))
        conditions += [own, sa.and_(with_bureau, overseen)]
    return sa.or_(*conditions)


def sees_project(actor: User | None, record: Record) -> bool:
    """Return whether a project is the actor's organisation's, region's or charge."""
    if actor is None or not isinstance(record, Project):
        return False
    own = any(posting and owns(actor, posting) for posting in (record.need, record.result))
    return own or record.broker_id == actor.id or in_region(actor, record.region)


def where_project_is_seen(actor: User | None) -> sa.ColumnElement[bool]:
    """Return `sees_project` as a condition on projects."""
    if actor is None:
        return sa.false()
    return sa.or_(
        Project.need_id.in_(sa.select(Need.id).where(where_own(actor, Need))),
        Project.result_id.in_(sa.select(Result.id).where(where_own(actor, Result))),
        Project.broker_id == actor.id,
        where_in_region(actor, Project.region_id),
    )


def posting_of(record: Record) -> Need | Result:
    """Return the posting that a record is or revises.

    Raises:
        LookupError: it is neither.
    """
    if isinstance(record, Need | Result):
        return record
    if isinstance(record, Revision):
        return record.posting
    raise LookupError(f"{type(record).__name__} is no posting")


def match_of(record: Record) -> Match:
    """Return the record, which must be a match.

    Raises:
        LookupError: it is not.
    """
    if isinstance(record, Match):
        return record
    raise LookupError(f"{type(record).__name__} is no match")
