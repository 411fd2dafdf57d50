"""What may be attached: told by the content, held to the name, and nothing that runs."""

import io
import struct
import zipfile

import pytest

from matchmaker.postings import file_types
from matchmaker.postings.file_types import UnacceptableFileError, accepted, clean_name
from tests.functional.files import JPEG, PDF, PNG, office


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("报告.pdf", PDF, "application/pdf"),
        ("报告.PDF", PDF, "application/pdf"),
        ("图.png", PNG, "image/png"),
        ("图.jpg", JPEG, "image/jpeg"),
        ("图.jpeg", JPEG, "image/jpeg"),
        ("a.docx", office("word/document.xml"), file_types.TYPES[".docx"]),
        ("a.xlsx", office("xl/workbook.xml"), file_types.TYPES[".xlsx"]),
        ("a.pptx", office("ppt/presentation.xml"), file_types.TYPES[".pptx"]),
    ],
)
def test_what_offices_send_is_taken(name: str, content: bytes, media_type: str) -> None:
    file = accepted(name, content)
    assert (file.name, file.media_type, file.content) == (name, media_type, content)


MACROS = office("word/document.xml", "word/vbaProject.bin")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("页.html", b"<html><script>alert(1)</script></html>"),
        ("图.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("程序.exe", b"MZ\x90\0" + bytes(60)),
        ("包.zip", office("a.txt")),
        ("宏.docm", MACROS),
        ("宏.xlsm", office("xl/workbook.xml", "xl/vbaProject.bin")),
        ("无扩展名", PDF),
        (".pdf", PDF),
        ("报告.pdf.exe", b"MZ\x90\0" + bytes(60)),
    ],
)
def test_other_kinds_are_refused_by_name_with_those_that_are_taken(
    name: str, content: bytes
) -> None:
    with pytest.raises(UnacceptableFileError, match=r"\.pdf"):
        accepted(name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("改名.png", b"<html><script>alert(1)</script></html>"),
        ("改名.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("改名.pdf", b"MZ\x90\0" + bytes(60)),
        ("改名.pdf", b"\x7fELF" + bytes(60)),
        ("改名.pdf", b"#!/bin/sh\nrm -rf /\n"),
        ("改名.pdf", b"<html>%PDF-1.7"),
        ("改名.pdf", PNG),
        ("改名.jpg", PNG),
        ("改名.docx", PDF),
        ("改名.docx", office("xl/workbook.xml")),
        ("宏.docx", MACROS),
        ("宏.xlsx", office("xl/workbook.xml", "xl/VBAPROJECT.BIN")),
        ("残.docx", office("word/document.xml")[:-30]),
        ("空.pdf", b""),
    ],
)
def test_content_that_is_not_what_the_name_says_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(UnacceptableFileError):
        accepted(name, content)


def test_a_file_above_the_limit_is_refused_and_one_at_it_taken() -> None:
    whole = PDF + bytes(file_types.LARGEST - len(PDF))
    assert accepted("大.pdf", whole)
    with pytest.raises(UnacceptableFileError, match="20 MB"):
        accepted("大.pdf", whole + b"\0")


def test_a_workbook_that_says_it_unpacks_to_far_more_is_refused_unread() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.xml", "<x/>")
        package.writestr("xl/worksheets/sheet1.xml", "x")
    content = bytearray(bomb.getvalue())
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 24 : entry + 28] = struct.pack("<I", 900 * 1024**2)
    with pytest.raises(UnacceptableFileError):
        accepted("弹.xlsx", bytes(content))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        (r"C:\Users\王\报告.pdf", "报告.pdf"),
        ("报告\0.pdf", "报告.pdf"),
        ("报\r\n告\t.pdf", "报告.pdf"),
        ("\u202efdp.报告.pdf", "fdp.报告.pdf"),
        ("  报告  终稿 .pdf ", "报告 终稿 .pdf"),
        ("长" * 300 + ".pdf", "长" * 116 + ".pdf"),
        ("", "-"),
        ("..", "-"),
        ("/", "-"),
    ],
)
def test_a_name_is_one_visible_part_of_bounded_length(given: str, kept: str) -> None:
    assert clean_name(given) == kept
    assert len(clean_name(given)) <= file_types.LONGEST_NAME
