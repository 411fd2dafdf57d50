"""The home page: a typed problem is answered, with and without JavaScript."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.i18n import _
from models import MatchGrade, PostingStatus, Visibility
from tests import factories
from tests.functional.pages import link, titles

TYPING = {"HX-Request": "true"}
PROBLEM = "锂电池隔膜在高温下收缩，寻求耐热涂层"


@pytest.fixture
def separator(session: Session) -> str:
    """Give the public id of a result that fits the problem, beside some that do not."""
    factories.result(title="小麦赤霉病抗性育种", abstract="选育抗病小麦品种。")
    factories.result(title="污水深度脱氮", abstract="厌氧氨氧化处理生活污水。")
    return factories.result(
        title="锂电池隔膜耐热涂层制备", abstract="纳米氧化铝涂覆隔膜，高温下不收缩。"
    ).public_id


@pytest.mark.parametrize("headers", [{}, TYPING])
def test_a_problem_is_answered_with_the_results_that_fit(
    client: FlaskClient, separator: str, headers: dict[str, str]
) -> None:
    page = client.get("/", query_string={"q": PROBLEM}, headers=headers).text
    assert link(page, "/results/") == f"/results/{separator}"
    assert "隔膜" in "".join(re.findall("<mark>(.*?)</mark>", page))
    assert _("TRL %(level)s", level=6) in page
    assert "污水深度脱氮" not in page.split("</ol>")[0]


def test_while_typing_only_the_answers_are_sent(client: FlaskClient, separator: str) -> None:
    answer = client.get("/", query_string={"q": PROBLEM}, headers=TYPING)
    assert "<html" not in answer.text
    assert "HX-Request" in answer.headers["Vary"]


def test_going_back_in_the_browser_brings_the_whole_page(
    client: FlaskClient, separator: str
) -> None:
    headers = {**TYPING, "HX-History-Restore-Request": "true"}
    assert "<html" in client.get("/", query_string={"q": PROBLEM}, headers=headers).text


def test_the_typed_text_stays_in_the_box_as_text(client: FlaskClient, session: Session) -> None:
    page = client.get("/", query_string={"q": "</textarea><script>alert(1)</script>"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_what_a_result_says_is_shown_as_text(client: FlaskClient, session: Session) -> None:
    factories.result(title="隔膜<img src=x>涂层", abstract="<b>隔膜</b>高温收缩")
    page = client.get("/", query_string={"q": PROBLEM}).text
    assert "<img" not in page
    assert "<b><mark>" not in page


@pytest.mark.parametrize("question", ["龘靐齉爩", "zzzz qqqq", "？？！！", "\x00\x00"])
def test_a_problem_that_nothing_fits_gets_advice(
    client: FlaskClient, separator: str, question: str
) -> None:
    answer = client.get("/", query_string={"q": question})
    assert answer.status_code == 200
    assert 'class="pairing"' not in answer.text


def test_advice_leads_on(client: FlaskClient, separator: str) -> None:
    page = client.get("/?q=龘靐齉爩").text
    assert _("No published result fits this yet") in page
    assert _("Browse all results") in page


def test_one_character_asks_nothing(client: FlaskClient, separator: str) -> None:
    assert 'class="pairing"' not in client.get("/?q=膜").text


def test_a_very_long_problem_is_cut(client: FlaskClient, separator: str) -> None:
    page = client.get("/", query_string={"q": "隔膜" * 250 + "截掉的部分"}).text
    assert "截掉的部分" not in page


def test_the_portal_answers_before_there_is_any_data(client: FlaskClient, session: Session) -> None:
    page = client.get("/", query_string={"q": PROBLEM}).text
    assert _("No published result fits this yet") in page
    assert _("Published needs will be listed here.") in page


def test_the_figures_count_what_is_published_and_live(
    client: FlaskClient, session: Session
) -> None:
    need, result = factories.need(), factories.result()
    factories.need(status=PostingStatus.DRAFT)
    factories.match(need, result, grade=MatchGrade.STRONG)
    page = client.get("/").text
    shown = [part.split("</dd>")[0].strip() for part in page.split("<dd>")[1:]]
    assert shown == ["1", "1", "1", "3"]


def test_the_latest_are_listed_newest_first(client: FlaskClient, session: Session) -> None:
    factories.need(title="三天前", days_ago=3)
    factories.need(title="昨天", days_ago=1)
    factories.result(title="前天的成果", days_ago=2)
    factories.result(visibility=Visibility.INVITED)
    assert titles(client.get("/").text) == ["昨天", "三天前", "前天的成果"]


def test_the_demo_has_key_projects_that_count(demo_client: FlaskClient) -> None:
    figure = re.search(r'gauge-figure">\s*<b>(\d+)</b>', demo_client.get("/").text)
    assert figure
    assert figure[1] == "2"
