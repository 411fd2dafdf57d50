"""Who is told of which event, and what kind of notice it is."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.project_relations import LEVELS, project_of, region_of
from matchmaker.relations import OWNER_ROLES, in_region, match_of, posting_of, takes_part
from models import (
    Claim,
    Event,
    KeyDesignation,
    Match,
    MatchSide,
    Message,
    Need,
    NoticeKind,
    Notification,
    Organization,
    PostingStatus,
    ProjectIssue,
    Record,
    Region,
    RegionLevel,
    Result,
    Revision,
    Role,
    SavedSearch,
    StatusChange,
    SupervisionOrder,
    User,
    UserRole,
)

Audience = Callable[[Session, Record], Iterable[User]]


def _reviewers(session: Session, subject: Record) -> Sequence[User]:
    """Return who has a text's review in hand, and the officers nearest to it."""
    nearest = _nearest(session, Role.OFFICER, posting_of(subject).region)
    return [*_in_hand(session, subject), *nearest]


def _in_hand(_session: Session, subject: Record) -> list[User]:
    """Return the officer who was given a review, if its text is still in their region."""
    if isinstance(subject, Need | Result | Revision):
        reviewer = subject.reviewer
        within = in_region(reviewer, posting_of(subject).region)
        return [reviewer] if reviewer and reviewer.active and within else []
    raise LookupError(f"{type(subject).__name__} is not reviewed")


def _who_had_it(session: Session, subject: Record) -> Sequence[User]:
    """Return who had a text in review when its poster took it back, as its last step says."""
    last = (
        sa.select(StatusChange.source)
        .where(StatusChange.subject_kind == type(subject).__name__)
        .where(StatusChange.subject_id == subject.id)
        .order_by(StatusChange.id.desc())
        .limit(1)
    )
    if session.scalar(last) == PostingStatus.INTERNAL_REVIEW:
        return _endorsers(session, subject)
    return _in_hand(session, subject)


def _nearest(session: Session, role: Role, region: Region | None) -> Sequence[User]:
    """Return who holds a role in a region or, if nobody does, in the nearest above it."""
    while region is not None:
        holders = _with_role(session, role, User.region_id == region.id)
        if holders:
            return holders
        region = region.parent
    return []


def nearest_officers(session: Session, region: Region) -> Sequence[User]:
    """Return the officers of a region or, if there are none, of the nearest above it."""
    return _nearest(session, Role.OFFICER, region)


def _themselves(_session: Session, subject: Record) -> list[User]:
    """Return the person that a summary of their own work is about."""
    if isinstance(subject, User):
        return [subject] if subject.active else []
    raise LookupError(f"{type(subject).__name__} is no user")


def _endorsers(session: Session, subject: Record) -> Sequence[User]:
    organization_id = posting_of(subject).organization_id
    return _with_role(session, Role.MANAGER, User.organization_id == organization_id)


def _posters(session: Session, subject: Record) -> Sequence[User]:
    return _owners(session, posting_of(subject))


def _invited(session: Session, subject: Record) -> Sequence[User]:
    """Return the managers of the organizations invited to a text and not told of that yet."""
    guests = [row.organization_id for row in posting_of(subject).invitations if not row.told]
    return _with_role(session, Role.MANAGER, User.organization_id.in_(guests))


def _broker(_session: Session, subject: Record) -> list[User]:
    match = match_of(subject)
    return [match.broker] if match.broker else []


def _both_sides(session: Session, subject: Record) -> list[User]:
    match = match_of(subject)
    return [*_owners(session, match.need), *_owners(session, match.result)]


def _in_charge(session: Session, subject: Record) -> list[User]:
    """Return the broker and whoever recommended the match."""
    match = match_of(subject)
    recommended_by = [match.recommended_by] if match.recommended_by else []
    return [*_broker(session, match), *recommended_by]


def _running(session: Session, subject: Record) -> list[User]:
    """Return the officers nearest to either text of a match, and whoever recommended it."""
    match = match_of(subject)
    regions = dict.fromkeys((match.need.region, match.result.region))
    nearest = [user for region in regions for user in _nearest(session, Role.OFFICER, region)]
    return [*nearest, *([match.recommended_by] if match.recommended_by else [])]


