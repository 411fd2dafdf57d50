"""The columns that needs, results and judgements are read from, and the headers they go by.

The first alias of a column is the header to recommend. Aliases of four or more Chinese characters
are also recognised inside longer headers; fallbacks count only where no alias is found. Case,
spaces and punctuation do not count: need_id is also “Need ID”.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from matchmaker.spreadsheets import rights
from matchmaker.spreadsheets.cells import many_of, one_of, parse_date, parse_half_width, parse_price
from matchmaker.spreadsheets.metrics import parse_metrics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matchmaker.spreadsheets.cells import Parser

MAX_TEXT = 32_767  # what a cell of a workbook holds
MAX_TITLE = 200
MAX_NUMBER = 80
MAX_NAME = 120


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a row and the headers it goes by.

    The values of all `key` columns together differ from row to row. A key column that is alone
    and not required is filled from the row number where it is empty. `max_length` is in
    characters. `parse` turns the text of a cell into the value kept; `choices` are the words to
    recommend where it takes words of a list.
    """

    field: str
    aliases: tuple[str, ...]
    fallbacks: tuple[str, ...] = ()
    required: bool = False
    key: bool = False
    multiline: bool = False
    max_length: int | None = None
    parse: Parser | None = None
    choices: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The header to recommend."""
        return self.aliases[0]


Columns = tuple[Column, ...]


def requiring(columns: Columns, *fields: str) -> Columns:
    """Return `columns` with those of `fields` required."""
    return tuple(replace(c, required=c.required or c.field in fields) for c in columns)


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(word for line in lines for word in line.split())


def _number(*aliases: str) -> Column:
    fallbacks = _words("编号 序号 id no")
    return Column("id", _words(*aliases), fallbacks, key=True, max_length=MAX_NUMBER)


def _number_judged(field: str, aliases: str, fallbacks: str) -> Column:
    names = _words(aliases), _words(fallbacks)
    return Column(field, *names, required=True, key=True, max_length=MAX_NUMBER)


def _title(*aliases: str) -> Column:
    fallbacks = _words(
        "名称 标题 题目 题名 技术需求 技术名称 项目名称 课题名称 专利名称",
        "title name project_title",
    )
    return Column("title", _words(*aliases), fallbacks, required=True, max_length=MAX_TITLE)


def _main_text(*aliases: str) -> Column:
    fallbacks = _words(
        "内容 描述 简介 摘要 说明 详情 正文 文本",
        "text description abstract summary content body details",
    )
    return Column("text", _words(*aliases), fallbacks, multiline=True, max_length=MAX_TEXT)


def _text(field: str, *aliases: str) -> Column:
    return Column(field, _words(*aliases, field), multiline=True, max_length=MAX_TEXT)


def _organization(*aliases: str) -> Column:
    fallbacks = _words("单位 机构 企业")
    return Column("organization", _words(*aliases, "organization"), fallbacks, max_length=MAX_NAME)


def _money(field: str, *aliases: str) -> Column:
    return Column(field, _words(*aliases, field), parse=parse_price)


def _chosen(column: Column, words: Mapping[str, tuple[str, ...]], parser: Any = one_of) -> Column:
    """Return `column` with cells that hold words of a list, each value with its spellings."""
    choices = tuple(spellings[0] for spellings in words.values())
    return replace(column, parse=parser(words), choices=choices)


_KEYWORDS = Column(
    "keywords",
    _words("关键词 关键字 主题词 技术关键词 标签 keywords keyword tags"),
    multiline=True,
    max_length=1_000,
)
_INDUSTRY = Column(
    "industry",
    _words(
        "所属行业 行业 产业 所属产业 行业领域 行业分类 产业领域 所属领域 技术领域 应用行业",
        "industry",
    ),
    _words("领域 field sector"),
    max_length=MAX_NAME,
)
_MODES = _chosen(
    Column(
        "modes",
        _words(
            "合作方式 合作模式 拟合作方式 转化方式 拟转化方式 转让方式",
            "modes cooperation_mode cooperation_modes",
        ),
        multiline=True,
    ),
    {
        "commission": _words("委托开发 委托研发 技术开发 commission"),
        "joint": _words("合作开发 联合开发 合作研发 联合研发 联合攻关 joint"),
        "transfer": _words("转让 技术转让 成果转让 专利转让 transfer"),
        "licence": _words("许可 技术许可 专利许可 许可使用 licence license"),
        "consulting": _words("咨询 技术咨询 consulting"),
        "service": _words("服务 技术服务 service"),
        "co_build": _words("共建 共建平台 平台共建 共建研发平台 co_build"),
    },
    many_of,
)
_VISIBILITY = _chosen(
    Column("visibility", _words("公开范围 公开方式 visibility")),
    {"public": _words("公开 public"), "masked": _words("脱敏 masked")},
)
_BESIDE_THE_TEXT = (
    _VISIBILITY,
    _text("public_summary", "公开摘要"),
    Column("contact_name", _words("联系人 联系人姓名 contact_name"), max_length=60),
    Column(
        "contact_phone",
        _words("联系电话 联系人电话 电话 手机 contact_phone"),
        parse=parse_half_width,
        max_length=20,
    ),
    Column(
        "contact_email",
        _words("电子邮箱 联系邮箱 邮箱 contact_email"),
        parse=parse_half_width,
        max_length=254,
    ),
)
_KIND = _chosen(
    Column("kind", _words("需求类型 需求类别 need_kind")),
    {
        "technology": _words("技术需求 技术 technology"),
        "service": _words("服务需求 服务 service"),
        "finance": _words("融资需求 融资 资金需求 finance"),
        "talent": _words("人才需求 人才 talent"),
        "scenario": _words("应用场景 场景 scenario"),
    },
)
_STAGE = _chosen(
    Column("stage", _words("成果阶段 研发阶段 所处阶段 stage"), _words("阶段")),
    {
        "lab": _words("实验室 实验室阶段 研制阶段 lab"),
        "bench": _words("小试 小试阶段 bench"),
        "pilot": _words("中试 中试阶段 pilot"),
        "industrial": _words("产业化 产业化阶段 批量生产 industrial"),
    },
)
_ATTRIBUTE = _chosen(
    Column("attribute", _words("成果属性 成果类别 attribute")),
    {
        "basic": _words("基础理论 basic"),
        "applied": _words("应用技术 applied"),
        "soft": _words("软科学 soft"),
    },
)
_TRL = _chosen(
    Column("trl", _words("技术就绪度 技术成熟度 成熟度等级 TRL"), _words("成熟度")),
    {
        str(level): _words(f"{level} {level}级 第{level}级 TRL{level} {chinese}级 第{chinese}级")
        for level, chinese in enumerate("一二三四五六七八九", start=1)
    },
)
_RIGHT_WORDS = {
    "kind": _words("类型 类别"),
    "number": _words("号码 号 编号"),
    "status": _words("法律状态 状态"),
    "holder": _words("权利人 所有人"),
}
_LONE_WORDS = {
    "number": _words("专利申请号 专利授权号 授权号 申请号 软著登记号"),
    "status": _words("法律状态"),
    "holder": _words("权利人 专利权人"),
}


def _right_column(part: str, number: int) -> Column:
    """Return the column of a part of a right; that of the first right needs no number."""
    field = rights.field_of(part, number)
    owners = _words("知识产权 专利")
    names = [(owner, word) for word in _RIGHT_WORDS[part] for owner in owners]
    aliases = [f"{owner}{number}{word}" for owner, word in names]
    aliases += [f"{owner}{word}{number}" for owner, word in names]
    if number == 1:
        aliases += [owner + word for owner, word in names] + [f"property_{part}"]
        aliases += _LONE_WORDS.get(part, ())
    column = Column(field, (*aliases, field), max_length=rights.LONGEST.get(part))
    words = {"kind": rights.KINDS, "status": rights.STATUSES}.get(part)
    return _chosen(column, words) if words else column


_RIGHTS: Columns = (
    *(_right_column(part, number) for number in rights.NUMBERED for part in rights.PARTS),
    Column(
        "properties",
        _words("其他知识产权 知识产权清单 properties intellectual_property"),
        _words("知识产权 知识产权情况 专利情况"),
        multiline=True,
        max_length=MAX_TEXT,
        parse=rights.parse_rights,
    ),
)

NEEDS: Columns = (
    _number("需求编号 难题编号 技术需求编号 need_id need_number"),
    _title("需求名称 技术需求名称 需求标题 需求题目 难题名称 技术难题名称 need_title need_name"),
    _main_text(
        "需求描述 技术需求描述 技术难题 难题描述 技术难题描述 需求内容 技术需求内容 主要内容",
        "问题描述 技术问题 需求详情 需求说明 需求简介 需求概述 具体需求 拟解决的问题",
        "need_text need_description problem",
    ),
    _text("background", "需求背景 项目背景 技术背景 背景"),
    _text("tried", "已开展的工作 已开展工作 前期工作 工作基础 现有基础"),
    _KEYWORDS,
    _INDUSTRY,
    _organization("企业名称 需求单位 单位名称 公司名称 发布单位 申报单位"),
)
"""What a need is matched on."""

RESULTS: Columns = (
    _number("成果编号 项目编号 result_id result_number"),
    _title("成果名称 科技成果名称 成果标题 成果题目 result_title result_name"),
    _main_text(
        "成果简介 成果摘要 成果描述 成果内容 成果介绍 成果概述 项目简介 技术简介 技术描述",
        "主要内容 主要技术内容 result_text result_description",
    ),
    _text("problem_solved", "解决的问题 解决的技术问题 解决的主要问题"),
    _text("advantage", "技术优势 创新点 技术特点 先进性 核心优势"),
    _text("applications", "应用领域 应用场景 应用范围 应用前景"),
    _KEYWORDS,
    _INDUSTRY,
    _organization("完成单位 第一完成单位 成果单位 单位名称 所属单位 高校 院校"),
)
"""What a result is matched on."""

NEED_RECORDS: Columns = (
    *NEEDS,
    Column(
        "metrics",
        _words("目标指标 目标技术指标 target_metrics metrics"),
        multiline=True,
        max_length=MAX_TEXT,
        parse=parse_metrics,
    ),
    _KIND,
    _money("budget_min", "预算下限 最低预算 投入下限"),
    _money("budget_max", "预算上限 最高预算 投入上限 拟投入资金"),
    Column(
        "deadline",
        _words("截止日期 完成期限 需求截止日期 期望完成日期 期望完成时间 deadline"),
        parse=parse_date,
    ),
    _MODES,
    Column("chain_link", _words("产业链环节 所属产业链环节 chain_link"), max_length=60),
    *_BESIDE_THE_TEXT,
)
"""What the record of a need is made from; amounts in fen, modes as enumerated."""

RESULT_RECORDS: Columns = (
    *RESULTS,
    _TRL,
    _STAGE,
    _ATTRIBUTE,
    Column("registration_no", _words("成果登记号 登记号 registration_no"), max_length=12),
    _money("asking_price", "转让价格 意向价格 期望价格 报价"),
    _text("team", "研发团队 团队介绍 成果完成人 完成人"),
    *_RIGHTS,
    _MODES,
    *_BESIDE_THE_TEXT,
)
"""What the record of a result is made from; amounts in fen, modes and stages as enumerated."""

JUDGEMENTS: Columns = (
    _number_judged("need_id", "需求编号 need_id", "需求"),
    _number_judged("result_id", "成果编号 result_id", "成果"),
    Column(
        "level",
        _words("相关等级 相关度 匹配等级 匹配度 等级 level relevance"),
        required=True,
        parse=one_of({str(level): (str(level),) for level in range(1, 5)}),
    ),
)
"""What judgements of pairs are read from: level 1 none, 2 weak, 3 fair, 4 strong."""
