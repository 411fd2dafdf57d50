"""Every page, on a desk and on a phone: accessible, no wider than the window, no complaint."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import check, check_on_both, enter

PLACES = [
    "/",
    "/?q=锂电池隔膜耐热涂层",
    "/?q=zzzz",
    "/needs",
    "/needs?q=没有这样的需求",
    "/needs?industry=nev&sort=budget",
    "/results",
    "/results?trl=6&mode=transfer",
    "/sign-in",
    "/password",
    "/register",
    "/about",
    "/help",
    "/policies",
    "/public-notices",
]
ACCOUNT_PLACES = (
    "/account",
    "/account/password",
    "/account/second-factor",
    "/account/sessions",
    "/account/notices",
)
ACCOUNTS = ("enterprise", "county-officer")
"""One whose second factor is optional, and one who cannot do without."""
OWN_PLACES = {
    "enterprise": (
        "/organization",
        "/matches",
        "/matches/waiting",
        "/needs/import",
        "/messages",
        "/projects",
        "/projects/orders",
        "/claims?view=all",
    ),
    "researcher": ("/subscriptions", "/subscriptions/new/need?q=涂层"),
    "transfer-office": ("/organization", "/organization/edit", "/organization/members", "/review"),
    "broker": ("/matches",),
    "county-officer": (
        "/matches",
        "/matches/new",
        "/review",
        "/review/needs",
        "/review/results?status=returned",
        "/organizations",
        "/organizations?status=approved",
        "/projects",
        "/projects/board",
        "/projects/dispatch",
        "/projects/orders",
        "/key-projects",
        "/key-projects/counter",
        "/claims?view=all",
        "/budgets",
    ),
    "admin": (
        "/admin/users?role=member&state=invited",
        "/admin/users",
        "/admin/users/new",
        "/admin/bureaus/new",
    ),
    "auditor": ("/audit", "/audit?outcome=refused&q=none"),
}
RECORD_PLACES = {
    "": ("/policies/{policy}", "/public-notices/{notice}"),
    "enterprise": (
        "/projects/{project}/report",
        "/projects/{project}/milestones/{milestone}",
        "/projects/{project}/claims/new",
        "/key-projects/{key}",
    ),
    "county-officer": (
        "/projects/{project}?timeline=all",
        "/projects/{project}/contracts/new",
        "/projects/{project}/contracts/{contract}",
        "/projects/{project}/contracts/{contract}/pay",
        "/projects/{project}/plan",
        "/claims/{claim}",
        "/claims/{claim}/payment",
    ),
}
ADMIN_PLACES = (
    "/admin/jobs",
    "/admin/jobs?status=failed",
    "/admin/mails",
    "/admin/mails?status=sent",
)
PERSONAS = [
    "enterprise",
    "researcher",
    "transfer-office",
    "broker",
    "county-officer",
    "provincial-director",
    "auditor",
    "admin",
]
BUREAU = ("county-officer", "provincial-director")
BUREAU_PLACES = ("/common-technologies",)


def _first_link(page: Page, hall: str) -> str:
    page.goto(hall)
    link = page.locator(f'.records a[href^="{hall}/"]').first.get_attribute("href")
    assert link
    return link


@pytest.mark.parametrize("place", PLACES)
def test_a_visitor_on_a_desk(page: Page, place: str) -> None:
    page.goto(place)
    check(page)


@pytest.mark.parametrize("place", PLACES)
def test_a_visitor_on_a_phone(phone: Page, place: str) -> None:
    phone.goto(place)
    check(phone)


@pytest.mark.parametrize("hall", ["/needs", "/results"])
def test_a_single_record(page: Page, phone: Page, hall: str) -> None:
    link = _first_link(page, hall)
    for window in (page, phone):
        window.goto(link)
        check(window)


@pytest.mark.parametrize("persona", RECORD_PLACES)
def test_the_records_on_the_way_of_a_project(
    page: Page, places: dict[str, str], persona: str
) -> None:
    if persona:
        enter(page, persona)
    for place in RECORD_PLACES[persona]:
        answer = page.goto(place.format_map(places))
        assert answer
        assert answer.ok, page.url
        check_on_both(page)


@pytest.mark.parametrize("persona", PERSONAS)
def test_a_persona_after_signing_in(page: Page, persona: str) -> None:
    enter(page, persona)
    check_on_both(page)
    account = ACCOUNT_PLACES if persona in ACCOUNTS else ()
    bureau = BUREAU_PLACES if persona in BUREAU else ()
    mine = ("/mine",) if persona not in ("auditor", "admin") else ()
    admin = ADMIN_PLACES if persona == "admin" else ()
    for place in (
        "/todo",
        "/notices",
        *account,
        *OWN_PLACES.get(persona, ()),
        *bureau,
        *mine,
        *admin,
    ):
        page.goto(place)
        check_on_both(page)
    page.goto(_first_link(page, "/needs"))
    check_on_both(page)


def test_a_missing_page_helps_on(page: Page) -> None:

    answer = page.request.get("/nowhere")
    assert answer.status == 404
    assert "/needs" in answer.text()
