"""What a policy says, as data: who may claim, for what, how much; read from JSON and checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from matchmaker.i18n import _
from matchmaker.inputs import InputError, need_amount
from models import ContractKind, OrganizationKind

EnumT = TypeVar("EnumT", bound=StrEnum)
FULL_RATE = 10_000
LONGEST_WORD = 40


class Basis(StrEnum):
    """Which money of the contracts the formula works on."""

    PAID = "paid"
    AMOUNT = "amount"
    TECHNOLOGY_AMOUNT = "technology_amount"


class Scope(StrEnum):
    """What one claim is for: a project, or all an organization did in a year."""

    PROJECT = "project"
    YEAR = "year"


class Side(StrEnum):
    """Which organization claims: a contract's buyer or seller, or a service body of the project."""

    BUYER = "buyer"
    SELLER = "seller"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Percent:
    """A share of the money; `rate` in hundredths of a percent: 1500 is 15%."""

    rate: int


@dataclass(frozen=True, slots=True)
class Slab:
    """From this much money on, this reward; both in fen."""

    reached: int
    reward: int


@dataclass(frozen=True, slots=True)
class Slabs:
    """The reward of the highest slab that the money reaches."""

    slabs: tuple[Slab, ...]


@dataclass(frozen=True, slots=True)
class Flat:
    """The same reward, in fen, for whatever meets the conditions."""

    reward: int


Formula = Percent | Slabs | Flat


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a policy's rule. Money is in fen; an empty tuple asks for nothing.

    `regions` are GB/T 2260 codes and stand for their subtrees. `minimum` is of the money that the
    formula works on. `cap` is for one claim, `cap_per_project` for all claims of the policy for one
    project, `cap_per_year` for all of one organization in one year.
    """

    formula: Formula
    basis: Basis = Basis.PAID
    scope: Scope = Scope.PROJECT
    side: Side = Side.BUYER
    regions: tuple[str, ...] = ()
    kinds: tuple[OrganizationKind, ...] = ()
    tiers: tuple[str, ...] = ()
    contract_kinds: tuple[ContractKind, ...] = ()
    minimum: int = 0
    registered: bool = False
    unaffiliated: bool = True
    integrity: bool = True
    cap: int | None = None
    cap_per_project: int | None = None
    cap_per_year: int | None = None
    stacking_group: str = ""
    automatic: bool = False
    evidence: tuple[str, ...] = ()
    notice_days: int = 7


def read_rule(data: Mapping[str, Any]) -> Rule:
    """Return the rule that JSON data says.

    Raises:
        InputError: a field is unknown, missing or out of range.
    """
    unknown = sorted(data.keys() - _READERS.keys() - {"formula"})
    if unknown:
        raise InputError(unknown[0], _("There is no such field in a rule."))
    if not isinstance(data.get("formula"), Mapping):
        raise InputError("formula", _("Say how the amount is computed."))
    values = {key: _READERS[key](key, data[key]) for key in data.keys() - {"formula"}}
    rule = Rule(formula=_formula(data["formula"]), **values)
    if rule.scope is Scope.YEAR and rule.cap_per_project is not None:
        raise InputError("cap_per_project", _("A claim for the year belongs to no project."))
    if rule.scope is Scope.YEAR and rule.side is Side.SERVICE:
        raise InputError("side", _("A claim for the year is for a party of the contracts."))
    return rule


def rule_data(rule: Rule) -> dict[str, Any]:
    """Return a rule as the JSON data that `read_rule` reads."""
    formula: dict[str, Any]
    match rule.formula:
        case Percent(rate):
            formula = {"kind": "percent", "rate": rate}
        case Slabs(slabs):
            formula = {"kind": "slabs", "slabs": [[slab.reached, slab.reward] for slab in slabs]}
        case Flat(reward):
            formula = {"kind": "flat", "reward": reward}
    plain = {key: getattr(rule, key) for key in _READERS}
    return {"formula": formula} | {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in plain.items()
        if value is not None
    }


def _formula(data: Mapping[str, Any]) -> Formula:
    match data:
        case {"kind": "percent", "rate": rate, **rest} if not rest:
            return Percent(_within("rate", rate, 1, FULL_RATE))
        case {"kind": "flat", "reward": reward, **rest} if not rest:
            return Flat(_AMOUNT("reward", reward))
        case {"kind": "slabs", "slabs": [*slabs], **rest} if slabs and not rest:
            return Slabs(_slabs(slabs))
    raise InputError("formula", _("Choose percent, slabs or a flat reward, and give its figures."))


def _slabs(rows: list[Any]) -> tuple[Slab, ...]:
    slabs: list[Slab] = []
    for row in rows:
        if not isinstance(row, list) or len(row) != len(("reached", "reward")):
            raise InputError("slabs", _("Each slab has two amounts: from where on, and how much."))
        reached, reward = (_AMOUNT("slabs", amount) for amount in row)
        if slabs and (reached <= slabs[-1].reached or reward <= slabs[-1].reward):
            raise InputError("slabs", _("Each slab must begin later and give more than the last."))
        slabs.append(Slab(reached, reward))
    return tuple(slabs)


def _within(key: str, value: Any, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        reason = _("Give a whole number from %(least)s to %(most)s.", least=least, most=most)
        raise InputError(key, reason)
    return value


def _number(least: int, most: int) -> Callable[[str, Any], int]:
    return lambda key, value: _within(key, value, least, most)


def _money(least: int) -> Callable[[str, Any], int]:
    def read(key: str, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise InputError(key, _("This is missing."))
        return need_amount(key, value, least)

    return read


def _word(kind: type[EnumT]) -> Callable[[str, Any], EnumT]:
    def read(key: str, value: Any) -> EnumT:
        try:
            return kind(value)
        except ValueError as error:
            choices = ", ".join(kind)
            raise InputError(key, _("Choose one of: %(choices)s.", choices=choices)) from error

    return read


def _flag(key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise InputError(key, _("Answer yes or no."))
    return value


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_WORD:
        raise InputError(key, _("Give a short text."))
    return value.strip()


def _several(read: Callable[[str, Any], Any]) -> Callable[[str, Any], tuple[Any, ...]]:
    def read_all(key: str, values: Any) -> tuple[Any, ...]:
        if not isinstance(values, list):
            raise InputError(key, _("Give a list."))
        return tuple(dict.fromkeys(read(key, value) for value in values))

    return read_all


_AMOUNT = _money(1)
_READERS: dict[str, Callable[[str, Any], Any]] = {
    "basis": _word(Basis),
    "scope": _word(Scope),
    "side": _word(Side),
    "regions": _several(_text),
    "kinds": _several(_word(OrganizationKind)),
    "tiers": _several(_text),
    "contract_kinds": _several(_word(ContractKind)),
    "minimum": _money(0),
    "registered": _flag,
    "unaffiliated": _flag,
    "integrity": _flag,
    "cap": _AMOUNT,
    "cap_per_project": _AMOUNT,
    "cap_per_year": _AMOUNT,
    "stacking_group": _text,
    "automatic": _flag,
    "evidence": _several(_text),
    "notice_days": _number(1, 60),
}
