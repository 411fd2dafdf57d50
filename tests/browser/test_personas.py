"""Two personas sign in and see what is theirs."""

import re

from playwright.sync_api import Page, expect

from matchmaker.demo import PASSWORD


def _sign_in(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("邮箱").fill(email)
    page.get_by_label("密码").fill(PASSWORD)
    page.locator("form").filter(has=page.get_by_label("密码")).get_by_role("button").click()


def test_an_enterprise_sees_its_masked_need_whole_with_its_matches(page: Page) -> None:
    _sign_in(page, "enterprise@demo.example.com")
    page.get_by_role("link", name="本单位", exact=True).first.click()
    expect(page).to_have_url(re.compile("/mine"))
    row = page.get_by_role("row").filter(has_text="脱敏").first
    row.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("main")).to_contain_text("拟解决的技术难题")
    expect(page.locator("mark").first).to_be_attached()


def test_a_rival_sees_the_summary_of_the_same_need_alone(page: Page) -> None:
    _sign_in(page, "rival@demo.example.com")
    page.goto("/needs?q=&industry=nev")
    masked = page.locator(".records > li").filter(has_text="脱敏").first
    masked.get_by_role("link").first.click()
    expect(page.locator("main")).not_to_contain_text("拟解决的技术难题")


def test_a_persona_enters_with_one_button_and_leaves_again(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_role("button", name=re.compile("county-officer")).click()
    leave = page.get_by_role("button", name="退出")
    expect(leave).to_be_visible()
    leave.click()
    expect(page.get_by_role("link", name="登录")).to_be_visible()


def test_the_menu_shows_where_the_page_stands_on_a_narrow_screen(phone: Page) -> None:
    phone.goto("/sign-in")
    phone.get_by_role("button", name=re.compile("county-officer")).click()
    phone.goto("/public-notices")
    current = phone.locator(".nav-bar [aria-current]")
    expect(current).to_have_text("公示公告")
    expect(current).to_be_in_viewport(ratio=1)


def test_a_wrong_password_keeps_the_address_and_says_so(page: Page) -> None:
    page.goto("/sign-in")
    page.get_by_label("邮箱").fill("enterprise@demo.example.com")
    page.get_by_label("密码").fill("wrong")
    page.locator("form").filter(has=page.get_by_label("密码")).get_by_role("button").click()
    expect(page.get_by_label("邮箱")).to_have_value("enterprise@demo.example.com")
    expect(page.get_by_label("密码")).to_have_attribute("aria-invalid", "true")
