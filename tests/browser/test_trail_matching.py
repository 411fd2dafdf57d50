"""The whole way in a browser: an enterprise registers, and in the end a project has two parties."""

import re
import time
from collections.abc import Callable

import pyotp
from playwright.sync_api import Locator, Page, expect

from matchmaker import demo
from tests import factories
from tests.browser.conftest import Visit, is_on

FOUNDER = "founder@yunxiu.example.com"
PASSWORD = "three blue tractors"
ENTERPRISE = "肥西朔川储能电池有限公司"
TITLE = "寒区磷酸铁锂电池低温快充析锂"
PROBLEM = "磷酸铁锂电芯在零下二十度大倍率充电时负极析锂，容量跳水，改善低温后高温循环又变差。"
CONTACT = ("柏听溪", "0551-69471120")
COUNTERPART = "负极梯度界面与弱溶剂化电解液协同的低温充电技术"
UNIVERSITY = "皖江云麓理工大学"
SECONDS_TO_PROPOSALS = 5


def test_the_way_from_registering_to_a_project_with_two_parties(visit: Visit) -> None:
    enterprise, officer = visit(), visit()
    _register(enterprise, _letter_to(FOUNDER, visit("admin")))
    _sign_in_with_second_factor(officer, "county-officer")
    _approve_the_organization(officer)
    need = _post_the_need(enterprise)
    _return_it(officer, "请补充目标指标和测试方法。")
    _mend_it(enterprise, "请补充目标指标和测试方法。")
    _publish_it(officer)
    published = time.monotonic()
    _wait_for_proposals(enterprise, need)
    assert time.monotonic() - published < SECONDS_TO_PROPOSALS
    match = _recommend_the_best(officer, need)
    university = visit("transfer-office")
    _agree(enterprise)
    _nobody_reads(CONTACT, match, need, university, visit("rival"), officer)
    _agree(university)
    for party in (enterprise, university):
        party.goto(match)
        is_on(party, "联系方式", *CONTACT, "线索")
    project = re.search(r"AH-\d{4}-\d{4}", university.locator("main").inner_text())
    assert project
    _nobody_reads(CONTACT, match, need, officer)
    for persona in ("", "rival", "broker", "wuhu-officer"):
        stranger = visit(persona)
        _nobody_reads((*CONTACT, project[0]), match, need, stranger)
        refused = stranger.request.get(match, max_redirects=0).status
        assert refused == (404 if persona else 303), persona  # a visitor is asked to sign in


def _letter_to(address: str, admin: Page) -> Callable[[], str]:
    """Return a way to read the newest letter to somebody, on the page that lists the mails."""

    def read() -> str:
        letter = admin.get_by_role("row").filter(has_text=address).get_by_role("link").first
        _reload_until(admin, "/admin/mails", letter.is_visible)
        letter.click()
        return admin.locator(".letter").inner_text()

    return read


def _register(page: Page, letter: Callable[[], str]) -> None:
    page.goto("/sign-in")
    page.get_by_role("link", name="机构注册").click()
    page.get_by_label("邮箱").fill(FOUNDER)
    page.get_by_role("button", name="发送链接").click()
    is_on(page, FOUNDER)
    link = re.search(r"http://\S+/register/\S+", letter())
    assert link
    page.goto(link[0])
    page.get_by_label("统一社会信用代码").fill(factories.uscc(9_471_120))
    page.get_by_label("机构名称").fill(ENTERPRISE)
    page.select_option("#kind", label="企业")
    page.select_option("#region", factories.FEIXI)
    page.get_by_label("姓名").fill("邬望岫")
    page.fill("#new", PASSWORD)
    page.fill("#repeat", PASSWORD)
    page.get_by_role("button", name="提交注册").click()
    page.wait_for_url("**/sign-in")
    _give_password(page, FOUNDER, PASSWORD)
    page.wait_for_url("/")
    page.goto("/organization")
    expect(page.locator(".tag-pending")).to_be_visible()


