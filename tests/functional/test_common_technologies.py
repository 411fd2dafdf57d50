"""Common key technologies: unanswered needs of one's region, grouped."""

import html
import io
import re
from collections.abc import Callable, Sized

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.i18n import _
from matchmaker.indicators import queries
from matchmaker.indicators.views import common_technologies as views
from matchmaker.web.downloads import XLSX
from models import MatchGrade, MatchStatus, Need, PostingStatus, Role, User, Visibility
from tests import factories
from tests.conftest import SignIn

ADDRESS = "/common-technologies"
SEPARATORS = (
    ("锂电池隔膜陶瓷涂覆脱落", "隔膜涂覆层辊压后脱落，电池短路，需要改进涂覆浆料。"),
    ("隔膜涂覆浆料分散沉降", "锂电池隔膜涂覆浆料沉降，涂层厚度不均。"),
    ("耐高温锂电池隔膜涂覆", "隔膜150℃收缩，需要陶瓷涂覆改性，电池更安全。"),
)
TEAS = (
    ("绿茶滚筒杀青温度控制", "滚筒杀青机叶温波动，绿茶焦叶多。"),
    ("绿茶杀青机热风回收", "滚筒杀青热风直排，绿茶香气低。"),
)
OTHERS = (
    ("桥梁斜拉索索力监测", "每年人工测频一次，掌握不了行车荷载下的变化。"),
    ("奶牛乳房炎快速诊断", "体细胞数检测送样周期长，用药滞后。"),
    ("古建筑木构件虫蛀探测", "梁柱内部空洞肉眼看不见，取样有损。"),
)


def _post(texts: tuple[tuple[str, str], ...], **values: object) -> list[Need]:
    return [factories.need(title=title, problem=problem, **values) for title, problem in texts]


def _officer(region: str = factories.HEFEI, role: Role = Role.OFFICER) -> User:
    bureau = factories.organization(region=region)
    return factories.user(role, organization=bureau, region=region)


def _groups(page: str) -> list[set[str]]:
    """Return the titles of the needs of each technology on a page, in order."""
    lists = page.split("<details>")[1:]
    found = [re.findall(r'<th scope="row">\s*<a [^>]*>(.*?)</a>', part) for part in lists]
    return [{html.unescape(title) for title in titles} for titles in found]


def _titles(texts: tuple[tuple[str, str], ...]) -> set[str]:
    return {title for title, _problem in texts}


@pytest.fixture
def officer(session: Session, client: FlaskClient, sign_in: SignIn) -> User:
    """Give a city officer, signed in, whose region has needs of two technologies and others."""
    user = _officer()
    _post(TEAS, industry="food-process", budget_max=30_000_000)
    _post(SEPARATORS, industry="nev-battery")
    _post(OTHERS)
    sign_in(client, user)
    return user


def test_needs_about_one_technology_stand_together_the_largest_first(
    officer: User, client: FlaskClient
) -> None:
    page = client.get(ADDRESS).text
    assert _groups(page) == [_titles(SEPARATORS), _titles(TEAS)]
    assert "隔膜" in page.split("<details>")[0]


def test_a_technology_sums_up_its_needs(officer: User, client: FlaskClient) -> None:
    teas = client.get(ADDRESS).text.split('<li class="record">')[2]
    assert "肥西县" in teas
    assert "食品加工" in teas
    assert "60" in re.sub(r"<details>.*</details>", "", teas, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("values", "answered"),
    [
        ({"grade": MatchGrade.STRONG}, True),
        ({"grade": MatchGrade.FAIR, "status": MatchStatus.RECOMMENDED}, True),
        ({"grade": MatchGrade.WEAK, "status": MatchStatus.AGREED}, True),
        ({"grade": MatchGrade.WEAK}, False),
        ({"grade": MatchGrade.STRONG, "status": MatchStatus.DISMISSED}, False),
        ({"grade": MatchGrade.FAIR, "status": MatchStatus.DECLINED}, False),
    ],
)
def test_a_need_with_a_fitting_result_waits_no_longer(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    values: dict[str, object],
    answered: bool,
) -> None:
    first, *rest = _post(SEPARATORS)
    _post(OTHERS)
    factories.match(first, factories.result(), **values)
    sign_in(client, _officer())
    titles = {need.title for need in rest} | (set() if answered else {first.title})
    assert _groups(client.get(ADDRESS).text) == [titles]


