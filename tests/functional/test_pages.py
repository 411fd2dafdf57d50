"""The page of one need or result, mine, the plain pages, languages and errors."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.i18n import _
from matchmaker.matches.services import propose
from matchmaker.postings import services as postings
from models import MatchGrade, Need, PostingStatus, Result, Role
from tests import factories
from tests.conftest import SignIn
from tests.functional.reviewing import waiting
from tests.matchmaker.test_jobs import work_off

INLINE = re.compile(
    r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE
)
ELSEWHERE = re.compile(r'(?:src|href|action)="(?!/|#)[^"]*"')


@pytest.fixture
def pair(session: Session) -> tuple[Need, Result]:
    """Give a need and a result that fit, with their recorded match."""
    need = factories.need(
        title="锂电池隔膜高温收缩",
        problem="隔膜在150℃下收缩超过5%，需要耐热涂层。",
        budget_min=90_000_000,
        budget_max=160_000_000,
        deadline=date(2027, 3, 31),
        industry="nev-battery",
        metrics=[{"name": "热收缩率", "current": "5", "target": "≤1", "unit": "%"}],
    )
    result = factories.result(title="隔膜耐热涂层", abstract="涂层使隔膜在180℃下不收缩。")
    factories.result(title="玉米收割机", abstract="割台自适应仿形。")
    propose(session, None)
    return need, result


def test_a_need_shows_its_facts_and_metrics(client: FlaskClient, pair: tuple[Need, Result]) -> None:
    need, _result = pair
    page = client.get(f"/needs/{need.public_id}").text
    for fact in (need.title, need.problem, need.organization.name, "2027-03-31", "热收缩率", "≤1"):
        assert fact in page
    assert _("CNY %(low)s–%(high)s", low="90", high="160") in page


def test_a_need_shows_the_results_that_fit_with_reasons_in_both_texts(
    client: FlaskClient, pair: tuple[Need, Result]
) -> None:
    need, result = pair
    page = client.get(f"/needs/{need.public_id}").text
    first = page.split('<li class="pairing">')[1]
    assert f"/results/{result.public_id}" in first
    sides = first.split('class="pairing-text"')[1:]
    assert len(sides) == 2
    assert all("<mark>" in side for side in sides)


def test_a_result_shows_the_needs_it_may_answer(
    client: FlaskClient, pair: tuple[Need, Result]
) -> None:
    need, result = pair
    page = client.get(f"/results/{result.public_id}").text
    assert f"/needs/{need.public_id}" in page.split('<li class="pairing">')[1]
    assert result.abstract in page


def test_the_owner_sees_the_recorded_match_and_its_ranks_a_visitor_does_not(
    client: FlaskClient, pair: tuple[Need, Result], sign_in: SignIn
) -> None:
    need, _result = pair
    rank = _("No. %(rank)s for the need", rank=1)
    address = f"/needs/{need.public_id}"
    assert rank not in client.get(address).text
    sign_in(client, factories.user(organization=need.organization))
    page = client.get(address).text
    assert rank in page
    assert "tag-proposed" in page


def test_the_page_of_a_text_just_published_looks_for_its_matches_by_itself(
    session: Session, app: Flask, client: FlaskClient, sign_in: SignIn
) -> None:
    need = waiting(title="隔膜耐热涂层")
    factories.result(title="隔膜耐热涂层工艺")
    postings.publish(session, factories.user(Role.OFFICER, region=factories.FEIXI), need)
    address = f"/needs/{need.public_id}"
    assert "hx-trigger" not in client.get(address).text.split('id="pairs"')[1]
    sign_in(client, factories.user(organization=need.organization))
    assert "hx-trigger" in client.get(address).text.split('id="pairs"')[1]
    work_off(app)
    page = client.get(address).text.split('id="pairs"')[1]
    assert "hx-trigger" not in page
    assert "tag-proposed" in page


def test_a_need_nobody_answers_says_so(client: FlaskClient, session: Session) -> None:
    need = factories.need()
    page = client.get(f"/needs/{need.public_id}").text
    assert _("No published result fits this yet") in page


@pytest.mark.parametrize(
    "address",
    ["/needs/nothing", "/results/nothing", "/needs/%00", "/nowhere", "/needs/" + "x" * 900],
)
def test_what_is_not_there_is_not_found(
    client: FlaskClient, session: Session, address: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert _("There is no such page") in answer.text


def test_a_draft_is_its_own_organizations_alone(
    client: FlaskClient, session: Session, sign_in: SignIn
) -> None:
    draft = factories.need(status=PostingStatus.DRAFT)
    address = f"/needs/{draft.public_id}"
    assert client.get(address).status_code == 404
    sign_in(client, factories.user(organization=draft.organization))
    assert client.get(address).status_code == 200


def test_mine_lists_every_state_with_the_number_of_proposals(
    client: FlaskClient, session: Session, sign_in: SignIn
) -> None:
    owner = factories.user()
    need = factories.need(title="已发布的", organization=owner.organization)
    factories.need(title="草稿中的", organization=owner.organization, status=PostingStatus.DRAFT)
    factories.need(title="别人的")
    for _number in range(3):
        factories.match(need, factories.result(), grade=MatchGrade.WEAK)
    sign_in(client, owner)
    page = client.get("/mine").text
    assert "草稿中的" in page
    assert "别人的" not in page
    assert f'href="/matches?need={need.public_id}">3<' in page


def test_mine_asks_a_visitor_to_sign_in(client: FlaskClient, session: Session) -> None:
    answer = client.get("/mine")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/mine")


def test_an_auditor_has_nothing_of_their_own(
    client: FlaskClient, session: Session, sign_in: SignIn
) -> None:
    sign_in(client, factories.user(Role.AUDITOR))
    answer = client.get("/mine")
    assert answer.status_code == 403
    assert _("Your role does not allow this.") in answer.text


def test_the_reader_may_switch_to_english_and_back(client: FlaskClient, session: Session) -> None:
    for locale, words, language in (("en", "Needs hall", "en"), ("zh_CN", "需求大厅", "zh-CN")):
        token = re.search(r'name="csrf_token"\s+value="([^"]+)"', client.get("/needs").text)
        assert token
        answer = client.post(
            "/language",
            data={"csrf_token": token[1], "locale": locale, "next": "/needs?industry=nev"},
        )
        assert (answer.status_code, answer.location) == (303, "/needs?industry=nev")
        page = client.get(answer.location).text
        assert words in page
        assert f'<html lang="{language}">' in page


def test_the_language_is_changed_by_our_own_form_only(
    client: FlaskClient, session: Session
) -> None:
    assert client.post("/language", data={"locale": "en"}).status_code == 400
    token = re.search(r'name="csrf_token"\s+value="([^"]+)"', client.get("/").text)
    assert token
    unknown = {"csrf_token": token[1], "locale": "xx"}
    assert client.post("/language", data=unknown).status_code == 400


@pytest.mark.parametrize(
    "address",
    ["/", "/?q=隔膜涂层", "/needs", "/results", "/about", "/help", "/sign-in", "/nowhere"],
)
def test_no_page_holds_inline_code_or_leads_elsewhere(
    client: FlaskClient, pair: tuple[Need, Result], address: str
) -> None:
    page = client.get(address).text
    assert not INLINE.search(page)
    assert not ELSEWHERE.search(page)
    assert page.count("<h1") == 1


def test_the_records_pages_hold_no_inline_code_either(
    client: FlaskClient, pair: tuple[Need, Result]
) -> None:
    need, result = pair
    for address in (f"/needs/{need.public_id}", f"/results/{result.public_id}"):
        page = client.get(address).text
        assert not INLINE.search(page)
        assert not ELSEWHERE.search(page)


def test_what_people_wrote_is_shown_as_text(
    client: FlaskClient, session: Session, sign_in: SignIn
) -> None:
    payload = "<img src=x onerror=alert(1)>"
    owner = factories.user(name=payload, organization=factories.organization(name=payload))
    need = factories.need(
        title=payload,
        problem=payload,
        background=payload,
        tried=payload,
        chain_link=payload,
        keywords=[payload],
        reference=payload,
        organization=owner.organization,
        metrics=[{"name": payload, "target": payload, "unit": payload, "test_method": payload}],
    )
    factories.result(title=f"{payload}涂层", abstract=payload, team=payload, keywords=[payload])
    sign_in(client, owner)
    for address in (f"/needs/{need.public_id}", "/needs", "/results", "/mine", "/"):
        assert "<img" not in client.get(address).text, address
