"""How an actor stands to postings and matches.

Each relation is there twice: for one loaded record, and as the condition of a SELECT
(`where_…`). `permissions` says which of them a permission asks for.
"""

from collections.abc import Callable
from typing import Any, TypeGuard

import sqlalchemy as sa

from models import (
    Attachment,
    ImportBatch,
    Match,
    MatchSide,
    MatchStatus,
    Message,
    Need,
    OrganizationStatus,
    PostingInvitation,
    PostingStatus,
    Record,
    Region,
    Result,
    Revision,
    RevisionStatus,
    Role,
    User,
    Visibility,
    among,
    unindexed,
)

ORGANIZATION_ROLES = frozenset({Role.MEMBER, Role.MANAGER, Role.BROKER})
OWNER_ROLES = frozenset({Role.MEMBER, Role.MANAGER})
"""Who reads and answers for what their organization posts; a broker does so for nobody."""
REGION_ROLES = frozenset({Role.OFFICER, Role.DIRECTOR})

_BEFORE_THE_BUREAU = (PostingStatus.DRAFT, PostingStatus.INTERNAL_REVIEW)
_ASKED = (MatchStatus.RECOMMENDED, MatchStatus.AGREED, MatchStatus.DECLINED, MatchStatus.LAPSED)


def owns(actor: User | None, record: Record) -> bool:
    """Return whether a posting is the actor's own organization's."""
    return bool(
        actor
        and actor.roles & OWNER_ROLES
        and posting_of(record).organization_id == actor.organization_id
    )


def concerns_own_organization(actor: User | None, record: Record) -> bool:
    """Return whether a posting, or either one of a match, is of the organization one belongs to."""
    postings = (record.need, record.result) if isinstance(record, Match) else (posting_of(record),)
    own = actor.organization_id if actor else None
    return any(posting.organization_id == own for posting in postings)


def where_own(actor: User | None, kind: Any) -> sa.ColumnElement[bool]:
    """Return `owns` as a condition on the postings of `kind`."""
    if actor is None or not actor.roles & OWNER_ROLES:
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


def where_overseen(
    actor: User | None, kind: Any, column: Callable[[Any], Any] = lambda of: of
) -> sa.ColumnElement[bool]:
    """Return `oversees` as a condition on the postings of `kind`.

    `column` says how to ask for the region, where it is not to be looked up in an index.
    """
    reached = sa.or_(kind.submitted_at.is_not(None), kind.published_at.is_not(None))
    inside = where_in_region(actor, column(kind.region_id))
    return sa.and_(inside, kind.status.not_in(_BEFORE_THE_BUREAU), reached)


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
    return among(region_id, sa.select(Region.id).where(Region.code.startswith(prefix)))


def is_near(actor: User | None, record: Record) -> bool:
    """Return whether a posting is the actor's organization's or in the actor's region."""
    return owns(actor, record) or oversees(actor, record)


def where_near(actor: User | None, kind: Any) -> sa.ColumnElement[bool]:
    """Return `is_near` as a condition on the postings of `kind`."""
    return sa.or_(where_own(actor, kind), where_overseen(actor, kind))


def is_partner(actor: User | None, record: Record) -> bool:
    """Return whether the actor's organization has agreed with a posting's on a match with it."""
    posting = posting_of(record)
    if not _acts_for_an_organization(actor, OWNER_ROLES):
        return False
    own = actor.organization
    return posting in (own.opened_needs if isinstance(posting, Need) else own.opened_results)


def where_partner(actor: User | None, kind: Any) -> sa.ColumnElement[bool]:
    """Return `is_partner` as a condition on the postings of `kind`."""
    if not _acts_for_an_organization(actor, OWNER_ROLES):
        return sa.false()
    if kind is Need:
        agreed = sa.select(Match.need_id).join(Match.result).where(where_own(actor, Result))
    else:
        agreed = sa.select(Match.result_id).join(Match.need).where(where_own(actor, Need))
    opened = agreed.where(unindexed(Match.status) == MatchStatus.AGREED)
    return among(kind.id, opened.correlate(None))


def is_invited(actor: User | None, record: Record) -> bool:
    """Return whether a posting is for invited organizations and the actor's is one of them."""
    posting = posting_of(record)
    if posting.status is not PostingStatus.PUBLISHED or not _acts_for_an_organization(actor):
        return False
    own = actor.organization
    inviting = own.inviting_needs if isinstance(posting, Need) else own.inviting_results
    return posting.visibility is Visibility.INVITED and posting in inviting


def where_invited(actor: User | None, kind: Any) -> sa.ColumnElement[bool]:
    """Return `is_invited` as a condition on the postings of `kind`."""
    if not _acts_for_an_organization(actor):
        return sa.false()
    invited_to = PostingInvitation.need_id if kind is Need else PostingInvitation.result_id
    own = sa.select(invited_to).where(
        PostingInvitation.organization_id == actor.organization_id, invited_to.is_not(None)
    )
    return sa.and_(
        kind.status == PostingStatus.PUBLISHED,
        kind.visibility == Visibility.INVITED,
        among(kind.id, own),
    )


def _acts_for_an_organization(
    actor: User | None, roles: frozenset[Role] = ORGANIZATION_ROLES
) -> TypeGuard[User]:
    return (
        actor is not None
        and bool(actor.roles & roles)
        and actor.organization.status is OrganizationStatus.APPROVED
    )


