"""What is read from files that are as they should be, or nearly."""

import datetime as dt
import socket
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from matchmaker.spreadsheets import (
    JUDGEMENTS,
    NEED_RECORDS,
    NEEDS,
    RESULT_RECORDS,
    RESULTS,
    Column,
    Table,
    read_table,
    split_terms,
)
from tests.growth import LINEAR, growth
from tests.matchmaker.spreadsheets import made_files

ROWS = [
    ["需求编号", "需求名称", "需求描述", "关键词", "所属行业"],
    ["N-1", "防爆锂离子电池", "热失控，须在 3 s 内\n切断", "锂电池；防爆", "动力电池"],
    ["N-2", "𠮷野家 🔋 储能", "“梯次利用”;寿命", "", "储能"],
    ["", "", "", "", ""],
    ["3", "轴承降噪", "", "轴承、噪声", ""],
]


def values(table: Table) -> list[dict[str, str]]:
    return [{k: v for k, v in row.values.items() if v} for row in table.rows]


@pytest.fixture
def reference(tmp_path: Path) -> list[dict[str, str]]:
    return values(read_table(made_files.xlsx(tmp_path / "reference.xlsx", ROWS), NEEDS))


WRITERS: dict[str, Callable[[Path], Path]] = {
    "xls": lambda folder: made_files.xls(folder / "t.xls", ROWS),
    "xlsx named xls": lambda folder: made_files.xlsx(folder / "t.xls", ROWS),
    "UTF-8": lambda folder: made_files.text(folder / "t.csv", ROWS),
    "UTF-8 with mark": lambda folder: made_files.text(folder / "t.csv", ROWS, "utf-8-sig"),
    "GB18030": lambda folder: made_files.text(folder / "t.csv", ROWS, "gb18030"),
    "UTF-16": lambda folder: made_files.text(folder / "t.csv", ROWS, "utf-16", "\t"),
    "semicolons": lambda folder: made_files.text(folder / "t.CSV", ROWS, delimiter=";"),
    "tabs": lambda folder: made_files.text(folder / "t.csv", ROWS, "gb18030", "\t"),
}


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS.keys())
def test_the_same_table_reads_the_same_from_every_kind_of_file(
    writer: Callable[[Path], Path], tmp_path: Path, reference: list[dict[str, str]]
) -> None:
    assert values(read_table(writer(tmp_path), NEEDS)) == reference


def test_open_document_sheets_are_read(tmp_path: Path) -> None:
    table = read_table(made_files.ods(tmp_path / "t.ods", [["title"], ["电池"]]), NEEDS)
    assert (table.sheet, values(table)) == ("表1", [{"id": "R2", "title": "电池"}])


def test_rows_keep_the_numbers_that_excel_shows(tmp_path: Path) -> None:
    table = read_table(made_files.text(tmp_path / "t.csv", ROWS), NEEDS)
    assert [row.number for row in table.rows] == [2, 3, 5]


def test_merged_titles_headers_and_cells_are_understood(tmp_path: Path) -> None:
    table = read_table(made_files.merged(tmp_path / "t.xlsx"), NEEDS)
    assert (table.sheet, table.header_row) == ("汇总表", 4)
    assert table.ignored == ("联系人",)
    assert [(row.number, row.values["organization"]) for row in table.rows] == [
        (5, "甲公司"),
        (6, "甲公司"),
        (9, "乙公司"),
    ]
    assert [row.values["title"] for row in table.rows] == ["电池", "电机", "电控"]