def _everybody(session: Session, subject: Record) -> list[User]:
    return [*_both_sides(session, subject), *_in_charge(session, subject)]


def _correspondents(session: Session, subject: Record) -> list[User]:
    """Return whoever follows the messages of a match and has read the notification before."""
    match = match_of(subject)
    wrote = sa.select(Message.author_id).where(Message.match_id == match.id)
    writers = session.scalars(sa.select(User).where(User.active, User.id.in_(wrote))).all()
    waiting = sa.select(Notification.user_id).where(
        Notification.event == Event.MESSAGE_WRITTEN,
        Notification.subject_kind == Match.__name__,
        Notification.subject_id == match.id,
        Notification.read_at.is_(None),
    )
    told = set(session.scalars(waiting))
    return [
        user
        for user in (*_everybody(session, match), *writers)
        if user.id not in told and takes_part(user, match)
    ]


def _unanswered(session: Session, subject: Record) -> list[User]:
    """Return the people of the sides that have yet to answer."""
    match = match_of(subject)
    return [user for side in unanswered(match) for user in _owners(session, posting(match, side))]


def _subscriber(_session: Session, subject: Record) -> list[User]:
    """Return whose a saved search is."""
    if isinstance(subject, SavedSearch):
        return [subject.user] if subject.user.active else []
    raise LookupError(f"{type(subject).__name__} is no saved search")


def unanswered(match: Match) -> list[MatchSide]:
    """Return the sides of a match that have not answered."""
    answered = {consent.side for consent in match.consents}
    return [side for side in MatchSide if side not in answered]


def posting(match: Match, side: MatchSide) -> Need | Result:
    """Return the posting on one side of a match."""
    return match.need if side is MatchSide.NEED else match.result


def _owners(session: Session, own: Need | Result) -> Sequence[User]:
    """Return whose matter a posting is: its author and the managers, all members if none is."""
    answers = User.role_rows.any(UserRole.role.in_(OWNER_ROLES))
    colleagues = sa.select(User).where(
        User.active, User.organization_id == own.organization_id, answers
    )
    manages = User.role_rows.any(UserRole.role == Role.MANAGER)
    concerned = colleagues.where(sa.or_(User.id == own.author_id, manages))
    return session.scalars(concerned).all() or session.scalars(colleagues).all()


def _with_role(session: Session, role: Role, where: sa.ColumnElement[bool]) -> Sequence[User]:
    holds = User.role_rows.any(UserRole.role == role)
    return session.scalars(sa.select(User).where(User.active, holds, where)).all()


def people(session: Session, organization_ids: Collection[int]) -> defaultdict[int, list[User]]:
    """Return by organization its managers; if it has none, all who act for it, brokers not."""
    found: defaultdict[int, list[User]] = defaultdict(list)
    for user in _with_role(session, Role.MANAGER, User.organization_id.in_(organization_ids)):
        found[user.organization_id].append(user)
    rest = set(organization_ids) - found.keys()
    if rest:
        answers = User.role_rows.any(UserRole.role.in_(OWNER_ROLES))
        inside = User.organization_id.in_(rest)
        for user in session.scalars(sa.select(User).where(User.active, answers, inside)):
            found[user.organization_id].append(user)
    return found


def _parties(session: Session, subject: Record) -> list[User]:
    """Return the people of a project's parties, and its broker."""
    project = project_of(subject)
    parties = {party.organization_id for party in project.parties}
    found = people(session, parties)
    everybody = [user for party in sorted(parties) for user in found[party]]
    return [*everybody, project.broker] if project.broker else everybody


def _project_people(session: Session, subject: Record) -> list[User]:
    """Return the parties of a project and the officer who runs it."""
    officer = project_of(subject).officer
    return [*_parties(session, subject), *([officer] if officer else [])]


def _owner(_session: Session, subject: Record) -> list[User]:
    return [subject.owner] if isinstance(subject, ProjectIssue) else []


