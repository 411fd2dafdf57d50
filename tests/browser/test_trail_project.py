"""The second half of the way: what two parties agreed to becomes a key project and a paid claim."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.demo import DOMAIN
from models import OrganizationKind, Role
from tests import factories
from tests.browser import records
from tests.browser.conftest import Visit, is_on, press
from tests.browser.site import Site
from tests.functional.files import PDF

TITLE = "寒区储能电池低温快充联合开发"
NUMBER = "寒区-2026-01"
REGISTRATION = "HT34012300088"
MILESTONES = ("低温样机", "中试验证")
POLICY = "技术合同实际支付补助"
EVIDENCE = ("登记证明 2026-88", "银行回单 0088", "发票 2026-0088")
BUYER, SELLER = "安徽岚川驭新能源动力有限公司", "皖江云麓理工大学"
ENTERPRISE, OFFICE, OFFICER, DIRECTOR = "陆时安", "简若川", "方予肥", "沈岱青"
CITY_DIRECTOR, COUNTY_DIRECTOR = "卫岚汀", "祁望肥"
PLATFORM = "平台"
MOMENT = re.compile(r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$")


def test_a_match_becomes_a_counted_key_project_and_a_paid_claim(site: Site, visit: Visit) -> None:
    began = today()
    site.run(_add_the_directors)
    match = site.run(records.match(TITLE))
    visitor, enterprise = visit(), visit("enterprise", expected="409")
    officer = visit("county-officer", expected="400")
    before = _counted(visitor)
    for party in (enterprise, visit("transfer-office")):
        _agree(party, match)
    project = _open_the_project(officer)
    _sign(officer)
    _register_and_pay(officer)
    _plan(officer, project)
    press(officer, "转入跟踪调度")
    _says(officer, "项目已进入跟踪调度阶段。")
    _report(enterprise, project)
    for milestone in MILESTONES:
        _reach(enterprise, project, milestone)
    _accept(officer, project)
    press(officer, "转入赋能激励")
    _says(officer, "项目已进入赋能激励阶段。")

    key = _nominate(officer)
    _put_on_notice(visit("hefei-director"), key)
    director = visit("provincial-director")
    _refused(director, key, "认定为重点项目", "公示至")
    _is_before_the_public(visitor, TITLE)
    _notices_end(site)
    assert _counted(visitor) == before
    _designate(director, key)
    assert _counted(visitor) == before + 1

    claim = _claim(enterprise, project)
    _review(officer, claim)
    county = visit("feixi-director")
    _refused(county, claim, "通过", "公示至")
    _is_before_the_public(visitor, POLICY)
    _notices_end(site)
    _approve(county, claim)
    _pay(officer, claim)
    enterprise.goto(claim)
    expect(enterprise.locator(".lead .tag-paid")).to_be_visible()
    officer.goto(project)
    press(officer, "办结项目")
    _says(officer, "项目已办结。")
    _tells_of_every_step(officer, project, began)


def _add_the_directors(_session: Session) -> None:
    """Add the city's director, and the county's, who stands in for its officer."""
    for code, account, name, roles in (
        (factories.HEFEI, "hefei-director", CITY_DIRECTOR, (Role.DIRECTOR,)),
        (factories.FEIXI, "feixi-director", COUNTY_DIRECTOR, (Role.DIRECTOR, Role.OFFICER)),
    ):
        bureau = factories.organization(
            region=code, kind=OrganizationKind.GOVERNMENT, name=f"{account}（测试）"
        )
        factories.user(
            *roles,
            region=code,
            organization=bureau,
            email=f"{account}@{DOMAIN}",
            name=name,
            title="审批领导",
        )


def _counted(visitor: Page) -> int:
    """Read on the home page how many key projects count."""
    visitor.goto("/")
    return int(visitor.locator(".gauge-figure b").first.inner_text())


def _fill(page: Page, typed: Mapping[str, str]) -> None:
    """Type or choose, by the names of the controls."""
    for name, words in typed.items():
        control = page.locator(f"main [name='{name}']")
        if control.evaluate("control => control.matches('select')"):
            control.select_option(label=words)
        else:
            control.fill(words)


def _keeps(page: Page, typed: Mapping[str, str]) -> None:
    """See that what was typed or chosen is still there."""
    for name, words in typed.items():
        control = page.locator(f"main [name='{name}']")
        chosen = control.locator("option:checked")
        if chosen.count():
            expect(chosen).to_have_text(words)
        else:
            expect(control).to_have_value(words)


def _file(name: str) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": PDF}


def _day(days: int = 0) -> str:
    return (today() + timedelta(days=days)).isoformat()


def _says(page: Page, words: str) -> None:
    """See that the page says that it is done."""
    expect(page.locator(".notice-success")).to_contain_text(words)


def _agree(party: Page, match: str) -> None:
    party.goto(match)
    party.get_by_label("我方同意").check()
    press(party, "代表本单位同意")
    expect(party.locator(".notice-success")).to_be_visible()


def _open_the_project(officer: Page) -> str:
    """Open the project that the match has become; return its address."""
    officer.goto("/projects")
    officer.get_by_role("link", name=TITLE, exact=True).click()
    is_on(officer, "项目撮合", "请先登记已签订的合同。")
    return officer.url


def _sign(officer: Page) -> None:
    officer.get_by_role("link", name="登记已签合同").click()
    contract = {
        "number": NUMBER,
        "buyer": BUYER,
        "seller": SELLER,
        "kind": "技术开发",
        "amount": "2000000.00",
        "technology_amount": "1600000.00",
        "starts_on": _day(),
        "ends_on": _day(-1),
    }
    _fill(officer, contract)
    officer.set_input_files("#file", _file("合同.pdf"))
    press(officer, "登记合同")
    expect(officer.locator("#ends_on-error")).to_have_text("合同的结束日期早于开始日期。")
    _keeps(officer, contract)
    officer.fill("#ends_on", _day(365))
    press(officer, "登记合同")
    _says(officer, "合同已登记。")


def _register_and_pay(officer: Page) -> None:
    officer.get_by_role("link", name=NUMBER).click()
    officer.get_by_role("link", name="登记认定编号").click()
    _fill(officer, {"registration_no": REGISTRATION})
    press(officer, "登记认定编号")
    officer.get_by_role("link", name="登记付款").click()
    _fill(officer, {"amount": "800000", "evidence": "银行回单 0088"})
    officer.set_input_files("#file", _file("回单.pdf"))
    press(officer, "登记付款")
    _says(officer, "付款已登记。")
    payment = officer.get_by_role("row").filter(has_text="银行回单 0088")
    expect(payment).to_contain_text("800,000.00")
    expect(payment.get_by_role("link", name="回单.pdf")).to_be_visible()


def _plan(officer: Page, project: str) -> None:
    """Write a plan that lacks a percent, mend it, and return to the project."""
    officer.goto(project)
    officer.get_by_role("link", name="制定计划").click()
    plan = {
        f"steps-{place}-{part}": words
        for place, (name, weight) in enumerate(zip(MILESTONES, ("60", "39"), strict=True))
        for part, words in (
            ("name", name),
            ("weight", weight),
            ("starts_on", _day()),
            ("due_on", _day(90 * (place + 1))),
        )
    }
    _fill(officer, plan)
    press(officer, "保存计划")
    is_on(officer, "里程碑权重合计为 99，不等于 100。")
    _keeps(officer, plan)
    officer.fill("#steps-1-weight", "40")
    press(officer, "保存计划")
    _says(officer, "计划已保存。")


def _report(enterprise: Page, project: str) -> None:
    enterprise.goto(project)
    enterprise.get_by_role("link", name="填报本月").click()
    report = {"overall": "正常", "percent": "60", "funds_in": "800000", "funds_spent": "1"}
    _fill(enterprise, report | {"text": "样机装配完成，正在做低温循环。"})
    press(enterprise, "提交月报")
    _says(enterprise, f"{today():%Y-%m} 月报已提交。")


def _reach(enterprise: Page, project: str, milestone: str) -> None:
    enterprise.goto(project)
    row = enterprise.get_by_role("row").filter(has_text=milestone)
    row.get_by_role("link", name="登记达成").click()
    _fill(enterprise, {"evidence": f"{milestone}检测报告 2026-11"})
    enterprise.set_input_files("#file", _file(f"{milestone}.pdf"))
    press(enterprise, "登记达成")
    _says(enterprise, "里程碑已登记为达成。")
    is_on(enterprise, f"{milestone}检测报告 2026-11", f"{milestone}.pdf")


def _accept(officer: Page, project: str) -> None:
    officer.goto(project)
    officer.get_by_text("登记验收结果").click()
    _fill(officer, {"held_on": _day(), "verdict": "通过", "experts": "晏听松、裴怀砚"})
    press(officer, "登记验收")
    _says(officer, "验收结果已登记。")


def _nominate(officer: Page) -> str:
    """Nominate the project; return the address of its place on the list."""
    officer.get_by_role("link", name="提名", exact=True).click()
    press(officer, "提名")
    is_on(officer, "这里不能为空。")
    _fill(officer, {"evidence": f"技术合同登记证明 {REGISTRATION}"})
    press(officer, "提名")
    _says(officer, "已提名")
    return officer.url


def _put_on_notice(director: Page, key: str) -> None:
    director.goto(key)
    press(director, "纳入储备库")
    _says(director, "已办理")
    press(director, "公示")
    expect(director.get_by_role("heading", name="公示", exact=True)).to_be_visible()


def _refused(page: Page, address: str, button: str, reason: str) -> None:
    """See that a decision cannot be taken now, and why."""
    page.goto(address)
    is_on(page, reason)
    taken = page.get_by_role("button", name=button, exact=True, disabled=False)
    expect(taken).to_have_count(0)


def _is_before_the_public(visitor: Page, words: str) -> None:
    visitor.goto("/public-notices")
    is_on(visitor, words)


def _notices_end(site: Site) -> None:
    """Let the notices' time pass, and the worker tell of their end."""
    site.run(records.let_notices_end)
    site.let_worker("end_notices")


