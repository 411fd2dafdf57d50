"""What the public summary of a masked text gives away of the text that it stands for."""

import re
from collections.abc import Iterator

from matchmaker.disclosure import fold, full_text
from models import Need, Result

COPIED_RUN = 12
"""From so many characters on, what summary and text have in common counts as copied."""

_CODE = re.compile(r"[a-z0-9][a-z0-9.\-]+")


def betrayed(posting: Need | Result) -> list[str]:
    """Return what the public summary of a masked text has in common with what it is to hide.

    These are the names of the organization and of its contact, keywords, codes and figures, and
    passages that were copied. Whether they give something away a person must judge.
    """
    summary, text = fold(posting.public_summary), full_text(posting)
    hidden = fold(f"{text.title}\n{text.body}")
    names = (posting.organization.name, *text.keywords, *map(str, posting.contact.values()))
    named = [fold(name) for name in names if len(name) > 1]
    codes = set(_CODE.findall(hidden)) & set(_CODE.findall(summary))
    shared = [word for word in named if word in summary]
    return list(dict.fromkeys([*shared, *sorted(codes), *_copied(hidden, summary)]))


def _copied(hidden: str, summary: str) -> Iterator[str]:
    runs = {hidden[at : at + COPIED_RUN] for at in range(len(hidden) - COPIED_RUN + 1)}
    start = 0
    while start + COPIED_RUN <= len(summary):
        end = start + COPIED_RUN
        if summary[start:end] not in runs:
            start += 1
            continue
        while end < len(summary) and summary[end + 1 - COPIED_RUN : end + 1] in runs:
            end += 1
        yield summary[start:end].strip()
        start = end
