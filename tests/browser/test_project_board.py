"""The board by stage in a browser: cards moved by pointer, by arrow keys, and without scripts."""

from playwright.sync_api import Locator, Page, expect

from matchmaker.labels import label
from models import ProjectStage
from tests import factories
from tests.browser.conftest import check, enter
from tests.browser.site import Site

BOARD = "/projects/board?q=看板试验"


def _lead(*titles: str) -> None:
    for title in titles:
        parties = factories.organization(), factories.organization()
        factories.project(*parties, title=title, stage=ProjectStage.LEAD)


def _column(page: Page, stage: ProjectStage) -> Locator:
    return page.locator(f'[data-stage="{stage.value}"]')


def _card(page: Page, title: str) -> Locator:
    return page.locator(".card-project", has_text=title)


def test_cards_go_where_they_may_by_pointer_and_by_keyboard(page: Page, site: Site) -> None:
    site.run(lambda _session: _lead("看板试验0", "看板试验1"))
    enter(page, "county-officer")
    page.goto(BOARD)
    matchmaking = _column(page, ProjectStage.MATCHMAKING)
    tracking = _column(page, ProjectStage.TRACKING)

    _card(page, "看板试验0").drag_to(matchmaking)
    expect(matchmaking.locator(".card-project")).to_have_count(1)
    expect(page.locator(".notice-success")).to_contain_text("看板试验0")

    _card(page, "看板试验0").drag_to(tracking)
    says = page.locator("#board-says")
    expect(says).to_be_visible()
    expect(says).to_contain_text("合同")
    expect(tracking.locator(".card-project")).to_have_count(0)
    check(page)

    _card(page, "看板试验1").locator("summary").focus()
    page.keyboard.press("ArrowRight")
    expect(says).to_contain_text(label(ProjectStage.MATCHMAKING))
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    reason = _card(page, "看板试验1").locator("textarea")
    expect(reason).to_be_focused()
    page.keyboard.type("企业放弃")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(_column(page, ProjectStage.TERMINATED).locator(".card-project")).to_have_count(1)


def test_a_card_is_moved_without_scripts(plain: Page, site: Site) -> None:
    site.run(lambda _session: _lead("无脚本试验"))
    enter(plain, "county-officer")
    plain.goto("/projects/board?q=无脚本试验")
    plain.locator(".card-project summary").click()
    plain.locator('form[data-target="matchmaking"] button').click()
    column = _column(plain, ProjectStage.MATCHMAKING)
    expect(column.locator(".card-project")).to_have_count(1)
