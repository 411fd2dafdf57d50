"""Key projects on their pages: nominated, put on notice, designated, removed; the list."""

import html
import io
from collections.abc import Callable, Sized
from datetime import date, timedelta

import openpyxl
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.indicators import services
from matchmaker.labels import label
from models import IntegrityRestriction, KeyDesignation, KeyStatus, PublicNotice, Role, User
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import link, send, titles, token, walk
from tests.trail import Trail

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
YEAR = today().year


class Pages:
    """A browser in which one person after another is signed in."""

    def __init__(self, session: Session, client: FlaskClient, sign_in: SignIn) -> None:
        self.session, self.client, self._sign_in = session, client, sign_in

    def enter(self, user: User) -> None:
        """Sign another user in."""
        self.client.delete_cookie("session")
        self._sign_in(self.client, user)

    def nominate(self, project_id: str, page: str | None = None, **fields: object) -> TestResponse:
        """Send the form of a nomination."""
        address = f"/key-projects/nominate?project={project_id}"
        return send(self.client, address, page, **fields)

    def decide(self, user: User, action: str, **fields: object) -> TestResponse:
        """Take a decision on the only designation, as its page stands."""
        self.enter(user)
        own = self.designation()
        address = f"/key-projects/{own.public_id}"
        fields = {"version": own.version, "days": 7, "reason": "", **fields}
        return send(self.client, f"{address}/decide", address, action=action, **fields)

    def designation(self) -> KeyDesignation:
        """Return the newest designation as it is stored."""
        self.session.rollback()
        self.session.expire_all()
        newest = sa.select(KeyDesignation).order_by(KeyDesignation.id.desc()).limit(1)
        return self.session.scalars(newest).one()

    def page(self) -> str:
        """Return the page of the designation as its reader sees it."""
        own = self.designation()
        return html.unescape(self.client.get(f"/key-projects/{own.public_id}").text)


@pytest.fixture
def pages(session: Session, client: FlaskClient, sign_in: SignIn) -> Pages:
    """Give such a browser."""
    return Pages(session, client, sign_in)


def _end_notice(session: Session) -> None:
    with transaction(session):
        for notice in session.scalars(sa.select(PublicNotice)):
            notice.starts_on, notice.ends_on = date(2026, 1, 1), today() - timedelta(days=1)


def test_a_project_goes_through_notice_to_the_list_and_off_it_again(
    pages: Pages, trail: Trail, session: Session
) -> None:
    """Each step is taken by another person on the page, and stands there with its name."""
    project = trail.tracked()
    pages.enter(trail.officer)
    answer = pages.nominate(project.public_id, year=YEAR, evidence="合同登记证明")
    assert answer.status_code == 303
    assert pages.designation().status is KeyStatus.NOMINATED
    assert _("Take into the reserve pool") not in pages.page()
    assert pages.decide(trail.city_director, "reserve").status_code == 303
    refused = pages.decide(trail.director, "designate")
    assert refused.status_code == 409
    assert _("Put it on public notice first.") in html.unescape(refused.text)
    short = pages.decide(trail.director, "announce", days=0)
    assert short.status_code == 400
    assert _("Give a whole number from %(least)s to %(most)s.", least=1, most=60) in short.text
    assert pages.decide(trail.director, "announce", days=5).status_code == 303
    until = pages.designation().notices[0].ends_on
    assert until == today() + timedelta(days=5)
    assert _("The public notice runs until %(day)s.", day=until) in pages.page()
    _end_notice(session)
    assert pages.decide(trail.director, "designate").status_code == 303
    assert _("Designated key project, not removed, entered tracking in this year.") in pages.page()
    silent = pages.decide(trail.director, "propose_removal", reason=" ")
    assert silent.status_code == 400
    assert _("Give a reason.") in silent.text
    assert pages.decide(trail.director, "propose_removal", reason="合同撤销").status_code == 303
    alone = pages.decide(trail.director, "remove")
    assert alone.status_code == 409
    words = _("You took the step before; somebody else has to take this one.")
    assert words in html.unescape(alone.text)
    assert pages.decide(trail.second_director, "remove").status_code == 303
    page = pages.page()
    history = page[page.index('id="history"') :]
    for step, person in (
        (_("Nominated"), trail.officer),
        (_("Taken into the reserve pool"), trail.city_director),
        (_("Put on public notice"), trail.director),
        (_("Designated key project"), trail.director),
        (_("Removal proposed"), trail.director),
        (_("Removed from the list"), trail.second_director),
    ):
        assert step in history
        assert person.name in history
    assert history.count("合同撤销") == 2
    assert _("Turned down or removed from the list.") in page


