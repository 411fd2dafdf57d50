"""Intellectual property rights of a result: some in columns of their own, others in one cell.

In the cell a right is written in parts, `kind|number|status|holder`, of which all but the first may
be left out. A status that is not written means granted, as in the form; a kind that is not written
in its column is taken from the number, where that tells it.
"""

import re
from collections.abc import Mapping

from matchmaker.i18n import _
from matchmaker.spreadsheets.cells import CellError, one_of, shortened
from matchmaker.spreadsheets.entries import (
    Entry,
    check_lengths,
    entries_in,
    entry,
    in_parts,
    parse_entries,
)

PARTS = ("kind", "number", "status", "holder")
LONGEST = {"number": 60, "holder": 120}
"""How many characters the parts that are no words of a list may have."""
NUMBERED = range(1, 4)
"""The rights that have columns of their own."""

KINDS = {
    "invention": ("发明专利", "发明", "invention", "invention patent"),
    "utility": ("实用新型专利", "实用新型", "utility", "utility model"),
    "design": ("外观设计专利", "外观设计", "design", "design patent"),
    "software": ("软件著作权", "计算机软件著作权", "软著", "software", "software copyright"),
    "variety": ("植物新品种权", "植物新品种", "variety", "plant variety right"),
    "secret": ("技术秘密", "商业秘密", "专有技术", "secret", "trade secret"),
}
STATUSES = {
    "granted": ("已授权", "授权", "已登记", "granted"),
    "pending": ("申请中", "已申请", "已受理", "审查中", "实质审查", "pending"),
}
_kind, _status = one_of(KINDS), one_of(STATUSES)
_PATENT = re.compile(r"(?:ZL|CN)?(?:19|20)[0-9]{2}([12389])[0-9]{7}\.?[0-9X]")
_SOFTWARE = re.compile(r"(?:19|20)[0-9]{2}SR[0-9]{6,7}")
_KINDS_OF_PATENTS = {
    "1": "invention",
    "2": "utility",
    "3": "design",
    "8": "invention",
    "9": "utility",
}


def field_of(part: str, number: int) -> str:
    """Return the field of a part of a right that has columns of its own."""
    return f"property_{part}_{number}"


def parse_rights(text: str, header: str) -> str:
    """Return the rights of a cell, a line for each with its four parts between bars."""
    return parse_entries(text, _right)


def listed_rights(kept: str) -> list[Entry]:
    """Return the rights that `parse_rights` kept."""
    return entries_in(kept, PARTS)


def kind_by_number(number: str) -> str:
    """Return the kind of right that its number tells, "" where it tells none.

    A patent's is the digit after the year (专利申请号标准 ZC 0006-2003; 8 and 9 are those of
    international applications), and SR stands in that of a registered program.
    """
    written = re.sub(r"\s", "", number).upper()
    if patent := _PATENT.fullmatch(written):
        return _KINDS_OF_PATENTS[patent[1]]
    return "software" if _SOFTWARE.fullmatch(written) else ""


def rights_in(values: Mapping[str, str]) -> list[Entry]:
    """Return all rights of a row: those of the columns, then those of the cell."""
    numbered = [
        entry(PARTS, *(values[field_of(part, number)] for part in PARTS)) for number in NUMBERED
    ]
    for right in numbered:
        right["kind"] = right["kind"] or kind_by_number(right["number"])
    return [
        right | {"status": right["status"] or "granted"}
        for right in (*numbered, *listed_rights(values["properties"]))
        if right["kind"]
    ]


def _right(line: str) -> Entry:
    cure = _("write it like 发明专利|ZL202010000000.0|已授权|权利人")
    right = in_parts(line, PARTS, cure)
    if not right["kind"]:
        raise CellError(_("“%(line)s” names no kind of right", line=shortened(line)), cure)
    right["kind"] = _kind(right["kind"], "")
    right["status"] = right["status"] and _status(right["status"], "")
    check_lengths(right, LONGEST)
    return right
