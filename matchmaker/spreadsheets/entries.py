"""Several things in one cell: a line, or what stands between two “；”, for each.

What is read of them is kept a line for each, its parts between bars.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from matchmaker.i18n import _
from matchmaker.spreadsheets.cells import CellError, shortened

MOST_ENTRIES = 20

_ENDS = re.compile(r"[；;\n]")
_BARS = re.compile(r"[|｜]")
_NUMBERING = re.compile(r"^(?:[（(]?\d{1,2}(?:[)）、]|[.．](?!\d))|[①-⑳])\s*")

Entry = dict[str, str]


def parse_entries(text: str, parse: Callable[[str], Entry]) -> str:
    """Return what is kept of a cell; `parse` reads one line, without the number before it."""
    lines = [" ".join(line.split()) for line in _ENDS.split(text)]
    entries = [parse(_NUMBERING.sub("", line)) for line in lines if line]
    check_count(len(entries))
    return "\n".join("|".join(entry.values()) for entry in entries)


def entries_in(kept: str, parts: Iterable[str]) -> list[Entry]:
    """Return the entries that `parse_entries` kept."""
    return [dict(zip(parts, line.split("|"), strict=True)) for line in kept.splitlines()]


def has_bars(line: str) -> bool:
    """Return whether a line is written in parts."""
    return bool(_BARS.search(line))


def in_parts(line: str, parts: Iterable[str], cure: str) -> Entry:
    """Return the parts between the bars of a line; `cure` says what to do about too many."""
    names = list(parts)
    written = [part.strip() for part in _BARS.split(line)]
    if len(written) > len(names):
        raise CellError(
            _(
                "“%(line)s” has more than %(count)d parts",
                line=shortened(line),
                count=len(names),
            ),
            cure,
        )
    return entry(names, *written)


def entry(parts: Iterable[str], *written: str) -> Entry:
    """Return an entry of these parts; those not written are empty."""
    return dict.fromkeys(parts, "") | dict(zip(parts, written, strict=False))


def check_lengths(given: Entry, longest: Mapping[str, int]) -> None:
    """Raise CellError for a part that is longer than its limit."""
    for part, limit in longest.items():
        if len(given[part]) > limit:
            raise CellError(
                _(
                    "“%(part)s” has %(length)d characters, more than the %(limit)d allowed",
                    part=shortened(given[part]),
                    length=len(given[part]),
                    limit=limit,
                ),
                _("shorten it; what does not fit belongs to the main text"),
            )


def check_count(count: int) -> None:
    """Raise CellError for more entries than a form takes."""
    if count > MOST_ENTRIES:
        raise CellError(
            _("there are %(count)d of them", count=count),
            _("write %(most)d at most", most=MOST_ENTRIES),
        )
