"""What posters do with what they wrote: preview, submit, change, withdraw, renew, copy."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.postings import revisions, services
from models import (
    AuditEntry,
    IntegrityRestriction,
    Need,
    PostingStatus,
    Result,
    Revision,
    RevisionStatus,
    Role,
    StatusChange,
    User,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.forms import LATER, NEED, english, fill, hidden, only, press


def test_a_published_text_stays_until_its_change_is_approved(
    session: Session, client: FlaskClient, poster: User, officer: User
) -> None:
    need = factories.need(organization=poster.organization, title="旧标题", contact={"name": "甲"})
    edit = f"/needs/{need.public_id}/edit"
    answer = fill(client, edit, **NEED | {"title": "新标题"}, go="preview")
    assert answer.location == f"/needs/{need.public_id}/preview"
    assert "新标题" in client.get(answer.location).text
    assert "新标题" in client.get(edit).text
    assert only(session, Need).title == "旧标题"
    assert press(client, f"/needs/{need.public_id}/revise").status_code == 303
    need = only(session, Need)
    revision = revisions.current(session, need)
    assert revision is not None
    assert (need.title, revision.values["title"]) == ("旧标题", "新标题")
    assert need.contact == {"name": "王工", "phone": "0551-12345678"}
    assert client.get(edit).status_code == 409  # a change is under review
    assert "A change is under review" in english(client, "/mine")
    revisions.send_back(session, officer, revision, "指标不清")
    assert "新标题" in client.get(edit).text
    press(client, f"/needs/{need.public_id}/withdraw-change")
    assert only(session, Revision).status is RevisionStatus.WITHDRAWN


def test_a_change_based_on_an_older_text_is_shown_beside_it(
    session: Session, client: FlaskClient, poster: User
) -> None:
    need = factories.need(organization=poster.organization, title="旧标题")
    fill(client, f"/needs/{need.public_id}/edit", **NEED | {"title": "我的"}, go="preview")
    with transaction(session):
        session.refresh(need)
        need.title = "审核后的"
    answer = press(client, f"/needs/{need.public_id}/revise")
    assert answer.status_code == 409
    assert "审核后的" in answer.text
    assert "我的" in answer.text


def test_the_contact_alone_is_changed_without_a_review(
    session: Session, client: FlaskClient, poster: User
) -> None:
    need = factories.need(organization=poster.organization)
    page = client.get(f"/needs/{need.public_id}/edit").text
    fields = {"title": need.title, "problem": need.problem, "modes": "joint", "kind": "technology"}
    data = hidden(page) | fields | {"visibility": "public", "contact_name": "李工"}
    client.post(f"/needs/{need.public_id}/edit", data=data | {"go": "preview"})
    press(client, f"/needs/{need.public_id}/revise")
    need = only(session, Need)
    assert need.contact == {"name": "李工"}
    assert revisions.current(session, need) is None


def test_a_restricted_organization_is_told_why_it_cannot_submit(
    session: Session, client: FlaskClient, poster: User
) -> None:
    with transaction(session):
        session.add(
            IntegrityRestriction(
                organization_id=poster.organization_id,
                ground="提供虚假材料",
                source_document="皖科〔2026〕7号",
                starts_on=today(),
            )
        )
    address = fill(client, "/needs/new", **NEED, go="preview").location
    page = client.get(address).text
    assert "提供虚假材料" in page
    assert "皖科〔2026〕7号" in page
    assert "/submit" not in page
    assert "提供虚假材料" in client.get("/mine").text
    answer = press(client, address.replace("preview", "submit"))
    assert answer.status_code == 409
    assert "提供虚假材料" in answer.text
    refused = sa.select(AuditEntry.action).where(AuditEntry.outcome == "refused")
    assert session.scalars(refused).all() == ["need:submit"]


def test_a_masked_draft_without_a_summary_is_not_submitted(
    session: Session, client: FlaskClient, poster: User
) -> None:
    masked = NEED | {"visibility": "masked", "public_summary": ""}
    address = fill(client, "/needs/new", **masked, go="preview").location
    page = english(client, address)
    assert "The public summary is missing" in page
    assert "Without a public summary" in page
    assert "Without a title" not in page


def test_the_poster_is_told_what_a_summary_gives_away(client: FlaskClient, poster: User) -> None:
    masked = NEED | {"visibility": "masked", "public_summary": "锂电池快充的一项难题。"}
    page = english(client, fill(client, "/needs/new", **masked, go="preview").location)
    assert "The public summary gives this away of the hidden text: “锂电池”, “快充”" in page
    discreet = masked | {"public_summary": "一项储能难题。"}
    page = english(client, fill(client, "/needs/new", **discreet, go="preview").location)
    assert "gives this away" not in page


def test_what_was_returned_says_why_on_its_own_page(
    session: Session, client: FlaskClient, poster: User, officer: User
) -> None:
    need = factories.need(organization=poster.organization, status=PostingStatus.SUBMITTED)
    services.send_back(session, officer, need, "指标没有检测方法")
    assert "指标没有检测方法" in client.get(f"/needs/{need.public_id}").text


def test_the_preview_of_a_masked_text_shows_its_summary_first(
    session: Session, client: FlaskClient, poster: User
) -> None:
    masked = NEED | {"visibility": "masked", "public_summary": "一项电池难题。"}
    page = client.get(fill(client, "/needs/new", **masked, go="preview").location).text
    seen, whole = page.split("previewed-whole")
    assert "一项电池难题。" in seen
    public = seen[seen.index('class="previewed"') :]
    assert "零下二十度" not in public
    assert poster.organization.name not in public
    assert "零下二十度" in whole


def test_withdrawing_asks_first_and_is_for_good(
    session: Session, client: FlaskClient, poster: User
) -> None:
    need = factories.need(organization=poster.organization)
    address = f"/needs/{need.public_id}/withdraw"
    assert need.title in client.get(address).text
    assert only(session, Need).status is PostingStatus.PUBLISHED
    press(client, address, version=need.version, reason="已自行解决")
    assert only(session, Need).status is PostingStatus.WITHDRAWN
    assert session.scalars(sa.select(StatusChange.reason)).all()[-1] == "已自行解决"
    assert client.get(f"/needs/{need.public_id}/edit").status_code == 409


def test_renewing_and_settling(session: Session, client: FlaskClient, poster: User) -> None:
    result = factories.result(organization=poster.organization, valid_until=today())
    press(client, f"/results/{result.public_id}/renew", version=result.version)
    result = only(session, Result)
    assert result.valid_until == today() + timedelta(days=365)
    press(client, f"/results/{result.public_id}/fulfil", version=result.version)
    assert only(session, Result).status is PostingStatus.FULFILLED


def test_an_expired_text_can_be_renewed_for_a_while(
    session: Session, client: FlaskClient, poster: User
) -> None:
    lately, long_ago = (
        factories.need(
            organization=poster.organization,
            status=PostingStatus.EXPIRED,
            valid_until=today() - timedelta(days=days),
        )
        for days in (20, 100)
    )
    page = english(client, "/mine")
    last = today() + timedelta(days=70)
    assert f"If it still holds, renew it by {last.isoformat()}." in page
    assert "Renew for a year: Its term ended more than 90 days ago." in page
    for need, answered in ((lately, 303), (long_ago, 409)):
        answer = press(client, f"/needs/{need.public_id}/renew", version=need.version)
        assert answer.status_code == answered
    session.rollback()
    states = (lately.status, long_ago.status)
    assert states == (PostingStatus.PUBLISHED, PostingStatus.EXPIRED)


def test_a_copy_is_a_draft_of_its_own_and_one_however_often_it_is_asked_for(
    session: Session, client: FlaskClient, poster: User
) -> None:
    result = factories.result(organization=poster.organization, registration_no="2026340100AB")
    answers = [
        press(client, f"/results/{result.public_id}/copy", key="abcdefghijklmnop") for _ in range(2)
    ]
    assert answers[0].location == answers[1].location
    session.rollback()
    copy = session.scalars(sa.select(Result).where(Result.id != result.id)).one()
    assert (copy.status, copy.author_id) == (PostingStatus.DRAFT, poster.id)
    assert (copy.abstract, copy.registration_no) == (result.abstract, None)
    assert client.get(answers[0].location).status_code == 200


def test_the_term_that_the_poster_chose_is_kept_on_publishing(
    session: Session, client: FlaskClient, poster: User, officer: User
) -> None:
    fill(client, "/needs/new", **NEED, valid_until=LATER)
    need = only(session, Need)
    services.submit(session, poster, need)
    services.publish(session, officer, need)
    assert need.valid_until is not None
    assert need.valid_until.isoformat() == LATER


@pytest.mark.parametrize("page", ["edit", "preview", "withdraw", "fulfil"])
def test_another_organization_gets_to_none_of_it(
    session: Session, app: Flask, client: FlaskClient, poster: User, sign_in: SignIn, page: str
) -> None:
    need = factories.need()
    assert client.get(f"/needs/{need.public_id}/{page}").status_code == 403
    draft = factories.need(status=PostingStatus.DRAFT, published_at=None)
    assert client.get(f"/needs/{draft.public_id}/{page}").status_code == 404
    for name in ("edit", "submit", "renew", "copy", "withdraw", "fulfil", "revise"):
        fields = {"key": "abcdefghijklmnop", **NEED}
        assert press(client, f"/needs/{need.public_id}/{name}", **fields).status_code == 403
        assert press(client, f"/needs/{draft.public_id}/{name}", **fields).status_code == 404


def test_our_list_says_what_comes_next_and_why_a_button_is_missing(
    session: Session, client: FlaskClient, poster: User, officer: User
) -> None:
    draft = factories.need(
        organization=poster.organization, status=PostingStatus.DRAFT, problem="", title="未写完"
    )
    waiting = factories.result(organization=poster.organization, status=PostingStatus.SUBMITTED)
    services.send_back(session, officer, _submitted(session, poster), "请补充指标")
    page = english(client, "/mine")
    assert "Preview and submit: The text is missing." in page
    assert "The bureau reviews it." in page
    assert "请补充指标" in page
    assert f"/needs/{draft.public_id}/edit" in page
    assert f"/results/{waiting.public_id}/edit" not in page
    assert "It is under review" in client.get(f"/results/{waiting.public_id}/edit").text


def _submitted(session: Session, poster: User) -> Need:
    need = factories.need(organization=poster.organization, status=PostingStatus.DRAFT)
    services.submit(session, poster, need)
    return need


def test_a_broker_has_no_texts(session: Session, client: FlaskClient, sign_in: SignIn) -> None:
    broker = factories.user(Role.BROKER)
    need = factories.need(organization=broker.organization)
    sign_in(client, broker)
    page = client.get("/mine").text
    assert need.title not in page
    assert 'href="/mine"' not in page
    assert client.get("/needs/new").status_code == 403


def test_our_list_takes_as_many_queries_for_fifty_as_for_five(
    session: Session, client: FlaskClient, poster: User, count_queries: Callable[[], Any]
) -> None:
    def listed(rows: int) -> int:
        with factories.together():
            for _ in range(rows):
                factories.need(organization=poster.organization, status=PostingStatus.RETURNED)
                factories.result(organization=poster.organization)
        client.get("/mine")
        counted = count_queries()
        assert client.get("/mine").status_code == 200
        return len(counted)

    assert listed(5) == listed(45)
