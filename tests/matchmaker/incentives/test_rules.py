"""A rule is read from data and written back; what makes no sense is refused by its field."""

import json
from typing import Any

import pytest

from matchmaker.config import ROOT
from matchmaker.incentives.rules import (
    Flat,
    Percent,
    Rule,
    Scope,
    Side,
    Slab,
    Slabs,
    read_rule,
    rule_data,
)
from matchmaker.inputs import InputError
from models import ContractKind, OrganizationKind

PERCENT = {"kind": "percent", "rate": 1500}


@pytest.mark.parametrize(
    ("rule", "formula"),
    [
        (Rule(Percent(1500), cap_per_year=150_000_000), PERCENT),
        (
            Rule(Flat(5_000_000), side=Side.SELLER, automatic=True),
            {"kind": "flat", "reward": 5_000_000},
        ),
        (
            Rule(
                Slabs((Slab(100, 1), Slab(200, 3))),
                scope=Scope.YEAR,
                regions=("340000",),
                kinds=(OrganizationKind.UNIVERSITY,),
                contract_kinds=(ContractKind.DEVELOPMENT, ContractKind.TRANSFER),
                evidence=("技术合同登记证明",),
            ),
            {"kind": "slabs", "slabs": [[100, 1], [200, 3]]},
        ),
    ],
)
def test_a_rule_survives_being_written_and_read(rule: Rule, formula: dict[str, Any]) -> None:
    data = rule_data(rule)
    assert data["formula"] == formula
    assert read_rule(data) == rule


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "formula"),
        ({"formula": {"kind": "lottery"}}, "formula"),
        ({"formula": PERCENT | {"cap": 1}}, "formula"),
        ({"formula": {"kind": "percent", "rate": 0}}, "rate"),
        ({"formula": {"kind": "percent", "rate": 10_001}}, "rate"),
        ({"formula": {"kind": "percent", "rate": 1.5}}, "rate"),
        ({"formula": {"kind": "flat", "reward": True}}, "reward"),
        ({"formula": {"kind": "flat", "reward": 10**15}}, "reward"),
        ({"formula": {"kind": "slabs", "slabs": []}}, "formula"),
        ({"formula": {"kind": "slabs", "slabs": [[1]]}}, "slabs"),
        ({"formula": {"kind": "slabs", "slabs": [[100, 5], [100, 6]]}}, "slabs"),
        ({"formula": {"kind": "slabs", "slabs": [[100, 5], [200, 5]]}}, "slabs"),
        ({"formula": PERCENT, "basis": "profit"}, "basis"),
        ({"formula": PERCENT, "kinds": ["shop"]}, "kinds"),
        ({"formula": PERCENT, "kinds": "enterprise"}, "kinds"),
        ({"formula": PERCENT, "registered": 1}, "registered"),
        ({"formula": PERCENT, "minimum": -1}, "minimum"),
        ({"formula": PERCENT, "cap": 0}, "cap"),
        ({"formula": PERCENT, "notice_days": 0}, "notice_days"),
        ({"formula": PERCENT, "stacking_group": "x" * 41}, "stacking_group"),
        ({"formula": PERCENT, "bonus": 1}, "bonus"),
        ({"formula": PERCENT, "scope": "year", "cap_per_project": 1}, "cap_per_project"),
        ({"formula": PERCENT, "scope": "year", "side": "service"}, "side"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(data: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as refused:
        read_rule(data)
    assert refused.value.field == field
    assert refused.value.reason


def test_the_shipped_policies_are_rules() -> None:
    shipped = json.loads((ROOT / "seed" / "policies.json").read_text(encoding="utf-8"))
    rules = {row["key"]: read_rule(row["rule"]) for row in shipped}
    assert rules["payment-share"].formula == Percent(1500)
    assert rules["payment-share"].cap_per_year == 1_500_000 * 100
    assert isinstance(rules["yearly-slabs"].formula, Slabs)
    assert isinstance(rules["transfer-institution"].formula, Flat)
