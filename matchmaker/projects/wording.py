"""What is said of a project in words: its light, its way, what it waits for."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import ngettext

from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.labels import label
from matchmaker.projects.gantt import BarState
from matchmaker.projects.ledger_columns import AMOUNTS
from matchmaker.projects.light import RED_ABOVE, RED_AFTER_MONTHS, YELLOW_FROM, Cause
from matchmaker.web.display import yuan
from models import ContractKind

BAR_WORDS = {
    BarState.DONE: _l("Reached"),
    BarState.OVERDUE: _l("Overdue"),
    BarState.OPEN: _l("To come"),
}


def bar_words(state: BarState) -> str:
    """Return how it stands with a milestone."""
    return str(BAR_WORDS[state])


def light_words(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the arithmetic of a light, as it is kept with the project, line by line."""
    return [_line_words(line) for line in lines]


def ledger_words(text: str, field: str) -> str:
    """Return what a cell of a ledger says as its reader reads it; `text` is what was kept of it."""
    if not text:
        return ""
    if field in AMOUNTS:
        return yuan(int(text))
    return label(ContractKind(text)) if field == "kind" else text


def _line_words(line: Mapping[str, Any]) -> str:
    cause, overdue = Cause(line["cause"]), line["overdue"]
    if cause is Cause.NOT_OVERDUE:
        return _("No milestone is overdue.")
    if cause in (Cause.OVERDUE, Cause.LONG_OVERDUE):
        told = ngettext("%(num)s milestone is overdue", "%(num)s milestones are overdue", overdue)
        return _(
            "%(told)s; without a break since %(since)s (yellow; red after %(months)s months).",
            told=told,
            since=line["since"],
            months=RED_AFTER_MONTHS,
        )
    planned, actual = line["planned"], line["actual"]
    return _(
        "By the plan %(planned)s of 100 points should be done, %(actual)s are: %(behind)s behind"
        " (yellow from %(yellow)s, red above %(red)s).",
        planned=planned,
        actual=actual,
        behind=max(planned - actual, 0),
        yellow=YELLOW_FROM,
        red=RED_ABOVE,
    )
