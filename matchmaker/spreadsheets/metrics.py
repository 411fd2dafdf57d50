"""Target metrics in one cell: a line, or what stands between two “；”, for each.

A metric is written in parts, `name|now|target|unit|test method` of which the last two may be left
out, or as people write it: `抗拉强度≥600MPa`, `粒径：0.1～0.3μm`.
"""

import re

from matchmaker.i18n import _
from matchmaker.spreadsheets.cells import CellError, shortened

LONGEST = {"name": 80, "current": 80, "target": 80, "unit": 30, "test_method": 200}
"""The parts of a metric in their order, and how many characters each may have."""
MOST_METRICS = 20

_ENDS = re.compile(r"[；;\n]")
_BARS = re.compile(r"[|｜]")
_NUMBERING = re.compile(r"(?:[（(]?\d{1,2}(?:[)）、]|[.．](?!\d))|[①-⑳])\s*")
_BOUND = re.compile(
    r"(?P<plain>[:：]?\s*(?:达到|[=＝]))"
    r"|>=|<=|＞=|＜=|[≥≤≧≦⩾⩽><＞＜±]|不(?:得|应|宜)?(?:低于|小于|少于|短于|高于|大于|超过|多于|长于)"
    r"|[大小]于(?:或)?等于|大于|小于|高于|低于|超过|至少|至多|优于"
)
_COLON = re.compile(r"[:：]")

Metric = dict[str, str]


def parse_metrics(text: str, header: str) -> str:
    """Return the metrics of a cell, a line for each with its five parts between bars."""
    lines = [" ".join(line.split()) for line in _ENDS.split(text)]
    metrics = [_metric(line) for line in lines if line]
    if len(metrics) > MOST_METRICS:
        raise CellError(
            _("these are %(count)d metrics", count=len(metrics)),
            _("write %(most)d at most", most=MOST_METRICS),
        )
    return "\n".join("|".join(metric[part] for part in LONGEST) for metric in metrics)


def metrics_in(kept: str) -> list[Metric]:
    """Return the metrics that `parse_metrics` kept."""
    return [dict(zip(LONGEST, line.split("|"), strict=True)) for line in kept.splitlines()]


def _metric(line: str) -> Metric:
    written = _NUMBERING.sub("", line, count=1) if _NUMBERING.match(line) else line
    metric = _in_parts(written) if _BARS.search(written) else _in_words(written)
    cure = _("write it like 抗拉强度≥600MPa, or 抗拉强度|520|≥600|MPa|GB/T 228")
    if not metric["name"]:
        raise CellError(_("“%(line)s” names no metric", line=shortened(line)), cure)
    if not metric["target"]:
        raise CellError(_("“%(line)s” has no target", line=shortened(line)), cure)
    for part, longest in LONGEST.items():
        if len(metric[part]) > longest:
            raise CellError(
                _(
                    "“%(part)s” has %(length)d characters, more than the %(limit)d allowed",
                    part=shortened(metric[part]),
                    length=len(metric[part]),
                    limit=longest,
                ),
                _("shorten it; what does not fit belongs to the main text"),
            )
    return metric


def _in_parts(line: str) -> Metric:
    parts = [part.strip() for part in _BARS.split(line)]
    if len(parts) > len(LONGEST):
        raise CellError(
            _("“%(line)s” has more than five parts", line=shortened(line)),
            _("write name|now|target|unit|test method"),
        )
    return _of(*parts)


def _in_words(line: str) -> Metric:
    """Read a name, a comparator and a value; the unit stays with the value."""
    bound = _BOUND.search(line)
    if bound is not None:
        target = line[bound.end() if bound["plain"] else bound.start() :]
        return _of(line[: bound.start()].rstrip(" ：:，,应"), "", target.strip())
    name, _colon, target = line.partition(next(iter(_COLON.findall(line)), ":"))
    return _of(name.strip(), "", target.strip())


def _of(*parts: str) -> Metric:
    filled = (*parts, *[""] * (len(LONGEST) - len(parts)))
    return dict(zip(LONGEST, filled, strict=True))