def sees_posting(actor: User | None, record: Record) -> bool:
    """Return whether the actor sees a posting at least in part."""
    posting = posting_of(record)
    published = posting.status is PostingStatus.PUBLISHED
    return (
        is_near(actor, posting)
        or (published and posting.visibility is not Visibility.INVITED)
        or is_invited(actor, posting)
        or is_partner(actor, posting)
    )


def where_posting_is_seen(actor: User | None, kind: Any) -> sa.ColumnElement[bool]:
    """Return `sees_posting` as a condition on the postings of `kind`."""
    published = sa.and_(
        kind.status == PostingStatus.PUBLISHED, kind.visibility != Visibility.INVITED
    )
    theirs = (where_near(actor, kind), where_invited(actor, kind), where_partner(actor, kind))
    return sa.or_(published, *theirs)


def reads_text(actor: User | None, record: Record) -> bool:
    """Return whether the actor may read all of a posting's text."""
    posting = posting_of(record)
    published = posting.status is PostingStatus.PUBLISHED
    return (
        is_near(actor, posting)
        or (published and posting.visibility is Visibility.PUBLIC)
        or is_invited(actor, posting)
        or is_partner(actor, posting)
    )


def where_text_is_read(actor: User | None, kind: Any) -> sa.ColumnElement[bool]:
    """Return `reads_text` as a condition on the postings of `kind`."""
    public = sa.and_(kind.status == PostingStatus.PUBLISHED, kind.visibility == Visibility.PUBLIC)
    theirs = (where_near(actor, kind), where_invited(actor, kind), where_partner(actor, kind))
    return sa.or_(public, *theirs)


def sides(actor: User | None, match: Match) -> frozenset[MatchSide]:
    """Return the sides of a match that the actor's organization is on."""
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


def takes_part(actor: User | None, record: Record) -> bool:
    """Return whether the actor reads what is written on a match.

    That is: both sides, the broker it was given to and the officers of either region.
    """
    match = record.match if isinstance(record, Message) else match_of(record)
    runs_it = actor is not None and Role.OFFICER in actor.roles and runs(actor, match)
    within = bool(sides(actor, match)) or is_assigned(actor, match) or runs_it
    return within and sees_match(actor, match)


def where_takes_part(actor: User | None) -> sa.ColumnElement[bool]:
    """Return `takes_part` as a condition on matches joined with their need and result."""
    if actor is None:
        return sa.false()
    within = [where_own(actor, Need), where_own(actor, Result)]
    if Role.BROKER in actor.roles:
        within.append(Match.broker_id == actor.id)
    if Role.OFFICER in actor.roles:
        within += [where_overseen(actor, Need), where_overseen(actor, Result)]
    return sa.and_(sa.or_(*within), where_match_is_seen(actor))


def where_revises(condition: Callable[[Any], sa.ColumnElement[bool]]) -> sa.ColumnElement[bool]:
    """Return the condition that a revision is of a posting that meets `condition`.

    The posting is looked up for each revision: without the OFFSET of nothing, PostgreSQL reads
    every posting to make a table of those that meet it.
    """
    sides = ((Revision.need_id, Need), (Revision.result_id, Result))
    return sa.or_(
        *(
            sa.select(kind.id)
            .where(kind.id == revised, condition(kind))
            .correlate(Revision)
            .offset(0)
            .exists()
            for revised, kind in sides
        )
    )


def where_revision_is_seen(actor: User | None) -> sa.ColumnElement[bool]:
    """Return the condition that a revision is the actor's own, or has come before their bureau."""
    with_bureau = Revision.status.not_in((RevisionStatus.DRAFT, RevisionStatus.INTERNAL_REVIEW))
    return where_revises(
        lambda kind: sa.or_(
            where_own(actor, kind), sa.and_(with_bureau, where_overseen(actor, kind))
        )
    )


def where_import_is_seen(actor: User | None) -> sa.ColumnElement[bool]:
    """Return the condition that the actor brought an import in for their present organization."""
    if actor is None:
        return sa.false()
    own = ImportBatch.user_id == actor.id
    return sa.and_(own, ImportBatch.organization_id == actor.organization_id)


def where_attachment_is_seen(actor: User | None) -> sa.ColumnElement[bool]:
    """Return the condition that the actor may read the text that a file belongs to.

    What a change would add is for those who see the change; what is in a form that nobody has
    saved yet is for whoever put it there, while they belong to the same organization.
    """
    if actor is None:
        return sa.false()
    saved = sa.or_(Attachment.need_id.is_not(None), Attachment.result_id.is_not(None))
    of_text = (
        column.in_(sa.select(kind.id).where(where_text_is_read(actor, kind)))
        for column, kind in ((Attachment.need_id, Need), (Attachment.result_id, Result))
    )
    changes = sa.select(Revision.id).where(where_revision_is_seen(actor))
    return sa.and_(
        Attachment.deleted_at.is_(None),
        sa.or_(
            sa.and_(
                Attachment.uploaded_by_id == actor.id,
                Attachment.organization_id == actor.organization_id,
            ),
            sa.and_(saved, where_own(actor, Attachment)),
            sa.and_(Attachment.attached, sa.or_(*of_text)),
            Attachment.revision_id.in_(changes),
        ),
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
