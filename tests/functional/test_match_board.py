"""The match board: who sees what on it, how it is narrowed, and what is decided there."""

from collections.abc import Callable, Sized
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.matches import decisions
from matchmaker.matches.services import propose
from matchmaker.postings.queries import MOST_FOUND
from models import (
    AuditEntry,
    DeclineReason,
    Match,
    MatchGrade,
    MatchStatus,
    PostingStatus,
    Role,
    User,
    Visibility,
    now,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import link, links, send, titles, walk


@pytest.fixture
def officer(session: Session) -> User:
    """Give the officer of Feixi."""
    bureau = factories.organization(region=factories.FEIXI)
    return factories.user(Role.OFFICER, organization=bureau, region=factories.FEIXI)


def _pair(title: str = "一项需求", **values: object) -> Match:
    elsewhere = factories.organization(region=factories.WUHU)
    return factories.match(
        factories.need(title=title), factories.result(organization=elsewhere), **values
    )


def test_the_board_lists_the_matches_of_ones_region_and_no_others(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    _pair("本县的需求")
    wuhu = factories.organization(region=factories.WUHU)
    factories.match(
        factories.need(title="外市的需求", organization=wuhu),
        factories.result(organization=factories.organization(region=factories.WUHU)),
    )
    sign_in(client, officer)
    assert titles(client.get("/matches").text) == ["本县的需求"]


def test_a_broker_sees_what_was_given_to_them(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    broker = factories.user(Role.BROKER)
    given, other = _pair("交给我的"), _pair("别人的")
    decisions.assign(session, officer, given, broker)
    sign_in(client, broker)
    assert titles(client.get("/matches").text) == ["交给我的"]
    assert client.get(f"/matches/{other.public_id}").status_code == 404


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("grade=strong", ["甲"]),
        ("industry=nev", ["甲"]),
        (f"region={factories.WUHU}", ["乙"]),
        ("broker=none", ["甲", "乙"]),
        ("days=21", ["乙"]),
        ("status=dismissed", []),
    ],
)
def test_each_filter_narrows_the_board(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    officer: User,
    filters: str,
    found: list[str],
) -> None:
    near = factories.organization()
    factories.match(
        factories.need(title="甲", industry="nev-battery"),
        factories.result(organization=near),
        score=0.9,
        grade=MatchGrade.STRONG,
    )
    _grown(session, _pair("乙", score=0.4), days=25)
    sign_in(client, officer)
    assert titles(client.get(f"/matches?{filters}").text) == found


def test_the_board_is_narrowed_to_one_broker(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    broker = factories.user(Role.BROKER)
    decisions.assign(session, officer, _pair("已分派"), broker)
    _pair("未分派")
    sign_in(client, officer)
    assert titles(client.get(f"/matches?broker={broker.public_id}").text) == ["已分派"]
    assert titles(client.get("/matches?broker=none").text) == ["未分派"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("score", ["较为", "高度", "新的"]),
        ("grade", ["高度", "较为", "新的"]),
        ("newest", ["新的", "较为", "高度"]),
        ("oldest", ["高度", "较为", "新的"]),
    ],
)
def test_the_board_is_sorted_by_score_grade_or_age(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    officer: User,
    sort: str,
    order: list[str],
) -> None:
    _pair("高度", score=0.6, grade=MatchGrade.STRONG)
    _pair("较为", score=0.7, grade=MatchGrade.FAIR)
    _pair("新的", score=0.2, grade=MatchGrade.WEAK)
    sign_in(client, officer)
    assert titles(client.get(f"/matches?sort={sort}").text) == order


@pytest.mark.parametrize("sort", ["score", "grade", "newest", "oldest"])
def test_turning_pages_meets_every_match_once(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User, sort: str
) -> None:
    for number in range(45):
        grade = list(MatchGrade)[number % 3]
        _pair(f"需求{number:02}", score=number % 7 / 10, grade=grade)
    sign_in(client, officer)
    pages = walk(client, f"/matches?sort={sort}")
    assert [len(page) for page in pages] == [20, 20, 5]
    assert len({title for page in pages for title in page}) == 45


def test_a_longer_board_asks_the_database_no_more(
    session: Session,
    client: FlaskClient,
    sign_in: SignIn,
    officer: User,
    count_queries: Callable[[], Sized],
) -> None:
    sign_in(client, officer)
    header = count_queries()
    assert client.get("/about").status_code == 200
    header_asks, asked = len(header), []
    member = factories.user(Role.MEMBER)
    for wanted in (5, 45):
        for _number in range(wanted):
            _pair()
            mine = factories.need(organization=member.organization)
            match = factories.match(mine, factories.result())
            decisions.recommend(session, officer, match)
        sign_in(client, officer)
        counts = []
        for address in ("/matches", "/matches?status=recommended", "/matches/waiting"):
            if address == "/matches/waiting":
                sign_in(client, member)
            counter = count_queries()
            assert client.get(address).status_code == 200
            counts.append(len(counter))
        asked.append(counts)
    assert asked[0] == asked[1]
    assert max(asked[0]) <= header_asks + 10


def test_what_awaits_an_answer_is_read_page_by_page(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    need = factories.need()
    asked = {"status": MatchStatus.RECOMMENDED, "recommended_on": today()}
    with factories.together():
        for _number in range(25):
            last = factories.match(need, factories.result(), **asked)
    sign_in(client, factories.user(Role.MEMBER, organization=need.organization))
    second = link(client.get("/matches/waiting").text, 'rel="next"')
    assert second
    page = client.get(second).text
    assert len(titles(page)) == 5
    assert 'rel="next"' not in page
    assert f'href="/matches/waiting">{_("To the first page")}</a>' in page
    assert client.get("/matches/waiting?after=gone").status_code == 200
    answer = client.get(f"/matches/waiting?after={last.public_id}")
    assert (answer.status_code, answer.location) == (303, "/matches/waiting")


def test_nonsense_in_the_address_is_no_error(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    sign_in(client, officer)
    odd = {"status": "x", "grade": "'", "days": "-1", "broker": "\x01", "sort": ";", "after": "\0"}
    assert client.get("/matches", query_string=odd).status_code == 200


def test_what_is_ticked_is_recommended_and_the_rest_is_told(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    fine, withdrawn = _pair("可推荐"), _pair("已撤回")
    sign_in(client, officer)
    page = "/matches"
    token_page = client.get(page).text
    assert fine.public_id in token_page
    with transaction(session):
        withdrawn.need.visibility = Visibility.INVITED
    answer = send(client, "/matches/recommend", page, match=[fine.public_id, withdrawn.public_id])
    assert answer.status_code == 303
    told = client.get(page).text
    assert _("One of the two is for invited organizations; the other side is not invited.") in told
    session.rollback()
    assert fine.status is MatchStatus.RECOMMENDED
    assert withdrawn.status is MatchStatus.PROPOSED
    refused = sa.select(AuditEntry.action).where(AuditEntry.outcome == "refused")
    assert session.scalars(refused).all() == ["match:recommend"]


def test_several_of_one_need_are_recommended_together(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    need = factories.need()
    for _number in range(3):
        factories.result()
    propose(session, None)
    matches = session.scalars(sa.select(Match).where(Match.need_id == need.id)).all()
    sign_in(client, officer)
    send(client, "/matches/recommend", "/matches", match=[one.public_id for one in matches])
    session.rollback()
    assert {match.status for match in matches} == {MatchStatus.RECOMMENDED}


def test_nothing_ticked_is_said_so(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    _pair()
    sign_in(client, officer)
    send(client, "/matches/recommend", "/matches")
    assert _("Tick the matches to recommend.") in client.get("/matches").text


def test_a_pair_is_put_together_by_hand_and_stays_when_the_matcher_runs(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    need = factories.need(title="高温窑炉内衬开裂", problem="内衬开裂。")
    result = factories.result(title="水稻育种", abstract="高产水稻。")
    sign_in(client, officer)
    page = client.get("/matches/new?need_q=窑炉&result_q=水稻").text
    assert need.public_id in page
    assert result.public_id in page
    chosen = {"need": need.public_id, "result": result.public_id}
    made = send(client, "/matches/new", **chosen)
    session.rollback()
    match = session.scalars(sa.select(Match)).one()
    assert made.headers["Location"].endswith(f"/matches/{match.public_id}")
    assert match.added_by_id == officer.id
    propose(session, None)
    again = send(client, "/matches/new", **chosen)
    assert again.headers["Location"] == made.headers["Location"]
    assert session.scalars(sa.select(Match.id).where(Match.need_id == need.id)).one() == match.id
    assert _("Put together by hand") in client.get(made.headers["Location"]).text


def test_what_was_chosen_of_one_side_stays_while_the_other_is_searched_for(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    need = factories.need(title="高温窑炉内衬开裂")
    with factories.together():
        results = [factories.result(title=f"水稻育种{number}") for number in range(MOST_FOUND + 1)]
    sign_in(client, officer)
    link = f"/matches/new?need={need.public_id}"
    assert link in client.get(f"/needs/{need.public_id}").text
    page = client.get(f"{link}&result_q=水稻").text
    assert f'name="need" value="{need.public_id}"' in page
    offered = [parse_qs(urlsplit(each).query) for each in links(page, "&amp;result=")]
    assert [each["need"] for each in offered] == [[need.public_id]] * MOST_FOUND
    assert offered[0]["result"] == [results[-1].public_id]
    assert _("These are the newest %(count)s. More words narrow them down.", count=10) in page
    assert _("Put these two together") not in page
    both = client.get(f"{link}&result={results[0].public_id}").text
    assert _("Put these two together") in both
    assert both.count(_("Choose another")) == 2


def test_a_dismissed_pair_is_proposed_again_by_hand(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    match = _pair()
    decisions.dismiss(session, officer, match, DeclineReason.TOO_EARLY)
    sign_in(client, officer)
    send(client, "/matches/new", need=match.need.public_id, result=match.result.public_id)
    session.rollback()
    assert match.status is MatchStatus.PROPOSED


def test_a_pair_that_cannot_be_is_refused_in_words(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    need = factories.need()
    sign_in(client, officer)
    missing = send(client, "/matches/new", need=need.public_id)
    assert (missing.status_code, _("Choose one need and one result.") in missing.text) == (
        400,
        True,
    )
    own = factories.result(organization=need.organization)
    same = send(client, "/matches/new", need=need.public_id, result=own.public_id)
    assert (same.status_code, _("Both are of the same organization.") in same.text) == (409, True)
    wuhu = {"organization": factories.organization(region=factories.WUHU)}
    elsewhere = factories.organization(region=factories.WUHU)
    far = factories.need(**wuhu), factories.result(organization=elsewhere)
    other = send(client, "/matches/new", need=far[0].public_id, result=far[1].public_id)
    assert other.status_code == 403
    assert session.scalar(sa.select(sa.func.count()).select_from(Match)) == 0


def test_a_withdrawn_need_is_not_offered(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    gone = factories.need(status=PostingStatus.WITHDRAWN)
    sign_in(client, officer)
    assert gone.public_id not in client.get("/matches/new").text


def test_the_pages_of_a_need_lead_to_its_matches(
    session: Session, client: FlaskClient, sign_in: SignIn, officer: User
) -> None:
    match = _pair()
    sign_in(client, officer)
    address = f"/matches/{match.public_id}"
    assert address in links(client.get(f"/needs/{match.need.public_id}").text, "/matches/")
    assert link(client.get("/matches").text, 'class="record-title"') == address


def _grown(session: Session, match: Match, days: int) -> None:
    with transaction(session):
        match.created_at = now() - timedelta(days=days)
