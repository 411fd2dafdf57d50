"""Which files may be attached to a text: told by their content, and held to their names."""

import hashlib
import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

import puremagic

from matchmaker.i18n import _

LARGEST = 20 * 1024 * 1024
MOST_FILES = 10
"""How many a text, a part of a project or an item of a claim's evidence may have."""

LONGEST_NAME = 120
MOST_INFLATED = 200 * 1024 * 1024
"""Bytes that the parts of an Office file may say they unpack to."""

_OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES = {
    ".pdf": "application/pdf",
    ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".pptx": f"{_OFFICE}.presentationml.presentation",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}
"""The media type by the name's extension. Archives are not among them: nobody sees into them."""

_MAIN_PARTS = {
    ".docx": "word/document.xml",
    ".xlsx": "xl/workbook.xml",
    ".pptx": "ppt/presentation.xml",
}
_SURE = 0.4
"""puremagic's confidence from a signature in the content; by the name alone it has less."""


class UnacceptableFileError(Exception):
    """A file may not be attached; the message says why and what to do."""


def too_many() -> UnacceptableFileError:
    """Return why a file is not kept where there are `MOST_FILES` already."""
    reason = _("There are %(most)d files already. Remove one first.", most=MOST_FILES)
    return UnacceptableFileError(reason)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that may be kept: its cleaned name, what it is, and its content."""

    name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The content's SHA-256 as 64 hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()


def accepted(given_name: str, content: bytes) -> Accepted:
    """Return a file as it may be kept (OWASP ASVS 5.0 A5.2).

    Raises:
        UnacceptableFileError: it is empty, too large, of another kind than its name says or of a
            kind that is not taken, or it holds macros.
    """
    name = clean_name(given_name)
    extension = PurePath(name).suffix.lower()
    if extension not in TYPES:
        kinds = " ".join(TYPES)
        raise UnacceptableFileError(
            _("This kind is not taken. Attach one of: %(kinds)s", kinds=kinds)
        )
    if not content:
        raise UnacceptableFileError(_("The file is empty."))
    if len(content) > LARGEST:
        most = LARGEST // 1024**2
        raise UnacceptableFileError(
            _("It is larger than %(most)d MB. Shrink or split it.", most=most)
        )
    if TYPES.get(_told_by_content(name, content), "") != TYPES[extension]:
        raise UnacceptableFileError(
            _("Its content is not %(kind)s. Save it anew as that, or rename it.", kind=extension)
        )
    if extension in _MAIN_PARTS:
        _check_office(content, _MAIN_PARTS[extension])
    return Accepted(name, TYPES[extension], content)


def clean_name(given: str) -> str:
    """Return the last part of a name, without what cannot be seen, shortened before its extension.

    Among what cannot be seen are the marks that turn the direction of writing, with which
    “exe.pdf” can be made of “fdp.exe”.
    """
    last = re.split(r"[/\\]", given)[-1]
    seen = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    name = PurePath(" ".join(seen.split()).strip(". ") or "-")
    return name.stem[: LONGEST_NAME - len(name.suffix)] + name.suffix[:LONGEST_NAME]


def _told_by_content(name: str, content: bytes) -> str:
    """Return the extension of what a file is, "" where nothing in it says so."""
    try:
        best = puremagic.magic_string(content, filename=name)[0]
    except (puremagic.PureError, ValueError):
        return ""
    return str(best.extension) if best.confidence >= _SURE else ""


def _check_office(content: bytes, main_part: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = {part.filename: part.file_size for part in package.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise UnacceptableFileError(
            _("The file is damaged. Save it anew and attach that.")
        ) from error
    if main_part not in parts:
        raise UnacceptableFileError(_("The file is damaged. Save it anew and attach that."))
    if any(part.lower().endswith("vbaproject.bin") for part in parts):
        raise UnacceptableFileError(_("It holds macros. Save it without them and attach that."))
    if sum(parts.values()) > MOST_INFLATED:
        raise UnacceptableFileError(_("It unpacks to far more than its size. Split it."))
