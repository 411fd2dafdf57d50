"""How much a policy's rule gives, line by line; no database.

Money is whole fen. A percentage is cut down to the fen: nobody is given more than the share.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from matchmaker.incentives.rules import (
    FULL_RATE,
    Basis,
    Flat,
    Formula,
    Percent,
    Rule,
    Slabs,
)
from models import ContractKind, OrganizationKind


@dataclass(frozen=True, slots=True)
class Deal:
    """What the formulas look at of one contract; money in fen, `paid` in the claim's year."""

    number: str
    kind: ContractKind
    amount: int
    technology_amount: int
    paid: int
    registered: bool
    affiliated: bool

    def money(self, basis: Basis) -> int:
        """Return the money that a rule of this basis works on."""
        return {
            Basis.PAID: self.paid,
            Basis.AMOUNT: self.amount,
            Basis.TECHNOLOGY_AMOUNT: self.technology_amount,
        }[basis]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Who claims, for which contracts, and what the same policy has given already, in fen.

    `restricted` names the integrity restriction that holds, "" for none. `given_project` is what
    the policy gives for the same project in other claims, `given_year` what it gives the same
    organization in the same year.
    """

    kind: OrganizationKind
    region: str
    tiers: frozenset[str]
    deals: tuple[Deal, ...]
    restricted: str = ""
    given_project: int = 0
    given_year: int = 0


class Step(StrEnum):
    """What a line of the arithmetic says."""

    WRONG_REGION = "wrong_region"
    WRONG_KIND = "wrong_kind"
    WRONG_TIER = "wrong_tier"
    RESTRICTED = "restricted"
    LEFT_OUT_KIND = "left_out_kind"
    LEFT_OUT_UNREGISTERED = "left_out_unregistered"
    LEFT_OUT_AFFILIATED = "left_out_affiliated"
    NO_CONTRACT = "no_contract"
    DEAL = "deal"
    SUM = "sum"
    BELOW_MINIMUM = "below_minimum"
    PERCENT = "percent"
    SLAB = "slab"
    BELOW_SLABS = "below_slabs"
    FLAT = "flat"
    CAP = "cap"
    CAP_PER_PROJECT = "cap_per_project"
    CAP_PER_YEAR = "cap_per_year"


REFUSALS = frozenset(
    {
        Step.WRONG_REGION,
        Step.WRONG_KIND,
        Step.WRONG_TIER,
        Step.RESTRICTED,
        Step.NO_CONTRACT,
        Step.BELOW_MINIMUM,
        Step.BELOW_SLABS,
    }
)
"""The steps that end in nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the arithmetic: the step, what it came to in fen, and what it names."""

    step: Step
    amount: int = 0
    limit: int = 0
    rate: int = 0
    name: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the line as it is kept with the claim."""
        return {
            "step": self.step.value,
            "amount": self.amount,
            "limit": self.limit,
            "rate": self.rate,
            "name": self.name,
        }


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a rule gives, in fen, and how that was reckoned."""

    amount: int
    lines: tuple[Line, ...]

    @property
    def refusal(self) -> Line | None:
        """The line that says why nothing is given, None where something is or a cap is used up."""
        return next((line for line in self.lines if line.step in REFUSALS), None)


def assess(rule: Rule, at: Circumstances) -> Assessment:
    """Return what a rule gives in these circumstances, with every step on the way."""
    refusals = _unfit(rule, at)
    if refusals:
        return Assessment(0, tuple(refusals))
    left_out = [line for deal in at.deals if (line := _left_out(rule, deal))]
    deals = [deal for deal in at.deals if not _left_out(rule, deal)]
    if not deals:
        return Assessment(0, (*left_out, Line(Step.NO_CONTRACT)))
    counted = [Line(Step.DEAL, deal.money(rule.basis), name=deal.number) for deal in deals]
    base = sum(line.amount for line in counted)
    lines = [*left_out, *counted, Line(Step.SUM, base)]
    if base < rule.minimum:
        return Assessment(0, (*lines, Line(Step.BELOW_MINIMUM, base, rule.minimum)))
    lines.append(_apply(rule.formula, base))
    lines += _capped(rule, at, lines[-1].amount)
    return Assessment(lines[-1].amount, tuple(lines))


def covers(codes: Iterable[str], region: str) -> bool:
    """Return whether a region lies in the subtree of any of these (GB/T 2260 codes)."""
    return any(region.startswith(_digits(code)) for code in codes)


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that could be claimed: what it is known by, its stacking group, its amount."""

    key: Any
    group: str
    amount: int


def together(offers: Sequence[Offer]) -> list[Offer]:
    """Return the offers to take: of each stacking group the largest, of equals the first.

    What is in no group goes with everything; the order stays.
    """
    best: dict[str, Offer] = {}
    for offer in offers:
        if offer.group not in best or offer.amount > best[offer.group].amount:
            best[offer.group] = offer
    return [offer for offer in offers if not offer.group or best[offer.group] is offer]


def _digits(code: str) -> str:
    while code.endswith("00"):
        code = code[:-2]
    return code


def _unfit(rule: Rule, at: Circumstances) -> list[Line]:
    """Return why this organization may not claim at all."""
    checks = (
        (bool(rule.regions) and not covers(rule.regions, at.region), Step.WRONG_REGION, at.region),
        (bool(rule.kinds) and at.kind not in rule.kinds, Step.WRONG_KIND, at.kind.value),
        (
            bool(rule.tiers) and not at.tiers & set(rule.tiers),
            Step.WRONG_TIER,
            "、".join(rule.tiers),
        ),
        (rule.integrity and bool(at.restricted), Step.RESTRICTED, at.restricted),
    )
    return [Line(step, name=name) for fails, step, name in checks if fails]


def _left_out(rule: Rule, deal: Deal) -> Line | None:
    """Return why a contract does not take part, None if it does."""
    if rule.contract_kinds and deal.kind not in rule.contract_kinds:
        return Line(Step.LEFT_OUT_KIND, name=deal.number)
    if rule.registered and not deal.registered:
        return Line(Step.LEFT_OUT_UNREGISTERED, name=deal.number)
    if rule.unaffiliated and deal.affiliated:
        return Line(Step.LEFT_OUT_AFFILIATED, name=deal.number)
    return None


def _apply(formula: Formula, base: int) -> Line:
    match formula:
        case Percent(rate):
            return Line(Step.PERCENT, base * rate // FULL_RATE, rate=rate)
        case Slabs(slabs):
            reached = [slab for slab in slabs if base >= slab.reached]
            if not reached:
                return Line(Step.BELOW_SLABS, 0, slabs[0].reached)
            return Line(Step.SLAB, reached[-1].reward, reached[-1].reached)
        case Flat(reward):
            return Line(Step.FLAT, reward)


def _capped(rule: Rule, at: Circumstances, amount: int) -> list[Line]:
    """Return a line for each cap that lowers the amount; what was given already uses it up."""
    lines = []
    for step, cap, given in (
        (Step.CAP, rule.cap, 0),
        (Step.CAP_PER_PROJECT, rule.cap_per_project, at.given_project),
        (Step.CAP_PER_YEAR, rule.cap_per_year, at.given_year),
    ):
        if cap is not None and amount > max(cap - given, 0):
            amount = max(cap - given, 0)
            lines.append(Line(step, amount, cap))
    return lines
