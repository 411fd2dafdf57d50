"""Tables written: what stands in them, and that nothing is ever half-written."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matchmaker.spreadsheets import Column, SheetError, WriteError, read_table, write_table, writing

TEXTS = (Column("a", ("a",), multiline=True), Column("b", ("b",), multiline=True))
FORMULAS = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "''=1", "'quoted'"]

printable = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))).map(
    lambda text: text.translate(dict.fromkeys((0x200B, 0xFEFF, 0xFFFE, 0xFFFF))).strip()
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("written")


def written_and_read(path: Path, rows: list[tuple[str, str]]) -> list[tuple[str, ...]]:
    write_table(path, ["a", "b"], rows)
    return [tuple(row.values.values()) for row in read_table(path, TEXTS).rows]


@example(rows=[("_x0041_", "x\u3000y"), ("'=1", "a\nb")])
@given(rows=st.lists(st.tuples(printable.filter(bool), printable), min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_any_text_comes_back_from_csv(rows: list[tuple[str, str]], folder: Path) -> None:
    assert written_and_read(folder / "t.csv", rows) == rows


@example(rows=[("_x0041_", "=1+1"), ("https://example.org", "a\nb"), ("007", "1e5")])
@given(rows=st.lists(st.tuples(printable.filter(bool), printable), min_size=1, max_size=20))
@settings(max_examples=25, deadline=None)
def test_any_text_comes_back_from_xlsx(rows: list[tuple[str, str]], folder: Path) -> None:
    assert written_and_read(folder / "t.xlsx", rows) == rows


def test_formulas_are_text_in_csv(tmp_path: Path) -> None:
    write_table(tmp_path / "t.csv", ["a", "b"], [(text, "x") for text in FORMULAS])
    content = (tmp_path / "t.csv").read_bytes().decode("utf-8")
    assert content.startswith("\ufeffa,b\r\n")
    assert "\ufeff" not in content[1:]
    for text in FORMULAS[:-1]:
        assert f"'{text}" in content
    assert "\r\n'quoted',x" in content


def test_formulas_are_text_in_xlsx(tmp_path: Path) -> None:
    write_table(tmp_path / "t.xlsx", ["a"], [(text,) for text in FORMULAS])
    cells = next(openpyxl.load_workbook(tmp_path / "t.xlsx").active.iter_cols(min_row=2))
    assert [cell.data_type for cell in cells] == ["s" if c.value else "n" for c in cells]
    assert "f" not in {cell.data_type for cell in cells}


def test_a_workbook_is_ready_to_work_with(tmp_path: Path) -> None:
    row: list[str | int | float | dt.date | None] = [
        "防爆锂离子电池",
        3,
        0.87654,
        dt.date(2027, 6, 30),
        None,
        "长" * 500,
    ]
    write_table(
        tmp_path / "t.xlsx", ["名称", "rank", "score", "date", "x", "y"], [row], sheet="建议"
    )
    page = openpyxl.load_workbook(tmp_path / "t.xlsx").active
    assert (page.title, page.freeze_panes, page.auto_filter.ref) == ("建议", "A2", "A1:F2")
    assert page["A1"].font.bold
    assert page["A2"].alignment.wrap_text
    assert (page["B2"].value, page["C2"].value) == (3, 0.87654)
    assert page["C2"].alignment.horizontal == "right"
    assert page["D2"].value == dt.datetime(2027, 6, 30)  # noqa: DTZ001 (a workbook has no zones)
    widths = [page.column_dimensions[letter].width for letter in "AF"]
    assert widths[0] == pytest.approx(16, abs=1)
    assert widths[1] == pytest.approx(60, abs=1)


@pytest.mark.parametrize("char", ["长", "🔋"])
def test_a_text_longer_than_a_cell_is_cut_with_an_ellipsis(char: str, tmp_path: Path) -> None:
    write_table(tmp_path / "t.xlsx", ["a"], [(char * 32_767,), (char * 40_000,)])
    column = (Column("a", ("a",)),)
    read = [row.values["a"] for row in read_table(tmp_path / "t.xlsx", column).rows]
    assert all(len(text.encode("utf-16-le")) <= 32_767 * 2 for text in read)
    assert read[1].strip(char) == "…"
    assert (read[0] == "长" * 32_767) == (char == "长")


def test_characters_that_no_spreadsheet_holds_are_left_out(tmp_path: Path) -> None:
    for name in ("t.csv", "t.xlsx"):
        assert written_and_read(tmp_path / name, [("a\x00\ud800b", "\uffff")]) == [("ab", "")]


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_a_failure_half_way_leaves_the_old_file_and_nothing_else(name: str, tmp_path: Path) -> None:
    def rows() -> Iterator[tuple[str]]:
        yield ("x",)
        raise RuntimeError("the source failed")

    (tmp_path / name).write_text("old")
    with pytest.raises(RuntimeError, match="the source failed"):
        write_table(tmp_path / name, ["a"], rows())
    assert (tmp_path / name).read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_ending_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match=r"t\.pdf.*\.xlsx \.csv"):
        write_table(tmp_path / "t.pdf", ["a"], [])


def test_a_target_that_cannot_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for path in (tmp_path / "folder.csv", tmp_path / "missing" / "t.xlsx"):
        with pytest.raises(WriteError, match=path.name):
            write_table(path, ["a"], [("x",)])
    assert [path.name for path in tmp_path.iterdir()] == ["folder.csv"]


def test_a_target_open_in_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_self: Path, _target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", locked)
    with pytest.raises(WriteError, match="Permission denied"):
        write_table(tmp_path / "t.xlsx", ["a"], [("x",)])
    assert list(tmp_path.iterdir()) == []


def test_more_rows_than_a_sheet_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MAX_SHEET_ROWS", 3)
    write_table(tmp_path / "t.xlsx", ["a"], [("x",)] * 2)
    with pytest.raises(SheetError, match=r"\.csv"):
        write_table(tmp_path / "t.xlsx", ["a"], [("x",)] * 3)
