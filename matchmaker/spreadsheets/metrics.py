"""Target metrics in one cell, one an entry.

A metric is written in parts, `name|now|target|unit|test method` of which the last two may be left
out, or as people write it: `抗拉强度≥600MPa`, `粒径：0.1～0.3μm`.
"""

import re

from matchmaker.i18n import _
from matchmaker.spreadsheets.cells import CellError, shortened
from matchmaker.spreadsheets.entries import (
    Entry,
    check_lengths,
    entries_in,
    entry,
    has_bars,
    in_parts,
    parse_entries,
)

LONGEST = {"name": 80, "current": 80, "target": 80, "unit": 30, "test_method": 200}
"""The parts of a metric in their order, and how many characters each may have."""

_BOUND = re.compile(
    r"(?P<plain>[:：]?\s*(?:达到|[=＝]))"
    r"|>=|<=|＞=|＜=|[≥≤≧≦⩾⩽><＞＜±]|不(?:得|应|宜)?(?:低于|小于|少于|短于|高于|大于|超过|多于|长于)"
    r"|[大小]于(?:或)?等于|大于|小于|高于|低于|超过|至少|至多|优于"
)
_COLON = re.compile(r"[:：]")


def parse_metrics(text: str, header: str) -> str:
    """Return the metrics of a cell, a line for each with its five parts between bars."""
    return parse_entries(text, _metric)


def metrics_in(kept: str) -> list[Entry]:
    """Return the metrics that `parse_metrics` kept."""
    return entries_in(kept, LONGEST)


def _metric(line: str) -> Entry:
    in_order = _("write name|now|target|unit|test method")
    metric = in_parts(line, LONGEST, in_order) if has_bars(line) else _in_words(line)
    cure = _("write it like 抗拉强度≥600MPa, or 抗拉强度|520|≥600|MPa|GB/T 228")
    if not metric["name"]:
        raise CellError(_("“%(line)s” names no metric", line=shortened(line)), cure)
    if not metric["target"]:
        raise CellError(_("“%(line)s” has no target", line=shortened(line)), cure)
    check_lengths(metric, LONGEST)
    return metric


def _in_words(line: str) -> Entry:
    """Read a name, a comparator and a value; the unit stays with the value."""
    bound = _BOUND.search(line)
    if bound is not None:
        target = line[bound.end() if bound["plain"] else bound.start() :]
        return entry(LONGEST, line[: bound.start()].rstrip(" ：:，,应"), "", target.strip())
    name, _colon, target = line.partition(next(iter(_COLON.findall(line)), ":"))
    return entry(LONGEST, name.strip(), "", target.strip())
