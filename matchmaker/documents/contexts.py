"""What stands in each document: a record as texts under the names of its template's placeholders.

The names are Chinese, as those who edit the templates read them; `seed/documents/examples.json`
holds one example of each. Nothing here is more than whoever may read the record sees of it, and no
person is named: organizations act.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from matchmaker.labels import label
from matchmaker.project_relations import subject_of
from matchmaker.projects.wording import light_words
from matchmaker.web.display import day, region_path, yuan
from models import (
    Claim,
    Contract,
    DocumentKind,
    Organization,
    Project,
    PublicNotice,
    SupervisionOrder,
)

Value = str | int | Decimal
Row = dict[str, Value]
Context = dict[str, Value | list[Row]]


def contract_registration(contract: Contract) -> Context:
    """Return what the registration form of a contract holds."""
    return {
        **_named(contract.project),
        "合同编号": contract.number,
        "合同类型": label(contract.kind),
        "合同状态": _state(contract),
        "签订日期": day(contract.signed_on),
        "开始日期": day(contract.starts_on),
        "截止日期": day(contract.ends_on),
        "合同金额": yuan(contract.amount),
        "技术交易额": yuan(contract.technology_amount),
        "已付金额": yuan(contract.paid),
        "登记编号": contract.registration_no or "未登记",
        "登记日期": day(contract.registered_on),
        "关联交易": "是" if contract.affiliated else "否",
        **_party("买方", contract.buyer),
        **_party("卖方", contract.seller),
        "付款": [
            {"日期": day(one.paid_on), "金额": yuan(one.amount), "凭证": one.evidence}
            for one in contract.payments
            if one.cancelled_at is None
        ],
        "变更": [
            {
                "日期": day(one.changed_on),
                "事项": label(one.change),
                "金额": yuan(one.amount),
                "原因": one.reason,
            }
            for one in contract.versions
        ],
    }


def progress(project: Project) -> Context:
    """Return what the progress form of a project holds."""
    reports = project.reports
    return {
        **_named(project),
        **_light(project),
        "所在地区": region_path(project.region),
        "项目阶段": label(project.stage),
        "完成比例": f"{reports[-1].percent}%" if reports else "未填报",
        "累计到位资金": yuan(sum(one.funds_in for one in reports)),
        "累计支出资金": yuan(sum(one.funds_spent for one in reports)),
        "参与单位": [
            {
                "名称": one.organization.name,
                "角色": label(one.role),
                "地区": region_path(one.organization.region),
            }
            for one in project.parties
        ],
        "合同": [
            {
                "编号": one.number,
                "类型": label(one.kind),
                "状态": _state(one),
                "金额": yuan(one.amount),
                "已付金额": yuan(one.paid),
                "截止日期": day(one.ends_on),
            }
            for one in project.contracts
        ],
        "里程碑": [
            {
                "名称": one.name,
                "权重": f"{one.weight}%",
                "开始日期": day(one.starts_on),
                "计划完成": day(one.due_on),
                "实际完成": day(one.done_on) or "未完成",
                "佐证": one.evidence,
            }
            for one in project.milestones
        ],
        "月报": [
            {
                "月份": f"{one.month:%Y-%m}",
                "总体情况": label(one.overall),
                "原因": label(one.reason) if one.reason else "",
                "完成比例": f"{one.percent}%",
                "到位资金": yuan(one.funds_in),
                "支出资金": yuan(one.funds_spent),
                "说明": one.text,
            }
            for one in reports
        ],
        "问题": [
            {
                "内容": one.text,
                "责任单位": one.owner.organization.name,
                "期限": day(one.due_on),
                "解决日期": day(one.resolved_on) or "未解决",
                "处理结果": one.resolution,
            }
            for one in project.issues
        ],
        "验收": [
            {"日期": day(one.held_on), "结论": label(one.verdict), "意见": one.opinion}
            for one in project.acceptances
        ],
    }


def supervision_letter(order: SupervisionOrder) -> Context:
    """Return what the letter of a supervision order holds."""
    project = order.project
    return {
        **_named(project),
        **_light(project),
        "所在地区": region_path(project.region),
        "致送单位": _parties(project),
        "督办级别": label(order.level),
        "督办事项": order.text,
        "签发单位": order.issuer.organization.name if order.issuer else _bureau(order),
        "签发日期": _written(order.created_at),
        "答复期限": _written(order.due_on),
        "办理状态": label(order.status),
        "答复单位": order.answered_by.organization.name if order.answered_by else "",
        "答复日期": _written(order.answered_at),
        "答复内容": order.answer,
    }


def public_notice(notice: PublicNotice) -> Context:
    """Return what a public notice holds: of a claim what is asked for, else who works together."""
    subject = subject_of(notice)
    about = _claimed(subject) if isinstance(subject, Claim) else _nominated(subject.project)
    return {
        "年度": str(subject.year),
        "开始日期": _written(notice.starts_on),
        "截止日期": _written(notice.ends_on),
        "公示天数": str((notice.ends_on - notice.starts_on).days + 1),
        **about,
    }


CONTEXTS: dict[DocumentKind, Callable[[Any], Context]] = {
    DocumentKind.CONTRACT_REGISTRATION: contract_registration,
    DocumentKind.PROGRESS: progress,
    DocumentKind.SUPERVISION_LETTER: supervision_letter,
    DocumentKind.PUBLIC_NOTICE: public_notice,
}
"""How a record becomes a document of each kind."""


def _written(value: date | datetime | None) -> str:
    """Return a day as letters write it (GB/T 9704-2012, 7.3.5.4): 2026年1月31日."""
    if value is None:
        return ""
    year, month, number = day(value).split("-")
    return f"{year}年{int(month)}月{int(number)}日"


def _named(project: Project) -> Row:
    return {"项目编号": project.code, "项目名称": project.title}


def _light(project: Project) -> Row:
    return {
        "亮灯": label(project.light) if project.light else "未亮灯",
        "亮灯依据": "".join(light_words(project.light_lines)),
    }


def _party(part: str, organization: Organization) -> Row:
    return {
        f"{part}名称": organization.name,
        f"{part}代码": organization.uscc,
        f"{part}类型": label(organization.kind),
        f"{part}地区": region_path(organization.region),
    }


def _claimed(claim: Claim) -> Row:
    return {
        "公示事项": "政策兑现",
        "所在地区": region_path(claim.region),
        "项目编号": "",
        "项目名称": "",
        "参与单位": "",
        "政策名称": claim.policy.title,
        "申报单位": claim.organization.name,
        "兑现金额": yuan(claim.amount),
    }


def _nominated(project: Project) -> Row:
    return {
        "公示事项": "重点项目",
        "所在地区": region_path(project.region),
        **_named(project),
        "参与单位": _parties(project),
        "政策名称": "",
        "申报单位": "",
        "兑现金额": "",
    }


def _parties(project: Project) -> str:
    return "、".join(dict.fromkeys(one.organization.name for one in project.parties))


def _state(contract: Contract) -> str:
    return f"已于{day(contract.terminated_on)}终止" if contract.terminated_on else "履行中"


def _bureau(order: SupervisionOrder) -> str:
    """Return whose order it is that a red light raised: the bureau's of its level."""
    region = order.project.region
    while region.parent and region.level is not order.level:
        region = region.parent
    return f"{region.name}科技主管部门"
