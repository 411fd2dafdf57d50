"""Taking back what is under review, throwing a change away, and a change that is rejected."""

from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.db import transaction
from matchmaker.labels import label
from matchmaker.postings import revisions
from models import (
    Event,
    Need,
    Notification,
    PostingStatus,
    Revision,
    RevisionStatus,
    Role,
    StatusChange,
    User,
    now,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.forms import NEED, english, fill, only, press
from tests.functional.reviewing import decide, revise


def _submitted(poster: User, **values: Any) -> Need:
    return factories.need(
        organization=poster.organization,
        status=PostingStatus.SUBMITTED,
        published_at=None,
        submitted_at=now(),
        **values,
    )


def _told(session: Session) -> set[tuple[int, Event]]:
    session.rollback()
    rows = session.execute(sa.select(Notification.user_id, Notification.event))
    return {(row[0], row[1]) for row in rows}


def test_a_text_under_review_is_taken_back_edited_and_submitted_again(
    session: Session, client: FlaskClient, poster: User, officer: User
) -> None:
    need = _submitted(poster, title="旧标题", reviewer=officer)
    edit, recall = f"/needs/{need.public_id}/edit", f"/needs/{need.public_id}/recall"
    assert recall in client.get("/mine").text
    assert "Take it back" in english(client, edit)
    assert press(client, recall, version=need.version).location == edit
    assert only(session, Need).status is PostingStatus.DRAFT
    assert _told(session) == {(officer.id, Event.POSTING_RECALLED)}
    fill(client, edit, **NEED | {"title": "新标题"}, go="preview")
    press(client, f"/needs/{need.public_id}/submit")
    need = only(session, Need)
    assert (need.status, need.title) == (PostingStatus.SUBMITTED, "新标题")


def test_a_text_that_nobody_has_in_hand_is_taken_back_in_silence(
    session: Session, client: FlaskClient, poster: User, officer: User
) -> None:
    need = _submitted(poster)
    press(client, f"/needs/{need.public_id}/recall", version=need.version)
    assert _told(session) == set()


def test_the_manager_is_told_that_a_text_was_taken_back_from_the_own_review(
    session: Session, client: FlaskClient, poster: User
) -> None:
    manager = factories.user(Role.MANAGER, organization=poster.organization)
    need = factories.need(
        organization=poster.organization, status=PostingStatus.DRAFT, published_at=None
    )
    with transaction(session):
        need.organization.requires_internal_review = True
    for name in ("submit", "recall"):
        press(client, f"/needs/{need.public_id}/{name}")
    assert (manager.id, Event.POSTING_RECALLED) in _told(session)


def test_a_text_taken_back_from_an_older_page_stays(
    session: Session, client: FlaskClient, poster: User
) -> None:
    need = _submitted(poster)
    answer = press(client, f"/needs/{need.public_id}/recall", version=need.version - 1)
    assert answer.status_code == 409
    assert only(session, Need).status is PostingStatus.SUBMITTED


def test_who_has_a_text_in_hand_is_told_that_it_was_withdrawn_and_why(
    session: Session, client: FlaskClient, poster: User, officer: User, sign_in: SignIn
) -> None:
    need = _submitted(poster, title="不再需要", reviewer=officer)
    address = f"/needs/{need.public_id}/withdraw"
    page = english(client, address)
    assert "It will not be reviewed" in page
    assert "halls" not in page[page.index("<h1>") : page.index("</form>", page.index("<h1>"))]
    press(client, address, version=need.version, reason="已自行解决")
    sign_in(client, officer)
    page = client.get("/notices").text
    assert "A text was taken back from your review" in page
    assert "不再需要" in page
    assert "已自行解决" in page


def test_a_change_taken_back_is_in_the_form_again(
    session: Session, client: FlaskClient, poster: User, officer: User
) -> None:
    need = factories.need(organization=poster.organization, title="旧标题")
    edit = f"/needs/{need.public_id}/edit"
    fill(client, edit, **NEED | {"title": "新标题"}, go="preview")
    press(client, f"/needs/{need.public_id}/revise")
    assert client.get(edit).status_code == 409
    assert press(client, f"/needs/{need.public_id}/recall-change").location == edit
    revision = only(session, Revision)
    assert (revision.status, revision.posting.title) == (RevisionStatus.DRAFT, "旧标题")
    page = client.get(edit).text
    assert "新标题" in page
    assert "零下二十度" in page
    assert "Your change was taken back" in english(client, "/mine")
    fill(client, edit, **NEED | {"title": "更新的标题"}, go="preview")
    press(client, f"/needs/{need.public_id}/revise")
    again = only(session, Revision)
    assert again.id == revision.id
    assert (again.status, again.title) == (RevisionStatus.SUBMITTED, "更新的标题")


def test_throwing_a_change_away_asks_first_and_is_for_good(
    session: Session, client: FlaskClient, poster: User
) -> None:
    need = factories.need(organization=poster.organization, title="旧标题")
    edit, away = (f"/needs/{need.public_id}/{name}" for name in ("edit", "withdraw-change"))
    fill(client, edit, **NEED | {"title": "新标题"}, go="preview")
    press(client, f"/needs/{need.public_id}/revise")
    assert "What was changed is lost" in english(client, away)
    assert only(session, Revision).status is RevisionStatus.SUBMITTED
    press(client, away)
    assert only(session, Revision).status is RevisionStatus.WITHDRAWN
    page = client.get(edit).text
    assert "旧标题" in page
    assert "新标题" not in page
    for name in ("withdraw-change", "recall-change"):
        assert press(client, f"/needs/{need.public_id}/{name}").location == "/mine"


def test_a_rejected_change_leaves_the_published_text_and_says_why(
    session: Session, client: FlaskClient, reviewer: User, sign_in: SignIn
) -> None:
    need = factories.need(title="旧标题")
    revision = revise(session, need, title="新标题")
    author = session.get_one(User, revision.author_id)
    assert decide(client, revision, "reject").status_code == 200
    assert only(session, Revision).status is RevisionStatus.SUBMITTED
    decide(client, revision, "reject", "与原需求无关")
    revision = only(session, Revision)
    assert (revision.status, revision.posting.title) == (RevisionStatus.REJECTED, "旧标题")
    assert revisions.current(session, need) is None
    sign_in(client, author)
    page = client.get("/notices").text
    assert label(Event.REVISION_REJECTED) in page
    assert "与原需求无关" in page
    assert "旧标题" in client.get(f"/needs/{need.public_id}/edit").text


def test_a_draft_that_was_never_published_is_deleted_not_withdrawn(
    session: Session, client: FlaskClient, poster: User
) -> None:
    need = factories.need(
        organization=poster.organization,
        status=PostingStatus.DRAFT,
        published_at=None,
        title="写错了",
    )
    assert "Delete the draft" in english(client, "/mine")
    address = f"/needs/{need.public_id}/withdraw"
    page = english(client, address)
    assert "It has never been published" in page
    assert "open matches" not in page
    press(client, address, version=need.version)
    assert only(session, Need).status is PostingStatus.WITHDRAWN
    assert need.public_id not in client.get("/mine").text
    assert need.public_id in client.get("/mine?status=withdrawn").text


def test_what_became_of_a_text_taken_back_stands_in_its_history(
    session: Session, client: FlaskClient, poster: User
) -> None:
    need = _submitted(poster)
    press(client, f"/needs/{need.public_id}/recall", version=need.version)
    session.rollback()
    last = session.scalars(sa.select(StatusChange).order_by(StatusChange.id.desc())).first()
    assert last is not None
    assert (last.source, last.target, last.action) == ("submitted", "draft", "recall")
