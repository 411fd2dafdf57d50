"""Real files for the tests, made on the spot by the libraries that offices' programs resemble."""

import csv
import io
import struct
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msoffcrypto.format.ooxml
import openpyxl
import xlsxwriter
import xlwt
from xlwt.CompoundDoc import XlsDoc

Rows = Iterable[Sequence[Any]]

SHEET = (
    '<?xml version="1.0"?>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<sheetData>{rows}</sheetData></worksheet>"
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>'
        "</Types>"
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2"'
        f' Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    ),
}


def xlsx(path: Path, rows: Rows) -> Path:
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return path


def ods(path: Path, rows: Rows) -> Path:
    namespaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    body = "".join(
        f"<table:table-row>{''.join(cell.format(value) for value in row)}</table:table-row>"
        for row in rows
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f"<office:document-content {namespaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="表1">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


def xls(path: Path, rows: Rows) -> Path:
    book = xls_book(rows)
    book.save(str(path))
    return path


def xls_book(rows: Rows) -> Any:
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("Sheet1")
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            page.write(number, place, value)
    return book


def text(path: Path, rows: Rows, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    path.write_bytes(buffer.getvalue().encode(encoding))
    return path


def raw_xlsx(path: Path, sheet: str, **parts: str) -> Path:
    """Write a workbook from its XML; a keyword replaces the part of xl/ of that name."""
    own = {f"xl/{name}.xml": content for name, content in parts.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**PARTS, **own, "xl/worksheets/sheet1.xml": sheet}.items():
            archive.writestr(name, content)
    return path


def with_password(path: Path, rows: Rows) -> Path:
    plain = xlsx(path.with_name("plain.xlsx"), rows)
    with plain.open("rb") as source, path.open("wb") as target:
        msoffcrypto.format.ooxml.OOXMLFile(source).encrypt("secret", target)
    return path


def xls_with_password(path: Path, rows: Rows) -> Path:
    """Write a .xls that says it is encrypted: a FILEPASS record follows its first record."""
    stream = xls_book(rows).get_biff_data()
    first = 4 + struct.unpack_from("<H", stream, 2)[0]
    file_pass = struct.pack("<HHHHH", 0x2F, 6, 1, 1, 1)
    document = XlsDoc()
    document.save(str(path), stream[:first] + file_pass + stream[first:])
    return path


def merged(path: Path) -> Path:
    """Write a table as bureaus do: a merged title, a note, two header rows, merged cells below."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = "汇总表"
    page["A1"] = "2026年企业技术需求名称汇总表"
    page.merge_cells("A1:E1")
    page["A3"], page["B3"], page["D3"] = "序号", "企业信息", "*需求名称\n（必填）"
    for cells in ("A3:A4", "B3:C3", "D3:D4", "E3:E4", "B5:B6"):
        page.merge_cells(cells)
    page["E3"], page["B4"], page["C4"] = "需求描述(300字以内)", "企业名称", "联系人"
    page["A5"], page["B5"], page["C5"], page["D5"], page["E5"] = 1, "甲公司", "张", "电池", "防爆"
    page["A6"], page["C6"], page["D6"], page["E6"] = 2, "李", "电机", "降噪"
    page["A9"], page["B9"], page["C9"], page["D9"], page["E9"] = 3, "乙公司", "王", "电控", "提速"
    book.save(path)
    return path
