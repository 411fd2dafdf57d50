"""Contracts of a project: signed, registered, amended, terminated, paid.

Each use case is one transaction and brings the estimates of what may be claimed up to date.
All raise what `access.demand` raises, and `InputError` for a value that cannot be taken.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.clock import today
from matchmaker.config import ROOT
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.incentives import estimates
from matchmaker.inputs import InputError, need_amount, need_past, need_text
from matchmaker.lifecycle.engine import StaleError
from matchmaker.projects import access
from models import (
    Contract,
    ContractChange,
    ContractKind,
    ContractVersion,
    Organization,
    Payment,
    Project,
    Record,
    User,
    new_public_id,
    now,
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a contract says; money in fen."""

    kind: ContractKind
    amount: int
    technology_amount: int
    signed_on: date
    starts_on: date
    ends_on: date
    document: str = ""


@dataclass(frozen=True, slots=True)
class Signing:
    """A contract as it was signed: its number, who is bound by it, and what it says."""

    number: str
    buyer: Organization
    seller: Organization
    terms: Terms


def kinds_on(day: date) -> tuple[ContractKind, ...]:
    """Return the kinds of technology contracts that the law knows on a day.

    The rules are dated data in `seed/contract-rules.json`.
    """
    known = [kinds for start, kinds in _kinds_by_date() if start <= day]
    return known[-1] if known else ()


def sign(
    session: Session,
    actor: User,
    project: Project,
    number: str,
    buyer: Organization,
    seller: Organization,
    terms: Terms,
    *,
    affiliated: bool = False,
    key: str | None = None,
) -> Contract:
    """Record a signed contract between two parties of the project.

    The form `key` sent again is the same contract.
    """
    number = need_text("number", number)
    check_terms(terms)
    with transaction(session):
        estimates.hold(session)
        access.demand(session, actor, project, "sign")
        earlier = access.made_before(session, project, Contract, key, number=number)
        if earlier is not None:
            return earlier
        _check_parties(project, buyer, seller)
        if any(one.number == number for one in project.contracts):
            raise InputError("number", _("The project has a contract of this number already."))
        contract = Contract(
            public_id=key or new_public_id(),
            project=project,
            number=number,
            buyer=buyer,
            seller=seller,
            affiliated=affiliated,
            **asdict(terms),
        )
        session.add(contract)
        _keep_version(session, actor, contract, ContractChange.SIGNED, terms.signed_on, "")
    return contract


def sign_first(session: Session, actor: User, signed: Mapping[Project, Signing]) -> None:
    """Record at once the contracts of many projects that have just been opened.

    Raises:
        InputError: as for `check_terms`.
    """
    for one in signed.values():
        check_terms(one.terms)
    with transaction(session):
        estimates.hold(session)
        made = [
            Contract(
                project=project,
                number=one.number,
                buyer=one.buyer,
                seller=one.seller,
                **asdict(one.terms),
            )
            for project, one in signed.items()
        ]
        for contract in made:
            _add_version(actor, contract, ContractChange.SIGNED, contract.signed_on)
        session.add_all(made)
        session.flush()
        told: dict[Record, dict[str, Any]] = {one: {"amount": one.amount} for one in made}
        audit.record_each(session, actor, f"contract:{ContractChange.SIGNED}", told)
        estimates.refresh_all(session, actor, list(signed))


def amend(
    session: Session,
    actor: User,
    contract: Contract,
    terms: Terms,
    reason: str,
    changed_on: date,
    version: int | None = None,
) -> None:
    """Put other terms in force; the former ones stay as a version."""
    why = need_text("reason", reason)
    check_terms(terms)
    with transaction(session):
        estimates.hold(session)
        _demand_in_force(session, actor, contract, "amend", version)
        _check_change(contract, changed_on)
        if terms.amount < contract.paid:
            raise InputError("amount", _("More than this has been paid already."))
        for name, value in asdict(terms).items():
            setattr(contract, name, value)
        _keep_version(session, actor, contract, ContractChange.AMENDED, changed_on, why)


def terminate(
    session: Session,
    actor: User,
    contract: Contract,
    reason: str,
    terminated_on: date,
    version: int | None = None,
) -> None:
    """End a contract before its term; its last terms stay."""
    why = need_text("reason", reason)
    with transaction(session):
        estimates.hold(session)
        _demand_in_force(session, actor, contract, "terminate_contract", version)
        _check_change(contract, terminated_on)
        contract.terminated_on = terminated_on
        _keep_version(session, actor, contract, ContractChange.TERMINATED, terminated_on, why)


def register(
    session: Session,
    actor: User,
    contract: Contract,
    registration_no: str,
    registered_on: date,
    version: int | None = None,
) -> None:
    """Record that the contract was registered as a technology contract (认定登记)."""
    number = need_text("registration_no", registration_no)
    need_past("registered_on", registered_on, today())
    with transaction(session):
        estimates.hold(session)
        _demand_in_force(session, actor, contract, "register", version)
        if registered_on < contract.signed_on:
            reason = _("It cannot have been registered before it was signed.")
            raise InputError("registered_on", reason)
        taken = sa.select(Contract.id).where(
            Contract.registration_no == number, Contract.id != contract.id
        )
        if session.scalar(taken) is not None:
            raise InputError("registration_no", _("Another contract has this number."))
        contract.registration_no, contract.registered_on = number, registered_on
        session.flush()
        audit.record(session, actor, "contract:register", contract, number=number)
        estimates.refresh(session, actor, contract.project)


