"""A changed text waits for approval; the published one stays until then."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.db import db, transaction
from matchmaker.lifecycle.engine import (
    GuardedError,
    NotPermittedError,
    RefusalError,
    StaleError,
)
from matchmaker.permissions import visible
from matchmaker.postings import invitations, revisions
from matchmaker.postings.texts import FIELDS, rewrite, written
from models import (
    CooperationMode,
    Event,
    Need,
    NeedKind,
    Notification,
    OutboxMessage,
    PostingStatus,
    PropertyKind,
    PropertyStatus,
    Result,
    ResultProperty,
    ResultStage,
    Revision,
    RevisionStatus,
    Role,
    User,
    Visibility,
)
from tests import factories


@pytest.fixture
def officer(session: Session) -> User:
    """Give the officer of the county where the factories' organizations are."""
    return factories.user(Role.OFFICER, region=factories.FEIXI)


def _changed(posting: Need | Result, **values: Any) -> dict[str, Any]:
    return written(posting) | values


def test_the_live_text_stays_until_its_revision_is_approved(
    session: Session, officer: User
) -> None:
    need = factories.need(title="旧标题")
    member = factories.user(Role.MEMBER, organization=need.organization)
    values = _changed(
        need,
        title="新标题",
        deadline="2027-06-30",
        modes=["licence", "joint"],
        metrics=[
            {"name": "耐热", "current": "", "target": "≥180", "unit": "℃", "test_method": "GB/T"}
        ],
    )
    revision = revisions.propose(session, member, need, values, need.version)
    assert revision.status is RevisionStatus.SUBMITTED
    assert (need.title, revision.before["title"]) == ("旧标题", "旧标题")
    revisions.approve(session, officer, revision, revision.version)
    session.refresh(need)
    assert need.title == "新标题"
    assert need.status is PostingStatus.PUBLISHED
    assert need.modes == [CooperationMode.JOINT, CooperationMode.LICENCE]
    assert [(m.name, m.target) for m in need.metrics] == [("耐热", "≥180")]
    assert "新标题" in need.search_text
    assert written(need) == {**values, "modes": ["joint", "licence"]}
    kinds = session.scalars(sa.select(OutboxMessage.kind)).all()
    assert "propose" in kinds


def test_a_text_survives_being_written_down_and_put_back(session: Session) -> None:
    result = factories.result(industry="it", stage=ResultStage.BENCH)
    with transaction(session):
        result.properties = [
            ResultProperty(
                position=0,
                kind=PropertyKind.INVENTION,
                number="ZL2026",
                status=PropertyStatus.GRANTED,
                holder="某高校",
            )
        ]
    before = written(result)
    with transaction(session):
        rewrite(result, before)
    session.refresh(result)
    assert written(result) == before
    assert result.stage is ResultStage.BENCH
    assert result.visibility is Visibility.PUBLIC


def test_every_column_that_people_write_is_part_of_the_text() -> None:
    own = {"contact", "reference"}  # neither is reviewed
    kept_by_the_platform = {
        "id",
        "public_id",
        "created_at",
        "updated_at",
        "version",
        "search_text",
        "import_batch_id",
        "valid_until",
        "submitted_at",
        "published_at",
        "reminded_on",
        "returned_texts",
        "status",
        "author_id",
        "organization_id",
        "region_id",
        "reviewer_id",
    }
    for kind, fields in FIELDS.items():
        columns = set(kind.__table__.columns.keys())
        assert columns - own - kept_by_the_platform == set(fields)


def test_a_returned_revision_is_written_anew(session: Session, officer: User) -> None:
    need = factories.need()
    member = factories.user(Role.MEMBER, organization=need.organization)
    revision = revisions.propose(session, member, need, _changed(need, title="甲"))
    revisions.send_back(session, officer, revision, "标题过短")
    again = revisions.propose(session, member, need, _changed(need, title="甲乙丙"))
    assert again.id == revision.id
    assert again.values["title"] == "甲乙丙"
    assert again.status is RevisionStatus.SUBMITTED
    assert [note.event for note in session.scalars(sa.select(Notification))].count(
        Event.REVISION_SUBMITTED
    ) == 2


