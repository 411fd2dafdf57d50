"""From draft to the hall and out of it again, and what that does to the matches."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.lifecycle.engine import GuardedError, NotPermittedError, NotVisibleError
from matchmaker.matches import decisions
from matchmaker.permissions import Permission, can
from matchmaker.postings import services
from models import (
    Event,
    Match,
    MatchStatus,
    Notification,
    OutboxMessage,
    PostingStatus,
    Role,
    StatusChange,
    User,
)
from tests import factories

DRAFT, PUBLISHED = PostingStatus.DRAFT, PostingStatus.PUBLISHED


@pytest.fixture
def officer(session: Session) -> User:
    """Give the officer of the county where the factories' organizations are."""
    return factories.user(Role.OFFICER, region=factories.FEIXI)


def _told(session: Session, event: Event) -> set[int]:
    statement = sa.select(Notification.user_id).where(Notification.event == event)
    return set(session.scalars(statement))


def test_a_draft_goes_to_the_county_and_from_there_to_the_hall(
    session: Session, officer: User
) -> None:
    need = factories.need(status=DRAFT, published_at=None)
    member = factories.user(Role.MEMBER, organization=need.organization)
    assert not can(officer, Permission.NEED_READ, need)
    services.submit(session, member, need, need.version)
    assert need.status is PostingStatus.SUBMITTED
    assert need.submitted_at is not None
    assert _told(session, Event.POSTING_SUBMITTED) == {officer.id}
    services.publish(session, officer, need, need.version)
    assert need.status is PUBLISHED
    assert need.published_at is not None
    assert need.valid_until == today() + timedelta(days=365)
    queued = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == "propose")).one()
    assert queued.payload == {"need_id": need.id}
    assert _told(session, Event.POSTING_PUBLISHED) == {member.id}


def test_a_university_reviews_its_own_texts_first(session: Session, officer: User) -> None:
    university = factories.organization(requires_internal_review=True)
    result = factories.result(status=DRAFT, published_at=None, organization=university)
    researcher = factories.user(Role.MEMBER, organization=university)
    office = factories.user(Role.MANAGER, organization=university)
    services.submit(session, researcher, result)
    assert result.status is PostingStatus.INTERNAL_REVIEW
    assert _told(session, Event.POSTING_TO_ENDORSE) == {office.id}
    with pytest.raises(NotVisibleError):
        services.publish(session, officer, result)
    with pytest.raises(NotPermittedError):
        services.endorse(session, researcher, result)
    services.send_back(session, office, result, "缺少就绪度依据")
    assert not can(officer, Permission.RESULT_READ, result)
    services.submit(session, researcher, result)
    services.endorse(session, office, result)
    assert result.status.value == "submitted"
    assert _told(session, Event.POSTING_SUBMITTED) == {officer.id}


def test_the_poster_reads_why_a_text_came_back(session: Session, officer: User) -> None:
    need = factories.need(status=PostingStatus.SUBMITTED)
    author = factories.user(Role.MEMBER, organization=need.organization)
    factories.user(Role.MEMBER, organization=need.organization)
    with transaction(session):
        need.author_id = author.id
    services.send_back(session, officer, need, "指标没有检测方法")
    change = session.scalars(sa.select(StatusChange).order_by(StatusChange.id.desc())).first()
    assert change is not None
    assert change.reason == "指标没有检测方法"
    assert _told(session, Event.POSTING_RETURNED) == {author.id}


def test_a_text_goes_to_the_next_bureau_above_where_the_county_has_no_officer(
    session: Session,
) -> None:
    city = factories.user(Role.OFFICER, region=factories.HEFEI)
    factories.user(Role.OFFICER, region=factories.ANHUI)
    factories.user(Role.OFFICER, region=factories.WUHU)
    need = factories.need(status=DRAFT)
    services.submit(session, factories.user(organization=need.organization), need)
    assert _told(session, Event.POSTING_SUBMITTED) == {city.id}


def test_a_rejected_text_stays_rejected(session: Session, officer: User) -> None:
    need = factories.need(status=PostingStatus.SUBMITTED)
    services.reject(session, officer, need, "不属于技术需求")
    assert need.status is PostingStatus.REJECTED


def test_a_renewed_text_is_valid_for_a_year_and_its_history_has_no_new_state(
    session: Session,
) -> None:
    need = factories.need(valid_until=today())
    before = session.scalar(sa.select(sa.func.count(StatusChange.id)))
    services.renew(session, factories.user(organization=need.organization), need)
    assert need.valid_until == today() + timedelta(days=365)
    assert session.scalar(sa.select(sa.func.count(StatusChange.id))) == before


