"""The audit trail as a table."""

import json
from collections.abc import Iterable, Iterator, Sequence

from matchmaker.auditing.queries import Line
from matchmaker.auditing.wording import action_words, outcome_words, subject_words
from matchmaker.i18n import CHINA, _
from matchmaker.web.downloads import Cell


def header() -> Sequence[str]:
    """Return what the columns are called, in the reader's language."""
    return (
        _("Entry"),
        _("Time (China)"),
        _("Who acted"),
        _("Organization"),
        _("What"),
        _("Code"),
        _("Record"),
        _("Name"),
        _("Outcome"),
        _("Detail"),
        _("Digest"),
        _("As written"),
    )


def rows(lines: Iterable[Line]) -> Iterator[Sequence[Cell]]:
    """Yield the rows of these lines, in the reader's language."""
    for line in lines:
        entry, actor = line.entry, line.actor
        yield (
            entry.id,
            entry.at.astimezone(CHINA).isoformat(sep=" ", timespec="seconds")[:19],
            actor.name if actor else _("the platform, or a visitor"),
            actor.organization.name if actor else "",
            action_words(entry),
            entry.action,
            subject_words(entry),
            line.named,
            outcome_words(entry.outcome),
            json.dumps(entry.detail, ensure_ascii=False) if entry.detail else "",
            entry.digest,
            _("yes") if line.whole else _("no"),
        )
