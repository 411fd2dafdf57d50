"""Metrics and conditions of a pair in the reader's language: Jinja filters and cells."""

from collections.abc import Sequence

from matching.conditions import Condition, Nearness, Term, Verdict, nearness
from matching.metrics import Outcome
from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.labels import label
from models import CooperationMode

TERMS = {
    Term.MODE: _l("Cooperation mode"),
    Term.BUDGET: _l("Budget"),
    Term.DEADLINE: _l("Deadline"),
    Term.REGION: _l("Region"),
    Term.READINESS: _l("Technology readiness"),
}
NEARNESS = {
    Nearness.COUNTY: _l("in the same county"),
    Nearness.CITY: _l("in the same city"),
    Nearness.PROVINCE: _l("in the same province"),
    Nearness.COUNTRY: _l("in another province"),
}


def outcome_word(outcome: Outcome) -> str:
    """Return the verdict on a metric; a stated value that proves nothing is not certain."""
    if outcome.verdict is Verdict.MET:
        return _("met")
    if outcome.verdict is Verdict.UNMET:
        return _("not met")
    return _("not certain") if outcome.span else _("not stated")


def outcomes_line(outcomes: Sequence[Outcome]) -> str:
    """Return in a few words how many of a need's metrics the result's text meets."""
    met = sum(outcome.verdict is Verdict.MET for outcome in outcomes)
    unmet = sum(outcome.verdict is Verdict.UNMET for outcome in outcomes)
    if unmet:
        return _(
            "%(met)d of %(all)d metrics met, %(unmet)d not met",
            met=met,
            all=len(outcomes),
            unmet=unmet,
        )
    return _("%(met)d of %(all)d metrics met", met=met, all=len(outcomes))


def term_name(condition: Condition) -> str:
    """Return what a condition is about."""
    return str(TERMS[condition.term])


def known_conditions(conditions: Sequence[Condition]) -> list[Condition]:
    """Return the conditions worth a word: known ones, without a deadline still to come."""
    return [
        one
        for one in conditions
        if one.verdict is Verdict.UNMET
        or (one.verdict is Verdict.MET and one.term is not Term.DEADLINE)
    ]


def open_conditions(conditions: Sequence[Condition]) -> list[Condition]:
    """Return the conditions that the two sides still have to talk about."""
    return [
        one
        for one in conditions
        if one.verdict is Verdict.UNKNOWN and one.term is not Term.DEADLINE
    ]


def condition_words(condition: Condition) -> str:
    """Return what is so of a condition whose verdict is known, in a few words."""
    met = condition.verdict is Verdict.MET
    wanted, offered = condition.wanted, condition.offered
    if condition.term is Term.MODE and isinstance(wanted, frozenset):
        assert isinstance(offered, frozenset)  # noqa: S101 (both are of one kind)
        shared = [label(mode) for mode in CooperationMode if mode.value in wanted & offered]
        return _(", ").join(shared) if met else _("none in common")
    if condition.term is Term.BUDGET:
        return _("covers the price") if met else _("below the price")
    if condition.term is Term.DEADLINE:
        return _("still to come") if met else _("passed on %(day)s", day=wanted)
    if condition.term is Term.REGION:
        near = nearness(str(wanted), str(offered))
        return str(NEARNESS[near]) if near else ""
    if met:
        return _("TRL %(level)s, enough time left", level=offered)
    return _("TRL %(level)s, usually needs longer", level=offered)


def outcomes_cell(outcomes: Sequence[Outcome]) -> str:
    """Return the metrics of a pair for a cell: each as asked for, with its verdict."""
    return "；".join(
        f"{one.target.name} {one.target.written} {outcome_word(one)}" for one in outcomes
    )


def conditions_cell(conditions: Sequence[Condition]) -> str:
    """Return the known conditions of a pair for a cell."""
    return "；".join(
        f"{term_name(one)} {condition_words(one)}" for one in known_conditions(conditions)
    )
