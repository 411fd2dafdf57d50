"""Which files may be templates: nothing in them runs, loads from outside, or swells."""

import io
import zipfile
from pathlib import PurePath

import structlog
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.package import OpcPackage

from matchmaker.i18n import _
from matchmaker.postings.file_types import Accepted, UnacceptableFileError, accepted

LARGEST = 2 * 1024 * 1024
MOST_INFLATED = {".docx": 20 * 1024 * 1024, ".xlsx": 4 * 1024 * 1024}
"""Bytes that the parts of a template may say they unpack to; they are all held in memory, and the
cells of a sheet take some fifty times as many there."""

log = structlog.get_logger()


def accepted_template(given_name: str, content: bytes, suffix: str) -> Accepted:
    """Return a file as it may be kept as a template (OWASP ASVS 5.0 A5.2, A1.5.1).

    Raises:
        UnacceptableFileError: it is not the .docx or .xlsx file that `suffix` demands, too large,
            damaged, or, in Word, holds more than texts, tables and pictures.
    """
    file = accepted(given_name, content)
    if PurePath(file.name).suffix.lower() != suffix:
        raise UnacceptableFileError(
            _("This template is a %(kind)s file. Save it as that.", kind=suffix)
        )
    if len(content) > LARGEST:
        most = LARGEST // 1024**2
        raise UnacceptableFileError(
            _("It is larger than %(most)d MB. Use smaller pictures.", most=most)
        )
    _check_size_and_declarations(content, MOST_INFLATED[suffix])
    if suffix == ".docx":
        _check_parts(_opened(content))
    return file


def _check_size_and_declarations(content: bytes, most: int) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        if sum(part.file_size for part in package.infolist()) > most:
            raise UnacceptableFileError(
                _("It unpacks to far more than its size. Use smaller pictures.")
            )
        try:
            parts = (package.read(part) for part in package.infolist())
            declares = any(b"<!DOCTYPE" in part.replace(b"\0", b"") for part in parts)  # or UTF-16
        except (zipfile.BadZipFile, ValueError, OSError, RuntimeError) as error:
            raise UnacceptableFileError(_("The file is damaged. Save it anew.")) from error
    if declares:
        raise UnacceptableFileError(_("It declares XML entities. Save it anew in Word or Excel."))


def _opened(content: bytes) -> OpcPackage:
    try:
        package: OpcPackage = Document(io.BytesIO(content)).part.package
    except Exception as error:  # the library raises whatever the first missing part leads to
        log.info("a template could not be opened", error=repr(error))
        raise UnacceptableFileError(_("The file is damaged. Save it anew.")) from error
    return package


def _check_parts(package: OpcPackage) -> None:
    for link in package.iter_rels():
        if link.is_external and link.reltype != RELATIONSHIP_TYPE.HYPERLINK:
            raise UnacceptableFileError(
                _(
                    "It loads something from elsewhere: %(target)s. Put the picture into the file,"
                    " or detach the document template.",
                    target=link.target_ref,
                )
            )
    for part in package.iter_parts():
        kind = part.content_type
        if not kind.endswith("xml") and not kind.startswith("image/"):
            raise UnacceptableFileError(
                _("It holds something besides texts, tables and pictures: %(kind)s.", kind=kind)
            )
