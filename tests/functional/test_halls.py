"""The halls: who is listed, what the filters do, and that no page turn loses a row."""

from collections.abc import Callable, Sized
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.i18n import _
from models import CooperationMode, NeedKind, PostingStatus, Role, Visibility
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import last_address, link, links, titles, walk


def test_published_needs_are_listed_newest_first(session: Session, client: FlaskClient) -> None:
    factories.need(title="旧需求", days_ago=9)
    factories.need(title="新需求", days_ago=1)
    factories.need(title="草稿", status=PostingStatus.DRAFT)
    factories.need(title="定向需求", visibility=Visibility.INVITED)
    assert titles(client.get("/needs").text) == ["新需求", "旧需求"]


def test_all_search_words_must_occur(session: Session, client: FlaskClient) -> None:
    factories.result(title="石墨烯涂层")
    factories.result(title="石墨烯电池")
    assert titles(client.get("/results?q=石墨烯+涂层").text) == ["石墨烯涂层"]


@pytest.mark.parametrize("words", ["ABS", "abs", "ＡＢＳ"])
def test_search_ignores_case_and_width(session: Session, client: FlaskClient, words: str) -> None:
    factories.need(title="ABS塑料电镀")
    assert titles(client.get("/needs", query_string={"q": words}).text) == ["ABS塑料电镀"]


@pytest.mark.parametrize(
    ("words", "found"), [("50%", "提高50%"), ("a_b", "型号a_b"), ("/", "km/h")]
)
def test_wildcards_are_plain_characters(
    session: Session, client: FlaskClient, words: str, found: str
) -> None:
    for title in ("提高50%", "型号a_b", "km/h", "提高500", "型号axb"):
        factories.need(title=title)
    assert titles(client.get("/needs", query_string={"q": words}).text) == [found]


def test_an_industry_includes_its_sub_domains(session: Session, client: FlaskClient) -> None:
    factories.need(title="电池", industry="nev-battery")
    factories.need(title="汽车", industry="nev")
    factories.need(title="机器人", industry="ai-robot")
    assert set(titles(client.get("/needs?industry=nev").text)) == {"电池", "汽车"}
    assert titles(client.get("/needs?industry=nev-battery").text) == ["电池"]


def test_a_region_includes_those_below_it(session: Session, client: FlaskClient) -> None:
    factories.need(title="肥西", organization=factories.organization(region=factories.FEIXI))
    factories.need(title="芜湖", organization=factories.organization(region=factories.WUHU))
    assert titles(client.get(f"/needs?region={factories.HEFEI}").text) == ["肥西"]
    assert len(titles(client.get(f"/needs?region={factories.ANHUI}").text)) == 2


@pytest.mark.parametrize(
    ("filters", "found"),
    [("mode=transfer", "转让"), ("kind=talent", "人才"), ("mode=joint&kind=technology", "合作")],
)
def test_needs_by_mode_and_kind(
    session: Session, client: FlaskClient, filters: str, found: str
) -> None:
    factories.need(title="转让", modes=[CooperationMode.TRANSFER])
    factories.need(title="人才", modes=[], kind=NeedKind.TALENT)
    factories.need(title="合作", modes=[CooperationMode.JOINT, CooperationMode.LICENCE])
    assert titles(client.get(f"/needs?{filters}").text) == [found]


def test_results_by_readiness(session: Session, client: FlaskClient) -> None:
    for level in (3, 6, 9):
        factories.result(title=f"第{level}级", trl=level)
    factories.result(title="未评级", trl=None)
    assert titles(client.get("/results?trl=6&sort=trl").text) == ["第9级", "第6级"]
    assert titles(client.get("/results?sort=trl").text)[-1] == "未评级"


