"""The match board narrowed by words and by one text, decided on in bulk, and taken away."""

from collections.abc import Callable, Sized
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from markupsafe import escape
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.matches import board, decisions
from matchmaker.web.display import date_of
from models import (
    AuditEntry,
    DeclineReason,
    Match,
    MatchStatus,
    Role,
    StatusChange,
    User,
    Visibility,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import links, send, titles

SECRET = "鸮羽硼烯"


@pytest.fixture
def officer(session: Session) -> User:
    """Give the officer of Feixi."""
    return factories.user(Role.OFFICER, region=factories.FEIXI)


def _pair(title: str = "一项需求", result: str = "一项成果", **values: object) -> Match:
    elsewhere = factories.organization(region=factories.WUHU)
    offered = factories.result(title=result, abstract=result, organization=elsewhere)
    return factories.match(factories.need(title=title, problem=title), offered, **values)


def _masked() -> Match:
    elsewhere = factories.organization(region=factories.WUHU)
    need = factories.need(
        title=f"{SECRET}的制备",
        problem=f"{SECRET}。",
        visibility=Visibility.MASKED,
        public_summary="一种二维材料的制备难题。",
    )
    return factories.match(need, factories.result(organization=elsewhere))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("轴承", ["轴承磨损"]),
        ("轴承 磨损", ["轴承磨损"]),
        ("光谱", ["茶叶分级"]),
        ("轴承 光谱", []),
        ("没有的词", []),
        ("轴", ["轴承磨损", "茶叶分级"]),
    ],
)
def test_words_narrow_the_board_to_what_holds_them_on_either_side(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    officer: User,
    words: str,
    found: list[str],
) -> None:
    _pair("轴承磨损", score=0.9)
    _pair("茶叶分级", "光谱分选机", score=0.5)
    sign_in(client, officer)
    assert titles(client.get(f"/matches?q={words}").text) == found