@ON_SQLITE
def test_a_nomination_that_cannot_be_taken_says_why_and_keeps_what_was_typed(
    pages: Pages, trail: Trail, session: Session
) -> None:
    project = trail.tracked()
    address = f"/key-projects/nominate?project={project.public_id}"
    pages.enter(trail.officer)
    missing = pages.nominate(project.public_id, year=YEAR, evidence=" ")
    assert missing.status_code == 400
    assert _("This is missing.") in missing.text
    wrong = pages.nominate(project.public_id, year=YEAR + 2, evidence="合同登记证明")
    assert wrong.status_code == 400
    assert 'aria-invalid="true"' in wrong.text
    assert "合同登记证明" in wrong.text
    with transaction(session):
        restriction = IntegrityRestriction(
            ground="提供虚假材料", starts_on=date(2026, 1, 1), source_document="通报9号"
        )
        trail.enterprise.restrictions.append(restriction)
    barred = pages.nominate(project.public_id, year=YEAR, evidence="合同登记证明")
    assert barred.status_code == 409
    assert "提供虚假材料" in barred.text
    assert "合同登记证明" in barred.text
    with transaction(session):
        session.delete(restriction)
    services.nominate(session, trail.officer, project, YEAR, "合同")
    listed = html.unescape(pages.client.get(address).text)
    assert _("The project is on the list already.") in listed
    assert f"/key-projects/{pages.designation().public_id}" in listed
    again = pages.nominate(project.public_id, "/account", year=YEAR, evidence="再报")
    assert again.status_code == 400
    assert session.scalar(sa.select(sa.func.count(KeyDesignation.id))) == 1


@ON_SQLITE
def test_who_may_what_with_key_projects(pages: Pages, trail: Trail, session: Session) -> None:
    project = trail.tracked()
    own = services.nominate(session, trail.officer, project, YEAR, "合同")
    nominate = f"/key-projects/nominate?project={project.public_id}"
    page = f"/key-projects/{own.public_id}"
    elsewhere = factories.user(Role.DIRECTOR, region=factories.WUHU)
    answers = {
        "member": (trail.member, (403, 403, 200)),
        "rival": (trail.rival, (403, 403, 404)),
        "officer": (trail.officer, (200, 200, 200)),
        "director": (trail.director, (200, 403, 200)),
        "elsewhere": (elsewhere, (200, 403, 404)),
        "auditor": (factories.user(Role.AUDITOR), (403, 403, 403)),
    }
    for who, (user, expected) in answers.items():
        pages.enter(user)
        found = [pages.client.get(each).status_code for each in ("/key-projects", nominate, page)]
        assert tuple(found) == expected, who
    for user in (trail.officer, trail.second_officer):
        assert pages.decide(user, "reserve").status_code == 403
    pages.enter(trail.member)
    data = {"csrf_token": token(pages.client, "/account"), "action": "reserve", "version": 1}
    assert pages.client.post(f"{page}/decide", data=data).status_code == 403
    assert pages.decide(trail.city_director, "no such thing").status_code == 400
    stale = pages.decide(trail.city_director, "reserve", version=7)
    assert stale.status_code == 409
    assert pages.designation().status is KeyStatus.NOMINATED


def test_the_list_is_narrowed_turned_and_exported(
    pages: Pages, trail: Trail, session: Session, count_queries: Callable[[], Sized]
) -> None:
    pages.enter(trail.director)
    assert _("No project has been nominated yet") in pages.client.get("/key-projects").text
    elsewhere = factories.project(region=factories.region(factories.WUHU), title="芜湖项目")
    factories.designation(elsewhere, year=YEAR - 1, status=KeyStatus.KEY)
    asked = []
    for wanted in (4, 45):
        with factories.together():
            for _number in range(wanted):
                project = factories.project(trail.enterprise, trail.university)
                factories.designation(project, year=YEAR, nominated_by=trail.officer)
        pages.client.get("/key-projects")
        counter = count_queries()
        assert pages.client.get("/key-projects").status_code == 200
        asked.append(len(counter))
    assert asked[0] == asked[1]
    found = walk(pages.client, "/key-projects")
    assert [len(each) for each in found] == [20, 20, 10]
    assert len({title for each in found for title in each}) == 50
    for query in ("q=芜湖", f"year={YEAR - 1}", "region=340200", "status=key"):
        assert titles(pages.client.get(f"/key-projects?{query}").text) == ["芜湖项目"], query
        sheet = pages.client.get(f"/key-projects.xlsx?{query}")
        rows = _rows(sheet.data)
        assert [row[_("Project")] for row in rows] == ["芜湖项目"]
        assert rows[0][_("Status")] == label(KeyStatus.KEY)
    assert len(_rows(pages.client.get("/key-projects.xlsx").data)) == 50
    none = pages.client.get("/key-projects?q=没有这个").text
    assert _("No key project fits these filters") in none
    pages.enter(trail.officer)
    assert "芜湖项目" not in pages.client.get("/key-projects?q=芜湖").text


@ON_SQLITE
def test_a_notification_leads_to_the_key_project(
    pages: Pages, trail: Trail, session: Session
) -> None:
    own = services.nominate(session, trail.officer, trail.tracked(), YEAR, "合同")
    pages.enter(trail.city_director)
    page = pages.client.get("/notices").text
    assert own.project.title in page
    assert link(page, f"/key-projects/{own.public_id}") or own.public_id in page


@ON_SQLITE
def test_the_page_of_one_asks_no_more_for_more_parts(
    pages: Pages, trail: Trail, session: Session, count_queries: Callable[[], Sized]
) -> None:
    project = trail.tracked()
    services.nominate(session, trail.officer, project, YEAR, "合同")
    pages.enter(trail.city_director)
    asked = []
    for wanted in (4, 45):
        for number in range(wanted):
            trail.signed(project, f"HT-{wanted}-{number}")
            other = factories.project(trail.enterprise, trail.university)
            factories.designation(other, year=YEAR)
        own = project.designations[0].public_id
        counter = count_queries()
        assert pages.client.get(f"/key-projects/{own}").status_code == 200
        asked.append(len(counter))
    assert asked[0] == asked[1]


def _rows(content: bytes) -> list[dict[str, object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]