def test_a_status_other_than_published_shows_ones_own(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    owner = factories.user(Role.MEMBER)
    factories.need(title="已撤回", organization=owner.organization, status=PostingStatus.WITHDRAWN)
    factories.need(title="草稿", organization=owner.organization, status=PostingStatus.DRAFT)
    assert titles(client.get("/needs?status=withdrawn").text) == []
    sign_in(client, owner)
    assert titles(client.get("/needs?status=withdrawn").text) == ["已撤回"]
    assert titles(client.get("/needs?status=draft").text) == []


def _many_needs() -> None:
    """Make 45 needs whose sort keys repeat and are sometimes missing."""
    owner = factories.organization()
    with factories.together():
        for number in range(45):
            factories.need(
                title=f"需求{number:02}",
                organization=owner,
                days_ago=1 + number // 4,
                deadline=date(2027, 1, 1) + timedelta(days=number % 7) if number % 3 else None,
                budget_max=number % 5 * 1_000_000 if number % 4 else None,
            )


@pytest.mark.parametrize("sort", ["newest", "deadline", "budget"])
def test_turning_pages_meets_every_row_once(
    session: Session, client: FlaskClient, sort: str
) -> None:
    _many_needs()
    forwards = walk(client, f"/needs?sort={sort}")
    assert [len(page) for page in forwards] == [20, 20, 5]
    assert len({title for page in forwards for title in page}) == 45
    backwards = walk(client, last_address(client, f"/needs?sort={sort}"), 'rel="prev"')
    assert [title for page in backwards[::-1] for title in page] == [
        title for page in forwards for title in page
    ]


def test_rows_without_the_key_come_last(session: Session, client: FlaskClient) -> None:
    factories.need(title="无期限")
    factories.need(title="较晚", deadline=date(2028, 1, 1))
    factories.need(title="较早", deadline=date(2027, 1, 1))
    assert titles(client.get("/needs?sort=deadline").text) == ["较早", "较晚", "无期限"]


def test_a_new_row_does_not_shift_the_next_page(session: Session, client: FlaskClient) -> None:
    _many_needs()
    first = client.get("/needs").text
    following = link(first, 'rel="next"')
    assert following
    before = titles(client.get(following).text)
    factories.need(title="刚刚发布", days_ago=0)
    assert titles(client.get(following).text) == before


def test_the_first_page_is_shown_when_the_row_to_continue_from_is_gone(
    session: Session, client: FlaskClient
) -> None:
    factories.need(title="仍在")
    gone = factories.need(status=PostingStatus.WITHDRAWN)
    for turn in ("after", "before"):
        assert titles(client.get(f"/needs?{turn}={gone.public_id}").text) == ["仍在"]


def test_each_condition_can_be_taken_away_and_the_rest_stays(
    session: Session, client: FlaskClient
) -> None:
    conditions = {"q": "涂层", "industry": "nev", "mode": "joint"}
    page = client.get("/needs", query_string={**conditions, "sort": "deadline"}).text
    for name in conditions:
        rest = {key: value for key, value in conditions.items() if key != name}
        address = f"/needs?{urlencode({**rest, 'sort': 'deadline'})}"
        assert address in links(page, 'class="chip"')


@pytest.mark.parametrize(
    "parameters",
    [
        {"industry": "nowhere", "region": "000000", "mode": "x", "status": "draft", "kind": "x"},
        {"sort": "title; DROP TABLE need", "trl": "99", "after": "x" * 3000, "before": "\x00"},
        {"q": "\x00涂\x01层"},
        {"q": "a " * 2000},
        {"q": "' OR 1=1 --"},
        {"after": "", "before": "", "sort": "", "q": "   "},
        {"unknown": "1"},
    ],
)
@pytest.mark.parametrize("hall", ["/needs", "/results"])
def test_nonsense_in_the_address_is_no_error(
    session: Session, client: FlaskClient, hall: str, parameters: dict[str, str]
) -> None:
    assert client.get(hall, query_string=parameters).status_code == 200


def test_what_was_searched_for_is_shown_as_text(session: Session, client: FlaskClient) -> None:
    page = client.get("/needs", query_string={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page


def test_an_empty_hall_says_what_to_do(session: Session, client: FlaskClient) -> None:
    page = client.get("/needs?q=没有这个词").text
    assert _("No need fits these filters") in page
    assert _("Show all needs") in page


@pytest.mark.parametrize("hall", ["/needs", "/results"])
def test_a_longer_list_asks_the_database_no_more(
    session: Session, client: FlaskClient, count_queries: Callable[[], Sized], hall: str
) -> None:
    make = factories.need if hall == "/needs" else factories.result
    asked = []
    for wanted in (5, 45):
        with factories.together():
            for _number in range(wanted):
                make()
        counter = count_queries()
        assert client.get(f"{hall}?sort=newest").status_code == 200
        asked.append(len(counter))
    assert asked[0] == asked[1]
    assert asked[0] <= 5


def test_a_masked_need_is_listed_without_its_organization(
    session: Session, client: FlaskClient
) -> None:
    owner = factories.organization(name="不愿具名的公司")
    factories.need(
        organization=owner, visibility=Visibility.MASKED, public_summary="某行业需要提高良率。"
    )
    page = client.get("/needs").text
    assert titles(page) == ["某行业需要提高良率"]
    assert owner.name not in page