def test_one_revision_at_a_time_is_under_review(session: Session) -> None:
    need = factories.need()
    member = factories.user(Role.MEMBER, organization=need.organization)
    revision = revisions.propose(session, member, need, _changed(need, title="甲"))
    with pytest.raises(GuardedError):
        revisions.propose(session, member, need, _changed(need, title="乙"))
    revisions.withdraw(session, member, revision)
    assert revisions.current(session, need) is None
    revisions.propose(session, member, need, _changed(need, title="乙"))


def test_the_database_keeps_a_second_open_revision_out(session: Session) -> None:
    need = factories.need()
    member = factories.user(Role.MEMBER, organization=need.organization)
    revisions.propose(session, member, need, _changed(need, title="甲"))
    with pytest.raises(IntegrityError), transaction(session):
        session.add(
            Revision(
                need=need, author_id=member.id, values={}, before={}, status=RevisionStatus.RETURNED
            )
        )


def test_an_unchanged_text_is_no_revision(session: Session) -> None:
    need = factories.need(kind=NeedKind.SERVICE)
    member = factories.user(Role.MEMBER, organization=need.organization)
    with pytest.raises(GuardedError):
        revisions.propose(session, member, need, written(need))


def test_a_draft_has_no_revisions(session: Session) -> None:
    need = factories.need(status=PostingStatus.DRAFT)
    member = factories.user(Role.MEMBER, organization=need.organization)
    with pytest.raises(GuardedError):
        revisions.propose(session, member, need, _changed(need, title="甲"))
    assert session.scalars(sa.select(Revision)).all() == []


def test_strangers_revise_nothing(session: Session, officer: User) -> None:
    need = factories.need()
    for actor in (factories.user(Role.MANAGER), officer):
        with pytest.raises(NotPermittedError):
            revisions.propose(session, actor, need, _changed(need, title="甲"))


def test_a_page_made_from_an_older_text_is_refused(session: Session) -> None:
    need = factories.need()
    member = factories.user(Role.MEMBER, organization=need.organization)
    with pytest.raises(StaleError):
        revisions.propose(session, member, need, _changed(need, title="甲"), need.version - 1)


def test_a_university_reviews_its_own_revisions_first(session: Session, officer: User) -> None:
    university = factories.organization(requires_internal_review=True)
    result = factories.result(organization=university)
    researcher = factories.user(Role.MEMBER, organization=university)
    office = factories.user(Role.MANAGER, organization=university)
    revision = revisions.propose(session, researcher, result, _changed(result, title="新成果"))
    assert revision.status is RevisionStatus.INTERNAL_REVIEW
    assert revision not in set(session.scalars(visible(officer, Revision)))
    revisions.endorse(session, office, revision)
    assert revision in set(session.scalars(visible(officer, Revision)))
    assert revision not in set(session.scalars(visible(factories.user(), Revision)))
    revisions.approve(session, officer, revision)
    assert result.title == "新成果"


def test_a_change_that_hides_its_text_behind_nothing_is_not_handed_in(session: Session) -> None:
    need = factories.need()
    member = factories.user(Role.MEMBER, organization=need.organization)
    values = _changed(need, visibility="masked", public_summary="")
    with pytest.raises(GuardedError):
        revisions.propose(session, member, need, values)
    assert session.scalars(sa.select(Revision)).all() == []


def test_a_revision_whose_last_guest_is_gone_is_not_approved(
    session: Session, officer: User
) -> None:
    need, guest = factories.need(), factories.organization()
    member = factories.user(Role.MEMBER, organization=need.organization)
    invitations.invite(session, member, need, guest.public_id)
    values = _changed(need, visibility="invited", public_summary="一项难题")
    revision = revisions.propose(session, member, need, values)
    invitations.uninvite(session, member, need, guest.public_id)
    with pytest.raises(GuardedError):
        revisions.approve(session, officer, revision)
    session.refresh(need)
    assert need.visibility is Visibility.PUBLIC
    assert revision.status is RevisionStatus.SUBMITTED


def test_two_revisions_at_once_leave_one(app: Flask, session: Session) -> None:
    need = factories.need()
    member = factories.user(Role.MEMBER, organization=need.organization)
    need_id, member_id = need.id, member.id
    session.rollback()

    def propose(number: int) -> bool:
        with app.app_context(), db.sessionmaker() as own:
            record, actor = own.get_one(Need, need_id), own.get_one(User, member_id)
            values = _changed(record, title=f"标题{number}")
            try:
                revisions.propose(own, actor, record, values)
            except RefusalError:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(propose, range(8))) == 1
    assert len(session.scalars(sa.select(Revision)).all()) == 1