def test_the_words_of_a_masked_text_find_it_for_its_own_people_alone(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    match = _masked()
    researcher = factories.user(organization=match.result.organization)
    for reader, title in (
        (factories.user(organization=match.need.organization), 1),
        (researcher, 0),
    ):
        sign_in(client, reader)
        page = client.get(f"/matches?q={SECRET}").text
        assert len(titles(page)) == title
    sign_in(client, researcher)
    assert len(titles(client.get("/matches?q=二维材料").text)) == 1


@pytest.mark.parametrize(
    ("role", "region", "shown"),
    [
        (Role.OFFICER, factories.FEIXI, 1),
        (Role.OFFICER, factories.ANHUI, 1),
        (Role.DIRECTOR, factories.HEFEI, 1),
        (Role.OFFICER, factories.WUHU, 0),
    ],
)
def test_the_title_of_a_masked_text_finds_it_for_the_bureau_that_oversees_it(
    session: Session, client: FlaskClient, sign_in: SignIn, role: Role, region: str, shown: int
) -> None:
    _masked()
    sign_in(client, factories.user(role, region=region))
    assert len(titles(client.get("/matches").text)) == 1
    assert len(titles(client.get(f"/matches?q={SECRET}的制备").text)) == shown


def test_of_too_many_texts_with_the_words_the_newest_are_looked_at(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    officer: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(board, "MOST_TEXTS", 1)
    _pair("轴承磨损之一")
    _pair("轴承磨损之二")
    sign_in(client, officer)
    assert titles(client.get("/matches?q=轴承").text) == ["轴承磨损之二"]


@pytest.mark.parametrize("side", ["need", "result"])
def test_all_matches_of_a_text_are_shown_ended_ones_too(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User, side: str
) -> None:
    ended, _other = _pair("已排除"), _pair("别的")
    decisions.dismiss(session, officer, ended, DeclineReason.PRICE)
    text = ended.need if side == "need" else ended.result
    sign_in(client, factories.user(organization=text.organization))
    address = f"/matches?{side}={text.public_id}"
    assert address in links(client.get(f"/{side}s/{text.public_id}").text, "/matches?")
    page = client.get(address).text
    assert titles(page) == ["已排除"]
    assert titles(client.get(f"{address}&status=proposed").text) == []
    assert _("Every status") in page


def test_mine_leads_to_the_matches_of_each_text(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    match = _pair()
    sign_in(client, factories.user(organization=match.need.organization))
    address = f"/matches?need={match.need.public_id}"
    assert address in links(client.get("/mine").text, "/matches?")
    assert titles(client.get(address).text) == ["一项需求"]


def test_a_text_that_the_reader_does_not_see_narrows_nothing_and_is_not_named(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    draft = factories.need(title="别人的草稿", status="draft")
    _pair()
    sign_in(client, officer)
    page = client.get(f"/matches?need={draft.public_id}").text
    assert titles(page) == ["一项需求"]
    assert "别人的草稿" not in page


def test_each_filter_in_force_is_a_chip_that_takes_it_away(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    match = _pair("轴承磨损", grade="strong")
    sign_in(client, officer)
    page = client.get(f"/matches?q=轴承&grade=strong&broker=none&need={match.need.public_id}").text
    assert page.count('class="chip"') == 4
    assert _("Need: %(title)s", title="轴承磨损") in page
    assert 'class="chip"' not in client.get("/matches").text


def test_what_lapses_first_comes_first(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    for title, days in (("后到期", 3), ("先到期", 20)):
        match = _pair(title)
        decisions.recommend(session, officer, match)
        with transaction(session):
            match.recommended_on = today() - timedelta(days=days)
    sign_in(client, officer)
    page = client.get("/matches?status=recommended&sort=lapsing").text
    assert titles(page) == ["先到期", "后到期"]
    assert client.get("/matches?sort=lapsing").status_code == 200


def _send(client: FlaskClient, action: str, matches: list[Match], **fields: str) -> str:
    ids = [match.public_id for match in matches]
    assert send(client, f"/matches/{action}", "/matches", match=ids, **fields).status_code == 303
    return client.get("/matches").text


def test_what_is_ticked_is_dismissed_for_one_reason_and_the_rest_is_named(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    fine, gone = _pair("可排除"), _pair("已被推荐")
    sign_in(client, officer)
    assert _("Choose a reason.") in _send(client, "dismiss", [fine])
    decisions.recommend(session, officer, gone)
    page = _send(client, "dismiss", [fine, gone], reason="price")
    assert "已被推荐" in page
    session.rollback()
    assert (fine.status, gone.status) == (MatchStatus.DISMISSED, MatchStatus.RECOMMENDED)
    why = sa.select(StatusChange.reason).where(StatusChange.action == "dismiss")
    assert session.scalars(why).all() == ["price"]
    refused = sa.select(AuditEntry.action).where(AuditEntry.outcome == "refused")
    assert session.scalars(refused).all() == ["match:dismiss"]


def test_what_is_ticked_is_given_to_a_broker_and_taken_back(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    broker, pairs = factories.user(Role.BROKER), [_pair("甲"), _pair("乙")]
    closed = _pair("只给受邀者")
    with transaction(session):
        closed.need.visibility = Visibility.INVITED
    sign_in(client, officer)
    assert _("Choose a broker.") in _send(client, "assign", pairs)
    page = _send(client, "assign", [*pairs, closed], to=broker.public_id)
    assert "只给受邀者" in page
    session.rollback()
    assert [match.broker for match in (*pairs, closed)] == [broker, broker, None]
    _send(client, "assign", pairs, to="none")
    session.rollback()
    assert {match.broker for match in pairs} == {None}


def test_nothing_ticked_is_said_so_for_each_action(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    _pair()
    sign_in(client, officer)
    assert _("Tick the matches to dismiss.") in _send(client, "dismiss", [], reason="price")
    assert _("Tick the matches to give to somebody.") in _send(client, "assign", [])


def test_a_broker_is_offered_no_more_than_to_recommend(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    broker, match = factories.user(Role.BROKER), _pair()
    decisions.assign(session, officer, match, broker)
    sign_in(client, broker)
    page = client.get("/matches").text
    assert "/matches/recommend" in page
    assert "/matches/dismiss" not in page
    assert "/matches/assign" not in page


def _rows(content: bytes) -> Any:
    return CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()


def test_the_board_is_taken_away_as_it_is_narrowed_and_read(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    match = _masked()
    with transaction(session):
        match.result.title = "=1+1"
    sign_in(client, factories.user(organization=match.result.organization))
    _header, *rows = _rows(client.get("/matches.xlsx").data)
    ((need, organization, *_rest),) = [row[:3] for row in rows]
    assert need == "一种二维材料的制备难题"
    assert organization == _("Organization not disclosed")
    assert rows[0][4] == "=1+1"
    assert _rows(client.get("/matches.xlsx?status=agreed").data)[1:] == []


@pytest.mark.parametrize(("hall", "make"), [("needs", "need"), ("results", "result")])
def test_a_hall_is_taken_away_by_who_works_here(
    session: Session, client: FlaskClient, sign_in: SignIn, hall: str, make: str
) -> None:
    getattr(factories, make)(title="轴承磨损")
    kept = {"visibility": Visibility.MASKED, "public_summary": "一种二维材料。"}
    getattr(factories, make)(title=SECRET, **kept)
    assert client.get(f"/{hall}.xlsx").status_code == 303
    sign_in(client, factories.user())
    _header, *rows = _rows(client.get(f"/{hall}.xlsx").data)
    assert [row[0] for row in rows] == ["一种二维材料", "轴承磨损"]
    assert rows[0][1] == _("Organization not disclosed")
    assert len(_rows(client.get(f"/{hall}.xlsx?q=轴承").data)) == 2
    assert f"/{hall}.xlsx" in client.get(f"/{hall}").text


def test_days_and_figures_of_a_workbook_can_be_sorted_and_summed(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    need = factories.need(budget_min=20_000_000, budget_max=120_500_000)
    match = factories.match(need, factories.result())
    sign_in(client, officer)
    header, row = _rows(client.get("/needs.xlsx").data)
    cells = dict(zip(header, row, strict=True))
    assert cells[_("Budget from (10,000 yuan)")] == 20
    assert cells[_("Budget to (10,000 yuan)")] == 120.5
    assert cells[_("Published on")] == date_of(need.published_at)
    header, row = _rows(client.get("/matches.xlsx").data)
    cells = dict(zip(header, row, strict=True))
    assert cells[_("Score")] == pytest.approx(match.score, abs=0.005)
    assert cells[_("Proposed on")] == date_of(match.created_at)


@pytest.mark.parametrize("address", ["/matches.xlsx", "/needs.xlsx", "/matches?q=需求"])
def test_a_longer_list_asks_the_database_no_more(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    officer: User,
    count_queries: Callable[[], Sized],
    address: str,
) -> None:
    asked = []
    for wanted in (5, 45):
        with factories.together():
            for _number in range(wanted):
                _pair()
        sign_in(client, officer)
        counter = count_queries()
        assert client.get(address).status_code == 200
        asked.append(len(counter))
    assert asked[0] == asked[1]


# What a side thinks of a proposal.


def _say(client: FlaskClient, match: Match, **fields: str) -> tuple[int, str]:
    page = f"/matches/{match.public_id}"
    answer = send(client, f"{page}/interest", page, **fields)
    return answer.status_code, answer.text


def test_a_side_says_that_it_is_interested_and_the_bureau_alone_sees_it(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    match, _other = _pair("被看中的"), _pair("没人提过的")
    owner = factories.user(organization=match.need.organization)
    researcher = factories.user(organization=match.result.organization)
    sign_in(client, owner)
    assert _say(client, match, interested="y")[0] == 303
    own = client.get(f"/matches/{match.public_id}").text
    assert escape(_("Your side has said: interested.")) in own
    sign_in(client, officer)
    side = escape(_("The need's side"))
    for address in ("/matches", f"/matches/{match.public_id}"):
        assert f"{side}:" in client.get(address).text
    assert titles(client.get("/matches?interest=yes").text) == ["被看中的"]
    sign_in(client, researcher)
    assert titles(client.get("/matches?interest=yes").text) == []
    for address in ("/matches", f"/matches/{match.public_id}", "/notices"):
        page = client.get(address).text
        assert f"{side}:" not in page
        assert escape(_("Your side has said: interested.")) not in page
    assert _("interested") not in str(_rows(client.get("/matches.xlsx").data))


def test_what_is_not_relevant_leaves_the_own_list_and_may_be_taken_back(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    match = _pair("不相关的")
    sign_in(client, factories.user(organization=match.need.organization))
    need_page = f"/needs/{match.need.public_id}"
    assert match.public_id in client.get(need_page).text
    assert _("Choose a reason.") in _say(client, match)[1]
    assert _say(client, match, interest_reason="irrelevant")[0] == 303
    assert titles(client.get("/matches").text) == []
    assert match.public_id not in client.get(need_page).text
    assert titles(client.get("/matches?interest=no").text) == ["不相关的"]
    sign_in(client, factories.user(organization=match.result.organization))
    assert titles(client.get("/matches").text) == ["不相关的"]
    assert titles(client.get("/matches?interest=no").text) == []
    sign_in(client, officer)
    assert titles(client.get("/matches").text) == ["不相关的"]
    sign_in(client, factories.user(organization=match.need.organization))
    assert _say(client, match, interested="y")[0] == 303
    assert titles(client.get("/matches").text) == ["不相关的"]


def test_once_recommended_the_answer_counts_and_not_the_interest(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    match = _pair()
    decisions.recommend(session, officer, match)
    sign_in(client, factories.user(organization=match.need.organization))
    assert _say(client, match, interested="y")[0] == 409
    sign_in(client, officer)
    assert _say(client, match, interested="y")[0] == 403
