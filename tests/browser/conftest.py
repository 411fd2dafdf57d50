"""A served demo and a real Chromium; every page is watched for complaints and foreign requests."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from sqlalchemy.orm import Session

from matchmaker.demo import DOMAIN
from models import OrganizationKind, Role
from tests import factories
from tests.browser import scenes
from tests.browser.site import Site, running

DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}

AXE = Axe()
VIOLATIONS = """axe.run({resultTypes: ["violations"], preload: false}).then(({violations}) =>
    violations.map(({id, nodes}) => [id, nodes.map(({html}) => html)]))"""
"""What is not accessible on a page; what else axe finds takes as long to be handed over.

Style sheets are preloaded for one experimental rule alone, which is off.
"""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the demo with its matches and its worker, and an officer of another city in it."""
    with running(tmp_path_factory.mktemp("site")) as site:
        site.run(_add_the_officer_of_another_city)
        yield site


def _add_the_officer_of_another_city(_session: Session) -> None:
    bureau = factories.organization(
        region=factories.WUHU, kind=OrganizationKind.GOVERNMENT, name="芜湖市对接中心（测试）"
    )
    factories.user(
        Role.OFFICER,
        region=factories.WUHU,
        organization=bureau,
        email=f"wuhu-officer@{DOMAIN}",
        name="江予芜",
        title="市级经办",
    )


@pytest.fixture(scope="session")
def address(site: Site) -> str:
    """Give the address of the demo."""
    return site.address


@pytest.fixture(scope="session")
def places(site: Site) -> dict[str, str]:
    """Give what stands in the addresses of some records in each of the states."""
    return site.run(scenes.arrange)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use Debian's Chromium, quietly; without windows it takes a third less of the processor."""
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs Chromium: apt-get install chromium-headless-shell")
        pytest.skip("no Chromium on this machine: apt-get install chromium-headless-shell")
    arguments = [
        "--lang=zh-CN",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
    ]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    return {**browser_type_launch_args, "executable_path": program, "args": arguments}


class Watch:
    """What a page complained of, except `expected`, and which hosts it asked."""

    def __init__(self, context: BrowserContext, address: str, expected: str) -> None:
        self.complaints: list[str] = []
        self._host = urlsplit(address).netloc
        self._expected = expected
        context.on("console", lambda message: self._hear(message.text))
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", lambda request: self._note(request.url))

    def _hear(self, text: str) -> None:
        left_behind = text.startswith(("htmx:sendAbort", "htmx:afterRequest"))  # by a new page
        if not left_behind and (not self._expected or self._expected not in text):
            self.complaints.append(text)

    def _note(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "data" and parts.netloc != self._host:
            self.complaints.append(f"asked another host: {url}")


@contextmanager
def opened(browser: Browser, address: str, *, expected: str = "", **options: Any) -> Iterator[Page]:
    """Give a window of its own, which in the end has had nothing to complain of but `expected`."""
    context = browser.new_context(base_url=address, locale="zh-CN", **options)
    watch = Watch(context, address, expected)
    yield context.new_page()
    context.close()
    assert watch.complaints == []


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Give a desk's window."""
    with opened(browser, address, viewport=DESK) as window:
        yield window


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Page]:
    """Give a window 360 pixels wide."""
    with opened(browser, address, viewport=PHONE, has_touch=True) as window:
        yield window


@pytest.fixture
def plain(browser: Browser, address: str) -> Iterator[Page]:
    """Give a window without JavaScript."""
    with opened(browser, address, viewport=DESK, java_script_enabled=False) as window:
        yield window


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Give a function that opens a window on the site, for a visitor or for a persona."""
    with ExitStack() as windows:

        def open_window(persona: str = "", expected: str = "") -> Page:
            window = opened(browser, site.address, viewport=DESK, expected=expected)
            page = windows.enter_context(window)
            page.set_default_timeout(10_000)
            if persona:
                enter(page, persona)
            return page

        yield open_window


def enter(page: Page, persona: str) -> None:
    """Enter the demo as one of its personas, by the button."""
    page.goto("/sign-in")
    page.get_by_role("button", name=f"{persona}@demo.example.com").click()
    page.wait_for_url("/")


def press(page: Page, button: str) -> None:
    """Press the button of this name."""
    page.get_by_role("button", name=button, exact=True).click()


def is_on(page: Page, *words: str) -> None:
    """See that the page says all of this."""
    for each in words:
        expect(page.locator("main")).to_contain_text(each)


def check(page: Page) -> None:
    """See that the page, once it is there, is accessible and no wider than its window."""
    page.wait_for_load_state()  # what was pressed before may be on its way to another page
    page.evaluate(AXE.axe_script)
    told = page.evaluate(VIOLATIONS)
    assert told == [], page.url
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{page.url} is {wide} pixels too wide"


def check_on_both(page: Page) -> None:
    """See the same of a page in a desk's window and, once that is made narrow, on a phone."""
    check(page)
    page.set_viewport_size(PHONE)
    check(page)
    page.set_viewport_size(DESK)