def test_texts_expire_the_day_after_their_last(session: Session) -> None:
    yesterday = today() - timedelta(days=1)
    over = factories.need(valid_until=yesterday)
    suspended = factories.result(valid_until=yesterday, status=PostingStatus.SUSPENDED)
    valid = factories.need(valid_until=today())
    for_ever = factories.result(valid_until=None)
    assert services.expire_overdue(session) == 2
    assert services.expire_overdue(session) == 0
    states = [posting.status for posting in (over, suspended, valid, for_ever)]
    assert states == [PostingStatus.EXPIRED] * 2 + [PUBLISHED] * 2
    with pytest.raises(GuardedError):
        services.expire(session, valid)


def _recommended(session: Session, officer: User) -> tuple[Match, User, User]:
    match = factories.match(factories.need(), factories.result())
    sides = [
        factories.user(Role.MANAGER, organization=posting.organization)
        for posting in (match.need, match.result)
    ]
    decisions.recommend(session, officer, match)
    return match, sides[0], sides[1]


def test_withdrawing_ends_the_open_matches_and_tells_both_sides(
    session: Session, officer: User
) -> None:
    match, enterprise, university = _recommended(session, officer)
    proposal = factories.match(match.need, factories.result())
    agreed = factories.match(match.need, factories.result(), status=MatchStatus.AGREED)
    services.withdraw(session, enterprise, match.need, "已自行解决")
    assert match.status is MatchStatus.LAPSED
    assert proposal.status is MatchStatus.DISMISSED
    assert agreed.status is MatchStatus.AGREED
    assert _told(session, Event.MATCH_CLOSED) == {university.id, officer.id}
    of_match = (StatusChange.subject_kind == "Match", StatusChange.subject_id == match.id)
    reasons = session.scalars(sa.select(StatusChange.reason).where(*of_match)).all()
    assert reasons[-1] == "withdrawn"
    assert can(university, Permission.MATCH_READ, match), "the other side sees what became of it"


def test_resuming_proposes_again_what_the_suspension_ended(session: Session, officer: User) -> None:
    match, enterprise, university = _recommended(session, officer)
    decisions.consent(session, enterprise, match)
    dismissed = factories.match(match.need, factories.result(), status=MatchStatus.DISMISSED)
    services.suspend(session, officer, match.need, "企业信息核实中")
    assert match.status is MatchStatus.LAPSED
    assert _told(session, Event.MATCH_CLOSED) == {enterprise.id, university.id}
    services.resume(session, officer, match.need)
    assert match.status.value == "proposed"
    assert match.consents == []
    assert dismissed.status is MatchStatus.DISMISSED, "people dismissed it, not the suspension"


def test_renewing_an_expired_text_proposes_again_what_its_end_ended(
    session: Session, officer: User
) -> None:
    match, enterprise, _university = _recommended(session, officer)
    with transaction(session):
        match.need.valid_until = today() - timedelta(days=90)
    services.expire(session, match.need)
    assert match.status is MatchStatus.LAPSED
    services.renew(session, enterprise, match.need, match.need.version)
    assert match.need.status is PUBLISHED
    assert match.need.valid_until == today() + timedelta(days=365)
    assert match.status.value == "proposed"
    queued = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == "propose")).all()
    assert [message.payload for message in queued] == [{"need_id": match.need.id}]


def test_a_text_whose_term_ended_long_ago_is_not_renewed(session: Session) -> None:
    need = factories.need(status=PostingStatus.EXPIRED, valid_until=today() - timedelta(days=91))
    with pytest.raises(GuardedError):
        services.renew(session, factories.user(organization=need.organization), need)
    assert need.status is PostingStatus.EXPIRED


def test_a_text_that_expired_while_it_was_suspended_is_not_renewed(
    session: Session, officer: User
) -> None:
    need = factories.need(valid_until=today() - timedelta(days=1))
    services.suspend(session, officer, need, "内容不实")
    services.expire(session, need)
    with pytest.raises(GuardedError):
        services.renew(session, factories.user(organization=need.organization), need)
    assert need.status is PostingStatus.EXPIRED


def test_what_rests_on_both_sides_comes_back_with_the_second(
    session: Session, officer: User
) -> None:
    match, _enterprise, _university = _recommended(session, officer)
    services.suspend(session, officer, match.need, "核实")
    services.suspend(session, officer, match.result, "核实")
    services.resume(session, officer, match.need)
    assert match.status is MatchStatus.LAPSED
    services.resume(session, officer, match.result)
    assert match.status.value == "proposed"
