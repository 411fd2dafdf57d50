"""Hard constraints and preferences, one by one."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.conditions import (
    MONTHS_TO_MATURE,
    Condition,
    Nearness,
    Offered,
    Term,
    Verdict,
    Wanted,
    conditions,
    nearness,
    ruled_out,
)

TODAY = date(2026, 11, 22)


def _term(term: Term, wanted: Wanted, offered: Offered) -> Condition:
    return next(one for one in conditions(wanted, offered, TODAY) if one.term is term)


@pytest.mark.parametrize(
    ("wanted", "offered", "verdict"),
    [
        ({"joint", "transfer"}, {"transfer"}, Verdict.MET),
        ({"joint"}, {"transfer"}, Verdict.UNMET),
        (set(), {"transfer"}, Verdict.UNKNOWN),
        ({"joint"}, set(), Verdict.UNKNOWN),
    ],
)
def test_modes_are_unmet_only_when_both_sides_name_some_and_share_none(
    wanted: set[str], offered: set[str], verdict: Verdict
) -> None:
    term = _term(Term.MODE, Wanted(modes=frozenset(wanted)), Offered(modes=frozenset(offered)))
    assert (term.verdict, term.hard) == (verdict, True)


@pytest.mark.parametrize(
    ("most", "price", "verdict"),
    [
        (100, 100, Verdict.MET),
        (100, 101, Verdict.UNMET),
        (None, 100, Verdict.UNKNOWN),
        (100, None, Verdict.UNKNOWN),
        (0, 0, Verdict.MET),
    ],
)
def test_a_price_above_the_budget_is_unmet(
    most: int | None, price: int | None, verdict: Verdict
) -> None:
    term = _term(Term.BUDGET, Wanted(budget_max=most), Offered(price=price))
    assert (term.verdict, term.hard, term.wanted, term.offered) == (verdict, True, most, price)


def test_a_deadline_counts_to_the_end_of_its_day() -> None:
    verdicts = [
        _term(Term.DEADLINE, Wanted(deadline=TODAY + timedelta(days)), Offered()).verdict
        for days in (-1, 0, 1)
    ]
    assert verdicts == [Verdict.UNMET, Verdict.MET, Verdict.MET]


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("340123", "340123", Nearness.COUNTY),
        ("340123", "340104", Nearness.CITY),
        ("340100", "340104", Nearness.CITY),
        ("340100", "340100", Nearness.CITY),
        ("340123", "340200", Nearness.PROVINCE),
        ("340000", "340123", Nearness.PROVINCE),
        ("340000", "340000", Nearness.PROVINCE),
        ("429004", "429005", Nearness.PROVINCE),
        ("340123", "320102", Nearness.COUNTRY),
        ("", "340123", None),
    ],
)
def test_regions_are_as_near_as_their_codes_say(
    one: str, other: str, near: Nearness | None
) -> None:
    assert nearness(one, other) is near
    assert nearness(other, one) is near


def test_region_and_readiness_are_wishes() -> None:
    far = _term(Term.REGION, Wanted(region="340123"), Offered(region="320102"))
    late = _term(Term.READINESS, Wanted(deadline=TODAY), Offered(trl=3))
    assert (far.verdict, far.hard) == (Verdict.UNMET, False)
    assert (late.verdict, late.hard) == (Verdict.UNMET, False)
    assert not ruled_out((far, late))


@given(st.integers(1, 9), st.integers(0, 3000))
def test_a_higher_level_or_more_time_never_makes_it_worse(trl: int, days: int) -> None:
    def ready(level: int, left: int) -> bool:
        deadline = TODAY + timedelta(left)
        term = _term(Term.READINESS, Wanted(deadline=deadline), Offered(trl=level))
        return term.verdict is Verdict.MET

    if ready(trl, days):
        assert ready(min(9, trl + 1), days)
        assert ready(trl, days + 30)


def test_what_is_in_use_is_ready_at_once_and_every_level_is_in_the_table() -> None:
    assert list(MONTHS_TO_MATURE) == list(range(1, 10))
    assert MONTHS_TO_MATURE[9] == 0


def test_readiness_is_unknown_once_the_deadline_has_passed() -> None:
    passed = Wanted(deadline=TODAY - timedelta(1))
    assert _term(Term.READINESS, passed, Offered(trl=9)).verdict is Verdict.UNKNOWN


def test_one_unmet_hard_term_rules_a_pair_out() -> None:
    assert ruled_out(conditions(Wanted(budget_max=1), Offered(price=2), TODAY))
    assert not ruled_out(conditions(Wanted(), Offered(), TODAY))
