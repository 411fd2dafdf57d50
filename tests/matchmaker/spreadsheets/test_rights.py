"""Intellectual property in columns of its own and in one cell, and what cannot be taken."""

from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from matchmaker.labels import label
from matchmaker.postings.forms import MOST_ROWS
from matchmaker.results.forms import PropertyForm
from matchmaker.spreadsheets import RESULT_RECORDS, RowError, RowsError, read_table
from matchmaker.spreadsheets.cells import CellError
from matchmaker.spreadsheets.entries import MOST_ENTRIES
from matchmaker.spreadsheets.rights import (
    LONGEST,
    PARTS,
    field_of,
    kind_by_number,
    listed_rights,
    parse_rights,
    rights_in,
)
from models import PropertyKind, PropertyStatus
from tests.matchmaker.spreadsheets import made_files

KINDS = (
    "Invention patent",
    "Utility model",
    "Design patent",
    "Software copyright",
    "Plant variety right",
    "Trade secret",
)
STATUSES = ("Pending", "Granted")


def read(path: Path, header: list[str], *cells: list[Any]) -> list[list[tuple[str, ...]]]:
    """Return the rights of each row of a table."""
    rows = [["成果名称", *header], *(["涂覆隔膜", *row] for row in cells)]
    table = read_table(made_files.xlsx(path / "t.xlsx", rows), RESULT_RECORDS)
    return [[tuple(right.values()) for right in rights_in(row.values)] for row in table.rows]


def refused(path: Path, header: str, cell: str) -> RowError:
    """Return what is wrong with a cell in the second of two rows."""
    with pytest.raises(RowsError) as errors:
        read(path, [header], [""], [cell])
    (error,) = errors.value.errors
    return error


@pytest.mark.parametrize(
    "headers",
    [
        ["知识产权1类型", "知识产权1号码", "知识产权1法律状态", "知识产权1权利人"],
        ["知识产权类型1", "知识产权号码1", "知识产权状态1", "知识产权权利人1"],
        ["知识产权类型", "专利号", "法律状态", "权利人"],
        ["*专利 类型（必填）", "专利授权号", "专利状态", "专利权人（单位）"],
        ["Property kind", "Property number", "Property status", "Property holder"],
        ["property_kind_3", "property_number_3", "property_status_3", "property_holder_3"],
    ],
)
def test_columns_of_a_right_go_by_several_headers(tmp_path: Path, headers: list[str]) -> None:
    found = read(tmp_path, headers, ["发明", "ZL202010000000.0", "申请中", "某大学"], [""] * 4)
    assert found == [[("invention", "ZL202010000000.0", "pending", "某大学")], []]


def test_rights_stand_in_numbered_columns_and_in_one_cell(tmp_path: Path) -> None:
    headers = ["知识产权2类型", "知识产权2号码", "知识产权1类型", "知识产权"]
    cell = "1. 实用新型专利｜ZL2｜申请中｜某厂\n② 外观设计；软著|2026SR1"
    assert read(tmp_path, headers, ["技术秘密", "", "发明专利", cell]) == [
        [
            ("invention", "", "granted", ""),
            ("secret", "", "granted", ""),
            ("utility", "ZL2", "pending", "某厂"),
            ("design", "", "granted", ""),
            ("software", "2026SR1", "granted", ""),
        ]
    ]


@pytest.mark.parametrize(
    ("part", "words", "english"),
    [("kind", PropertyKind, KINDS), ("status", PropertyStatus, STATUSES)],
)
def test_words_are_taken_in_both_languages_and_as_codes(
    part: str, words: type[StrEnum], english: tuple[str, ...]
) -> None:
    (column,) = (c for c in RESULT_RECORDS if c.field == field_of(part, 1))
    assert column.parse is not None
    chinese = [label(word) for word in words]
    assert sorted(column.choices) == sorted(chinese)
    for spellings in zip(words, chinese, english, strict=True):
        assert {column.parse(word, "") for word in spellings} == {spellings[0]}


@pytest.mark.parametrize(
    "cell",
    [
        "专利",
        "发明专利 ZL2020",
        "|ZL2020|已授权",
        "发明专利|ZL2020|有效期内",
        "发明专利|ZL2020|已授权|某大学|2020",
        "发明专利|" + "1" * 61,
        "发明专利|||" + "某" * 121,
        "\n".join(["技术秘密"] * (MOST_ENTRIES + 1)),
    ],
)
def test_what_is_no_right_is_refused(cell: str) -> None:
    with pytest.raises(CellError):
        parse_rights(cell, "")


def test_a_cell_holds_as_many_rights_as_the_form() -> None:
    assert len(listed_rights(parse_rights("技术秘密；" * MOST_ROWS, ""))) == MOST_ROWS
    form = PropertyForm()
    limits = {name: form[name].render_kw["maxlength"] for name in LONGEST}
    assert limits == {name: str(most) for name, most in LONGEST.items()}
    assert tuple(form._fields) == PARTS


@pytest.mark.parametrize(
    ("header", "cell", "told"),
    [
        ("知识产权2类型", "专利", "发明专利"),
        ("专利类型", "商标", "技术秘密"),
        ("知识产权1法律状态", "失效", "申请中"),
        ("专利号", "1" * 61, ""),
        ("知识产权3权利人", "某" * 121, ""),
        ("其他知识产权", "发明专利|ZL1；商标|2", "发明专利"),
    ],
)
def test_a_wrong_cell_is_told_with_its_row_and_its_column(
    tmp_path: Path, header: str, cell: str, told: str
) -> None:
    error = refused(tmp_path, header, cell)
    assert (error.row, error.column) == (3, header)
    assert told in error.cure


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("ZL202010000000.0", "invention"),
        ("zl 2020 2 0000000.X", "utility"),
        ("2015300000000", "design"),
        ("CN200880000000.1", "invention"),
        ("201990000000.1", "utility"),
        ("2026SR0123456", "software"),
        ("ZL20204000000.0", ""),  # a digit is missing
        ("202040000000.0", ""),  # there is no such kind
        ("ZL1", ""),
        ("", ""),
    ],
)
def test_a_full_number_tells_the_kind(number: str, kind: str) -> None:
    assert kind_by_number(number) == kind
