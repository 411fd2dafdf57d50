"""A visitor types a problem, browses the halls and opens what fits."""

import re

from playwright.sync_api import Page, expect

PROBLEM = "磷酸铁锂电芯低温快充时析锂，要求零下十度充电时间减半"


def test_a_typed_problem_is_answered_while_typing_and_a_result_opens(page: Page) -> None:
    page.goto("/")
    page.get_by_role("textbox", name="技术难题描述").press_sequentially(PROBLEM, delay=5)
    answers = page.locator("#answers")
    first = answers.get_by_role("listitem").first
    expect(first).to_be_visible()
    expect(answers.locator("mark").first).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text(re.compile(r"\d+"))
    link = answers.locator("ol > li a").first
    title = link.inner_text()
    link.click()
    expect(page).to_have_url(re.compile(r"/results/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)


def test_the_answer_outlives_reload_and_back(page: Page) -> None:
    page.goto("/")
    page.get_by_role("textbox", name="技术难题描述").fill("茶叶杀青温度不均匀")
    first = page.locator("#answers ol > li").first
    expect(first).to_be_visible()
    wanted = first.inner_text()
    expect(page).to_have_url(re.compile(r"\?q="))
    page.reload()
    expect(first).to_have_text(wanted, use_inner_text=True)
    first.get_by_role("link").first.click()
    page.go_back()
    expect(first).to_have_text(wanted, use_inner_text=True)


def test_a_problem_nobody_answers_says_what_to_do_next(page: Page) -> None:
    page.goto("/?q=zzzz")
    expect(page.locator("#answers")).to_contain_text("成果")
    expect(page.locator("#answers").get_by_role("link")).to_have_count(1)


def test_the_needs_hall_filters_and_pages_and_keeps_it_in_the_address(page: Page) -> None:
    page.goto("/needs")
    titles = page.locator(".records > li a.record-title, .records > li .record-title a")
    first_page = titles.all_inner_texts()
    page.get_by_role("link", name="下一页").click()
    expect(page).to_have_url(re.compile(r"(after|cursor|before)"))
    second_page = titles.all_inner_texts()
    assert len(first_page) == 20
    assert not set(first_page) & set(second_page)
    page.goto("/needs")
    page.get_by_label("产业").select_option(label="新能源汽车和智能网联汽车")
    page.get_by_role("button", name=re.compile("检索|搜索|查询")).click()
    expect(page).to_have_url(re.compile("industry=nev"))
    expect(titles.first).to_be_visible()
    assert 0 < titles.count() < 20
    address = page.url
    page.goto("/")
    page.goto(address)
    expect(page.get_by_label("产业")).to_have_value("nev")


def test_the_results_hall_searches(page: Page) -> None:
    page.goto("/results")
    page.get_by_role("searchbox").fill("隔膜")
    page.get_by_role("searchbox").press("Enter")
    expect(page).to_have_url(re.compile("q="))
    for record in page.locator(".records > li").all():
        expect(record).to_contain_text("隔膜")


def test_a_need_shows_its_results_with_the_shared_words_of_both(page: Page) -> None:
    page.goto("/needs")
    page.locator(".records > li a").first.click()
    expect(page).to_have_url(re.compile(r"/needs/"))
    expect(page.locator("mark").first).to_be_attached()


def test_everything_works_without_javascript(plain: Page) -> None:
    plain.goto("/")
    plain.get_by_role("textbox", name="技术难题描述").fill(PROBLEM)
    plain.get_by_role("button", name="匹配成果").click()
    expect(plain).to_have_url(re.compile(r"\?q="))
    expect(plain.locator("#answers mark").first).to_be_visible()
    plain.locator("#answers ol > li a").first.click()
    expect(plain).to_have_url(re.compile(r"/results/"))
    plain.goto("/results?industry=env")
    expect(plain.locator(".records > li").first).to_be_visible()


def test_the_language_can_be_switched_and_switched_back(page: Page) -> None:
    page.goto("/needs")
    page.get_by_role("button", name="English").click()
    expect(page).to_have_url(re.compile("/needs"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", re.compile("zh"))
