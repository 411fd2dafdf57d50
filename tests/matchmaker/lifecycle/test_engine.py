"""A record moves once, in one transaction with its trail, or not at all."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.clock import today
from matchmaker.db import db, transaction
from matchmaker.lifecycle.engine import (
    GuardedError,
    NotPermittedError,
    ReasonMissingError,
    RefusalError,
    StaleError,
    WrongStateError,
    advance,
    available,
    follow,
)
from matchmaker.lifecycle.transition import Action
from models import (
    AuditEntry,
    Base,
    Event,
    IntegrityRestriction,
    Need,
    Notification,
    OrganizationStatus,
    OutboxMessage,
    PostingStatus,
    Role,
    StatusChange,
    User,
    Visibility,
)
from tests import factories

AT_ONCE = 50


@pytest.fixture
def officer(session: Session) -> User:
    """Give the officer of the county where the factories' organizations are."""
    return factories.user(Role.OFFICER, region=factories.FEIXI)


def _count(session: Session, kind: type[Base], *where: sa.ColumnElement[bool]) -> int:
    found = session.scalar(sa.select(sa.func.count()).select_from(kind).where(*where))
    assert found is not None
    return found


def _restrict(session: Session, need: Need, days_ago: int = 1, days_left: int = 1) -> None:
    with transaction(session):
        need.organization.restrictions.append(
            IntegrityRestriction(
                ground="提供虚假材料",
                starts_on=today() - timedelta(days=days_ago),
                ends_on=today() + timedelta(days=days_left),
                source_document="省失信通报〔2026〕9号",
            )
        )


def test_a_move_leaves_status_memory_audit_and_news(session: Session, officer: User) -> None:
    need = factories.need(status=PostingStatus.SUBMITTED)
    poster = factories.user(Role.MEMBER, organization=need.organization)
    advance(session, officer, need, Action.RETURN, reason=" 请补充指标 ", expected_version=1)
    assert need.status is PostingStatus.RETURNED
    assert need.version == 2
    change = session.scalars(
        sa.select(StatusChange).where(StatusChange.action == Action.RETURN)
    ).one()
    assert (change.source, change.target, change.reason) == ("submitted", "returned", "请补充指标")
    assert change.actor_id == officer.id
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "need:return")).one()
    assert (entry.subject_id, entry.outcome) == (need.id, "done")
    told = session.scalars(sa.select(Notification)).one()
    assert (told.user_id, told.event) == (poster.id, Event.POSTING_RETURNED)
    assert _count(session, OutboxMessage, OutboxMessage.kind == "mail") == 1
    assert audit.first_broken(session) is None


def test_a_refused_move_leaves_nothing(session: Session, officer: User) -> None:
    need = factories.need(status=PostingStatus.SUBMITTED)
    before = _count(session, AuditEntry), _count(session, StatusChange)
    with pytest.raises(ReasonMissingError):
        advance(session, officer, need, Action.RETURN, reason="  ")
    with pytest.raises(WrongStateError):
        advance(session, officer, need, Action.RESUME)
    assert need.status is PostingStatus.SUBMITTED
    assert (_count(session, AuditEntry), _count(session, StatusChange)) == before
    assert _count(session, Notification) == 0


def test_what_fails_after_the_move_takes_it_back(session: Session, officer: User) -> None:
    need = factories.need(status=PostingStatus.SUBMITTED)
    with pytest.raises(ZeroDivisionError), transaction(session):
        advance(session, officer, need, Action.PUBLISH)
        1 / 0  # noqa: B018
    session.refresh(need)
    assert need.status is PostingStatus.SUBMITTED
    assert _count(session, OutboxMessage) == 0


def test_a_page_made_from_an_older_version_is_refused(session: Session, officer: User) -> None:
    need = factories.need(status=PostingStatus.SUBMITTED)
    with transaction(session):
        need.title = "改过的标题"
    with pytest.raises(StaleError):
        advance(session, officer, need, Action.PUBLISH, expected_version=1)


