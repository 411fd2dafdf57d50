"""What a poster is told while writing: the same posted before, likely industries, what is vague."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matching import Document
from matching.industries import suggest_industries
from matching.targets import targets_in
from matchmaker.db import db
from matchmaker.disclosure import full_text
from matchmaker.i18n import _
from matchmaker.matches.duplicates import Duplicate, duplicates
from matchmaker.postings.summaries import betrayed
from matchmaker.web.access import current_actor
from models import Industry, Need, NeedKind, Result, Visibility

SHORTEST_TEXT = 60
MOST_TERMS = 4


@dataclass(frozen=True, slots=True)
class IndustryHint:
    """An industry that the text speaks of, and the words that say so."""

    industry: Industry
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hints:
    """What would make a text better; none of it must be followed."""

    duplicates: Sequence[Duplicate]
    industries: Sequence[IndustryHint]
    faults: Sequence[str]


def hints(posting: Need | Result) -> Hints:
    """Return the hints on a posting, saved or not, for the reader of this page."""
    text = full_text(posting)
    own = Document(str(posting.id or ""), text.title, text.body, text.keywords)
    if isinstance(posting, Need):
        faults = _need_faults(posting, own)
    else:
        faults = _result_faults(posting, own)
    return Hints(
        duplicates(db.session, current_actor(), posting, own),
        _industries(db.session, posting, own),
        [*_given_away(posting), *faults],
    )


def _industries(session: Session, posting: Need | Result, own: Document) -> list[IndustryHint]:
    """Return at most two industries other than the one chosen."""
    suggested = suggest_industries(own)
    codes = [suggestion.industry for suggestion in suggested]
    rows = session.scalars(sa.select(Industry).where(Industry.code.in_(codes))) if codes else ()
    known = {industry.code: industry for industry in rows}
    return [
        IndustryHint(known[suggestion.industry], suggestion.terms[:MOST_TERMS])
        for suggestion in suggested
        if suggestion.industry in known and known[suggestion.industry] is not posting.industry
    ]


def _given_away(posting: Need | Result) -> list[str]:
    shared = [] if posting.visibility is Visibility.PUBLIC else betrayed(posting)
    if not shared:
        return []
    words = _(", ").join(f"“{word}”" for word in shared)
    told = _("The public summary gives this away of the hidden text: %(words)s.", words=words)
    return [told]


def _need_faults(need: Need, own: Document) -> list[str]:
    faults = []
    technical = need.kind in (NeedKind.TECHNOLOGY, NeedKind.SERVICE)
    if technical and not need.metrics and not targets_in(f"{own.title}\n{own.body}"):
        faults.append(_("No metric: say what must be reached, in figures with their units."))
    if need.budget_min is None and need.budget_max is None:
        faults.append(_("No budget: a range, even a wide one, spares both sides a round of talks."))
    if len(need.problem) < SHORTEST_TEXT:
        faults.append(
            _("The problem is told briefly: name the object, the process and the conditions.")
        )
    if not need.tried:
        faults.append(_("Not said what was tried: it keeps out answers that you know already."))
    return faults


def _result_faults(result: Result, own: Document) -> list[str]:
    faults = []
    if not targets_in(f"{own.title}\n{own.body}"):
        faults.append(_("No figures: needs ask for metrics, so say what was reached and measured."))
    if len(result.abstract) < SHORTEST_TEXT:
        faults.append(_("The abstract is brief: name the object, the method and its effect."))
    if not result.advantage:
        faults.append(_("Not said what is better than what is in use today."))
    if result.trl is None:
        faults.append(_("No readiness level: enterprises ask for it first."))
    return faults
