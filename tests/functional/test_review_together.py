"""Approving many texts at once, and taking that back within ten minutes."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker import outbox
from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.postings import revisions
from matchmaker.postings import services as postings
from matchmaker.review.queries import PAGE_SIZE
from models import (
    Event,
    IntegrityRestriction,
    Job,
    Need,
    Notification,
    OutboxMessage,
    PostingStatus,
    RevisionStatus,
    Role,
    User,
    now,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import send, titles
from tests.functional.reviewing import (
    SUBMITTED,
    after_ten_minutes,
    approve,
    audited,
    choice,
    decide,
    page_of,
    revise,
    stored,
    waiting,
)
from tests.matchmaker.test_jobs import work_off


def test_texts_approved_together_are_published_after_ten_minutes(
    session: Session, client: FlaskClient, app: Flask, reviewer: User
) -> None:
    need, result = waiting(), waiting(factories.result)
    revision = revise(session, factories.need(), title="新标题")
    assert approve(client, need, result, revision).location == "/review?kind=need"
    work_off(app)
    session.rollback()
    assert {need.status, result.status, revision.status} == {"submitted"}
    assert stored(session, sa.select(Notification.event)).all() == ["revision_submitted"]
    page = client.get("/review").text
    assert titles(page) == []
    assert page.count('name="chosen"') == 3
    after_ten_minutes(session, app)
    assert (need.status, result.status) == (PostingStatus.PUBLISHED,) * 2
    assert (revision.status, revision.posting.title) == ("approved", "新标题")
    assert audited(session, "need:approve_later") == 1
    assert titles(client.get("/review").text) == []


def test_an_approval_undone_in_time_leaves_no_trace_outside(
    session: Session, client: FlaskClient, app: Flask, reviewer: User
) -> None:
    need = waiting()
    factories.user(Role.MEMBER, organization=need.organization)
    approve(client, need)
    answer = send(client, "/review/undo", "/review", chosen=[choice(need)])
    assert answer.status_code == 303
    after_ten_minutes(session, app)
    assert need.status is SUBMITTED
    assert stored(session, sa.select(Notification)).all() == []
    assert stored(session, sa.select(Job.outcome)).all() == [{"called_off": 1}]
    assert audited(session, "need:undo_approval") == 1
    assert titles(client.get("/review").text) == [need.title]
    approve(client, need)
    after_ten_minutes(session, app)
    assert need.status.value == "published"


def test_what_was_approved_together_leaves_the_list_and_is_undone_together(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    with factories.together():
        needs = [waiting() for _number in range(PAGE_SIZE + 2)]
    approve(client, *needs[:PAGE_SIZE])
    approve(client, needs[PAGE_SIZE])
    page = client.get("/review").text
    assert len(titles(page)) == 1
    assert '<span class="count">1</span>' in page
    last, first = re.findall(r'action="/review/undo".*?</form>', page, re.DOTALL)
    chosen = [re.findall(r'name="chosen" value="([^"]+)"', form) for form in (first, last)]
    assert chosen == [[choice(need) for need in needs[:PAGE_SIZE]], [choice(needs[PAGE_SIZE])]]
    send(client, "/review/undo", "/review", chosen=chosen[0])
    page = client.get("/review").text
    assert '<span class="count">21</span>' in page
    assert page.count('action="/review/undo"') == 1


def test_it_is_too_late_to_undo_what_is_in_effect(
    session: Session, client: FlaskClient, app: Flask, reviewer: User
) -> None:
    need = waiting()
    as_it_was = choice(need)
    approve(client, need)
    after_ten_minutes(session, app)
    send(client, "/review/undo", "/review", chosen=[as_it_was])
    assert (
        _("Too late for %(count)d: the approval is in effect or under way.", count=1)
        in client.get("/review").text
    )
    session.rollback()
    assert need.status is PostingStatus.PUBLISHED


def test_what_a_worker_has_begun_is_not_undone(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    need = waiting()
    approve(client, need)
    with transaction(session):
        session.execute(sa.update(OutboxMessage).values(due_at=now()))
    assert outbox.claim(session) is not None
    send(client, "/review/undo", "/review", chosen=[choice(need)])
    assert stored(session, sa.select(OutboxMessage.sent_at)).all() == [None]
    too_late = _("Too late for %(count)d: the approval is in effect or under way.", count=1)
    assert too_late in client.get("/review").text


def test_an_approval_that_failed_stands_before_its_reviewers_again(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    need = waiting(title="难题")
    approve(client, need)
    assert titles(client.get("/review").text) == []
    with transaction(session):
        session.execute(sa.update(OutboxMessage).values(due_at=now()))
    for attempt in range(2):
        taken = outbox.claim(session)
        assert taken is not None
        shown = ["难题"] if attempt else []
        page = client.get("/review").text
        assert (titles(page), page.count('action="/review/undo"')) == (shown, 0)
        outbox.fail(session, taken, "OSError")
        with transaction(session):
            session.execute(sa.update(OutboxMessage).values(due_at=now()))
    assert _("Its approval is under way.") in client.get(page_of(need)).text
    approve(client, need)
    assert _("Its approval is under way.") in client.get("/review").text
    decide(client, need, "publish")
    session.rollback()
    assert need.status is PostingStatus.PUBLISHED


def test_a_colleague_sees_what_was_approved_and_may_undo_it(
    app: Flask, sign_in: SignIn, session: Session, client: FlaskClient, reviewer: User
) -> None:
    need = waiting(title="难题")
    approve(client, need)
    colleague = app.test_client()
    sign_in(colleague, factories.user(Role.OFFICER, region=factories.HEFEI))
    page = colleague.get("/review").text
    assert _("Approved by %(name)s.", name=reviewer.name) in page
    assert "难题" in page
    assert _("Approved by %(name)s.", name=reviewer.name) not in client.get("/review").text
    elsewhere = app.test_client()
    sign_in(elsewhere, factories.user(Role.OFFICER, region=factories.WUHU))
    assert "难题" not in elsewhere.get("/review").text
    send(colleague, "/review/undo", "/review", chosen=[choice(need)])
    assert titles(client.get("/review").text) == ["难题"]


def test_approving_twice_publishes_once(
    session: Session, client: FlaskClient, app: Flask, reviewer: User
) -> None:
    need = waiting()
    approve(client, need)
    approve(client, need)
    assert len(stored(session, sa.select(OutboxMessage)).all()) == 1


def test_what_changed_since_it_was_read_is_not_approved(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    need = waiting(title="难题")
    stale = f"need:{need.public_id}:{need.version - 1}"
    send(client, "/review/approve", "/review", chosen=[stale])
    assert stored(session, sa.select(OutboxMessage)).all() == []
    assert "难题" in client.get("/review").text


@pytest.mark.parametrize("chosen", [[], ["x"], ["need:x:1"], ["user:x:1"], ["need:x:x"]])
def test_a_form_that_names_nothing_approves_nothing(
    session: Session, client: FlaskClient, reviewer: User, chosen: list[str]
) -> None:
    assert send(client, "/review/approve", "/review", chosen=chosen).status_code == 303
    assert stored(session, sa.select(OutboxMessage)).all() == []


def test_a_decision_taken_meanwhile_calls_the_planned_approval_off(
    session: Session, client: FlaskClient, app: Flask, reviewer: User
) -> None:
    need = waiting()
    approve(client, need)
    decide(client, need, "return", "再想想")
    after_ten_minutes(session, app)
    assert need.status is PostingStatus.RETURNED


@pytest.mark.parametrize("hindrance", ["restricted", "reviewer left"])
def test_an_approval_that_may_not_take_effect_any_more_does_not(
    session: Session, client: FlaskClient, app: Flask, reviewer: User, hindrance: str
) -> None:
    need = waiting()
    factories.user(Role.MEMBER, organization=need.organization)
    approve(client, need)
    with transaction(session):
        if hindrance == "restricted":
            need.organization.restrictions.append(
                IntegrityRestriction(ground="失信", starts_on=today(), source_document="文号")
            )
        if hindrance == "reviewer left":
            reviewer.active = False
    after_ten_minutes(session, app)
    assert need.status is not PostingStatus.PUBLISHED
    assert stored(session, sa.select(Job.outcome)).all() == [{"refused": 1}]
    assert audited(session, "need:publish", "refused") == 1


def test_a_manager_cannot_undo_what_the_bureau_approved(
    session: Session, client: FlaskClient, sign_in: SignIn, reviewer: User
) -> None:
    need = waiting()
    approve(client, need)
    sign_in(client, factories.user(Role.MANAGER, organization=need.organization))
    answer = send(client, "/review/undo", "/review", chosen=[choice(need)])
    assert answer.status_code == 403
    assert stored(session, sa.select(OutboxMessage.sent_at)).all() == [None]


@pytest.mark.parametrize("take_back", [postings.withdraw, postings.recall])
def test_a_text_taken_back_calls_the_planned_approval_off_and_its_reviewer_is_told(
    session: Session,
    client: FlaskClient,
    app: Flask,
    reviewer: User,
    take_back: Callable[[Session, User, Need], None],
) -> None:
    need = waiting()
    owner = factories.user(Role.MEMBER, organization=need.organization)
    approve(client, need)
    session.rollback()
    take_back(session, owner, need)
    after_ten_minutes(session, app)
    assert need.published_at is None
    assert {"called_off": 1} in stored(session, sa.select(Job.outcome)).all()
    told = stored(session, sa.select(Notification)).one()
    assert (told.user_id, told.event) == (reviewer.id, Event.POSTING_RECALLED)


def test_a_change_taken_back_calls_the_planned_approval_off(
    session: Session, client: FlaskClient, app: Flask, reviewer: User
) -> None:
    revision = revise(session, factories.need(), title="新标题")
    owner = session.get_one(User, revision.author_id)
    approve(client, revision)
    session.rollback()
    revisions.recall(session, owner, revision)
    after_ten_minutes(session, app)
    assert revision.status is RevisionStatus.DRAFT
    assert revision.posting.title != "新标题"
