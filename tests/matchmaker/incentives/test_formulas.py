"""Money is exact: formulas, conditions, caps and stacking."""

from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.incentives.formulas import (
    Assessment,
    Circumstances,
    Deal,
    Offer,
    Step,
    assess,
    together,
)
from matchmaker.incentives.rules import Basis, Flat, Percent, Rule, Slab, Slabs
from models import LARGEST_AMOUNT, ContractKind, OrganizationKind

YUAN = 100
DEAL = Deal(
    number="HT-1",
    kind=ContractKind.DEVELOPMENT,
    amount=1_000_000 * YUAN,
    technology_amount=800_000 * YUAN,
    paid=600_000 * YUAN,
    registered=True,
    affiliated=False,
)
AT = Circumstances(
    kind=OrganizationKind.ENTERPRISE,
    region="340123",
    tiers=frozenset({"高新技术企业"}),
    deals=(DEAL,),
)
FIFTEEN = Rule(Percent(1500))


def _steps(assessment: Assessment) -> list[Step]:
    return [line.step for line in assessment.lines]


def test_fifteen_percent_of_what_was_paid() -> None:
    given = assess(FIFTEEN, AT)
    assert given.amount == 90_000 * YUAN
    assert _steps(given) == [Step.DEAL, Step.SUM, Step.PERCENT]
    assert given.refusal is None


@pytest.mark.parametrize(
    ("basis", "amount"),
    [(Basis.PAID, 90_000), (Basis.AMOUNT, 150_000), (Basis.TECHNOLOGY_AMOUNT, 120_000)],
)
def test_the_rule_says_which_money_it_works_on(basis: Basis, amount: int) -> None:
    assert assess(replace(FIFTEEN, basis=basis), AT).amount == amount * YUAN


def test_a_fraction_of_a_fen_is_dropped() -> None:
    at = replace(AT, deals=(replace(DEAL, paid=333),))
    assert assess(FIFTEEN, at).amount == 49  # 49.95 fen


def test_a_slab_gives_its_reward_from_its_first_fen_on() -> None:
    rule = Rule(Slabs((Slab(1_000, 10), Slab(5_000, 80))))
    amounts = {
        paid: assess(rule, replace(AT, deals=(replace(DEAL, paid=paid),))).amount
        for paid in (999, 1_000, 4_999, 5_000, 9_000)
    }
    assert amounts == {999: 0, 1_000: 10, 4_999: 10, 5_000: 80, 9_000: 80}


def test_below_the_first_slab_the_page_can_say_what_was_missing() -> None:
    rule = Rule(Slabs((Slab(LARGEST_AMOUNT, 1),)))
    refusal = assess(rule, AT).refusal
    assert refusal is not None
    assert (refusal.step, refusal.limit) == (Step.BELOW_SLABS, LARGEST_AMOUNT)


def test_a_flat_reward_is_the_same_for_all() -> None:
    assert assess(Rule(Flat(50_000 * YUAN)), AT).amount == 50_000 * YUAN


@pytest.mark.parametrize(
    ("conditions", "step"),
    [
        ({"regions": ("340200", "340124")}, Step.WRONG_REGION),
        ({"kinds": (OrganizationKind.UNIVERSITY,)}, Step.WRONG_KIND),
        ({"tiers": ("独角兽", "瞪羚")}, Step.WRONG_TIER),
        ({"contract_kinds": (ContractKind.LICENCE,)}, Step.NO_CONTRACT),
        ({"minimum": 600_000 * YUAN + 1}, Step.BELOW_MINIMUM),
    ],
)
def test_each_condition_refuses_with_its_reason(conditions: dict[str, Any], step: Step) -> None:
    given = assess(replace(FIFTEEN, **conditions), AT)
    assert given.amount == 0
    assert given.refusal is not None
    assert given.refusal.step is step


@pytest.mark.parametrize(
    "conditions",
    [
        {"regions": ("340000",)},
        {"regions": ("340200", "340100")},
        {"kinds": (OrganizationKind.ENTERPRISE,)},
        {"tiers": ("瞪羚", "高新技术企业")},
        {"contract_kinds": (ContractKind.DEVELOPMENT,)},
        {"minimum": 600_000 * YUAN},
        {"registered": True},
    ],
)
def test_each_condition_lets_pass_what_meets_it(conditions: dict[str, Any]) -> None:
    assert assess(replace(FIFTEEN, **conditions), AT).amount == 90_000 * YUAN


def test_a_contract_that_does_not_qualify_is_left_out_with_its_number() -> None:
    others = (
        replace(DEAL, number="HT-2", registered=False),
        replace(DEAL, number="HT-3", affiliated=True),
        replace(DEAL, number="HT-4", kind=ContractKind.SERVICE),
    )
    rule = replace(FIFTEEN, registered=True, contract_kinds=(ContractKind.DEVELOPMENT,))
    given = assess(rule, replace(AT, deals=(DEAL, *others)))
    assert given.amount == 90_000 * YUAN
    assert [(line.step, line.name) for line in given.lines[:3]] == [
        (Step.LEFT_OUT_UNREGISTERED, "HT-2"),
        (Step.LEFT_OUT_AFFILIATED, "HT-3"),
        (Step.LEFT_OUT_KIND, "HT-4"),
    ]


