"""The columns of a bureau's ledger (台账), and the template to fill in."""

from matchmaker.i18n import _
from matchmaker.imports.workbooks import blank
from matchmaker.spreadsheets import Column, Columns
from matchmaker.spreadsheets.cells import one_of, parse_date, parse_money
from matchmaker.spreadsheets.columns import MAX_NAME, MAX_NUMBER, MAX_TITLE

_KINDS = {
    "development": ("技术开发", "开发", "技术开发合同"),
    "transfer": ("技术转让", "转让", "技术转让合同"),
    "licence": ("技术许可", "许可", "技术许可合同"),
    "consulting": ("技术咨询", "咨询", "技术咨询合同"),
    "service": ("技术服务", "服务", "技术服务合同"),
}

COLUMNS: Columns = (
    Column(
        "reference",
        ("台账编号", "项目编号", "项目序号"),
        ("编号", "序号"),
        required=True,
        key=True,
        max_length=MAX_NUMBER,
    ),
    Column("title", ("项目名称", "合作项目"), ("名称",), required=True, max_length=MAX_TITLE),
    Column(
        "region",
        ("所属地区", "行政区划代码", "行政区划", "所在地区", "区划代码"),
        ("地区", "县区", "县（市、区）"),
        required=True,
        max_length=MAX_NAME,
    ),
    Column(
        "buyer",
        ("需方单位", "需求方", "需方名称", "委托方", "需方统一社会信用代码", "企业名称"),
        ("需方", "甲方", "企业"),
        required=True,
        max_length=MAX_NAME,
    ),
    Column(
        "seller",
        ("供方单位", "供给方", "供方名称", "受托方", "供方统一社会信用代码", "高校院所"),
        ("供方", "乙方", "高校", "院所"),
        required=True,
        max_length=MAX_NAME,
    ),
    Column("contract", ("合同编号", "技术合同编号"), max_length=60),
    Column(
        "kind",
        ("合同类型", "合同类别", "技术合同类型"),
        parse=one_of(_KINDS),
        choices=tuple(words[0] for words in _KINDS.values()),
    ),
    Column("amount", ("合同金额", "合同总额", "合同成交额"), parse=parse_money),
    Column("technology_amount", ("技术交易额", "技术性收入"), parse=parse_money),
    Column("signed_on", ("签订日期", "签订时间", "签约日期"), parse=parse_date),
    Column("starts_on", ("开始日期", "起始日期", "开始时间"), parse=parse_date),
    Column("ends_on", ("结束日期", "终止日期", "截止日期", "结束时间"), parse=parse_date),
)
"""What a row of a ledger is read from; amounts in fen."""

TERMS = (
    "contract",
    "kind",
    "amount",
    "technology_amount",
    "signed_on",
    "starts_on",
    "ends_on",
)
"""What a row says of its contract: all of it or nothing."""

AMOUNTS = ("amount", "technology_amount")

_EXAMPLE = {
    "reference": "示例-2026-01",
    "title": "【示例】充电风筝低温续航联合攻关",
    "region": "340123",
    "buyer": "91340100MA00000000",
    "seller": "12340000MB00000000",
    "contract": "示例合同-01",
    "kind": "技术开发",
    "amount": "120",
    "technology_amount": "100",
    "signed_on": "2026-03-01",
    "starts_on": "2026-03-01",
    "ends_on": "2027-02-28",
}
"""One row of a plainly fictional ledger."""


def template() -> bytes:
    """Return the empty ledger, with drop-downs, explanations and an example beside it."""
    lists = {one.field: one.choices for one in COLUMNS if one.choices}
    example = [_EXAMPLE[one.field] for one in COLUMNS]
    return blank(_("Ledger"), COLUMNS, lists, example, [_note(one) for one in COLUMNS])


def _note(column: Column) -> str:
    """Return how a column is filled in."""
    party = _("Needed. Unified social credit code or whole name; it must be approved here.")
    notes = {
        "reference": _("Needed. A number that came in before is refused, so nothing comes twice."),
        "title": _("Needed. At most %(n)d characters.", n=MAX_TITLE),
        "region": _("Needed. The code of the county or city, or its name."),
        "buyer": party,
        "seller": party,
        "contract": _("As it stands on the contract."),
        "kind": _("Choose from the list."),
        "amount": _("A number, in units of 10,000 yuan."),
        "technology_amount": _("What of the amount is for technology, in units of 10,000 yuan."),
    }
    of_contract = _("The columns of the contract are filled in all, or none while there is none.")
    note = notes.get(column.field) or _("A day like 2026-03-01.")
    return f"{note} {of_contract}" if column.field in TERMS else note
