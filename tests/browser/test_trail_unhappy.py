"""Every way in which a match comes to nothing, and what keeps people from losing their work."""

from collections.abc import Callable
from datetime import timedelta

import sqlalchemy as sa
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.db import transaction
from models import Match, Need, Organization, PostingStatus, StatusChange, now
from tests import factories
from tests.browser import records
from tests.browser.conftest import Visit, is_on, press
from tests.browser.site import Site


def _need(title: str, status: PostingStatus) -> Callable[[Session], str]:
    """Return how to make a need of the enterprise; it gives the need's address."""

    def make(session: Session) -> str:
        submitted_at = now() if status is PostingStatus.SUBMITTED else None
        need = factories.need(
            title=title,
            problem=records.PROBLEM,
            organization=records.persona(session, "enterprise").organization,
            status=status,
            submitted_at=submitted_at,
            published_at=None,
        )
        return f"/needs/{need.public_id}"

    return make


def test_a_side_declines_with_a_reason_and_both_learn_of_it(site: Site, visit: Visit) -> None:
    match = site.run(records.match("被谢绝的需求"))
    university, enterprise = visit("transfer-office"), visit("enterprise")
    university.goto(match)
    press(university, "代表本单位谢绝")
    is_on(university, "请选择理由")
    university.select_option("#decline_reason", label="价格")
    press(university, "代表本单位谢绝")
    is_on(university, "已谢绝")
    enterprise.goto("/notices")
    is_on(enterprise, "一条撮合建议被谢绝", "被谢绝的需求")
    enterprise.goto(match)
    expect(enterprise.locator("h1 + .lead .tag-declined")).to_be_visible()
    expect(enterprise.get_by_role("button", name="代表本单位同意")).to_have_count(0)


def test_who_does_not_answer_is_reminded_twice_and_then_it_lapses(site: Site, visit: Visit) -> None:
    match = site.run(records.match("无人答复的需求"))
    university, enterprise = visit("transfer-office"), visit("enterprise")
    enterprise.goto(match)
    enterprise.get_by_label("我方同意").check()
    press(enterprise, "代表本单位同意")
    reminders = university.locator(".records li").filter(has_text="无人答复的需求")
    reminders = reminders.filter(has_text="有一条撮合建议待您答复")
    for days, count in ((7, 1), (20, 1), (21, 2), (29, 2)):
        site.run(_days_pass(match, days))
        site.let_worker("remind_unanswered")
        university.goto("/notices")
        expect(reminders).to_have_count(count)
    site.let_worker("lapse_matches")
    university.goto(match)
    expect(university.locator("h1 + .lead .tag-recommended")).to_be_visible()
    site.run(_days_pass(match, 30))
    site.let_worker("lapse_matches")
    university.reload()
    expect(university.locator("h1 + .lead .tag-lapsed")).to_be_visible()
    enterprise.goto("/notices")
    is_on(enterprise, "一条撮合建议逾期未答复，已失效")


def _days_pass(match: str, days: int) -> Callable[[Session], None]:
    """Return how to make a match look recommended so many days ago."""

    def move(session: Session) -> None:
        own = Match.public_id == match.rpartition("/")[2]
        long_ago = today() - timedelta(days=days)
        with transaction(session):
            session.execute(sa.update(Match).where(own).values(recommended_on=long_ago))

    return move


def test_the_officer_dismisses_with_a_reason(site: Site, visit: Visit) -> None:
    match = site.run(records.match("不予推荐的需求", recommended=False))
    officer, enterprise = visit("county-officer"), visit("enterprise")
    officer.goto(match)
    press(officer, "不予推荐")
    is_on(officer, "请选择理由")
    officer.select_option("#dismiss_reason", label="指标不符")
    press(officer, "不予推荐")
    is_on(officer, "已排除，未征询双方。", "指标不符")
    enterprise.goto("/matches/waiting")
    expect(enterprise.locator("main")).not_to_contain_text("不予推荐的需求")