def _watchers(session: Session, subject: Record) -> Sequence[User]:
    """Return the officers of the bureau whose hands an order is in, and whoever issued it."""
    if not isinstance(subject, SupervisionOrder):
        return []
    region: Region | None = subject.project.region
    while region and LEVELS.index(region.level) < LEVELS.index(subject.level):
        region = region.parent
    officers = _nearest(session, Role.OFFICER, region)
    return [*officers, subject.issuer] if subject.issuer else officers


def _deciders(session: Session, subject: Record) -> Sequence[User]:
    """Return the directors who decide next: on a claim the nearest, on a key project the top."""
    region: Region | None = region_of(subject)
    while isinstance(subject, KeyDesignation) and region and region.parent:
        region = region.parent
    return _nearest(session, Role.DIRECTOR, region)


def _reservers(session: Session, subject: Record) -> Sequence[User]:
    """Return the directors nearest to a nominated project, from the city upwards."""
    region = region_of(subject)
    above = region.parent if region.level is RegionLevel.COUNTY else region
    return _nearest(session, Role.DIRECTOR, above)


def _nominators(session: Session, subject: Record) -> list[User]:
    """Return the parties of a project on the list and whoever nominated it."""
    nominator = subject.nominated_by if isinstance(subject, KeyDesignation) else None
    return [*_parties(session, subject), *([nominator] if nominator else [])]


def _claimants(session: Session, subject: Record) -> Sequence[User]:
    if not isinstance(subject, Claim):
        return []
    return people(session, [subject.organization_id])[subject.organization_id]


def _claim_officers(session: Session, subject: Record) -> Sequence[User]:
    return _nearest(session, Role.OFFICER, region_of(subject))


def _claimants_and_reviewer(session: Session, subject: Record) -> list[User]:
    reviewer = subject.reviewed_by if isinstance(subject, Claim) else None
    return [*_claimants(session, subject), *([reviewer] if reviewer else [])]


def _registrars(session: Session, subject: Record) -> Sequence[User]:
    """Return the officers nearest to an organization that asks to be approved."""
    region = subject.region if isinstance(subject, Organization) else None
    return _nearest(session, Role.OFFICER, region)


def _managers(session: Session, subject: Record) -> Sequence[User]:
    """Return the managers of an organization."""
    return people(session, [subject.id])[subject.id]


