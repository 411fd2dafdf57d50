"""Files that cannot be read: each message names the file, the place and the cure."""

import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
from xlwt.CompoundDoc import XlsDoc

from matchmaker.i18n import _
from matchmaker.spreadsheets import (
    NEEDS,
    FileError,
    HeaderError,
    Limits,
    PasswordError,
    SheetError,
    TooLargeError,
    read_table,
)
from tests.matchmaker.spreadsheets import made_files

GOOD = [["id", "title"], ["1", "电池"]]


def refusal(path: Path, kind: type[SheetError] = FileError, limits: Limits | None = None) -> str:
    with pytest.raises(kind) as refused:
        read_table(path, NEEDS, limits=limits)
    assert path.name in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b" \r\n\r\n", b",,\n,,\n"])
def test_an_empty_file(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "需求.csv"
    path.write_bytes(content)
    assert refusal(path) == _(
        "%(file)s is empty; choose a file with a header and rows.", file="需求.csv"
    )


def test_an_empty_workbook(tmp_path: Path) -> None:
    assert refusal(made_files.xlsx(tmp_path / "t.xlsx", [])) == _(
        "%(file)s is empty; choose a file with a header and rows.", file="t.xlsx"
    )


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_a_header_without_rows(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    write = made_files.text if name == "t.csv" else made_files.xlsx
    table = name if name == "t.csv" else _("%(file)s, sheet “%(sheet)s”", file=name, sheet="Sheet1")
    assert refusal(write(path, GOOD[:1])) == _(
        "%(table)s has a header but no rows; add rows below it.", table=table
    )


def test_a_missing_column_is_named_beside_those_there_are(tmp_path: Path) -> None:
    message = refusal(made_files.xlsx(tmp_path / "t.xlsx", [["课题", "经费"], [1, 2]]), HeaderError)
    assert "课题、经费" in message
    assert "--map title=" in message
    assert "需求名称" in message


def test_two_columns_that_fit_one_field_are_both_named(tmp_path: Path) -> None:
    path = made_files.text(tmp_path / "t.csv", [["需求名称", "需求题目"], ["a", "b"]])
    message = refusal(path, HeaderError)
    assert "“需求名称”、“需求题目”" in message
    assert "--map title=需求名称" in message


def test_an_override_to_a_column_or_field_that_is_not_there(tmp_path: Path) -> None:
    path = made_files.text(tmp_path / "t.csv", GOOD)
    with pytest.raises(HeaderError, match=r"(?s)t\.csv.*课题.*id、title"):
        read_table(path, NEEDS, {"title": "课题"})
    with pytest.raises(HeaderError, match=r"(?s)titel.*id、title、text"):
        read_table(path, NEEDS, {"titel": "title"})


def undecodable(name: str, line: int) -> str:
    return _(
        "%(file)s, line %(line)d: the bytes are neither UTF-8 nor GB18030 text; open the file in"
        " Excel or WPS and save it as “CSV UTF-8” or .xlsx.",
        file=name,
        line=line,
    )


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("id,title\n1,电池\n2,".encode("gb18030") + b"\xff\xfe\xff\n")
    assert refusal(path) == undecodable("t.csv", line=3)


def test_damaged_utf_8_is_not_taken_for_gb18030(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    text = f"id,title\n1,{'电池' * 20}\n2,电池\n".encode()
    path.write_bytes(text[:-3] + text[-2:])
    assert refusal(path) == undecodable("t.csv", line=3)


def test_a_quotation_mark_that_is_never_closed(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('id,title\n1,a\n2,"b\n3,c\n', encoding="utf-8")
    assert refusal(path) == _(
        "%(file)s: the quotation marks after row %(row)d (line %(line)d) do not pair up;"
        " close them, and write those inside a text twice, or save the file as .xlsx.",
        file="t.csv",
        row=2,
        line=4,
    )


WEB_PAGE = b"\xef\xbb\xbf\r\n<html><body><table><tr><td>title</td></tr></table></body></html>"
OTHERS = {
    "web page.xls": WEB_PAGE,
    "web page.csv": WEB_PAGE,
    "xml.xls": b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>',
    "text.xlsx": "id,title\n1,电池\n".encode(),
    "bytes.xlsx": bytes(range(256)),
    "print.csv": b"%PDF-1.7\n",
    "torn.xlsx": b"PK\x03\x04 and nothing more",
    "document.doc": b"",
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_that_is_not_what_its_name_says(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(OTHERS[name])
    assert "xlsx" in refusal(path).removeprefix(name)


def test_a_workbook_named_csv(tmp_path: Path) -> None:
    made_files.xlsx(tmp_path / "t.xlsx", GOOD).rename(tmp_path / "t.csv")
    assert refusal(tmp_path / "t.csv") == _(
        "%(file)s is not text but a workbook; rename it to .xlsx or .xls.", file="t.csv"
    )


def test_word_documents_under_a_workbook_s_name(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "new.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    XlsDoc().save(str(tmp_path / "old.xls"), b"\0" * 4096)
    content = (tmp_path / "old.xls").read_bytes()
    old_name, new_name = (name.encode("utf-16-le") for name in ("Workbook", "WordDocu"))
    (tmp_path / "old.xls").write_bytes(content.replace(old_name, new_name))
    for path in (tmp_path / "new.xlsx", tmp_path / "old.xls"):
        assert ".xlsx" in refusal(path).removeprefix(path.name)


def test_workbooks_with_a_password(tmp_path: Path) -> None:
    for path in (
        made_files.with_password(tmp_path / "new.xlsx", GOOD),
        made_files.xls_with_password(tmp_path / "old.xls", GOOD),
    ):
        assert refusal(path, PasswordError) == _(
            "%(file)s is protected with a password; open it in Excel or WPS, remove the password,"
            " save it and try again.",
            file=path.name,
        )


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_workbook_cut_short(keep: float, tmp_path: Path) -> None:
    path = made_files.xlsx(tmp_path / "t.xlsx", GOOD)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    assert refusal(path) == _(
        "%(file)s is damaged; open it in Excel or WPS, save it as a new .xlsx and try again.",
        file="t.xlsx",
    )


def test_a_workbook_with_broken_contents(tmp_path: Path) -> None:
    refusal(made_files.raw_xlsx(tmp_path / "t.xlsx", "<worksheet><sheetData><row"))


def test_a_small_workbook_that_spans_a_huge_range(tmp_path: Path) -> None:
    rows = "".join(f'<row><c r="{place}"><v>1</v></c></row>' for place in ("A1", "XFD1048576"))
    path = made_files.raw_xlsx(tmp_path / "t.xlsx", made_files.SHEET.format(rows=rows))
    assert path.stat().st_size < 5_000
    refusal(path, TooLargeError)


def test_a_workbook_that_unpacks_to_hundreds_of_megabytes(tmp_path: Path) -> None:
    sheet = made_files.SHEET.format(rows="<row><c><v>1</v></c></row>" * 8_000_000)
    path = made_files.raw_xlsx(tmp_path / "t.xlsx", sheet)
    assert path.stat().st_size < 700_000
    assert "198" in refusal(path, TooLargeError)


def test_a_workbook_that_lies_about_what_it_unpacks_to(tmp_path: Path) -> None:
    sheet = made_files.SHEET.format(rows="<row><c><v>1</v></c></row>" * 2_000_000)
    path = made_files.raw_xlsx(tmp_path / "t.xlsx", sheet)
    true_size, said_size = (struct.pack("<I", size) for size in (len(sheet), 1_000))
    path.write_bytes(path.read_bytes().replace(true_size, said_size))
    refusal(path, limits=Limits(memory_bytes=256 * 2**20))


def test_a_workbook_that_takes_too_long(tmp_path: Path) -> None:
    path = made_files.xlsx(tmp_path / "t.xlsx", GOOD)
    refusal(path, TooLargeError, Limits(seconds=0.001))


def test_a_sheet_that_cannot_be_read_does_not_spoil_those_before_it(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in GOOD:
        book.active.append(row)
    book.create_sheet("far")["XFD1048576"] = 1
    book.save(tmp_path / "t.xlsx")
    assert len(read_table(tmp_path / "t.xlsx", NEEDS).rows) == 1


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_more_rows_than_allowed(name: str, tmp_path: Path) -> None:
    write = made_files.text if name == "t.csv" else made_files.xlsx
    path = write(tmp_path / name, [["需求汇总"], ["id", "title"], *([i, "a"] for i in range(30))])
    assert len(read_table(path, NEEDS, limits=Limits(rows=30)).rows) == 30
    assert "29" in refusal(path, TooLargeError, Limits(rows=29))


def test_a_file_larger_than_allowed(tmp_path: Path) -> None:
    path = made_files.text(tmp_path / "t.csv", GOOD)
    refusal(path, TooLargeError, Limits(file_bytes=5))


def test_a_file_that_is_not_there_or_is_a_folder(tmp_path: Path) -> None:
    refusal(tmp_path / "missing.xlsx")
    (tmp_path / "folder.csv").mkdir()
    refusal(tmp_path / "folder.csv")