def test_a_need_is_withdrawn_while_the_other_side_has_the_question_open(
    site: Site, visit: Visit
) -> None:
    match = site.run(records.match("中途撤回的需求"))
    university, enterprise = visit("transfer-office", expected="409"), visit("enterprise")
    university.goto(match)
    enterprise.goto("/mine")
    row = enterprise.get_by_role("row").filter(has_text="中途撤回的需求")
    row.locator("a[href$='/withdraw']").click()
    press(enterprise, "撤回")
    university.get_by_label("我方同意").check()
    press(university, "代表本单位同意")
    is_on(university, "逾期失效")
    expect(university.get_by_role("heading", name="联系方式")).to_have_count(0)
    university.goto("/notices")
    is_on(university, "一条撮合建议因需求或成果下线而终止")


def test_a_need_is_taken_out_of_sight_and_shown_again(site: Site, visit: Visit) -> None:
    match = site.run(records.match("暂停公开的需求"))
    officer, enterprise, visitor = visit("county-officer"), visit("enterprise"), visit()
    officer.goto("/needs?q=暂停公开的需求")
    officer.locator(".records").get_by_role("link", name="暂停公开的需求").click()
    need = officer.url
    officer.locator("a[href^='/review/need/']").click()
    review = officer.url
    officer.get_by_label("原因").fill("正文含有第三方的商业秘密")
    officer.locator("button[value=suspend]").click()
    assert visitor.request.get(need).status == 404
    enterprise.goto("/notices")
    is_on(enterprise, "正文含有第三方的商业秘密")
    enterprise.goto(match)
    expect(enterprise.locator("h1 + .lead .tag-lapsed")).to_be_visible()
    officer.goto(review)
    officer.locator("button[value=resume]").click()
    assert visitor.request.get(need).status == 200
    enterprise.reload()
    expect(enterprise.locator("h1 + .lead .tag-proposed")).to_be_visible()


def test_a_restricted_organization_submits_nothing_and_reads_why(site: Site, visit: Visit) -> None:
    def own_draft(session: Session) -> tuple[str, str]:
        owner: Organization = records.persona(session, "rival").organization
        need = factories.need(
            title="受限单位的需求", organization=owner, status=PostingStatus.DRAFT
        )
        return f"/organizations/{owner.public_id}", f"/needs/{need.public_id}"

    organization, need = site.run(own_draft)
    officer, rival = visit("wuhu-officer"), visit("rival")
    officer.goto(organization)
    officer.get_by_text("登记失信限制").click()
    officer.get_by_label("失信事由").fill("骗取补助资金")
    officer.get_by_label("依据文件").fill("皖科监〔2026〕7号")
    officer.fill("#starts_on", today().isoformat())
    officer.locator("form[action$='/restrictions'] button").click()
    rival.goto(f"{need}/preview")
    is_on(rival, "骗取补助资金", "皖科监〔2026〕7号")
    expect(rival.get_by_role("button", name="提交审核")).to_have_count(0)
    officer.reload()
    officer.get_by_role("button", name="解除").click()
    rival.reload()
    press(rival, "提交审核")
    rival.wait_for_url("**/mine")


def test_a_suspended_organization_is_out_of_sight_and_comes_back_whole(
    site: Site, visit: Visit
) -> None:
    match = site.run(records.match("随机构暂停的需求"))

    def address_of(session: Session) -> str:
        return f"/organizations/{records.persona(session, 'enterprise').organization.public_id}"

    organization = site.run(address_of)
    officer, university, visitor = visit("county-officer"), visit("transfer-office"), visit()
    visitor.goto("/needs?q=随机构暂停的需求")
    visitor.locator(".records").get_by_role("link", name="随机构暂停的需求").click()
    need = visitor.url
    officer.goto(organization)
    officer.fill("#reason", "提供虚假材料")
    officer.locator("form[action$='/suspend'] button").click()
    site.let_worker("follow_organizations")
    assert visitor.request.get(need).status == 404
    visitor.goto("/needs?q=随机构暂停的需求")
    expect(visitor.locator(".records").get_by_role("link")).to_have_count(0)
    university.goto("/notices")
    is_on(university, "一条撮合建议因需求或成果下线而终止")
    university.goto(match)
    expect(university.locator("h1 + .lead .tag-lapsed")).to_be_visible()
    enterprise = visit("enterprise")
    enterprise.goto("/organization")
    is_on(enterprise, "提供虚假材料")
    assert enterprise.request.get(need).status == 200
    officer.goto(organization)
    press(officer, "恢复使用")
    site.let_worker("follow_organizations")
    assert visitor.request.get(need).status == 200
    university.reload()
    expect(university.locator("h1 + .lead .tag-proposed")).to_be_visible()


