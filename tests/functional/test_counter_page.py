"""The counter's page: its figure, its export, the recount, the frozen year, the gauge."""

import html
import io
import re
from collections.abc import Callable, Sized
from datetime import UTC, datetime

import openpyxl
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.indicators import targets
from matchmaker.indicators.counter import Rule, Standing
from matchmaker.indicators.counting import recount
from matchmaker.indicators.wording import rule_words, standing_name
from models import KeyStatus, Organization, Project, ProjectStage, Role, Snapshot, User
from tests import factories
from tests.conftest import SignIn
from tests.functional.pages import send, token

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)

YEAR = today().year
COUNTER = "/key-projects/counter"


def _listed(
    session: Session,
    *parties: Organization,
    status: KeyStatus = KeyStatus.KEY,
    number: str = "",
    region: str = factories.FEIXI,
    tracking: datetime | None = None,
) -> Project:
    """Make a project on the list that is being tracked, with the changes that say so."""
    project = factories.project(*parties, region=factories.region(region))
    factories.contract(project, **({"number": number} if number else {}))
    designation = factories.designation(project, year=YEAR, status=status)
    with transaction(session):
        change = audit.status_change(project, None, ProjectStage.TRACKING, "track", None)
        change.at = tracking or datetime(YEAR, 3, 1, tzinfo=UTC)
        session.add(change)
        session.add(audit.status_change(designation, None, status, "designate", None))
    return project


def _figure(page: str) -> int:
    found = re.search(r'class="gauge-figure">\s*<b>(\d+)</b>', page)
    assert found
    return int(found[1])


def _bureau(role: Role, region: str) -> User:
    return factories.user(role, organization=factories.organization(region=region), region=region)


@pytest.fixture
def director(session: Session, client: FlaskClient, sign_in: SignIn) -> User:
    """Give the province's director, signed in."""
    user = _bureau(Role.DIRECTOR, factories.ANHUI)
    sign_in(client, user)
    return user


@pytest.fixture
def listed(session: Session) -> list[Project]:
    """Give two that count, one that is the same, one elsewhere, one in reserve, one removed."""
    parties = (factories.organization(), factories.organization())
    return [
        _listed(session, *parties, number="HT-1"),
        _listed(session, *parties),
        _listed(session, *parties, number="ht-1", tracking=datetime(YEAR, 4, 1, tzinfo=UTC)),
        _listed(session, *parties, region=factories.WUHU),
        _listed(session, *parties, status=KeyStatus.RESERVE),
        _listed(session, *parties, status=KeyStatus.REMOVED),
    ]


def test_page_export_list_gauge_and_recount_give_one_figure(
    session: Session, client: FlaskClient, director: User, listed: list[Project]
) -> None:
    for code, expected in ((factories.ANHUI, 3), (factories.HEFEI, 2), (factories.WUHU, 1)):
        query = f"year={YEAR}&region={code}"
        page = html.unescape(client.get(f"{COUNTER}?{query}").text)
        rows = _rows(client.get(f"{COUNTER}.xlsx?{query}").data)
        counted = [row for row in rows if row[_("Standing")] == standing_name(Standing.COUNTED)]
        printed = client.get(f"{COUNTER}/list?{query}").text
        again = recount(session, YEAR, factories.region(code)).counted
        assert _figure(page) == len(counted) == again == expected
        assert printed.count('<th scope="row">') == expected
        same = _("Recounted from the status changes alone: %(count)s, the same.", count=expected)
        assert same in page
        assert all(str(row[_("Project code")]) in page for row in rows)
    home = client.application.test_client().get("/").text
    assert _figure(home) == 3
    target = targets.target_of(factories.ANHUI, YEAR)
    assert target is not None
    assert target.figure == 100
    assert _("of %(target)s", target=100) in home


def test_each_row_says_its_rule_and_leads_to_its_evidence(
    session: Session, client: FlaskClient, director: User, listed: list[Project]
) -> None:
    page = html.unescape(client.get(f"{COUNTER}?year={YEAR}").text)
    for rule in (Rule.COUNTS, Rule.SAME_CONTRACT, Rule.IN_RESERVE, Rule.REMOVED):
        assert rule_words(rule) in page
    alike = page[page.index(rule_words(Rule.SAME_CONTRACT)) :]
    assert listed[0].code in alike[:200]
    for project in listed:
        assert f"/projects/{project.public_id}" in page
        assert f"/key-projects/{project.designations[0].public_id}#history" in page
    wuhu = re.search(r"region=340200[^>]*>芜湖市</a>.*?</tr>", page, re.DOTALL)
    assert wuhu
    assert re.findall(r'class="number">(\d+)<', wuhu[0]) == ["1", "0", "0"]
    assert listed[0].title not in client.get(f"{COUNTER}?year={YEAR - 5}").text


