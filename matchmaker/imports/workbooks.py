"""Workbooks to fill in: the empty template, and an uploaded table with its errors marked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter

from matchmaker.i18n import _
from matchmaker.imports.rows import KINDS
from matchmaker.postings.fields import LONGEST_TEXT, MOST_KEYWORDS
from matchmaker.spreadsheets import Checked, Column, RowError
from matchmaker.spreadsheets.cells import printable
from matchmaker.spreadsheets.entries import MOST_ENTRIES
from matchmaker.spreadsheets.rights import NUMBERED, field_of

LAST_ROW = 20_000
WIDE, NARROW = 40, 18
IN_WAN = ("budget_min", "budget_max", "asking_price", "amount", "technology_amount")
LEFT_OUT = ("organization",)

_Rows = Iterable[Sequence[str]]

EXAMPLES = {
    "id": "示例-01",
    "title": "【示例】星湖牌充电风筝的夜间续航",
    "text": "【示例】虚构的星湖风筝厂：充电风筝在零下二十度只能飞行十分钟，需要提高低温续航。",
    "background": "【示例】北方客户冬季退货较多。",
    "tried": "【示例】换过两种电池，没有改善。",
    "problem_solved": "【示例】低温下续航短。",
    "advantage": "【示例】续航是现有风筝的三倍。",
    "applications": "【示例】夜间风筝表演。",
    "keywords": "风筝、低温、续航",
    "metrics": "低温续航|10|≥30|min|自拟方法\n循环寿命≥500次",
    "kind": "技术需求",
    "budget_min": "20",
    "budget_max": "50",
    "deadline": "2099-12-31",
    "modes": "委托开发、合作开发",
    "chain_link": "【示例】储能部件",
    "trl": "6",
    "stage": "中试",
    "attribute": "应用技术",
    "registration_no": "2099EXAMPLE1",
    "asking_price": "80",
    "team": "【示例】虚构大学风筝研究组",
    field_of("kind", 1): "发明专利",
    field_of("number", 1): "ZL209910000000.0",
    field_of("status", 1): "已授权",
    field_of("holder", 1): "【示例】虚构大学",
    field_of("kind", 2): "软件著作权",
    field_of("number", 2): "2099SR0000000",
    "properties": "实用新型专利|ZL209920000000.0|申请中|【示例】虚构大学\n技术秘密",
    "visibility": "脱敏",
    "public_summary": "【示例】一种户外用品的低温续航难题。",
    "contact_name": "示例联系人",
    "contact_phone": "0551-00000000",
    "contact_email": "name@example.com",
}
"""One row of a plainly fictional table."""


def template(kind: str, industries: Sequence[str]) -> bytes:
    """Return the empty table of a kind, with drop-downs, explanations and an example beside it."""
    columns = [column for column in KINDS[kind][1] if column.field not in LEFT_OUT]
    lists = {
        column.field: industries if column.field == "industry" else column.choices
        for column in columns
        if column.choices or column.field == "industry"
    }
    examples = EXAMPLES | {"industry": industries[0]}
    example = [examples.get(column.field, "") for column in columns]
    name = _("Needs") if kind == "needs" else _("Results")
    return blank(name, columns, lists, example, [_note(column) for column in columns])


def blank(
    name: str,
    columns: Sequence[Column],
    lists: Mapping[str, Sequence[str]],
    example: Sequence[str],
    notes: Sequence[str],
) -> bytes:
    """Return a table to fill in, called `name`, with an example and a note for each column.

    `lists` are the words that the cells of a field offer.
    """
    headers = [header_of(column) for column in columns]
    content = BytesIO()
    with xlsxwriter.Workbook(content) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        as_text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        page = book.add_worksheet(name)
        _fill(page, [headers], bold, plain)
        page.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            page.set_column(place, place, WIDE if column.multiline else NARROW, as_text)
        _fill(book.add_worksheet(_("Example")), [headers, example], bold, plain, NARROW)
        heading = (_("Column"), _("How to fill it in"))
        explained = [heading, *zip(headers, notes, strict=True)]
        _fill(book.add_worksheet(_("Explanations")), explained, bold, plain, WIDE)
        words = book.add_worksheet(_("Choices"))
        listed = [(place, column) for place, column in enumerate(columns) if column.field in lists]
        for list_place, (place, column) in enumerate(listed):
            choices = lists[column.field]
            words.write_column(0, list_place, [header_of(column), *choices])
            _offer(page, place, words.get_name(), list_place, len(choices), column)
    return content.getvalue()


def marked(checked: Checked, errors: Iterable[RowError]) -> bytes:
    """Return a table as it was uploaded, wrong cells coloured and told of at the end of the row."""
    wrong: dict[int, list[RowError]] = defaultdict(list)
    for error in errors:
        wrong[error.row].append(error)
    places = {header: place for place, header in enumerate(checked.headers)} | {
        header: checked.places[field] for field, header in checked.columns.items()
    }
    content = BytesIO()
    with xlsxwriter.Workbook(content) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        red = book.add_format({"text_wrap": True, "valign": "top", "bg_color": "#FCEBE9"})
        page = book.add_worksheet()
        page.freeze_panes(1, 0)
        page.set_column(0, len(checked.headers), NARROW)
        _write_row(page, 0, [*checked.headers, _("What is wrong")], bold)
        for line, (number, cells) in enumerate(checked.cells, start=1):
            texts = [cell if isinstance(cell, str) else cell.what for cell in cells]
            texts = [*texts, *[""] * (len(checked.headers) - len(texts))]
            told = "\n".join(f"{e.column}: {e.reason}; {e.cure}" for e in wrong[number])
            _write_row(page, line, [*texts, told], plain)
            for error in wrong[number]:
                place = places[error.column]
                page.write_string(line, place, printable(texts[place]), red)
    return content.getvalue()


def header_of(column: Column) -> str:
    """Return the header of a column in the template, with the unit that its amounts are in."""
    return f"{column.label}（万元）" if column.field in IN_WAN else column.label


def _note(column: Column) -> str:
    """Return how a column is filled in."""
    own = {
        "id": _("May stay empty. A number that came in before is refused, so nothing comes twice."),
        "keywords": _("Up to %(n)d, with commas between them.", n=MOST_KEYWORDS),
        "industry": _("Choose from the list; another word counts as unclassified."),
        "metrics": _(
            "A line for each, %(n)d at most, like 抗拉强度≥600MPa; or its parts as"
            " name|now|target|unit|test method, of which the last may be left out.",
            n=MOST_ENTRIES,
        ),
        "modes": _("Choose from the list, or write several with 、 between them."),
        "deadline": _("A day to come, like 2027-06-30."),
        "registration_no": _("The 12 digits and letters of the certificate."),
        "visibility": _(
            "公开: everybody reads all of it. 脱敏: everybody reads the summary alone."
        ),
        "public_summary": _("Needed for 脱敏: all that others will read."),
        "properties": _(
            "The rights that have no columns here, a line for each, as kind|number|status|holder,"
            " of which the last may be left out; %(n)d rights at most in all.",
            n=MOST_ENTRIES,
        ),
    }
    for number in NUMBERED:
        own[field_of("kind", number)] = _(
            "Choose from the list. Needed, unless the number is a patent's or a program's in full."
        )
        own[field_of("status", number)] = _("Choose from the list. Empty: granted.")
    if column.field in own:
        return own[column.field]
    if column.field in IN_WAN:
        return _("A number, in units of 10,000 yuan. Empty: negotiable.")
    if column.choices:
        return _("Choose from the list.")
    if column.required:
        return _("Needed. At most %(n)d characters.", n=column.max_length or LONGEST_TEXT)
    return _("May stay empty. At most %(n)d characters.", n=column.max_length or LONGEST_TEXT)


def _offer(page: Any, place: int, sheet: str, list_place: int, count: int, column: Column) -> None:
    """Let the cells of a column offer a list; of modes several may be typed instead."""
    letter = xlsxwriter.utility.xl_col_to_name(list_place)
    source = f"='{sheet}'!${letter}$2:${letter}${count + 1}"
    rule = {"validate": "list", "source": source}
    if column.field in ("modes", "industry"):
        rule["error_type"] = "information"
    page.data_validation(1, place, LAST_ROW, place, rule)


def _fill(page: Any, rows: _Rows, bold: Any, plain: Any, width: int = NARROW) -> None:
    for number, row in enumerate(rows):
        _write_row(page, number, row, plain if number else bold)
        page.set_column(0, len(row) - 1, width)


def _write_row(page: Any, number: int, texts: Sequence[str], shape: Any) -> None:
    """Write texts as texts: nothing becomes a formula, a link or a number."""
    for place, text in enumerate(texts):
        page.write_string(number, place, printable(text), shape)
