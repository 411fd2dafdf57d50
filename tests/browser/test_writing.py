"""Writing a need in a browser: kept while typing, with hints, and all of it without scripts."""

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import check, enter

PROBLEM = "磷酸铁锂电池在零下二十度快充时负极析锂，容量衰减快。"


@pytest.mark.parametrize("window", ["page", "phone"])
def test_every_page_of_writing_is_accessible(request: pytest.FixtureRequest, window: str) -> None:
    page: Page = request.getfixturevalue(window)
    enter(page, "enterprise")
    for place in ("/needs/new", "/results/new"):
        page.goto(place)
        check(page)
    page.goto("/needs/new")
    page.fill("#title", "窄窗口里写的需求")
    page.fill("#budget_max", "abc")
    page.locator("button[value=preview]").click()
    expect(page.locator(".notice-error")).to_be_visible()
    check(page)
    page.fill("#budget_max", "100")
    page.locator("button[value=preview]").click()
    page.wait_for_url("**/preview")
    for place in ("preview", "edit", "withdraw"):
        page.goto(page.url.rpartition("/")[0] + f"/{place}")
        check(page)


def test_an_amount_is_read_back_in_both_units(page: Page) -> None:
    enter(page, "enterprise")
    page.goto("/needs/new")
    reading = page.locator("output[for=budget_max]")
    expect(reading).to_be_hidden()
    for typed, yuan, wan in (("１２.5", "125,000", "12.5"), ("3,000元", "3,000", "0.3")):
        page.fill("#budget_max", typed)
        expect(reading).to_contain_text(yuan)
        expect(reading).to_contain_text(wan)
    page.fill("#budget_max", "十二")
    expect(reading).to_be_hidden()


def test_enter_in_a_box_saves_and_adds_no_row(page: Page) -> None:
    enter(page, "enterprise")
    page.goto("/needs/new")
    page.fill("#problem", PROBLEM)
    page.fill("#title", "回车保存的需求")
    page.press("#title", "Enter")
    page.wait_for_url("**/needs/*/edit")
    expect(page.locator("#title")).to_have_value("回车保存的需求")


def test_what_is_typed_is_kept_and_comes_back(page: Page) -> None:
    enter(page, "enterprise")
    page.goto("/needs/new")
    page.fill("#title", "磷酸铁锂电池低温快充析锂")
    page.fill("#problem", PROBLEM)
    expect(page.locator("#aside [data-industry]").first).to_be_visible()
    expect(page.locator("#aside .kept")).not_to_be_empty()
    page.locator("#aside [data-industry]").first.click()
    expect(page.locator("#industry")).not_to_have_value("")
    page.locator("[data-add-row]").click()
    page.fill("#metrics-2-name", "容量保持率")
    with page.expect_response("**/needs/new"):
        page.fill("#metrics-2-target", "≥90")
    page.goto("/mine")
    page.locator('a[href*="/needs/new?form="]').first.click()
    expect(page.locator("#problem")).to_have_value(PROBLEM)
    expect(page.locator("[name$=-target] >> nth=-1")).to_have_value("≥90")


@pytest.mark.parametrize("window", ["page", "phone"])
def test_the_steps_stay_in_sight_and_mark_what_is_begun(
    request: pytest.FixtureRequest, window: str
) -> None:
    page: Page = request.getfixturevalue(window)
    enter(page, "enterprise")
    page.goto("/needs/new")
    steps = page.locator(".form-steps a")
    expect(steps).to_have_count(5)
    steps.nth(3).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#terms-heading")).to_be_in_viewport()
    expect(steps.nth(3)).to_be_in_viewport()
    begun = steps.nth(1).locator(".form-step-filled")
    expect(begun).to_be_hidden()
    page.fill("#problem", PROBLEM)
    expect(begun).to_be_visible()
    page.fill("#problem", "")
    expect(begun).to_be_hidden()


def test_a_second_press_makes_no_second_record(page: Page) -> None:
    enter(page, "enterprise")
    page.goto("/needs/new")
    page.fill("#title", "按了两次的需求")
    page.locator("button.btn[value=save]").dblclick()
    page.wait_for_url("**/edit")
    page.goto("/mine")
    expect(page.get_by_role("link", name="按了两次的需求", exact=True)).to_have_count(1)


