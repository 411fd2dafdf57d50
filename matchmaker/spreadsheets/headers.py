"""Which row is the header, and which of its cells heads which column."""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matchmaker.i18n import _
from matchmaker.spreadsheets.cells import squeeze
from matchmaker.spreadsheets.errors import HeaderError, MissingColumnError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matchmaker.spreadsheets.columns import Columns

HEADER_ROWS = 10  # titles and notes above the header end before this
MAX_HEADER = 300  # longer cells are text, not headers, notes in brackets included
MAX_INSIDE = 30  # a longer word that holds an alias is a sentence
SHOWN_HEADERS = 40

_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|<[^<>]*>")
_NUMBERING = re.compile(r"^\s*[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[、.．)）:]\s*")
_CHINESE = re.compile(r"[\u4e00-\u9fff]{4,}")


@dataclass(frozen=True, slots=True)
class Header:
    """A row read as a header: per field, the places of the cells that fit it."""

    row: int
    cells: tuple[str, ...]
    places: Mapping[str, tuple[int, ...]]
    exact: int
    complete: bool

    @property
    def score(self) -> tuple[bool, int, int, int]:
        """How much of a header the row is; complete first, exact fits, all fits, then its width."""
        return self.complete, self.exact, len(self.places), len(self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """The header cells that are not empty, as written."""
        return tuple(cell for cell in self.cells if cell)


def normalise(header: str) -> str:
    """Return the words of a header: “1. *需求 名称（必填）” gives 需求名称."""
    if len(header) > MAX_HEADER:
        return ""
    text = _NUMBERING.sub("", unicodedata.normalize("NFKC", header)) or header
    return squeeze(_BRACKETED.sub("", text)) or squeeze(text)


def find_header(
    rows: Sequence[tuple[int, Sequence[str]]], columns: Columns, overrides: Mapping[str, str]
) -> Header:
    """Return the row among the first ones that is most of a header, the upper of equals."""
    headers = (read_header(number, cells, columns, overrides) for number, cells in rows)
    return max(headers, key=lambda header: header.score)


def read_header(
    row: int, cells: Sequence[str], columns: Columns, overrides: Mapping[str, str]
) -> Header:
    """Return how `cells` fit `columns`; an override decides alone about its field and cell."""
    words = [normalise(cell) for cell in cells]
    places: dict[str, tuple[int, ...]] = {}
    for field, name in overrides.items():
        places[field] = tuple(i for i, word in enumerate(words) if word and word == normalise(name))
    taken = {place for found in places.values() for place in found}
    exact, exact_fallbacks, inside = _vocabulary(columns)
    for known in (exact, exact_fallbacks):
        _add(places, taken, [known.get(word) for word in words])
    exact_count = sum(bool(found) for found in places.values())
    if sum(map(bool, words)) > 1:  # a lone cell is the title of the sheet
        _add(places, taken, [_field_inside(word, inside) for word in words])
    required = {column.field for column in columns if column.required}
    return Header(
        row,
        tuple(cells),
        {field: found for field, found in places.items() if found},
        exact_count,
        all(places.get(field) for field in required | set(overrides)),
    )


def check_overrides(columns: Columns, overrides: Mapping[str, str]) -> None:
    """Raise HeaderError where an override names a field that there is not."""
    fields = [column.field for column in columns]
    for field in overrides:
        if field not in fields:
            raise HeaderError(
                _(
                    "There is no field “%(field)s” to map a column to; the fields are %(fields)s.",
                    field=field,
                    fields="、".join(fields),
                )
            )


def check_header(
    header: Header, columns: Columns, overrides: Mapping[str, str], table: str
) -> dict[str, int]:
    """Return the place of each column found; raise HeaderError for what is missing or unclear."""
    available = "、".join(header.names[:SHOWN_HEADERS]) or _("(none)")
    for field, name in overrides.items():
        if field not in header.places:
            raise MissingColumnError(
                _(
                    "%(table)s has no column “%(name)s”. Its columns are: %(available)s.",
                    table=table,
                    name=name,
                    available=available,
                ),
                field,
            )
    for column in columns:
        found = header.places.get(column.field, ())
        if len(found) > 1:
            raise HeaderError(
                _(
                    "%(table)s, row %(row)d: the columns %(names)s all fit the field %(field)s;"
                    " say which it is with --map %(field)s=%(example)s, or rename the others.",
                    table=table,
                    row=header.row,
                    names="、".join(f"“{header.cells[place]}”" for place in found),
                    field=column.field,
                    example=header.cells[found[0]],
                )
            )
        if column.required and not found:
            raise HeaderError(
                _(
                    "%(table)s has no column for %(label)s in its first %(rows)d rows. Its columns"
                    " are: %(available)s. Name a column “%(label)s”, or say which one it is with"
                    " --map %(field)s=…",
                    table=table,
                    label=column.label,
                    rows=HEADER_ROWS,
                    available=available,
                    field=column.field,
                )
            )
    return {field: found[0] for field, found in header.places.items()}


@functools.cache
def _vocabulary(columns: Columns) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Return which field a whole word means, alias and fallback, and which a part of one means."""
    exact = {squeeze(alias): c.field for c in columns for alias in c.aliases}
    fallbacks = {squeeze(alias): c.field for c in columns for alias in c.fallbacks}
    inside = {alias: field for alias, field in exact.items() if _CHINESE.fullmatch(alias)}
    return exact, fallbacks, inside


def _field_inside(word: str, inside: Mapping[str, str]) -> str | None:
    found = [alias for alias in inside if alias in word and len(word) <= MAX_INSIDE]
    return inside[max(found, key=len)] if found else None


def _add(places: dict[str, tuple[int, ...]], taken: set[int], fields: Sequence[str | None]) -> None:
    """Give the fields that have no place yet the cells that are not taken yet."""
    free: dict[str, list[int]] = {}
    for place, field in enumerate(fields):
        if field is not None and field not in places and place not in taken:
            free.setdefault(field, []).append(place)
    for field, found in free.items():
        places[field] = tuple(found)
        taken.update(found)