def _give_password(page: Page, email: str, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("邮箱").fill(email)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录", exact=True).click()


def _sign_in_with_second_factor(page: Page, persona: str) -> None:
    _give_password(page, f"{persona}@{demo.DOMAIN}", demo.PASSWORD)
    page.wait_for_url("**/sign-in/code")
    page.goto("/review")
    page.wait_for_url("**/sign-in**")  # the password alone opens nothing
    _give_password(page, f"{persona}@{demo.DOMAIN}", demo.PASSWORD)
    page.get_by_label("验证码").fill(pyotp.TOTP(demo.TOTP_SECRET).now())
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url("/")


def _approve_the_organization(officer: Page) -> None:
    officer.goto("/organizations")
    officer.get_by_role("link", name=ENTERPRISE).click()
    officer.get_by_role("button", name="通过", exact=True).click()
    expect(officer.locator("h1 + .lead .tag-approved")).to_be_visible()


def _post_the_need(page: Page) -> str:
    """Write the need in its steps and submit it; return its address."""
    page.goto("/mine")
    page.get_by_role("link", name="发布需求").first.click()
    page.get_by_label("标题").fill(TITLE)
    page.get_by_label("拟解决的技术难题").fill(PROBLEM)
    page.get_by_label("合作开发").check()
    page.get_by_label("联系人").fill(CONTACT[0])
    page.get_by_label("联系电话").fill(CONTACT[1])
    expect(page.locator("#aside .kept")).not_to_be_empty()
    page.get_by_role("button", name="保存草稿").click()
    page.wait_for_url("**/edit")
    page.get_by_label("预算上限").fill("两百")
    page.get_by_role("button", name="保存并预览").click()
    expect(page.get_by_label("预算上限")).to_have_value("两百")
    page.get_by_label("预算上限").fill("200")
    page.get_by_role("button", name="保存并预览").click()
    expect(page.locator(".previewed")).to_contain_text(PROBLEM)
    expect(page.locator(".previewed")).not_to_contain_text(CONTACT[1])
    address = page.url.removesuffix("/preview")
    page.get_by_role("button", name="提交审核").click()
    page.wait_for_url("**/mine")
    expect(_row(page).locator(".tag-submitted")).to_be_visible()
    return address


def _row(page: Page) -> Locator:
    return page.get_by_role("row").filter(has_text=TITLE)


def _open_in_the_inbox(officer: Page) -> None:
    officer.goto("/review")
    officer.get_by_role("link", name=TITLE).click()
    is_on(officer, PROBLEM)


def _return_it(officer: Page, reason: str) -> None:
    _open_in_the_inbox(officer)
    officer.get_by_role("button", name="退回修改").click()
    is_on(officer, "请填写原因")
    officer.get_by_label("原因").fill(reason)
    officer.get_by_role("button", name="退回修改").click()


def _mend_it(page: Page, reason: str) -> None:
    page.goto("/mine")
    expect(_row(page)).to_contain_text(reason)
    _row(page).get_by_role("link", name="修改").click()
    is_on(page, reason)
    page.get_by_label("指标名称").first.fill("充电倍率")
    page.get_by_label("目标值").first.fill("≥1")
    page.get_by_label("单位").first.fill("C")
    page.get_by_role("button", name="保存并预览").click()
    page.get_by_role("button", name="提交审核").click()
    page.wait_for_url("**/mine")


def _publish_it(officer: Page) -> None:
    _open_in_the_inbox(officer)
    is_on(officer, "充电倍率")
    officer.get_by_role("button", name="通过并发布").click()
    expect(officer.locator(".notice-success")).to_be_visible()


def _wait_for_proposals(page: Page, need: str) -> None:
    page.goto(need)  # the page then looks for itself
    expect(page.locator(".pairing .tag-proposed").first).to_be_visible(timeout=20_000)


def _recommend_the_best(officer: Page, need: str) -> str:
    """Put the university's result to both sides; return the match's address."""
    officer.goto(need)
    officer.locator(".pairing").filter(has_text=COUNTERPART).get_by_role(
        "link", name="查看撮合"
    ).click()
    officer.get_by_role("button", name="向双方推荐").click()
    expect(officer.locator(".notice-success")).to_be_visible()
    return officer.url


def _agree(page: Page) -> None:
    page.goto("/matches/waiting")
    page.get_by_role("link", name=TITLE).click()
    is_on(page, COUNTERPART)
    page.get_by_label("我方同意").check()
    page.get_by_role("button", name="代表本单位同意").click()
    expect(page.locator(".notice-success")).to_be_visible()


def _nobody_reads(words: tuple[str, ...], match: str, need: str, *pages: Page) -> None:
    for page in pages:
        for place in (match, need, "/matches", "/notices", "/mine", "/needs?q=析锂"):
            text = page.request.get(place).text()
            assert [word for word in words if word in text] == [], (place, page.url)


def _reload_until(page: Page, address: str, arrived: Callable[[], bool]) -> None:
    page.goto(address)
    last = time.monotonic() + 20
    while not arrived():
        assert time.monotonic() < last, f"nothing arrived on {address}"
        page.wait_for_timeout(200)
        page.reload()