def test_no_person_takes_what_is_left_to_the_clock(session: Session) -> None:
    need = factories.need(valid_until=today() - timedelta(days=1))
    owner = factories.user(Role.MANAGER, organization=need.organization)
    with pytest.raises(NotPermittedError):
        advance(session, owner, need, Action.EXPIRE)
    follow(session, None, need, Action.EXPIRE)
    assert need.status is PostingStatus.EXPIRED


def test_the_clock_takes_nothing_that_is_left_to_people(session: Session) -> None:
    with pytest.raises(LookupError):
        follow(session, None, factories.need(), Action.SUSPEND)


def test_an_organization_under_a_restriction_is_told_which(session: Session, officer: User) -> None:
    need = factories.need(status=PostingStatus.DRAFT)
    owner = factories.user(Role.MEMBER, organization=need.organization)
    _restrict(session, need)
    with pytest.raises(GuardedError, match=r"提供虚假材料.*省失信通报〔2026〕9号"):
        advance(session, owner, need, Action.SUBMIT)
    submitted = factories.need(status=PostingStatus.SUBMITTED, organization=need.organization)
    with pytest.raises(GuardedError, match="提供虚假材料"):
        advance(session, officer, submitted, Action.PUBLISH)
    offered = {option.action: option.decision for option in available(officer, submitted)}
    assert "提供虚假材料" in offered[Action.PUBLISH].reason
    assert offered[Action.RETURN]


@pytest.mark.parametrize(("days_ago", "days_left"), [(-1, 5), (5, -1)])
def test_a_restriction_holds_within_its_term_only(
    session: Session, days_ago: int, days_left: int
) -> None:
    need = factories.need(status=PostingStatus.DRAFT)
    owner = factories.user(Role.MEMBER, organization=need.organization)
    _restrict(session, need, days_ago, days_left)
    advance(session, owner, need, Action.SUBMIT)
    assert need.status is PostingStatus.SUBMITTED


def test_nothing_of_an_organization_without_approval_is_published(
    session: Session, officer: User
) -> None:
    need = factories.need(status=PostingStatus.SUBMITTED)
    with transaction(session):
        need.organization.status = OrganizationStatus.SUSPENDED
    with pytest.raises(GuardedError):
        advance(session, officer, need, Action.PUBLISH)


@pytest.mark.parametrize(
    "lacking",
    [
        {"title": " "},
        {"problem": "", "background": "", "tried": ""},
        {"visibility": Visibility.MASKED, "public_summary": ""},
    ],
)
def test_what_lacks_an_essential_is_not_submitted(
    session: Session, lacking: dict[str, object]
) -> None:
    need = factories.need(status=PostingStatus.DRAFT, **lacking)
    owner = factories.user(Role.MEMBER, organization=need.organization)
    with pytest.raises(GuardedError):
        advance(session, owner, need, Action.SUBMIT)


def _at_once(app: Flask, times: int, attempt: Callable[[Session], object]) -> list[object]:
    """Return what each of many simultaneous attempts, in sessions of their own, came to."""

    def run(_number: int) -> object:
        with app.app_context(), db.sessionmaker() as own:
            try:
                return attempt(own)
            except RefusalError as refusal:
                return type(refusal)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_fired_fifty_times_at_once_it_happens_once(
    app: Flask, session: Session, officer: User
) -> None:
    need = factories.need(status=PostingStatus.SUBMITTED)
    need_id, officer_id = need.id, officer.id
    session.rollback()

    def publish(own: Session) -> str:
        record, actor = own.get_one(Need, need_id), own.get_one(User, officer_id)
        advance(own, actor, record, Action.PUBLISH)
        return "published"

    outcomes = _at_once(app, AT_ONCE, publish)
    assert outcomes.count("published") == 1
    assert set(outcomes) <= {"published", StaleError, WrongStateError}
    assert _count(session, StatusChange, StatusChange.action == Action.PUBLISH) == 1
    assert _count(session, AuditEntry, AuditEntry.action == "need:publish") == 1
    session.refresh(need)
    assert (need.status, need.version) == (PostingStatus.PUBLISHED, 2)
