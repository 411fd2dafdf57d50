"""What a reviewer looks at in a text: the checklist, each point with what was found."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from matchmaker.clock import today
from matchmaker.disclosure import fold, full_text
from matchmaker.i18n import _
from matchmaker.lifecycle.posting import complete, unrestricted
from matchmaker.lifecycle.transition import Case
from models import Need, Result, Visibility

COPIED_RUN = 12
"""From so many characters on, what summary and text have in common counts as copied."""

_CODE = re.compile(r"[a-z0-9][a-z0-9.\-]+")


@dataclass(frozen=True, slots=True)
class Check:
    """One point: its name, whether nothing speaks against the text, and what was found."""

    name: str
    passed: bool
    found: str


def checklist(posting: Need | Result) -> list[Check]:
    """Return what the platform can tell by itself; the judgement is the reviewer's."""
    case = Case(posting, None, today())
    return [
        _no_refusal(_("Complete"), complete(case), _("Title, text and, if masked, a summary.")),
        _no_refusal(_("Organization in good standing"), unrestricted(case), _("No restriction.")),
        _measurable(posting) if isinstance(posting, Need) else _mature(posting),
        *([] if posting.visibility is Visibility.PUBLIC else [_discreet(posting)]),
    ]


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


def _no_refusal(name: str, refusal: str | None, otherwise: str) -> Check:
    return Check(name, refusal is None, refusal or otherwise)


def _measurable(need: Need) -> Check:
    name, count = _("Measurable"), len(need.metrics)
    untested = sum(not metric.test_method for metric in need.metrics)
    if not count:
        return Check(name, False, _("No target metric: vague needs are seldom matched well."))
    if not untested:
        return Check(name, True, _("Target metrics: %(count)d", count=count))
    found = _(
        "Target metrics: %(count)d; without a test method: %(untested)d",
        count=count,
        untested=untested,
    )
    return Check(name, False, found)


def _mature(result: Result) -> Check:
    name = _("Maturity and rights stated")
    missing = []
    if result.trl is None:
        missing.append(_("technology readiness"))
    if not result.properties:
        missing.append(_("intellectual property"))
    if missing:
        return Check(name, False, _("Missing: %(what)s", what=_(", ").join(missing)))
    return Check(name, True, _("Readiness and intellectual property are given."))


def _discreet(posting: Need | Result) -> Check:
    name, shared = _("Summary gives nothing away"), betrayed(posting)
    if not shared:
        return Check(name, True, _("It shares no name, code or passage with the hidden text."))
    words = _(", ").join(f"“{word}”" for word in shared)
    return Check(name, False, _("Also in the hidden text, please judge: %(words)s", words=words))