def _designate(director: Page, key: str) -> None:
    director.goto(key)
    press(director, "认定为重点项目")
    _says(director, "已办理")
    director.goto("/key-projects/counter")
    counted = director.locator("section[aria-labelledby='counted-heading']")
    expect(counted.get_by_role("row").filter(has_text=TITLE)).to_contain_text(NUMBER)


def _claim(enterprise: Page, project: str) -> str:
    """Draft the claim, and submit it once all evidence is named; return its address."""
    enterprise.goto(project)
    enterprise.get_by_role("link", name="可申报的奖补").click()
    estimated = enterprise.locator(".record").filter(has_text=POLICY)
    estimated.get_by_role("button", name="开始申报").click()
    is_on(enterprise, "120,000.00")
    named = {f"evidence-{place}": words for place, words in enumerate(EVIDENCE)}
    _fill(enterprise, named | {"evidence-2": ""})
    press(enterprise, "提交申报")
    is_on(enterprise, "缺少材料：发票")
    _keeps(enterprise, named | {"evidence-2": ""})
    _fill(enterprise, named)
    press(enterprise, "提交申报")
    expect(enterprise.locator(".lead .tag-submitted")).to_be_visible()
    return enterprise.url


def _review(officer: Page, claim: str) -> None:
    officer.goto("/claims")
    row = officer.get_by_role("row").filter(has_text=TITLE)
    row.get_by_role("link", name=POLICY).click()
    assert officer.url == claim
    is_on(officer, *EVIDENCE)
    press(officer, "审核通过")
    press(officer, "公示")
    expect(officer.locator(".lead .tag-on_notice")).to_be_visible()