TOLD: dict[Event, tuple[NoticeKind, Audience]] = {
    Event.POSTING_TO_ENDORSE: (NoticeKind.REVIEW, _endorsers),
    Event.POSTING_SUBMITTED: (NoticeKind.REVIEW, _reviewers),
    Event.POSTING_RETURNED: (NoticeKind.REVIEW, _posters),
    Event.POSTING_REJECTED: (NoticeKind.REVIEW, _posters),
    Event.POSTING_RECALLED: (NoticeKind.REVIEW, _who_had_it),
    Event.POSTING_PUBLISHED: (NoticeKind.REVIEW, _posters),
    Event.POSTING_SUSPENDED: (NoticeKind.REVIEW, _posters),
    Event.POSTING_RESUMED: (NoticeKind.REVIEW, _posters),
    Event.POSTING_EXPIRING: (NoticeKind.REMINDER, _posters),
    Event.POSTING_EXPIRED: (NoticeKind.REMINDER, _posters),
    Event.POSTING_INVITED: (NoticeKind.MATCH, _invited),
    Event.REVISION_TO_ENDORSE: (NoticeKind.REVIEW, _endorsers),
    Event.REVISION_SUBMITTED: (NoticeKind.REVIEW, _reviewers),
    Event.REVISION_RETURNED: (NoticeKind.REVIEW, _posters),
    Event.REVISION_REJECTED: (NoticeKind.REVIEW, _posters),
    Event.REVISION_APPROVED: (NoticeKind.REVIEW, _posters),
    Event.MATCH_ASSIGNED: (NoticeKind.MATCH, _broker),
    Event.MATCH_HANDED_BACK: (NoticeKind.MATCH, _running),
    Event.MATCH_RECOMMENDED: (NoticeKind.MATCH, _both_sides),
    Event.MATCH_RECALLED: (NoticeKind.MATCH, _everybody),
    Event.MATCH_CONSENTED: (NoticeKind.MATCH, _in_charge),
    Event.MATCH_AGREED: (NoticeKind.MATCH, _everybody),
    Event.MATCH_DECLINED: (NoticeKind.MATCH, _everybody),
    Event.MATCH_LAPSED: (NoticeKind.MATCH, _everybody),
    Event.MATCH_CLOSED: (NoticeKind.MATCH, _everybody),
    Event.MATCH_UNANSWERED: (NoticeKind.REMINDER, _unanswered),
    Event.MATCHES_TO_RECOMMEND: (NoticeKind.REMINDER, _themselves),
    Event.MATCHES_PROPOSED: (NoticeKind.SUBSCRIPTION, _posters),
    Event.SEARCH_FOUND: (NoticeKind.SUBSCRIPTION, _subscriber),
    Event.MESSAGE_WRITTEN: (NoticeKind.MESSAGE, _correspondents),
    Event.REVIEW_ASSIGNED: (NoticeKind.REVIEW, _in_hand),
    Event.ORGANIZATION_REGISTERED: (NoticeKind.REVIEW, _registrars),
    Event.ORGANIZATION_RESTRICTED: (NoticeKind.REVIEW, _managers),
    Event.ORGANIZATION_RELEASED: (NoticeKind.REVIEW, _managers),
    Event.PROJECT_OPENED: (NoticeKind.PROJECT, _project_people),
    Event.PROJECT_ADVANCED: (NoticeKind.PROJECT, _project_people),
    Event.PROJECT_TERMINATED: (NoticeKind.PROJECT, _project_people),
    Event.PROJECT_ISSUE_RAISED: (NoticeKind.PROJECT, _owner),
    Event.REPORT_DUE: (NoticeKind.REMINDER, _parties),
    Event.REPORT_OVERDUE: (NoticeKind.REMINDER, _project_people),
    Event.ORDER_ISSUED: (NoticeKind.PROJECT, _project_people),
    Event.ORDER_ANSWERED: (NoticeKind.PROJECT, _watchers),
    Event.ORDER_RETURNED: (NoticeKind.PROJECT, _project_people),
    Event.ORDER_CLOSED: (NoticeKind.PROJECT, _project_people),
    Event.ORDER_CLIMBED: (NoticeKind.PROJECT, _watchers),
    Event.KEY_NOMINATED: (NoticeKind.CLAIM, _reservers),
    Event.KEY_RESERVED: (NoticeKind.CLAIM, _nominators),
    Event.KEY_DESIGNATED: (NoticeKind.CLAIM, _nominators),
    Event.KEY_REMOVAL_PROPOSED: (NoticeKind.CLAIM, _deciders),
    Event.KEY_REMOVED: (NoticeKind.CLAIM, _nominators),
    Event.CLAIM_ESTIMATED: (NoticeKind.CLAIM, _claimants),
    Event.CLAIM_DRAFTED: (NoticeKind.CLAIM, _claimants),
    Event.CLAIM_SUBMITTED: (NoticeKind.CLAIM, _claim_officers),
    Event.CLAIM_RETURNED: (NoticeKind.CLAIM, _claimants),
    Event.CLAIM_REJECTED: (NoticeKind.CLAIM, _claimants),
    Event.CLAIM_REVIEWED: (NoticeKind.CLAIM, _claimants),
    Event.CLAIM_ON_NOTICE: (NoticeKind.CLAIM, _claimants),
    Event.NOTICE_ENDED: (NoticeKind.CLAIM, _deciders),
    Event.CLAIM_APPROVED: (NoticeKind.CLAIM, _claimants_and_reviewer),
    Event.CLAIM_PAID: (NoticeKind.CLAIM, _claimants),
    Event.CLAIM_CLAWED_BACK: (NoticeKind.CLAIM, _claimants),
}
"""What each event counts as, and who is told of it."""