def test_a_need_is_written_and_submitted_without_scripts(plain: Page) -> None:
    enter(plain, "enterprise")
    plain.goto("/needs/new")
    plain.fill("#title", "没有脚本也能写的需求")
    plain.fill("#problem", PROBLEM)
    plain.locator("button[value=row-metrics]").click()
    plain.fill("#metrics-2-name", "容量保持率")
    plain.fill("#metrics-2-target", "≥90")
    plain.locator("button[value=preview]").click()
    expect(plain.locator(".previewed")).to_contain_text("容量保持率")
    plain.locator("form[action$='/submit'] button").click()
    plain.wait_for_url("**/mine")
    row = plain.locator("tr", has_text="没有脚本也能写的需求")
    expect(row.locator(".tag-submitted")).to_be_visible()


def _file(name: str, content: bytes = b"%PDF-1.7\n%%EOF\n") -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


@pytest.mark.parametrize("window", ["page", "phone"])
def test_files_are_uploaded_as_they_are_chosen_and_removed(
    request: pytest.FixtureRequest, window: str
) -> None:
    page: Page = request.getfixturevalue(window)
    enter(page, "enterprise")
    page.goto("/needs/new")
    page.fill("#title", "带附件的需求")
    page.set_input_files("#files", [_file("试验报告.pdf"), _file("页.html", b"<html></html>")])
    expect(page.locator(".files li")).to_have_count(1)
    expect(page.locator("#files-error")).to_contain_text("页.html")
    expect(page.locator("#title")).to_have_value("带附件的需求")
    check(page)
    page.set_input_files("#files", _file("二.pdf"))
    expect(page.locator(".files li")).to_have_count(2)
    page.locator(".files button").first.click()
    expect(page.locator(".files li")).to_have_count(1)
    page.locator("button[value=preview]").click()
    page.wait_for_url("**/preview")
    with page.expect_download() as download:
        page.get_by_role("link", name="二.pdf").click()
    assert download.value.suggested_filename == "二.pdf"
    check(page)


def test_a_file_that_is_too_large_is_not_sent(page: Page) -> None:
    enter(page, "enterprise")
    page.goto("/needs/new")
    page.evaluate("document.getElementById('files').dataset.largest = 10")
    page.set_input_files("#files", _file("试验报告.pdf"))
    expect(page.locator("#files-error")).to_contain_text("MB")
    expect(page.locator(".files li")).to_have_count(0)


def test_files_go_with_the_form_without_scripts(plain: Page) -> None:
    enter(plain, "enterprise")
    plain.goto("/needs/new")
    plain.fill("#title", "没有脚本的附件")
    plain.set_input_files("#files", _file("试验报告.pdf"))
    plain.locator("button[value=upload]").click()
    expect(plain.locator(".files li")).to_have_count(1)
    plain.set_input_files("#files", _file("二.pdf"))
    plain.locator("button[value=preview]").click()
    plain.wait_for_url("**/preview")
    expect(plain.locator(".files a")).to_have_count(2)


@pytest.mark.parametrize("window", ["page", "phone"])
def test_organizations_are_invited_by_name(request: pytest.FixtureRequest, window: str) -> None:
    page: Page = request.getfixturevalue(window)
    enter(page, "enterprise")
    page.goto("/needs/new")
    page.fill("#title", "定向的需求")
    page.fill("#problem", PROBLEM)
    page.select_option("#visibility", "invited")
    page.fill("#public_summary", "一项电池难题")
    page.locator("button[value=preview]").click()
    page.wait_for_url("**/preview")
    page.goto(page.url.replace("preview", "invitations"))
    page.fill("#q", "大学")
    page.locator("#main form[role=search] button").click()
    check(page)
    page.locator("button[name=organization]").first.click()
    expect(page.locator("form[action$='/remove']")).to_have_count(1)
    check(page)
    with page.expect_navigation():
        page.locator("form[action$='/remove'] button").click()
    expect(page.locator("form[action$='/remove']")).to_have_count(0)
    check(page)
