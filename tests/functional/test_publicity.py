"""Public notices: everybody reads them, whoever objects gives a name, officers settle."""

import html
from collections.abc import Callable, Sized
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.i18n import _
from models import KeyStatus, Objection, ObjectionOutcome, PublicNotice, Role, User, new_public_id
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import send, titles, walk
from tests.trail import Trail

LIST = "/public-notices"
ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
SAID = {"name": "李某", "contact": "0551-60000000", "text": "合同在立项之前已经履行完毕"}


def _notice(trail: Trail, title: str = "隔膜项目", days: int = 7) -> PublicNotice:
    """Make a notice of a project of the reserve pool that ends after some days."""
    project = factories.project(trail.enterprise, trail.university, title=title)
    designation = factories.designation(project, status=KeyStatus.RESERVE)
    end = today() + timedelta(days=days)
    return factories.notice(designation=designation, starts_on=end - timedelta(days=6), ends_on=end)


def _enter(client: FlaskClient, sign_in: SignIn, user: User) -> None:
    client.delete_cookie("session")
    sign_in(client, user)


def test_a_visitor_reads_objects_and_the_officer_settles(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    notice = _notice(trail)
    page = f"{LIST}/{notice.public_id}"
    assert titles(client.get(LIST).text) == ["隔膜项目"]
    shown = client.get(page).text
    assert trail.enterprise.name in shown
    assert 'id="objections-heading"' not in shown
    key = new_public_id()
    missing = send(client, f"{page}/object", page, key=key, **SAID | {"contact": ""})
    assert missing.status_code == 400
    assert _("Give a telephone number or an e-mail address.") in missing.text
    assert SAID["text"] in missing.text
    for _time in range(2):
        assert send(client, f"{page}/object", page, key=key, **SAID).status_code == 303
    other = send(client, f"{page}/object", page, key=key, **SAID | {"text": "另一件事"})
    assert other.status_code == 400
    assert _("This form was sent before and said something else.") in html.unescape(other.text)
    session.rollback()
    objection = session.scalars(sa.select(Objection)).one()
    assert SAID["text"] not in client.get(page).text
    address = f"{LIST}/objections/{objection.public_id}"
    for user, sees, status in (
        (trail.member, False, 403),
        (factories.user(Role.OFFICER, region=factories.WUHU), False, 404),
        (trail.director, True, 403),
        (trail.officer, True, 200),
    ):
        _enter(client, sign_in, user)
        assert (SAID["text"] in client.get(page).text) is sees
        assert client.get(address).status_code == status
    empty = send(client, address, outcome="upheld", finding=" ")
    assert empty.status_code == 400
    assert _("This is missing.") in empty.text
    assert send(client, address, outcome="dismissed", finding="查无实据").status_code == 303
    session.rollback()
    assert (objection.outcome, objection.settled_by) == (ObjectionOutcome.DISMISSED, trail.officer)
    assert "查无实据" in client.get(page).text
    assert "<form" not in client.get(address).text.split("<main")[1]


@ON_SQLITE
def test_a_notice_that_is_over_takes_no_objection(
    session: Session, client: FlaskClient, sign_in: SignIn, trail: Trail
) -> None:
    running, over = _notice(trail), _notice(trail, "往期项目", days=-1)
    page = f"{LIST}/{over.public_id}"
    assert titles(client.get(LIST).text) == ["隔膜项目"]
    assert titles(client.get(f"{LIST}?over=1").text) == ["往期项目"]
    ended = _("The notice ended on %(day)s.", day=over.ends_on)
    assert ended in client.get(page).text
    form = f"{LIST}/{running.public_id}"
    late = send(client, f"{page}/object", form, key=new_public_id(), **SAID)
    assert late.status_code == 400
    assert session.scalar(sa.select(sa.func.count(Objection.id))) == 0
    for role, status in ((Role.AUDITOR, 403), (Role.ADMIN, 403), (Role.MEMBER, 303)):
        _enter(client, sign_in, factories.user(role))
        answer = send(client, f"{form}/object", "/account", key=new_public_id(), **SAID)
        assert answer.status_code == status


@ON_SQLITE
def test_a_claim_on_notice_names_who_gets_how_much(
    session: Session, client: FlaskClient, trail: Trail
) -> None:
    project = factories.project(trail.enterprise, trail.university)
    claim = factories.claim(project, amount=12_345_600)
    notice = factories.notice(claim=claim, starts_on=today(), ends_on=today() + timedelta(days=5))
    page = client.get(f"{LIST}/{notice.public_id}").text
    for words in (trail.enterprise.name, "测试政策", "123,456.00"):
        assert words in page
    assert len(titles(client.get(LIST).text)) == 1


def test_a_long_list_is_turned_in_as_many_queries(
    session: Session, client: FlaskClient, trail: Trail, count_queries: Callable[[], Sized]
) -> None:
    assert _("No public notice runs at the moment") in client.get(LIST).text
    asked = []
    for wanted in (5, 45):
        for number in range(wanted):
            _notice(trail, f"项目{wanted}-{number}", days=number % 4)
            _notice(trail, f"往期{wanted}-{number}", days=-1 - number % 4)
        counter = count_queries()
        assert client.get(LIST).status_code == 200
        asked.append(len(counter))
    assert asked[0] == asked[1]
    for address, begins in ((LIST, "项目"), (f"{LIST}?over=1", "往期")):
        pages = walk(client, address)
        assert [len(page) for page in pages] == [20, 20, 10]
        found = {title for page in pages for title in page}
        assert len(found) == 50
        assert all(title.startswith(begins) for title in found)
