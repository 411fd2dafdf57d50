"""Metrics and conditions in words."""

from datetime import date

from matching import Document
from matching.conditions import Offered, Term, Wanted, conditions
from matching.metrics import compare
from matching.targets import targets_in
from matchmaker.i18n import _
from matchmaker.matches import wording

TODAY = date(2026, 11, 22)
FIT = conditions(
    Wanted(frozenset({"joint", "transfer"}), 100, "340123", date(2028, 1, 1)),
    Offered(frozenset({"transfer"}), 100, "340104", 8),
    TODAY,
)
MISFIT = conditions(
    Wanted(frozenset({"joint"}), 100, "340123", date(2026, 1, 1)),
    Offered(frozenset({"transfer"}), 101, "320102", 3),
    TODAY,
)


def test_met_conditions_say_what_is_shared() -> None:
    words = {one.term: wording.condition_words(one) for one in FIT}
    assert words[Term.MODE] == _("Transfer")
    assert words[Term.REGION] == _("in the same city")
    assert words[Term.BUDGET] == _("covers the price")


def test_unmet_conditions_say_what_is_wrong() -> None:
    words = {one.term: wording.condition_words(one) for one in MISFIT}
    assert words[Term.MODE] == _("none in common")
    assert words[Term.DEADLINE] == _("passed on %(day)s", day="2026-01-01")
    assert words[Term.REGION] == _("in another province")


def test_a_deadline_is_mentioned_only_once_it_has_passed() -> None:
    assert Term.DEADLINE not in {one.term for one in wording.known_conditions(FIT)}
    assert Term.DEADLINE in {one.term for one in wording.known_conditions(MISFIT)}


def test_what_neither_side_says_is_left_to_talk_about() -> None:
    unsaid = conditions(Wanted(), Offered(), TODAY)
    assert wording.known_conditions(unsaid) == []
    assert Term.BUDGET in {one.term for one in wording.open_conditions(unsaid)}
    assert wording.conditions_cell(unsaid) == ""


def test_a_cell_names_every_metric_with_its_verdict() -> None:
    targets = targets_in("要求抗拉强度≥600MPa，延伸率不低于10%，屈服强度≥500MPa。")
    outcomes = compare(targets, Document("r", "", "抗拉强度650MPa，延伸率8%，屈服强度≥450MPa"))
    assert wording.outcomes_cell(outcomes).split("；") == [
        f"抗拉强度 ≥600MPa {_('met')}",
        f"延伸率 不低于10% {_('not met')}",
        f"屈服强度 ≥500MPa {_('not certain')}",
    ]
    assert wording.outcomes_line(outcomes) == _(
        "%(met)d of %(all)d metrics met, %(unmet)d not met", met=1, all=3, unmet=1
    )
