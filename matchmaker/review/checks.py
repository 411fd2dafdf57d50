"""What a reviewer looks at in a text: the checklist, each point with what was found."""

from dataclasses import dataclass

from matchmaker.clock import today
from matchmaker.i18n import _
from matchmaker.lifecycle.posting import complete, unrestricted
from matchmaker.lifecycle.transition import Case
from matchmaker.postings.summaries import betrayed
from models import Need, Result, Visibility


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