def test_the_first_visible_sheet_with_a_header_is_read(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        for name, cells in {
            "说明": ["填表说明"],
            "字典": ["成果名称"],
            "数据": ["成果名称"],
        }.items():
            page = book.add_worksheet(name)
            page.write_column(0, 0, [*cells, name + "一"])
        book.get_worksheet_by_name("字典").hide()
    table = read_table(tmp_path / "t.xlsx", RESULTS)
    assert (table.sheet, values(table)) == ("数据", [{"id": "R2", "title": "数据一"}])


def test_an_exact_header_is_preferred_to_a_fallback_and_a_longer_one(tmp_path: Path) -> None:
    header = ["序号", "需求编号", "名称", "企业需求名称", "需求名称", "需求单位名称", "推荐单位"]
    table = read_table(made_files.text(tmp_path / "t.csv", [header, [*"1234567"]]), NEEDS)
    assert table.columns == {
        "id": "需求编号",
        "title": "需求名称",
        "organization": "需求单位名称",
    }


@pytest.mark.parametrize(
    "header",
    [
        "  Need_Title ",
        "1. 需求名称",
        "★需求　名称*",
        "【需求名称】",
        "需求名称（限50字）",
        "需求名称" + "（注）" * 30,
    ],
)
def test_headers_are_recognised_however_they_are_decorated(header: str, tmp_path: Path) -> None:
    path = made_files.xlsx(tmp_path / "t.xlsx", [[header, "text"], ["电池", "防爆"]])
    assert values(read_table(path, NEEDS)) == [{"id": "R2", "title": "电池", "text": "防爆"}]


def test_an_override_decides_which_column_is_taken(tmp_path: Path) -> None:
    path = made_files.text(tmp_path / "t.csv", [["课题", "需求名称", "题目"], ["a", "b", "c"]])
    assert values(read_table(path, NEEDS, {"title": "课题"}))[0]["title"] == "a"


def test_ids_made_from_row_numbers_avoid_those_given(tmp_path: Path) -> None:
    rows = [["id", "title"], ["R3", "a"], ["", "b"], ["", "c"]]
    table = read_table(made_files.text(tmp_path / "t.csv", rows), NEEDS)
    assert [row.values["id"] for row in table.rows] == ["R3", "R3_", "R4"]


def test_numbers_dates_and_truth_read_as_a_person_would_type_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    cells = [3.0, 0.25, 1e20, True, dt.date(2027, 6, 30), dt.datetime(2027, 6, 30, 8), dt.time(8)]  # noqa: DTZ001
    book.active.append(["title"] * len(cells))
    book.active.append(cells)
    book.save(tmp_path / "t.xlsx")
    fields = [f"f{place}" for place in range(len(cells))]
    for field, header in zip(fields, next(book.active.iter_rows()), strict=True):
        header.value = field
    book.save(tmp_path / "t.xlsx")
    table = read_table(tmp_path / "t.xlsx", tuple(Column(f, (f,)) for f in fields))
    assert list(table.rows[0].values.values()) == [
        *("3", "0.25", "1e+20", "TRUE", "2027-06-30", "2027-06-30 08:00:00", "08:00:00")
    ]


def test_a_need_is_read_into_the_values_its_record_holds(tmp_path: Path) -> None:
    header = [
        "需求名称",
        "预算下限（元）",
        "预算上限（万元）",
        "截止日期",
        "合作方式",
        "产业链环节",
    ]
    row = ["电池", 500000, "1,200.5", 46568, "合作研发、技术服务", "电芯"]
    table = read_table(made_files.xlsx(tmp_path / "t.xlsx", [header, row]), NEED_RECORDS)
    assert values(table) == [
        {
            "id": "R2",
            "title": "电池",
            "budget_min": "50000000",
            "budget_max": "1200500000",
            "deadline": "2027-06-30",
            "modes": "joint;service",
            "chain_link": "电芯",
        }
    ]


def test_a_result_is_read_into_the_values_its_record_holds(tmp_path: Path) -> None:
    header = ["成果名称", "技术就绪度", "成果阶段", "成果属性", "转让价格", "成果登记号"]
    row = ["电池", "第六级", "中试", "应用技术", "30万元", "9342026Y0001"]
    table = read_table(made_files.xlsx(tmp_path / "t.xlsx", [header, row]), RESULT_RECORDS)
    assert values(table)[0] == {
        "id": "R2",
        "title": "电池",
        "trl": "6",
        "stage": "pilot",
        "attribute": "applied",
        "asking_price": "30000000",
        "registration_no": "9342026Y0001",
    }


@pytest.mark.parametrize("told", ["面议", " 面 议 ", "面谈", "另议", "协商"])
def test_an_amount_still_to_be_agreed_on_is_none(told: str, tmp_path: Path) -> None:
    header = ["成果名称", "转让价格（万元）"]
    path = made_files.xlsx(tmp_path / "t.xlsx", [header, ["电池", told], ["电极", "30"]])
    first, second = values(read_table(path, RESULT_RECORDS))
    assert first.get("asking_price", "") == ""
    assert second["asking_price"] == "30000000"


def test_judgements_are_read(tmp_path: Path) -> None:
    rows: made_files.Rows = [["need_id", "result_id", "level"], ["a", "x", 4.0], ["a", "y", 1.0]]
    table = read_table(made_files.xlsx(tmp_path / "t.xlsx", rows), JUDGEMENTS)
    assert [row.values["level"] for row in table.rows] == ["4", "1"]


def test_a_calculated_formula_counts_as_its_value(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        page = book.add_worksheet()
        page.write("A1", "title")
        page.write_formula("A2", '="锂"&"电池"', None, "锂电池")
        page.write_formula("A3", "=1+2", None, 3)
    assert [row.values["title"] for row in read_table(tmp_path / "t.xlsx", NEEDS).rows] == [
        "锂电池",
        "3",
    ]


def test_control_characters_go_and_line_breaks_stay_in_long_texts(tmp_path: Path) -> None:
    rows = [["title", "text"], ["\u3000锂\x07电池 \r\n 防爆", " 一\r\n二\x0b三\ufeff "]]
    table = read_table(made_files.text(tmp_path / "t.csv", rows), NEEDS)
    assert values(table) == [{"id": "R2", "title": "锂电池 防爆", "text": "一\n二\n三"}]


def test_the_terms_of_a_list_are_split_at_every_usual_separator() -> None:
    assert split_terms("锂电池；防爆;热失控、a b,锂电池，x|y\nz；") == (
        *("锂电池", "防爆", "热失控", "a b", "x", "y", "z"),
    )


def test_entities_reach_neither_files_nor_hosts(tmp_path: Path) -> None:
    (tmp_path / "canary.txt").write_text("canary")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        entities = (
            f'<!DOCTYPE sst [<!ENTITY a SYSTEM "file://{tmp_path}/canary.txt">'
            f'<!ENTITY % b SYSTEM "http://127.0.0.1:{listener.getsockname()[1]}/"> %b;]>'
        )
        strings = "<sst><si><t>title</t></si><si><t>x&a;</t></si></sst>"
        rows = "".join(f'<row><c r="A{n + 1}" t="s"><v>{n}</v></c></row>' for n in range(2))
        path = made_files.raw_xlsx(
            tmp_path / "t.xlsx",
            made_files.SHEET.format(rows=rows),
            sharedStrings=entities + strings,
        )
        try:
            read = str(read_table(path, NEEDS).rows)
        except Exception as error:
            read = str(error)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert "canary" not in read


def test_a_file_of_100_000_rows_is_read_whole(tmp_path: Path) -> None:
    rows = ([f"N{i}", f"需求{i}", "描述"] for i in range(100_000))
    path = made_files.text(tmp_path / "t.csv", [["id", "title", "text"], *rows], "gb18030")
    assert len(read_table(path, NEEDS).rows) == 100_000


def test_the_work_of_reading_grows_with_the_rows(tmp_path: Path) -> None:
    def file(length: int) -> Path:
        rows = ([f"N{i}", f"需求{i}", "描述"] for i in range(length))
        return made_files.text(tmp_path / f"{length}.csv", [["id", "title", "text"], *rows])

    files = {length: file(length) for length in (3_000, 30_000)}
    assert growth(lambda length: read_table(files[length], NEEDS), 30_000) < LINEAR