def test_a_restricted_organization_gets_nothing_unless_the_rule_does_not_mind() -> None:
    at = replace(AT, restricted="提供虚假材料")
    refusal = assess(FIFTEEN, at).refusal
    assert refusal is not None
    assert (refusal.step, refusal.name) == (Step.RESTRICTED, "提供虚假材料")
    assert assess(replace(FIFTEEN, integrity=False), at).amount == 90_000 * YUAN


@pytest.mark.parametrize(
    ("caps", "amount", "last"),
    [
        ({"cap": 80_000 * YUAN}, 80_000, Step.CAP),
        ({"cap": 90_000 * YUAN}, 90_000, Step.PERCENT),
        ({"cap_per_project": 100_000 * YUAN}, 70_000, Step.CAP_PER_PROJECT),
        ({"cap_per_year": 50_000 * YUAN}, 10_000, Step.CAP_PER_YEAR),
        ({"cap_per_year": 30_000 * YUAN}, 0, Step.CAP_PER_YEAR),
    ],
)
def test_caps_count_what_was_given_before(caps: dict[str, Any], amount: int, last: Step) -> None:
    at = replace(AT, given_project=30_000 * YUAN, given_year=40_000 * YUAN)
    given = assess(replace(FIFTEEN, **caps), at)
    assert given.amount == amount * YUAN
    assert given.lines[-1].step is last
    assert given.refusal is None


MONEY = st.integers(0, LARGEST_AMOUNT)
CAPS = st.none() | st.integers(1, LARGEST_AMOUNT)
DEALS = st.lists(
    st.builds(
        Deal,
        number=st.text(max_size=5),
        kind=st.sampled_from(ContractKind),
        amount=MONEY,
        technology_amount=MONEY,
        paid=MONEY,
        registered=st.booleans(),
        affiliated=st.booleans(),
    ),
    max_size=4,
).map(tuple)
SLABS = st.lists(st.integers(1, 1000), min_size=1, max_size=4).map(
    lambda steps: Slabs(
        tuple(Slab(sum(steps[: n + 1]) * 10**9, sum(steps[: n + 1])) for n in range(len(steps)))
    )
)
FORMULAS = (
    st.builds(Percent, st.integers(1, 10_000)) | st.builds(Flat, st.integers(1, 10**9)) | SLABS
)
RULES = st.builds(
    Rule,
    formula=FORMULAS,
    basis=st.sampled_from(Basis),
    contract_kinds=st.lists(st.sampled_from(ContractKind), max_size=3).map(tuple),
    minimum=MONEY,
    registered=st.booleans(),
    unaffiliated=st.booleans(),
    cap=CAPS,
    cap_per_project=CAPS,
    cap_per_year=CAPS,
)


@given(rate=st.integers(1, 10_000), paid=MONEY)
def test_a_percentage_is_the_exact_share_cut_to_the_fen(rate: int, paid: int) -> None:
    amount = assess(Rule(Percent(rate)), replace(AT, deals=(replace(DEAL, paid=paid),))).amount
    share = Decimal(paid) * Decimal(rate) / Decimal(10_000)
    assert amount == int(share.to_integral_value(ROUND_FLOOR))


@given(rule=RULES, deals=DEALS, project=MONEY, year=MONEY)
def test_no_cap_is_ever_passed_and_the_last_line_is_the_amount(
    rule: Rule, deals: tuple[Deal, ...], project: int, year: int
) -> None:
    at = replace(AT, deals=deals, given_project=project, given_year=year)
    given = assess(rule, at)
    assert given.amount >= 0
    assert rule.cap is None or given.amount <= rule.cap
    for cap, before in ((rule.cap_per_project, project), (rule.cap_per_year, year)):
        assert cap is None or given.amount == 0 or before + given.amount <= cap
    if given.refusal is None:
        assert given.lines[-1].amount == given.amount
        counted = [line.amount for line in given.lines if line.step is Step.DEAL]
        assert [line.amount for line in given.lines if line.step is Step.SUM] == [sum(counted)]
    else:
        assert given.amount == 0


@given(rule=RULES, deals=DEALS, more=MONEY)
def test_more_money_never_gives_less(rule: Rule, deals: tuple[Deal, ...], more: int) -> None:
    richer = tuple(
        replace(
            d,
            amount=d.amount + more,
            technology_amount=d.technology_amount + more,
            paid=d.paid + more,
        )
        for d in deals
    )
    before = assess(rule, replace(AT, deals=deals)).amount
    assert assess(rule, replace(AT, deals=richer)).amount >= before


@given(
    st.lists(
        st.builds(Offer, key=st.integers(), group=st.sampled_from(["", "a", "b"]), amount=MONEY)
    )
)
def test_of_each_stacking_group_the_largest_offer_is_taken(offers: list[Offer]) -> None:
    taken = together(offers)
    groups = [offer.group for offer in taken if offer.group]
    assert len(groups) == len(set(groups))
    assert {offer.group for offer in offers} == {offer.group for offer in taken}
    assert [offer for offer in offers if not offer.group] == [o for o in taken if not o.group]
    for offer in taken:
        rivals = [one.amount for one in offers if offer.group and one.group == offer.group]
        assert offer.amount == max(rivals, default=offer.amount)