def test_a_status_without_its_change_shows_on_the_page(
    session: Session, client: FlaskClient, director: User, listed: list[Project]
) -> None:
    with transaction(session):
        listed[4].designations[0].status = KeyStatus.KEY
    page = html.unescape(client.get(COUNTER).text)
    assert _figure(page) == 4
    differs = _(
        "Recounted from the status changes alone: %(count)s, not the same."
        " Ask the auditor to look at the trail.",
        count=3,
    )
    assert differs in page


def test_a_year_is_frozen_and_every_later_change_shows(
    session: Session, client: FlaskClient, sign_in: SignIn, director: User
) -> None:
    parties = (factories.organization(), factories.organization())
    before = datetime(YEAR - 1, 6, 1, tzinfo=UTC)
    project = _listed(session, *parties, tracking=before)
    page = f"{COUNTER}?year={YEAR - 1}"
    fields = {"year": YEAR - 1, "region": factories.ANHUI}
    assert _("Freeze this year") not in client.get(COUNTER).text
    now = send(client, f"{COUNTER}/freeze", page, year=YEAR, region=factories.ANHUI)
    assert _("The year is not over yet.") in client.get(now.location).text
    assert send(client, f"{COUNTER}/freeze", page, **fields).status_code == 303
    frozen = html.unescape(client.get(page).text)
    snapshot = session.scalars(sa.select(Snapshot)).one()
    assert snapshot.counted == _figure(frozen) == 1
    assert snapshot.digest in frozen
    assert _("Genuine: the frozen content still gives this hash.") in frozen
    assert _("A recount today gives the same.") in frozen
    assert snapshot.digest in client.get(f"{COUNTER}/list?year={YEAR - 1}").text
    again = send(client, f"{COUNTER}/freeze", page, **fields)
    assert _("This year has been frozen already.") in client.get(again.location).text
    with transaction(session):
        designation = project.designations[0]
        designation.status = KeyStatus.REMOVED
        session.add(audit.status_change(designation, KeyStatus.KEY, "removed", "remove", None))
    changed = html.unescape(client.get(page).text)
    assert _("A recount today differs in the entries below.") in changed
    assert rule_words(Rule.REMOVED) in changed[changed.index(snapshot.digest) :]
    with transaction(session):
        snapshot.content = snapshot.content | {"year": 1999}
    assert _("Not genuine: the frozen content was changed after it was frozen.") in html.unescape(
        client.get(page).text
    )
    officer = _bureau(Role.OFFICER, factories.ANHUI)
    data = {"csrf_token": token(client, page), **fields}
    client.delete_cookie("session")
    sign_in(client, officer)
    data["csrf_token"] = token(client, page)
    assert client.post(f"{COUNTER}/freeze", data=data).status_code == 403


def test_who_sees_the_counter_of_which_region(
    session: Session, client: FlaskClient, sign_in: SignIn, listed: list[Project]
) -> None:
    assert client.get(COUNTER).status_code == 303
    for role in (Role.MEMBER, Role.BROKER, Role.ADMIN, Role.AUDITOR):
        client.delete_cookie("session")
        sign_in(client, factories.user(role))
        assert client.get(COUNTER).status_code == 403
        assert COUNTER not in client.get("/").text
    client.delete_cookie("session")
    sign_in(client, _bureau(Role.OFFICER, factories.WUHU))
    page = client.get(f"{COUNTER}?region={factories.ANHUI}").text
    assert _figure(page) == 1
    assert listed[0].title not in page
    home = client.get("/").text
    assert [int(each) for each in re.findall(r"<b>(\d+)</b>", home)] == [3, 1]
    assert f"{COUNTER}?region={factories.WUHU}" in home


def test_a_long_list_is_cut_on_the_page_and_whole_in_the_export(
    client: FlaskClient,
    director: User,
    listed: list[Project],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("matchmaker.indicators.views.counter.MOST_SHOWN", 2)
    page = html.unescape(client.get(f"{COUNTER}?year={YEAR}").text)
    assert _figure(page) == 3
    assert page.count(_("Status changes") + "<span") == 2 + 1 + 2
    assert page.count(_("The first %(shown)s are shown; all of them are in the export.", shown=2))
    assert len(_rows(client.get(f"{COUNTER}.xlsx?year={YEAR}").data)) == len(listed)


def test_the_pages_ask_no_more_for_more_rows(
    session: Session,
    client: FlaskClient,
    director: User,
    count_queries: Callable[[], Sized],
) -> None:
    parties = (factories.organization(), factories.organization())
    asked = []
    for wanted in (5, 45):
        for number in range(wanted):
            status = [KeyStatus.KEY, KeyStatus.RESERVE, KeyStatus.REMOVED][number % 3]
            _listed(session, *parties, status=status)
        for address in (COUNTER, f"{COUNTER}/list", "/"):
            client.get(address)
            counter = count_queries()
            assert client.get(address).status_code == 200
            asked.append(len(counter))
    assert asked[:3] == asked[3:]


def _rows(content: bytes) -> list[dict[str, object]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]