def test_an_officer_of_another_county_finds_nothing_there(site: Site, visit: Visit) -> None:
    match = site.run(records.match("外县经办人员看不到的撮合"))
    need = site.run(_need("外县经办人员看不到的需求", PostingStatus.SUBMITTED))
    stranger = visit("wuhu-officer")
    assert stranger.request.get(match).status == 404
    assert stranger.request.get(need).status == 404
    assert stranger.request.get(f"/review{need.replace('needs', 'need')}").status == 404


def test_a_stale_second_editor_reads_both_texts_and_loses_nothing(site: Site, visit: Visit) -> None:
    edit = site.run(_need("两人同时修改的需求", PostingStatus.DRAFT)) + "/edit"
    first, second = visit("enterprise"), visit("enterprise", expected="409")
    for page in (first, second):
        page.goto(edit)
    first.fill("#problem", "先保存的人写的难题")
    press(first, "保存草稿")
    first.wait_for_url("**/edit")
    second.fill("#problem", "后保存的人写的难题")
    press(second, "保存草稿")
    is_on(second, "其他人在此期间保存了这篇内容", "先保存的人写的难题")
    expect(second.locator("#problem")).to_have_value("后保存的人写的难题")
    second.fill("#problem", "合并以后的难题")
    press(second, "保存草稿")
    first.goto(edit)
    expect(first.locator("#problem")).to_have_value("合并以后的难题")


def test_a_double_click_submits_once_and_back_and_reload_are_harmless(
    site: Site, visit: Visit
) -> None:
    need = site.run(_need("连点两次的需求", PostingStatus.DRAFT))
    page = visit("enterprise")
    page.goto(f"{need}/preview")
    page.get_by_role("button", name="提交审核").dblclick()
    page.wait_for_url("**/mine")
    row = page.get_by_role("row").filter(has_text="连点两次的需求")
    expect(row.locator(".tag-submitted")).to_be_visible()
    page.reload()
    page.go_back()
    expect(page.get_by_role("button", name="提交审核")).to_have_count(0)
    page.go_forward()
    expect(row.locator(".tag-submitted")).to_have_count(1)
    assert site.run(_submissions_of(need)) == 1


def _submissions_of(need: str) -> Callable[[Session], int]:
    """Return how to count how often a need was submitted."""

    def count(session: Session) -> int:
        own = sa.select(Need.id).where(Need.public_id == need.rpartition("/")[2])
        submitted = StatusChange.target == PostingStatus.SUBMITTED
        changes = sa.select(sa.func.count(StatusChange.id)).where(
            StatusChange.subject_kind == "Need",
            StatusChange.subject_id == own.scalar_subquery(),
            submitted,
        )
        return session.scalar(changes) or 0

    return count


def test_what_was_ticked_stays_where_the_step_is_refused(site: Site, visit: Visit) -> None:
    site.run(records.match("勾选后未选经纪人的需求"))
    officer = visit("county-officer")
    officer.goto("/matches?status=recommended&sort=newest")
    boxes = officer.locator('input[name="match"]')
    boxes.first.check()
    press(officer, "分派勾选的撮合")
    expect(officer.locator(".notice-warning")).to_be_visible()
    expect(boxes.first).to_be_checked()
    officer.reload()
    expect(boxes.first).not_to_be_checked()
