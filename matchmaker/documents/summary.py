"""What stands in the summary of key projects that a bureau stamps and sends on."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from matchmaker.documents.contexts import Context
from matchmaker.labels import label
from matchmaker.web.display import FEN_PER_YUAN, region_path
from models import Contract, KeyDesignation, KeyStatus, Region


def summary(
    year: int,
    status: KeyStatus | None,
    region: Region | None,
    designations: Sequence[KeyDesignation],
    contracts: Mapping[int, Sequence[Contract]],
) -> Context:
    """Return what the summary of some projects' places on the list holds.

    `contracts` are those in force by project; amounts are numbers, in yuan. The first three say
    how the list was narrowed.
    """
    of_year = f"{year}年度" if year else ""
    of_status = f"（{label(status)}）" if status else ""
    amounts = [sum(one.amount for one in contracts[each.project_id]) for each in designations]
    return {
        "标题": f"{of_year}重点产学研合作项目汇总表{of_status}",
        "行政区划": region.name if region else "",
        "项目数": len(designations),
        "金额合计": _yuan(sum(amounts)),
        "项目": [
            {
                "序号": number,
                "项目编号": each.project.code,
                "项目名称": each.project.title,
                "参与单位": "、".join(
                    dict.fromkeys(party.organization.name for party in each.project.parties)
                ),
                "所在地区": region_path(each.project.region),
                "年度": each.year,
                "状态": label(each.status),
                "合同编号": "、".join(one.number for one in contracts[each.project_id]),
                "合同金额": _yuan(amount),
                "佐证材料": each.evidence,
            }
            for number, (each, amount) in enumerate(
                zip(designations, amounts, strict=True), start=1
            )
        ],
    }


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / FEN_PER_YUAN
