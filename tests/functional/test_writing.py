"""Writing a need or a result: nothing typed is lost, and one form is one record."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models import (
    CooperationMode,
    Need,
    NeedKind,
    PostingStatus,
    PropertyKind,
    Result,
    ResultStage,
    Role,
    StatusChange,
    TypedForm,
    User,
    Visibility,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.forms import LATER, NEED, RESULT, fill, hidden, only, press, token


def test_a_need_is_written_previewed_and_submitted(
    session: Session, client: FlaskClient, poster: User
) -> None:
    answer = fill(client, "/needs/new", **NEED, go="preview")
    need = only(session, Need)
    assert answer.location == f"/needs/{need.public_id}/preview"
    assert (need.status, need.author_id) == (PostingStatus.DRAFT, poster.id)
    assert (need.kind, need.title) == (NeedKind.TECHNOLOGY, "低温快充析锂")
    assert need.keywords == ["锂电池", "快充", "析锂"]
    assert (need.budget_min, need.budget_max) == (50_000_000, 120_500_000)
    assert need.modes == [CooperationMode.JOINT, CooperationMode.LICENCE]
    assert [(m.name, m.target, m.unit) for m in need.metrics] == [("容量保持率", "≥90", "%")]
    assert need.contact == {"name": "王工", "phone": "0551-12345678"}
    preview = client.get(answer.location).text
    assert "低温快充析锂" in preview
    assert "王工" not in preview
    press(client, f"/needs/{need.public_id}/submit", version=need.version)
    assert only(session, Need).status is PostingStatus.SUBMITTED


def test_a_result_is_written_and_submitted(
    session: Session, client: FlaskClient, poster: User
) -> None:
    fill(client, "/results/new", **RESULT, go="save")
    result = only(session, Result)
    assert (result.trl, result.stage) == (6, ResultStage.PILOT)
    assert (result.asking_price, result.registration_no) == (80_000_000, "2026340100AB")
    assert [(p.kind, p.number) for p in result.properties] == [
        (PropertyKind.INVENTION, "ZL202010000000.0")
    ]
    press(client, f"/results/{result.public_id}/submit", version=result.version)
    assert only(session, Result).status is PostingStatus.SUBMITTED


def test_a_saved_draft_comes_back_in_the_form_as_it_was(
    session: Session, client: FlaskClient, poster: User
) -> None:
    answer = fill(client, "/needs/new", **NEED)
    page = client.get(answer.location).text
    for said in ("低温快充析锂", 'value="120.5"', "锂电池、快充、析锂", 'value="≥90"', LATER):
        assert said in page
    before = only(session, Need)
    version, metrics = before.version, len(before.metrics)
    client.post(answer.location, data=hidden(page) | NEED)
    after = only(session, Need)
    assert (after.version, len(after.metrics)) == (version, metrics)  # nothing was changed


@pytest.mark.parametrize(
    ("field", "typed", "cure"),
    [
        ("title", " ", "Give it a title."),
        ("budget_min", "abc", "Enter a number in units of 10,000 yuan"),
        ("budget_min", "nan", "Enter a number in units of 10,000 yuan"),
        ("budget_min", "-1", "Enter a number in units of 10,000 yuan"),
        ("budget_min", "0.0000001", "Enter a number in units of 10,000 yuan"),
        ("budget_min", "99999999999", "Enter at most 10000000"),
        ("budget_max", "10", "The upper end is below the lower one."),
        ("deadline", "2026-13-40", "Enter a day as 2027-06-30."),
        ("deadline", "2001-01-01", "That day is past."),
        ("valid_until", "2001-01-01", "Choose a day after today"),
        ("contact_email", "nobody", "Enter an address like name@example.com."),
        ("metrics-1-unit", "mm", "Name what is measured"),
        ("keywords", "，".join(map(str, range(11))), "Keep the 10 keywords"),
        ("title", "长" * 201, "Shorten this to 200 characters."),
        ("kind", "zzz", "Not a valid choice"),
        ("region", "0", "Not a valid choice"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    session: Session, client: FlaskClient, poster: User, field: str, typed: str, cure: str
) -> None:
    client.post("/language", data={"csrf_token": token(client), "locale": "en"})
    data = hidden(client.get("/needs/new").text) | NEED | {field: typed}
    page = client.post("/needs/new", data=data).text
    assert cure in page
    assert f'id="{field.replace("unit", "name")}-error"' in page
    assert "零下二十度快充时负极析锂。" in page
    if field not in ("kind", "region") and typed.strip():
        assert typed.strip() in page
    assert session.scalar(sa.select(sa.func.count(Need.id))) == 0
    kept = only(session, TypedForm)
    assert kept.fields["problem"] == ["零下二十度快充时负极析锂。"]
    again = client.get(f"/needs/new?form={kept.public_id}").text
    assert "零下二十度快充时负极析锂。" in again


def test_a_form_sent_twice_makes_one_record(
    session: Session, client: FlaskClient, poster: User
) -> None:
    data = hidden(client.get("/needs/new").text) | NEED
    first, second = (client.post("/needs/new", data=data) for _ in range(2))
    assert first.location == second.location
    assert only(session, Need).version == 1
    drafted = sa.select(sa.func.count()).where(StatusChange.action == "draft")
    assert session.scalar(drafted) == 1


def test_a_form_sent_ten_times_at_once_makes_one_record(
    session: Session, app: Flask, poster: User, sign_in: SignIn
) -> None:
    clients = [app.test_client() for _ in range(10)]
    for one in clients:
        sign_in(one, poster)
    forms = [hidden(one.get("/needs/new").text) for one in clients]
    key = forms[0]["key"]
    with ThreadPoolExecutor(5) as pool:
        sent = [
            pool.submit(one.post, "/needs/new", data=form | NEED | {"key": key})
            for one, form in zip(clients, forms, strict=True)
        ]
    assert {answer.result().status_code for answer in sent} == {303}
    only(session, Need)


def test_going_back_and_saving_again_changes_the_same_draft(
    session: Session, client: FlaskClient, poster: User
) -> None:
    data = hidden(client.get("/needs/new").text) | NEED
    client.post("/needs/new", data=data)
    client.post("/needs/new", data=data | {"title": "改过的标题"})
    assert only(session, Need).title == "改过的标题"


def test_what_is_typed_is_kept_without_being_saved(
    session: Session, client: FlaskClient, poster: User
) -> None:
    data = hidden(client.get("/needs/new").text) | NEED | {"budget_min": "五十", "go": "autosave"}
    answer = client.post("/needs/new", data=data, headers={"HX-Request": "true"})
    assert "保存" in answer.text or "Kept" in answer.text
    assert "<html" not in answer.text
    assert session.scalar(sa.select(sa.func.count(Need.id))) == 0
    key = data["key"]
    assert f"/needs/new?form={key}" in client.get("/needs/new").text
    assert f"/needs/new?form={key}" in client.get("/mine").text
    page = client.get(f"/needs/new?form={key}").text
    assert 'value="五十"' in page
    assert client.post("/needs/new", data=data | {"budget_min": "50", "go": "save"}).location
    late = client.post("/needs/new", data=data, headers={"HX-Request": "true"})
    assert late.status_code == 200
    assert only(session, TypedForm).fields == {}
    assert f"form={key}" not in client.get("/mine").text


def test_what_somebody_typed_is_nobody_elses(
    session: Session, app: Flask, client: FlaskClient, poster: User, sign_in: SignIn
) -> None:
    data = hidden(client.get("/needs/new").text) | NEED | {"go": "autosave"}
    client.post("/needs/new", data=data, headers={"HX-Request": "true"})
    other = app.test_client()
    sign_in(other, factories.user(Role.MEMBER, organization=poster.organization))
    assert NEED["problem"] not in other.get(f"/needs/new?form={data['key']}").text
    discard = f"/needs/typed/{data['key']}/discard"
    token = hidden(other.get("/needs/new").text)["csrf_token"]
    assert other.post(discard, data={"csrf_token": token}).status_code == 404
    assert press(client, discard).status_code == 303
    assert only(session, TypedForm).saved


def test_the_key_of_somebody_elses_form_is_refused(
    session: Session, app: Flask, client: FlaskClient, poster: User, sign_in: SignIn
) -> None:
    data = hidden(client.get("/needs/new").text) | NEED
    client.post("/needs/new", data=data)
    rival = app.test_client()
    sign_in(rival, factories.user(Role.MEMBER))
    stolen = hidden(rival.get("/needs/new").text) | NEED | {"key": data["key"], "title": "改写"}
    assert rival.post("/needs/new", data=stolen).status_code == 403
    assert only(session, Need).title == NEED["title"]


def test_a_row_is_added_and_a_suggestion_taken_without_javascript(
    session: Session, client: FlaskClient, poster: User
) -> None:
    data = hidden(client.get("/needs/new").text) | NEED
    page = client.post("/needs/new", data=data | {"go": "row-metrics"}).text
    assert 'name="metrics-1-name"' in page
    assert "零下二十度快充时负极析锂。" in page
    industry = factories.industry("nev")
    page = client.post("/needs/new", data=data | {"go": f"industry-{industry.id}"}).text
    assert re.search(rf'<option selected value="{industry.id}"', page)


def test_a_stale_second_editor_sees_both_texts_and_loses_nothing(
    session: Session, app: Flask, client: FlaskClient, poster: User, sign_in: SignIn
) -> None:
    address = fill(client, "/needs/new", **NEED).location
    other = app.test_client()
    sign_in(other, factories.user(Role.MEMBER, organization=poster.organization))
    mine, theirs = (hidden(one.get(address).text) for one in (client, other))
    other.post(address, data=theirs | NEED | {"title": "同事的标题", "metrics-0-target": "≥95"})
    answer = client.post(address, data=mine | NEED | {"title": "我的标题"})
    assert answer.status_code == 409
    for said in ("同事的标题", "我的标题", "≥95"):
        assert said in answer.text
    assert only(session, Need).title == "同事的标题"
    assert "我的标题" in client.get(address).text
    client.post(address, data=hidden(answer.text) | NEED | {"title": "合并的标题"})
    assert only(session, Need).title == "合并的标题"


def test_a_change_of_rows_alone_is_noticed_by_a_stale_editor(
    session: Session, app: Flask, client: FlaskClient, poster: User, sign_in: SignIn
) -> None:
    masked = NEED | {"visibility": "masked", "public_summary": "一项电池难题。"}
    address = fill(client, "/needs/new", **masked).location
    first, second = (hidden(client.get(address).text) for _ in range(2))
    client.post(address, data=first | masked | {"metrics-0-target": "≥99"})
    answer = client.post(address, data=second | masked | {"metrics-0-target": "≥80"})
    assert answer.status_code == 409


def test_a_form_sent_after_the_session_ended_is_kept_on_the_page(
    session: Session, app: Flask, client: FlaskClient, poster: User, sign_in: SignIn
) -> None:
    data = hidden(client.get("/needs/new").text) | NEED
    with client.session_transaction() as cookie:
        cookie.pop("_user_id")
    answer = client.post("/needs/new", data=data)
    assert answer.status_code == 403
    assert "零下二十度快充时负极析锂。" in answer.text
    assert session.scalar(sa.select(sa.func.count(TypedForm.id))) == 0
    with client.session_transaction() as cookie:
        cookie.clear()
    sign_in(client, poster)  # in another window, where the token is new
    again = client.post("/needs/new", data=data | {"go": "keep"})
    assert again.status_code == 400
    assert "零下二十度快充时负极析锂。" in again.text
    token = re.search(
        r'action="/needs/new">\s*<input type="hidden" name="csrf_token" value="([^"]+)"', again.text
    )
    assert token
    page = client.post("/needs/new", data=data | {"go": "keep", "csrf_token": token[1]})
    assert page.status_code == 200
    assert "零下二十度快充时负极析锂。" in page.text
    assert only(session, TypedForm).fields["title"] == ["低温快充析锂"]
    assert session.scalar(sa.select(sa.func.count(Need.id))) == 0  # nothing is saved unseen


def test_a_registration_number_taken_is_said_at_its_field(
    session: Session, client: FlaskClient, poster: User
) -> None:
    factories.result(registration_no="2026340100AB")
    client.post("/language", data={"csrf_token": token(client), "locale": "en"})
    page = fill(client, "/results/new", **RESULT).text
    assert "Another result has this number." in page
    assert "涂覆纳米氧化铝" in page


def test_the_same_problem_posted_before_is_shown_while_typing(
    session: Session, client: FlaskClient, poster: User
) -> None:
    problem = "磷酸铁锂电池在零下二十度快充时负极析锂，容量衰减快，需要低温电解液方案。"
    known = factories.need(title="磷酸铁锂电池低温快充析锂", problem=problem)
    secret = factories.need(
        title="磷酸铁锂电池低温快充析锂",
        problem=problem,
        visibility=Visibility.MASKED,
        public_summary="一项电池难题",
    )
    data = hidden(client.get("/needs/new").text)
    typed = {"title": known.title, "problem": problem, "visibility": "public", "go": "autosave"}
    answer = client.post("/needs/new", data=data | typed, headers={"HX-Request": "true"})
    assert known.public_id in answer.text
    assert secret.public_id not in answer.text  # its full text is compared with nothing


def test_industries_are_suggested_with_the_words_that_say_so(
    session: Session, client: FlaskClient, poster: User
) -> None:
    data = hidden(client.get("/needs/new").text) | NEED | {"go": "autosave"}
    page = client.post("/needs/new", data=data, headers={"HX-Request": "true"}).text
    assert 0 < page.count("data-industry=") <= 2
    assert "锂电池" in page


def test_a_vague_need_is_told_what_would_help(
    session: Session, client: FlaskClient, poster: User
) -> None:
    client.post("/language", data={"csrf_token": token(client), "locale": "en"})
    data = hidden(client.get("/needs/new").text)
    vague = {"title": "降本", "problem": "想降本", "visibility": "public", "go": "autosave"}
    page = client.post("/needs/new", data=data | vague, headers={"HX-Request": "true"}).text
    for fault in ("No metric", "No budget", "The problem is told briefly"):
        assert fault in page
    full = NEED | {"problem": NEED["problem"] * 6, "go": "autosave"}
    page = client.post("/needs/new", data=data | full, headers={"HX-Request": "true"}).text
    assert "No metric" not in page
    assert "No budget" not in page


def test_no_column_is_written_that_the_form_does_not_have(
    session: Session, client: FlaskClient, poster: User
) -> None:
    other = factories.organization()
    columns = {column.name: "1" for column in Need.__table__.columns if column.name not in NEED}
    columns |= {"status": "published", "organization_id": str(other.id), "author_id": "999"}
    own = hidden(client.get("/needs/new").text)
    client.post("/needs/new", data=columns | NEED | own | {"valid_until": ""})
    need = only(session, Need)
    assert (need.status, need.organization_id) == (PostingStatus.DRAFT, poster.organization_id)
    assert (need.author_id, need.published_at, need.reference) == (poster.id, None, None)


def _steps(page: str) -> dict[str, str]:
    """Return by its place how each step of the form is marked: begun, wrong or not at all."""
    nav = page[page.index('class="form-steps"') :]
    nav = nav[: nav.index("</nav>")]
    marks = {}
    for item in nav.split("<li>")[1:]:
        begun = not re.search(r'class="form-step-filled"\s+hidden', item)
        wrong = "form-step-wrong" in item
        place = re.search(r'href="#(\w+)-heading"', item)
        assert place
        marks[place[1]] = "wrong" if wrong else "begun" if begun else ""
    return marks


def test_the_steps_lead_to_the_parts_of_the_form_and_say_how_far_each_has_come(
    client: FlaskClient, poster: User
) -> None:
    page = client.get("/needs/new").text
    empty = dict.fromkeys(("what", "problem", "metrics", "terms", "publicity"), "")
    assert _steps(page) == empty
    assert all(f'id="{place}-heading"' in page for place in empty)
    answer = fill(client, "/needs/new", problem="析锂", budget_max="很多", visibility="public")
    marks = {"what": "wrong", "problem": "begun", "terms": "wrong"}
    assert _steps(answer.text) == empty | marks


def test_a_change_shows_the_steps_of_the_text_as_begun(client: FlaskClient, poster: User) -> None:
    result = factories.result(organization=poster.organization)
    marks = _steps(client.get(f"/results/{result.public_id}/edit").text)
    assert marks == {
        "what": "begun",
        "text": "begun",
        "rights": "",
        "terms": "begun",
        "publicity": "",
    }
