"""The inbox of officers and transfer offices, and the decisions taken from it."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.postings import services as postings
from matchmaker.review.queries import MOST_COUNTED
from models import (
    IntegrityRestriction,
    Need,
    Notification,
    OutboxMessage,
    PostingStatus,
    Role,
    StatusChange,
    User,
    Visibility,
    now,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import link, send, titles, walk
from tests.functional.reviewing import (
    SUBMITTED,
    approve,
    audited,
    choice,
    decide,
    page_of,
    revise,
    stored,
    waiting,
)


def test_what_waits_in_the_region_is_listed_oldest_first(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    waiting(title="第二", hours=30)
    waiting(factories.result, title="第一", hours=50)
    revise(session, factories.need(), title="第三")
    factories.need(title="已发布")
    waiting(title="外市", organization=factories.organization(region=factories.WUHU))
    factories.need(title="草稿", status=PostingStatus.DRAFT)
    page = client.get("/review").text
    assert titles(page) == ["第一", "第二", "第三"]
    assert '<span class="count">3</span>' in page


def test_each_filter_narrows_the_list(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    owner = factories.organization(name="甲新材料公司")
    waiting(title="涂层难题", industry="it", organization=owner)
    waiting(factories.result, title="涂层成果", problem_solved="解决析锂", hours=24 * 30)
    revise(session, factories.need(title="旧名"), title="新名涂层")
    for query, expected in {
        "kind=need": ["涂层难题"],
        "kind=revision": ["新名涂层"],
        "industry=it": ["涂层难题"],
        "organization=新材料": ["涂层难题"],
        "overdue=1": ["涂层成果"],
        "q=析锂": ["涂层成果"],
        "q=旧名": ["新名涂层"],
        "q=涂层": ["涂层成果", "涂层难题", "新名涂层"],
        "q=涂层，难题": ["涂层难题"],
        "q=100%25": [],
        "kind=nonsense": ["涂层成果", "涂层难题", "新名涂层"],
    }.items():
        page = client.get(f"/review?{query}").text
        assert titles(page) == expected, query
    assert _("Nothing that waits fits these filters") in client.get("/review?q=100%25").text


def test_a_city_officer_narrows_to_one_county(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    sign_in(client, factories.user(Role.OFFICER, region=factories.HEFEI))
    waiting(title="肥西的")
    waiting(title="市里的", organization=factories.organization(region=factories.HEFEI))
    assert len(titles(client.get("/review").text)) == 2
    assert titles(client.get(f"/review?region={factories.FEIXI}").text) == ["肥西的"]


def test_paging_shows_each_text_once_though_some_are_decided_meanwhile(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    arrived = now() - timedelta(hours=1)
    with factories.together():
        for number in range(45):
            make = factories.result if number % 2 else factories.need
            make(status=SUBMITTED, submitted_at=arrived, title=f"文本{number:02}")
    pages = walk(client, "/review")
    assert [len(page) for page in pages] == [20, 20, 5]
    assert len({title for page in pages for title in page}) == 45
    first = client.get("/review").text
    following = link(first, 'rel="next"')
    assert following
    last = session.scalars(sa.select(Need).where(Need.title == titles(first)[-1])).one()
    decide(client, last, "return", "请补充指标")
    assert titles(client.get(following).text) == pages[1]


@pytest.mark.parametrize("after", ["x", "2026-11-22~need~x", "2026-11-22T00:00:00Z~user~x", "~~"])
def test_a_damaged_address_shows_the_first_page(
    session: Session, client: FlaskClient, reviewer: User, after: str
) -> None:
    waiting(title="难题")
    assert titles(client.get("/review", query_string={"after": after}).text) == ["难题"]


def test_a_late_text_says_so_in_words(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    waiting(hours=24 * 21)
    page = client.get("/review").text
    assert "tag-overdue" in page
    assert "逾期" in page or "overdue" in page


@pytest.mark.parametrize("wanted", [(5, 45)])
def test_a_longer_inbox_asks_the_database_no_more(
    session: Session,
    client: FlaskClient,
    reviewer: User,
    count_queries: Callable[[], Any],
    wanted: tuple[int, int],
) -> None:
    asked = []
    for count in wanted:
        for _number in range(count):
            waiting(hours=0, metrics=[{"name": "耐热", "target": "180"}])
            waiting(factories.result, hours=0)
            revise(session, factories.need(), title="新")
            revise(session, factories.result(), title="新")
        counter = count_queries()
        assert client.get("/review").status_code == 200
        asked.append(len(counter))
    assert asked[0] == asked[1]


def test_the_count_stops_where_nobody_counts_on(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    with factories.together():
        for _number in range(MOST_COUNTED + 1):
            waiting()
    assert '<span class="count">99+</span>' in client.get("/review").text


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.OFFICER, Role.DIRECTOR)]
)
def test_nobody_else_reads_what_waits_for_the_bureau(
    session: Session, client: FlaskClient, sign_in: SignIn, role: Role
) -> None:
    need = waiting(title="难题")
    sign_in(client, factories.user(role, region=factories.FEIXI))
    inbox, page = client.get("/review"), client.get(page_of(need))
    assert inbox.status_code == (200 if role is Role.MANAGER else 403)
    assert page.status_code == (404 if role is Role.MANAGER else 403)
    assert "难题" not in inbox.text + page.text


def test_an_officer_of_another_county_decides_on_nothing(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    need, shown = waiting(), factories.need()
    sign_in(client, factories.user(Role.OFFICER, region=factories.WUHU))
    assert client.get(page_of(need)).status_code == 404
    assert client.get(page_of(shown)).status_code == 403
    answer = send(client, "/review/approve", "/review", chosen=[choice(need), choice(shown)])
    assert answer.status_code == 303
    assert stored(session, sa.select(OutboxMessage)).all() == []
    answer = send(client, "/review/undo", "/review", chosen=[choice(shown)])
    assert answer.status_code == 403


def test_the_page_shows_the_whole_text_and_the_checklist(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    need = waiting(
        title="QX9471隔膜",
        problem="隔膜在高温下收缩",
        visibility=Visibility.MASKED,
        public_summary="QX9471的一项难题",
        metrics=[{"name": "耐热", "target": "≥180", "unit": "℃"}],
    )
    page = html.unescape(client.get(page_of(need)).text)
    assert "隔膜在高温下收缩" in page
    assert "耐热: ≥180 ℃" in page
    assert "“qx9471”" in page


def test_publishing_tells_the_poster_and_shows_the_text(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    need = waiting()
    author = factories.user(Role.MEMBER, organization=need.organization)
    assert decide(client, need, "publish").location == "/review"
    session.rollback()
    assert need.status is PostingStatus.PUBLISHED
    note = stored(session, sa.select(Notification)).one()
    assert (note.user_id, note.event) == (author.id, "posting_published")


@pytest.mark.parametrize(("action", "status"), [("return", "returned"), ("reject", "rejected")])
def test_what_is_not_published_goes_back_with_the_reason(
    session: Session, client: FlaskClient, reviewer: User, action: str, status: str
) -> None:
    need = waiting()
    assert decide(client, need, action, "指标没有检测方法").status_code == 303
    session.rollback()
    assert need.status == status
    change = stored(session, sa.select(StatusChange).order_by(StatusChange.id.desc())).first()
    assert change is not None
    assert change.reason == "指标没有检测方法"
    assert "指标没有检测方法" in client.get(page_of(need)).text


def test_returning_without_a_reason_asks_for_it(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    need = waiting()
    answer = decide(client, need, "return", "  ")
    assert _("Give the reason; the organization reads it.") in answer.text
    session.rollback()
    assert need.status is SUBMITTED


@pytest.mark.parametrize("make", [factories.need, factories.result])
def test_a_published_text_is_taken_out_of_sight_and_shown_again(
    session: Session, client: FlaskClient, reviewer: User, make: Callable[..., Any]
) -> None:
    posting = make()
    page = f"/{type(posting).__name__.lower()}s/{posting.public_id}"
    assert page_of(posting) in client.get(page).text
    assert (
        _("Give the reason; the organization reads it.") in decide(client, posting, "suspend").text
    )
    assert decide(client, posting, "suspend", "含第三方的商业秘密").status_code == 303
    assert stored(session, sa.select(type(posting).status)).one() is PostingStatus.SUSPENDED
    assert "含第三方的商业秘密" in client.get(page_of(posting)).text
    decide(client, posting, "resume")
    assert stored(session, sa.select(type(posting).status)).one() is PostingStatus.PUBLISHED


@pytest.mark.parametrize(("role", "region"), [(Role.DIRECTOR, "FEIXI"), (Role.OFFICER, "WUHU")])
def test_nobody_else_takes_a_published_text_out_of_sight(
    session: Session, client: FlaskClient, sign_in: SignIn, role: Role, region: str
) -> None:
    need = factories.need()
    sign_in(client, factories.user(role, region=getattr(factories, region)))
    assert page_of(need) not in client.get(f"/needs/{need.public_id}").text
    assert decide(client, need, "suspend", "不合规").status_code == 403
    assert stored(session, sa.select(Need.status)).one() is PostingStatus.PUBLISHED


def test_who_comes_second_is_told_and_keeps_the_reason(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    need = waiting()
    fields = {"action": "return", "reason": "写了很久的理由", "version": need.version}
    colleague = factories.user(Role.OFFICER, region=factories.FEIXI)
    postings.send_back(session, colleague, need, "先到")
    with transaction(session):
        need.status = SUBMITTED
    answer = send(client, page_of(need), **fields)
    assert answer.status_code == 409
    assert "写了很久的理由" in answer.text
    assert f'value="{need.version}"' in answer.text
    assert audited(session, "need:return", "refused") == 1


def test_a_restricted_organization_is_named_and_not_published(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    need = waiting()
    with transaction(session):
        need.organization.restrictions.append(
            IntegrityRestriction(
                ground="虚假申报", starts_on=today(), source_document="测〔2026〕1号"
            )
        )
    inbox, page = client.get("/review").text, client.get(page_of(need)).text
    assert "虚假申报" in inbox
    assert re.search(r'value="publish"\s+disabled', page)
    assert decide(client, need, "publish").status_code == 409
    assert "虚假申报" in html.unescape(approve(client, need).text + client.get("/review").text)
    session.rollback()
    assert need.status is SUBMITTED


def test_a_revision_is_shown_beside_the_published_text(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    need = factories.need(problem="隔膜耐热150℃。成本不变。")
    revision = revise(session, need, problem="隔膜耐热180℃。成本不变。", deadline="2027-01-31")
    page = client.get(page_of(revision)).text
    assert re.search(r"<del>.*150", page)
    assert re.search(r"<ins>.*180", page)
    assert re.search(r"<ins>.*2027-01-31", page)
    assert page.count('class="change"') == 2
    decide(client, revision, "approve")
    session.rollback()
    assert need.problem == "隔膜耐热180℃。成本不变。"


def test_a_transfer_office_reviews_first_and_alone(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    university = factories.organization(requires_internal_review=True)
    researcher = factories.user(Role.MEMBER, organization=university)
    result = factories.result(
        title="待审成果", status=PostingStatus.DRAFT, published_at=None, organization=university
    )
    postings.submit(session, researcher, result)
    sign_in(client, factories.user(Role.OFFICER, region=factories.FEIXI))
    assert titles(client.get("/review").text) == []
    assert client.get(page_of(result)).status_code == 404
    office = factories.user(Role.MANAGER, organization=university)
    sign_in(client, office)
    assert titles(client.get("/review").text) == ["待审成果"]
    decide(client, result, "return", "内部意见：缺依据")
    session.rollback()
    postings.submit(session, researcher, result)
    decide(client, result, "endorse")
    session.rollback()
    assert result.status is SUBMITTED
    assert titles(client.get("/review").text) == []
    assert "内部意见" in client.get(page_of(result)).text
    sign_in(client, factories.user(Role.OFFICER, region=factories.FEIXI))
    assert titles(client.get("/review").text) == ["待审成果"]
    page = client.get(page_of(result))
    assert page.status_code == 200
    assert "内部意见" not in page.text


def test_what_waited_for_the_own_review_is_found_after_that_was_switched_off(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    university = factories.organization(requires_internal_review=True)
    office = factories.user(Role.MANAGER, organization=university)
    result = factories.result(
        organization=university, status=PostingStatus.DRAFT, published_at=None
    )
    postings.submit(session, factories.user(Role.MEMBER, organization=university), result)
    sign_in(client, office)
    send(client, "/organization/edit", requires_internal_review="")
    page = client.get("/organization").text
    assert 'href="/review"' in page
    assert "notice-warning" in page
    assert result.public_id in client.get("/review").text
    decide(client, result, "endorse")
    session.rollback()
    assert result.status is PostingStatus.SUBMITTED
    page = client.get("/organization").text
    assert 'href="/review"' not in page
    assert "notice-warning" not in page
