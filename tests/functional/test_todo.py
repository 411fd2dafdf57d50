"""The page of what waits: each reader's own, with the way to where it is done."""

import html
import re
from collections.abc import Callable, Sized
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.matches import decisions
from models import (
    Job,
    JobStatus,
    Light,
    MatchGrade,
    OrganizationStatus,
    PostingStatus,
    Role,
    User,
    now,
)
from tests import factories
from tests.conftest import SignIn
from tests.functional.reviewing import waiting
from tests.trail import Trail

_TASK = re.compile(
    r'<a class="task" href="([^"]*)">\s*<span class="task-count">(.*?)</span>.*?</a>', re.DOTALL
)


def _tasks(client: FlaskClient) -> dict[str, str]:
    """Return how much waits by the address where it is done, which opens."""
    found = {html.unescape(a): count for a, count in _TASK.findall(client.get("/todo").text)}
    for address in found:
        assert client.get(address).status_code == 200, address
    return found


def test_a_member_finds_what_to_mend_to_finish_to_renew_and_to_answer(
    session: Session, client: FlaskClient, poster: User, officer: User
) -> None:
    own = poster.organization
    factories.need(organization=own, status=PostingStatus.RETURNED)
    factories.result(organization=own, status=PostingStatus.RETURNED)
    factories.need(organization=own, status=PostingStatus.DRAFT, published_at=None)
    need = factories.need(organization=own, valid_until=today() + timedelta(days=14))
    factories.need(organization=own, valid_until=today() + timedelta(days=15))
    factories.need(status=PostingStatus.RETURNED)
    decisions.recommend(session, officer, factories.match(need, factories.result()))
    assert _tasks(client) == {
        "/matches/waiting": "1",
        "/mine?status=returned": "2",
        "/mine?status=draft": "1",
        "/mine?status=published": "1",
    }


def test_an_officer_finds_what_to_review_to_approve_and_to_recommend(
    session: Session, client: FlaskClient, reviewer: User
) -> None:
    waiting(hours=1)
    waiting(factories.result, hours=24 * 30)
    waiting(organization=factories.organization(region=factories.WUHU))
    factories.organization(status=OrganizationStatus.PENDING)
    for grade in (MatchGrade.STRONG, MatchGrade.WEAK):
        factories.match(factories.need(), factories.result(), grade=grade)
    assert _tasks(client) == {
        "/review": "2",
        "/organizations": "1",
        "/matches?grade=strong": "1",
    }
    page = client.get("/todo").text
    assert page.count(_("late: %(count)s", count=1)) == 1


def test_a_broker_finds_the_pairs_given_to_them(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    broker = factories.user(Role.BROKER)
    factories.match(factories.need(), factories.result(), broker=broker)
    factories.match(factories.need(), factories.result())
    sign_in(client, broker)
    assert _tasks(client) == {"/matches": "1"}


def test_an_administrator_finds_what_has_failed(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    with transaction(session):
        session.add(Job(kind="propose", status=JobStatus.FAILED, finished_at=now()))
    sign_in(client, factories.user(Role.ADMIN))
    assert _tasks(client) == {"/admin/jobs?status=failed": "1"}


def test_who_runs_a_project_finds_its_light_and_the_director_reads_no_inbox(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    project = trail.tracked()
    with transaction(session):
        project.light = Light.RED
    waiting()
    for person in (trail.member, trail.officer):
        sign_in(client, person)
        assert _tasks(client)["/projects?light=red"] == "1"
    sign_in(client, factories.user(Role.DIRECTOR, region=factories.HEFEI))
    assert set(_tasks(client)) == {"/projects?light=red"}


def test_nothing_waits_and_a_visitor_is_led_to_sign_in(
    session: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    assert client.get("/todo").location == "/sign-in?next=/todo"
    sign_in(client, factories.user(Role.AUDITOR))
    assert _("Nothing waits for you") in client.get("/todo").text


def test_more_that_waits_asks_the_database_no_more(
    session: Session, client: FlaskClient, reviewer: User, count_queries: Callable[[], Sized]
) -> None:
    asked = []
    for wanted in (5, 100):
        with factories.together():
            for _number in range(wanted):
                waiting()
        counter = count_queries()
        page = client.get("/todo").text
        asked.append(len(counter))
    assert asked[0] == asked[1]
    assert "99+" in page