def _approve(director: Page, claim: str) -> None:
    """Approve, as who may pay as well, but not what they have approved."""
    director.goto(claim)
    press(director, "通过")
    expect(director.locator(".lead .tag-approved")).to_be_visible()
    is_on(director, "上一步由您办理，这一步须由他人办理。")
    expect(director.get_by_role("link", name="登记拨付")).to_have_count(0)


def _pay(officer: Page, claim: str) -> None:
    officer.goto(claim)
    officer.get_by_role("link", name="登记拨付").click()
    _fill(officer, {"reference": "国库支付 2026-0912"})
    press(officer, "登记拨付")
    _says(officer, "拨付已登记")
    is_on(officer, "国库支付 2026-0912")


def _tells_of_every_step(officer: Page, project: str, began: date) -> None:
    """Read on the timeline who took each step, and when."""
    officer.goto(f"{project}?timeline=all")
    rows = officer.locator("section[aria-labelledby='timeline-heading'] tbody tr").all()
    told = [row.locator("th, td").all_inner_texts() for row in reversed(rows)]
    assert [(what, who) for _at, what, who, _why in told] == _steps()
    assert all(MOMENT.match(at) for at, *_rest in told)
    assert {at[:10] for at, *_rest in told} <= {began.isoformat(), today().isoformat()}


def _steps() -> list[tuple[str, str]]:
    """Return all that was done, and by whom."""
    contract = f"合同 {NUMBER}"
    listed = f"{today().year} 年重点项目"
    claim = f"{BUYER} {today().year} 年“{POLICY}”兑现申请"
    return [
        ("撮合：已推荐", OFFICER),
        ("一方确认对接意向", ENTERPRISE),
        ("一方确认对接意向", OFFICE),
        ("撮合：双方确认", OFFICE),
        ("项目：线索发现", OFFICE),
        ("项目：项目撮合", OFFICE),
        (f"{contract}签订：2,000,000.00 元", OFFICER),
        (f"{contract}完成认定登记：{REGISTRATION}", OFFICER),
        (f"{claim}：预估", OFFICER),
        (f"{contract}：付款 800,000.00 元", OFFICER),
        (f"制定里程碑计划，共 {len(MILESTONES)} 个", OFFICER),
        ("项目：跟踪调度", OFFICER),
        ("转为绿灯", PLATFORM),
        (f"{today():%Y-%m} 月报：累计完成 60%", ENTERPRISE),
        *((f"里程碑“{milestone}”达成", ENTERPRISE) for milestone in MILESTONES),
        ("验收：通过", OFFICER),
        ("项目：赋能激励", OFFICER),
        (f"{listed}：已提名", OFFICER),
        (f"{listed}：已入储备库", CITY_DIRECTOR),
        ("公示开始", CITY_DIRECTOR),
        ("公示结束", PLATFORM),
        (f"{listed}：重点项目", DIRECTOR),
        (f"{claim}：起草中", ENTERPRISE),
        (f"{claim}：待审核", ENTERPRISE),
        (f"{claim}：已审核", OFFICER),
        (f"{claim}：公示中", OFFICER),
        ("公示开始", OFFICER),
        ("公示结束", PLATFORM),
        (f"{claim}：已通过", COUNTY_DIRECTOR),
        (f"{claim}：已拨付", OFFICER),
        ("项目：已完成", OFFICER),
    ]
