"""Texts of a match as HTML: the words both sides share in `<mark>`, the passages that hold them."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from matching import Document, Reason
from matching.documents import Field

Interval = tuple[int, int]

PASSAGE_LENGTH = 220
SENTENCE_LENGTH = 120
LEAD_IN = 30
_SENTENCE = re.compile(r"[^。！？；;!?\n]+[。！？；;!?]*")


def marked(document: Document, field: Field, reasons: Sequence[Reason], side: str) -> Markup:
    """Return a field with the shared words in `<mark>`; `side` is "need" or "result"."""
    text = document.text(field)
    return _mark(text, (0, len(text)), _intervals(reasons, field, side))


def passages(document: Document, reasons: Sequence[Reason], side: str) -> Markup:
    """Return the sentences of the body that hold shared words, marked; its beginning if none do."""
    text = document.body
    intervals = _intervals(reasons, "body", side)
    chosen: list[Markup] = []
    length = 0
    for sentence in _SENTENCE.finditer(text):
        if length >= PASSAGE_LENGTH:
            break
        start = sentence.start()
        first = bisect_left(intervals, (start, start))
        if first == len(intervals) or intervals[first][0] >= sentence.end():
            continue
        if len(sentence.group()) > SENTENCE_LENGTH:
            start = max(start, intervals[first][0] - LEAD_IN)
        end = min(sentence.end(), start + SENTENCE_LENGTH)
        chosen.append(_cut(text, (start, end), sentence.span(), intervals))
        length += end - start
    if not chosen:
        return _cut(text, (0, min(len(text), SENTENCE_LENGTH)), (0, len(text)), [])
    return Markup(" ").join(chosen)


def _cut(text: str, part: Interval, whole: Interval, intervals: Iterable[Interval]) -> Markup:
    """Return `part` of the text, marked, with an ellipsis where `whole` goes on beyond it."""
    before = "…" if part[0] > whole[0] else ""
    after = "…" if part[1] < whole[1] else ""
    return Markup("{}{}{}").format(before, _mark(text, part, intervals), after)


def _intervals(reasons: Sequence[Reason], field: Field, side: str) -> list[Interval]:
    """Return where shared words stand in a field, in order and without overlaps."""
    found = sorted(
        (start, end)
        for reason in reasons
        for name, start, end in (reason.need_spans if side == "need" else reason.result_spans)
        if name == field
    )
    merged: list[Interval] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _mark(text: str, part: Interval, intervals: Iterable[Interval]) -> Markup:
    pieces: list[Markup] = []
    position, last = part
    for start, end in intervals:
        start, end = max(start, position), min(end, last)
        if start < end:
            pieces += [
                escape(text[position:start]),
                Markup("<mark>{}</mark>").format(text[start:end]),
            ]
            position = end
    pieces.append(escape(text[position:last]))
    return Markup("").join(pieces)
