"""The guide's pictures: each is there, and the page it shows still opens under its heading.

With MATCHMAKER_PICTURES=1 (`make pictures`) they are taken anew.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from matchmaker.config import ROOT
from tests.browser.conftest import enter, opened
from tests.browser.pictures import fewer_colours
from tests.browser.site import Site

IMAGES = ROOT / "docs" / "images"
DOCUMENTS = (ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "docs" / "user-guide.md")
WINDOW = {"width": 1280, "height": 800}
DOTS_TO_A_PIXEL = 1.125  # 1440 dots wide
LARGEST = 150_000  # bytes
QUESTION = "磷酸铁锂电池零下低温快充时负极析锂，容量衰减快"

PICTURES = {
    "home": ("", f"/?q={QUESTION}", "描述您的技术难题"),
    "hall": ("", "/needs?q=检测", "需求大厅"),
    "need": ("enterprise", "/needs/{need}", "磷酸铁锂电芯低温快充析锂抑制"),
    "guide/register": ("", "/register/{link}", "机构注册"),
    "guide/mine": ("enterprise", "/mine", "安徽岚川驭新能源动力有限公司"),
    "guide/write": ("enterprise", "/needs/{draft}/edit", "修改需求"),
    "guide/preview": ("enterprise", "/needs/{draft}/preview", "预览"),
    "guide/waiting": ("enterprise", "/matches/{waiting}", "磷酸铁锂电芯低温快充析锂抑制"),
    "guide/agreed": ("transfer-office", "/matches/{agreed}", "一体化压铸后地板"),
    "guide/members": ("transfer-office", "/organization/members", "机构成员"),
    "guide/organization": ("county-officer", "/organizations/{organization}", "肥西云岫"),
    "guide/todo": ("county-officer", "/todo", "待办"),
    "guide/inbox": ("county-officer", "/review", "审核"),
    "guide/revision": ("county-officer", "/review/revision/{revision}", "毫米波"),
    "guide/board": ("county-officer", "/matches", "撮合"),
    "guide/project": ("enterprise", "/projects/{project}", "低温快充电芯联合攻关"),
    "guide/stages": ("county-officer", "/projects/board", "项目看板"),
    "guide/dispatch": ("county-officer", "/projects/dispatch", "调度会"),
    "guide/counter": ("provincial-director", "/key-projects/counter", "重点项目计数台账"),
    "guide/claim": ("county-officer", "/claims/{claim}", "技术合同实际支付补助"),
    "guide/technologies": ("provincial-director", "/common-technologies", "关键共性技术"),
    "guide/second-factor": ("broker", "/account/second-factor/authenticator", "设置验证器"),
    "guide/users": ("admin", "/admin/users", "用户管理"),
    "guide/jobs": ("admin", "/admin/jobs", "后台任务"),
    "guide/audit": ("auditor", "/audit", "审计日志"),
    "guide/internal-review": ("transfer-office", "/review/result/{inside}", "电芯析锂"),
    "guide/broker": ("broker", "/matches", "撮合"),
}
"""By name: whose page it is, its address, and its heading or the beginning of it."""


@pytest.fixture(scope="module")
def window_of(browser: Browser, site: Site) -> Iterator[Callable[[str], Page]]:
    """Give a function that returns the window of a persona, which stays open."""
    with ExitStack() as windows:

        @cache
        def window(persona: str) -> Page:
            page = windows.enter_context(
                opened(browser, site.address, viewport=WINDOW, device_scale_factor=DOTS_TO_A_PIXEL)
            )
            if persona:
                enter(page, persona)
            return page

        yield window


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_there_and_its_page_opens_under_its_heading(
    name: str, window_of: Callable[[str], Page], places: dict[str, str]
) -> None:
    persona, address, heading = PICTURES[name]
    page = window_of(persona)
    page.goto(address.format_map(places))
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    picture = IMAGES / f"{name}.png"
    if os.environ.get("MATCHMAKER_PICTURES") == "1":
        picture.parent.mkdir(exist_ok=True)
        picture.write_bytes(fewer_colours(page.screenshot(animations="disabled")))
    assert picture.stat().st_size < LARGEST


def test_the_documents_show_these_pictures_and_no_others() -> None:
    shown = {name for document in DOCUMENTS for name in _shown_in(document)}
    assert shown == set(PICTURES)
    assert {_name(path) for path in IMAGES.rglob("*.png")} == set(PICTURES)


def _shown_in(document: Path) -> list[str]:
    return re.findall(r"\((?:docs/)?images/([^)]+)\.png\)", document.read_text(encoding="utf-8"))


def _name(picture: Path) -> str:
    return picture.relative_to(IMAGES).with_suffix("").as_posix()