def test_only_the_own_region_counts(session: Session, client: FlaskClient, sign_in: SignIn) -> None:
    elsewhere = factories.organization(region=factories.WUHU)
    _post(TEAS, organization=elsewhere)
    _post(SEPARATORS)
    _post(OTHERS)
    sign_in(client, _officer(factories.FEIXI))
    assert _groups(client.get(ADDRESS).text) == [_titles(SEPARATORS)]
    sign_in(client, _officer(factories.ANHUI, Role.DIRECTOR))
    assert _groups(client.get(ADDRESS).text) == [_titles(SEPARATORS), _titles(TEAS)]


def test_masked_needs_count_and_those_not_published_do_not(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    _post(SEPARATORS[:1], visibility=Visibility.MASKED, public_summary="电池材料方向的难题。")
    _post(SEPARATORS[1:2])
    _post(SEPARATORS[2:], status=PostingStatus.WITHDRAWN)
    _post(OTHERS)
    sign_in(client, _officer())
    assert _groups(client.get(ADDRESS).text) == [_titles(SEPARATORS[:2])]


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MANAGER, Role.BROKER, Role.ADMIN, Role.AUDITOR])
@pytest.mark.parametrize("address", [ADDRESS, f"{ADDRESS}.xlsx"])
def test_it_is_for_bureau_staff(
    session: Session, client: FlaskClient, sign_in: SignIn, role: Role, address: str
) -> None:
    assert client.get(address).status_code == 303
    sign_in(client, factories.user(role))
    assert client.get(address).status_code == 403
    assert ADDRESS not in client.get("/").text


def test_an_industry_narrows_page_and_export(officer: User, client: FlaskClient) -> None:
    for code in ("food", "food-process"):
        assert _groups(client.get(f"{ADDRESS}?industry={code}").text) == [_titles(TEAS)]
    assert len(_groups(client.get(f"{ADDRESS}?industry=nowhere").text)) == 2
    exported = client.get(f"{ADDRESS}.xlsx?industry=food")
    rows = _rows(exported.data)
    assert {row[_("Need")] for row in rows} == _titles(TEAS)


def test_the_export_holds_what_the_page_shows(officer: User, client: FlaskClient) -> None:
    exported = client.get(f"{ADDRESS}.xlsx")
    assert exported.mimetype == XLSX
    assert "attachment" in exported.headers["Content-Disposition"]
    rows = _rows(exported.data)
    assert {row[_("Need")] for row in rows} == _titles(SEPARATORS) | _titles(TEAS)
    tea = next(row for row in rows if row[_("Need")] == TEAS[0][0])
    assert tea[_("Budget to (CNY)")] == 300_000
    assert tea[_("Number of needs")] == 2
    assert tea[_("Region")] == "肥西县"


def test_the_page_asks_no_more_for_more_needs(
    officer: User, client: FlaskClient, count_queries: Callable[[], Sized]
) -> None:
    header = count_queries()
    assert client.get("/about").status_code == 200
    header_asks, asked = len(header), []
    for _round in range(2):
        _post(SEPARATORS, industry="nev-battery")
        counter = count_queries()
        assert client.get(ADDRESS).status_code == 200
        asked.append(len(counter))
    assert asked[0] == asked[1]
    assert asked[0] <= header_asks + 4


def test_more_needs_than_are_compared_are_said_so(
    officer: User, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "notice-warning" not in client.get(ADDRESS).text
    monkeypatch.setattr(queries, "MOST_NEEDS", 6)
    page = client.get(ADDRESS).text
    assert "notice-warning" in page
    assert _groups(page) == [_titles(SEPARATORS)]


def test_a_long_list_ends_with_the_largest_and_the_export_has_all(
    officer: User, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MOST_SHOWN", 1)
    assert _groups(client.get(ADDRESS).text) == [_titles(SEPARATORS)]
    assert len(_rows(client.get(f"{ADDRESS}.xlsx").data)) == len(SEPARATORS) + len(TEAS)


def test_an_empty_page_says_why(session: Session, client: FlaskClient, sign_in: SignIn) -> None:
    sign_in(client, _officer())
    page = client.get(ADDRESS).text
    assert _("No need waits for an answer") in page
    assert f"/needs?region={factories.HEFEI}" in page
    _post(OTHERS)
    assert _("No two needs are about one technology") in client.get(ADDRESS).text


def _rows(content: bytes) -> list[dict[str, object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]
