"""A served demo and a real Chromium; every page is watched for complaints and foreign requests."""

import contextlib
import os
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from waitress.server import create_server

from matchmaker.db import db
from matchmaker.matches.queries import public_matcher
from matchmaker.matches.services import propose
from tests.backends import Sqlite
from tests.conftest import application, with_demo

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the demo with its matches on a free port; give its address."""
    database = Sqlite(tmp_path_factory.mktemp("served"))
    with ThreadPoolExecutor(1) as beside:  # Playwright's event loop runs in this thread
        app = beside.submit(_served_demo, database).result()
        server = create_server(app, host="127.0.0.1", port=0, threads=4)
        thread = threading.Thread(target=_run, args=(server,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.effective_port}"
        server.close()
        thread.join(timeout=10)
        beside.submit(_let_go, app).result()


def _run(server: Any) -> None:
    with contextlib.suppress(OSError):  # it may be closed while it waits for requests
        server.run()


def _served_demo(database: Sqlite) -> Flask:
    app = application(database.copy_of("demo", with_demo))
    with app.app_context():
        propose(db.session, None)
        public_matcher(db.session)
        db.session.close()
    return app


def _let_go(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use Debian's Chromium, quietly."""
    program = shutil.which("chromium")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs Chromium: apt-get install chromium")
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    arguments = ["--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    return {**browser_type_launch_args, "executable_path": program, "args": arguments}


class Watch:
    """What a page complained of, and which hosts it asked."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.complaints: list[str] = []
        self._host = urlsplit(address).netloc
        context.on("console", lambda message: self.complaints.append(message.text))
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "data" and parts.netloc != self._host:
            self.complaints.append(f"asked another host: {url}")


def _opened(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    context = browser.new_context(base_url=address, locale="zh-CN", **options)
    watch = Watch(context, address)
    yield context.new_page()
    context.close()
    assert watch.complaints == []


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Give a desk's window."""
    yield from _opened(browser, address, viewport=DESK)


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Page]:
    """Give a window 360 pixels wide."""
    yield from _opened(browser, address, viewport=PHONE, has_touch=True)


@pytest.fixture
def plain(browser: Browser, address: str) -> Iterator[Page]:
    """Give a window without JavaScript."""
    yield from _opened(browser, address, viewport=DESK, java_script_enabled=False)


def enter(page: Page, persona: str) -> None:
    """Enter the demo as one of its personas, by the button."""
    page.goto("/sign-in")
    page.get_by_role("button", name=f"{persona}@demo.example.com").click()
    page.wait_for_url("/")
