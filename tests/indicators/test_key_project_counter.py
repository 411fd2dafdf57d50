"""The counter of key projects: each rule, and that nothing is counted twice."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.indicators.counter import (
    Count,
    Fact,
    Rule,
    Standing,
    count_toward_year,
)
from models import KeyStatus

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
MAY = datetime(2026, 5, 1, tzinfo=UTC)


def _fact(project_id: int, **values: Any) -> Fact:
    defaults: dict[str, Any] = {
        "designation_id": project_id,
        "region": "340123",
        "year": 2026,
        "status": KeyStatus.KEY,
        "tracking": MARCH,
        "contracts": frozenset({f"HT-{project_id}"}),
    }
    return Fact(project_id=project_id, **(defaults | values))


def _only(count: Count) -> tuple[Standing, Rule]:
    (entry,) = count.entries
    return entry.standing, entry.rule


def test_a_designated_project_that_entered_tracking_in_the_year_counts() -> None:
    count = count_toward_year([_fact(1)], 2026)
    assert _only(count) == (Standing.COUNTED, Rule.COUNTS)
    assert count.counted == 1


def test_a_project_that_is_only_nominated_does_not_count() -> None:
    count = count_toward_year([_fact(1, status=KeyStatus.NOMINATED)], 2026)
    assert _only(count) == (Standing.EXCLUDED, Rule.NOT_DESIGNATED)


def test_a_project_in_the_reserve_pool_does_not_count() -> None:
    count = count_toward_year([_fact(1, status=KeyStatus.RESERVE)], 2026)
    assert _only(count) == (Standing.RESERVE, Rule.IN_RESERVE)


def test_a_removed_project_does_not_count() -> None:
    count = count_toward_year([_fact(1, status=KeyStatus.REMOVED)], 2026)
    assert _only(count) == (Standing.EXCLUDED, Rule.REMOVED)


def test_a_project_that_has_not_entered_tracking_does_not_count() -> None:
    count = count_toward_year([_fact(1, tracking=None)], 2026)
    assert _only(count) == (Standing.EXCLUDED, Rule.NOT_TRACKING)


def test_a_project_that_entered_tracking_in_another_year_counts_there() -> None:
    fact = _fact(1, tracking=datetime(2025, 6, 1, tzinfo=UTC))
    assert _only(count_toward_year([fact], 2026)) == (Standing.EXCLUDED, Rule.OTHER_YEAR)
    assert _only(count_toward_year([fact], 2025)) == (Standing.COUNTED, Rule.COUNTS)
    assert not count_toward_year([fact], 2024).entries


@pytest.mark.parametrize("number", ["HT-1", "ht-1", " HT - 1 ", "ＨＴ－１"])
def test_a_second_project_with_the_same_contract_number_does_not_count(number: str) -> None:
    second = _fact(2, tracking=MAY, contracts=frozenset({"HT-2", number}))
    count = count_toward_year([second, _fact(1)], 2026)
    assert [(entry.fact.project_id, entry.rule) for entry in count.entries] == [
        (1, Rule.COUNTS),
        (2, Rule.SAME_CONTRACT),
    ]
    assert count.entries[1].same_as == 1


def test_a_second_project_with_the_same_need_and_result_does_not_count() -> None:
    first, second = (_fact(number, need_id=7, result_id=8) for number in (1, 2))
    other = _fact(3, need_id=7, result_id=9)
    count = count_toward_year([first, second, other], 2026)
    assert [entry.rule for entry in count.entries] == [Rule.COUNTS, Rule.SAME_PAIR, Rule.COUNTS]


def test_projects_without_a_pair_are_not_alike_for_that() -> None:
    count = count_toward_year([_fact(1, need_id=7), _fact(2, need_id=7)], 2026)
    assert count.counted == 2


def test_what_does_not_count_itself_keeps_nobody_from_counting() -> None:
    first = _fact(1, status=KeyStatus.REMOVED, contracts=frozenset({"HT"}))
    second = _fact(2, tracking=MAY, contracts=frozenset({"HT"}))
    assert count_toward_year([first, second], 2026).counted == 1


def test_what_counted_in_another_year_or_region_does_not_count_again() -> None:
    before = _fact(1, tracking=datetime(2025, 6, 1, tzinfo=UTC), contracts=frozenset({"HT"}))
    elsewhere = _fact(2, region="340207", need_id=1, result_id=2)
    again = _fact(3, tracking=MAY, contracts=frozenset({"HT"}))
    alike = _fact(4, tracking=MAY, need_id=1, result_id=2)
    count = count_toward_year([before, elsewhere, again, alike], 2026, "3401")
    rules = {entry.fact.project_id: entry.rule for entry in count.entries}
    assert rules == {1: Rule.OTHER_YEAR, 3: Rule.SAME_CONTRACT, 4: Rule.SAME_PAIR}


@pytest.mark.parametrize(
    ("moment", "year"),
    [
        (datetime(2025, 12, 31, 15, 59, 59, tzinfo=UTC), 2025),
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), 2026),
    ],
)
def test_the_year_begins_at_midnight_in_china(moment: datetime, year: int) -> None:
    fact = _fact(1, tracking=moment)
    assert fact.tracking_year == year
    assert count_toward_year([fact], year).counted == 1


FACTS = st.lists(
    st.builds(
        Fact,
        designation_id=st.just(0),
        project_id=st.integers(1, 50),
        region=st.sampled_from(["340123", "340124", "340207"]),
        year=st.sampled_from([2025, 2026]),
        status=st.sampled_from(KeyStatus),
        tracking=st.none()
        | st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
        contracts=st.frozensets(st.sampled_from(["A", "B", "C", "D"]), max_size=2),
        need_id=st.none() | st.integers(1, 2),
        result_id=st.none() | st.integers(1, 2),
    ),
    max_size=5,
    unique_by=lambda fact: fact.project_id,
)


@given(FACTS)
def test_no_contract_and_no_pair_is_ever_counted_twice(facts: list[Fact]) -> None:
    counted = [
        entry.fact
        for year in (2025, 2026)
        for entry in count_toward_year(facts, year).on(Standing.COUNTED)
    ]
    numbers = [number for fact in counted for number in fact.contracts]
    pairs = [fact.pair for fact in counted if fact.pair]
    projects = [fact.project_id for fact in counted]
    for several in (numbers, pairs, projects):
        assert len(several) == len(set(several))


@given(FACTS)
def test_the_order_of_the_facts_and_the_cut_into_regions_change_nothing(facts: list[Fact]) -> None:
    whole = count_toward_year(facts, 2026)
    for shuffled in list(permutations(facts))[:10]:
        assert count_toward_year(shuffled, 2026) == whole
    parts = [count_toward_year(facts, 2026, prefix).counted for prefix in ("3401", "3402")]
    assert sum(parts) == whole.counted
