"""The register: all that a bureau has had to review, whatever became of it."""

import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from matchmaker.i18n import _
from models import PostingStatus, Role, User, Visibility, now
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import link, table_titles
from tests.functional.reviewing import decide, waiting

RETURNED, REJECTED = PostingStatus.RETURNED, PostingStatus.REJECTED


@pytest.fixture
def director(session: Session, client: FlaskClient, sign_in: SignIn) -> User:
    """Give a director of the city, signed in."""
    user = factories.user(Role.DIRECTOR, region=factories.HEFEI)
    sign_in(client, user)
    return user


def _had(make: object = factories.need, minutes: int = 0, **values: object) -> object:
    """Make a text that the bureau has had and that changed so many minutes ago."""
    changed = now() - timedelta(minutes=minutes)
    given = {"submitted_at": changed, "updated_at": changed, "published_at": None}
    return make(**given | values)  # type: ignore[operator]


def test_a_director_reads_every_text_that_reached_the_bureau(
    client: FlaskClient, director: User
) -> None:
    _had(title="已退回", status=RETURNED, minutes=1)
    _had(title="已驳回", status=REJECTED, minutes=2)
    _had(title="待审", status=PostingStatus.SUBMITTED, minutes=3)
    _had(title="已发布", status=PostingStatus.PUBLISHED, published_at=now(), minutes=4)
    factories.need(title="草稿", status=PostingStatus.DRAFT, published_at=None)
    _had(title="内部审核", status=PostingStatus.INTERNAL_REVIEW)
    _had(title="外市", status=RETURNED, organization=factories.organization(region=factories.WUHU))
    _had(factories.result, title="成果", status=RETURNED)
    assert table_titles(client, "/review/needs") == ["已退回", "已驳回", "待审", "已发布"]
    assert table_titles(client, "/review/results") == ["成果"]


def test_a_director_reads_why_and_decides_nothing(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    need = waiting(title="写得含糊的难题", problem="析锂", visibility=Visibility.MASKED)
    sign_in(client, officer)
    decide(client, need, "return", "指标不清")
    sign_in(client, factories.user(Role.DIRECTOR, region=factories.HEFEI))
    page = client.get("/review/needs").text
    assert "指标不清" in page
    address = link(page, f"/review/need/{need.public_id}")
    assert address
    shown = client.get(address).text
    assert "析锂" in shown
    assert "指标不清" in shown
    assert _("Nothing is for you to decide here now.") in shown
    assert decide(client, need, "publish").status_code == 403
    assert client.get("/review").location == "/review/needs"


def test_each_filter_narrows_the_register(client: FlaskClient, director: User) -> None:
    owner = factories.organization(name="甲新材料公司", region=factories.HEFEI)
    _had(title="涂层难题", status=RETURNED, industry="it", organization=owner)
    _had(title="焊接难题", status=REJECTED, reference="HJ-7", minutes=1)
    for query, expected in {
        "q=涂层": ["涂层难题"],
        "q=hj-7": ["焊接难题"],
        "q=ＨＪ－７、焊接": ["焊接难题"],
        "q=100%25": [],
        "status=rejected": ["焊接难题"],
        "status=draft": ["涂层难题", "焊接难题"],
        "industry=it": ["涂层难题"],
        "organization=新材料": ["涂层难题"],
        f"region={factories.FEIXI}": ["焊接难题"],
        f"region={factories.WUHU}": ["涂层难题", "焊接难题"],
        "region=nowhere&status=x": ["涂层难题", "焊接难题"],
    }.items():
        assert table_titles(client, f"/review/needs?{query}") == expected, query


def test_pages_follow_one_another_both_ways(client: FlaskClient, director: User) -> None:
    made = [f"难题{number:02}" for number in range(45)]
    with factories.together():
        for minutes, title in enumerate(made):
            _had(title=title, status=RETURNED, minutes=minutes)
    address: str | None = "/review/needs?status=returned"
    listed: list[str] = []
    while address:
        listed += table_titles(client, address)
        last, address = address, link(client.get(address).text, 'rel="next"')
    assert listed == made
    back = link(client.get(last).text, 'rel="prev"')
    assert back
    assert table_titles(client, back) == made[20:40]


def test_the_register_is_taken_away_as_it_is_narrowed(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    need = waiting(title="=涂层难题")
    decide(client, need, "reject", "已有成熟方案")
    _had(title="别的", status=RETURNED)
    answer = client.get("/review/needs.xlsx?status=rejected")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[1:]] == ["=涂层难题"]
    assert rows[0][-1] == _("Reason")
    assert rows[1][-1] == "已有成熟方案"


def test_an_officer_finds_what_was_decided_beside_what_waits(
    client: FlaskClient, reviewer: User
) -> None:
    need = waiting(title="已决定的")
    assert 'href="/review/needs"' in client.get("/review").text
    decide(client, need, "reject", "不属于技术需求")
    page = client.get("/review/needs").text
    assert f"/review/need/{need.public_id}" in page
    assert 'href="/review"' in page


def test_nothing_of_the_region_yet(client: FlaskClient, director: User) -> None:
    assert _("No text of your region has come before the bureau yet") in (
        client.get("/review/results").text
    )


@pytest.mark.parametrize("kind", ["need", "result"])
def test_the_way_back_from_a_text_leads_to_the_list_it_stands_in(
    client: FlaskClient, director: User, kind: str
) -> None:
    text = waiting(getattr(factories, kind))
    page = client.get(f"/review/{kind}/{text.public_id}").text
    assert f'<a href="/review/{kind}s">{_("Texts of the region")}</a>' in page