def pay(
    session: Session,
    actor: User,
    contract: Contract,
    paid_on: date,
    amount: int,
    evidence: str,
    key: str | None = None,
) -> Payment:
    """Record money that the buyer paid, with what proves it.

    The form `key` sent again is the same payment.
    """
    need_amount("amount", amount)
    proof = need_text("evidence", evidence)
    need_past("paid_on", paid_on, today())
    with transaction(session):
        estimates.hold(session)
        project = contract.project
        access.demand(session, actor, project, "pay")
        paid = {"contract": contract, "paid_on": paid_on, "amount": amount, "evidence": proof}
        earlier = access.made_before(session, project, Payment, key, **paid)
        if earlier is not None:
            return earlier
        if paid_on < contract.signed_on:
            raise InputError("paid_on", _("This is before the contract was signed."))
        if contract.paid + amount > contract.amount:
            raise InputError("amount", _("With this, more would be paid than was agreed."))
        payment = Payment(public_id=key or new_public_id(), author=actor, **paid)
        session.add(payment)
        session.flush()
        audit.record(session, actor, "contract:pay", contract, amount=amount)
        estimates.refresh(session, actor, project)
    return payment


def cancel_payment(session: Session, actor: User, payment: Payment, reason: str) -> None:
    """Strike out a payment that was entered by mistake; it stays readable."""
    why = need_text("reason", reason)
    with transaction(session):
        estimates.hold(session)
        project = payment.contract.project
        access.demand(session, actor, project, "cancel_payment")
        if payment.cancelled_at is not None:
            raise StaleError(project, "cancel_payment")
        payment.cancelled_at, payment.cancelled_because = now(), why
        session.flush()
        audit.record(session, actor, "contract:cancel_payment", payment, amount=payment.amount)
        estimates.refresh(session, actor, project)


@cache
def _kinds_by_date() -> list[tuple[date, tuple[ContractKind, ...]]]:
    rules = json.loads((ROOT / "seed" / "contract-rules.json").read_text(encoding="utf-8"))
    return sorted(
        (date.fromisoformat(rule["valid_from"]), tuple(map(ContractKind, rule["kinds"])))
        for rule in rules
    )


def check_terms(terms: Terms) -> None:
    """Do nothing if a contract may say this.

    Raises:
        InputError: it may not.
    """
    need_amount("amount", terms.amount)
    if not 0 <= terms.technology_amount <= terms.amount:
        raise InputError("technology_amount", _("It is a part of the amount: from 0 to all of it."))
    need_past("signed_on", terms.signed_on, today())
    if terms.ends_on < terms.starts_on:
        raise InputError("ends_on", _("The contract ends before it starts."))
    if terms.ends_on < terms.signed_on:
        raise InputError("ends_on", _("The contract ends before it was signed."))
    if terms.kind not in kinds_on(terms.signed_on):
        raise InputError("kind", _("The law did not know this kind on the day of signing."))


def _check_parties(project: Project, buyer: Organization, seller: Organization) -> None:
    if buyer.id == seller.id:
        raise InputError("seller", _("Buyer and seller must be two organizations."))
    parties = {party.organization_id for party in project.parties}
    for field, one in (("buyer", buyer), ("seller", seller)):
        if one.id not in parties:
            raise InputError(field, _("Choose a party of the project, or add it as one first."))


def _check_change(contract: Contract, day: date) -> None:
    need_past("changed_on", day, today())
    if day < contract.versions[-1].changed_on:
        raise InputError("changed_on", _("A later version of the contract is there already."))


def _demand_in_force(
    session: Session, actor: User, contract: Contract, action: str, version: int | None
) -> None:
    access.demand(session, actor, contract.project, action)
    if version is not None and version != contract.version:
        raise StaleError(contract.project, action)
    if contract.terminated_on is not None:
        raise InputError("contract", _("The contract has been terminated."))


def _keep_version(
    session: Session,
    actor: User,
    contract: Contract,
    change: ContractChange,
    changed_on: date,
    reason: str,
) -> None:
    """Write the terms in force down as the newest version, with the trail of it."""
    contract.updated_at = now()  # what was amended to the same terms was amended, too
    _add_version(actor, contract, change, changed_on, reason)
    session.flush()
    audit.record(session, actor, f"contract:{change}", contract, amount=contract.amount)
    estimates.refresh(session, actor, contract.project)


def _add_version(
    actor: User, contract: Contract, change: ContractChange, changed_on: date, reason: str = ""
) -> None:
    contract.versions.append(
        ContractVersion(
            ordinal=len(contract.versions) + 1,
            change=change,
            changed_on=changed_on,
            reason=reason,
            author=actor,
            kind=contract.kind,
            amount=contract.amount,
            technology_amount=contract.technology_amount,
            signed_on=contract.signed_on,
            starts_on=contract.starts_on,
            ends_on=contract.ends_on,
            document=contract.document,
        )
    )
