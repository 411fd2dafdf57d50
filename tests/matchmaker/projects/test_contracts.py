"""Contracts: every version stays, and what makes no sense is refused by its field."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.inputs import InputError
from matchmaker.lifecycle.engine import NotPermittedError, StaleError
from matchmaker.projects import contracts
from models import ContractChange, ContractKind, Project
from tests.trail import YUAN, Trail, terms


@pytest.fixture
def project(trail: Trail) -> Project:
    """Give a project in matchmaking."""
    return trail.begun()


TODAY = today()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": 10**15}, "amount"),
        ({"technology_amount": -1}, "technology_amount"),
        ({"technology_amount": 1_000_001 * YUAN}, "technology_amount"),
        ({"signed_on": TODAY + timedelta(days=1)}, "signed_on"),
        ({"ends_on": TODAY - timedelta(days=1)}, "ends_on"),
        ({"starts_on": date(2026, 1, 1), "ends_on": date(2026, 1, 2)}, "ends_on"),
        ({"kind": ContractKind.LICENCE, "signed_on": date(2020, 12, 31)}, "kind"),
    ],
)
def test_terms_that_make_no_sense_are_refused_by_their_field(
    trail: Trail, project: Project, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InputError) as refused:
        trail.signed(project, **changes)
    assert refused.value.field == field
    assert refused.value.reason
    assert project.contracts == []


def test_the_law_knows_licences_since_the_civil_code() -> None:
    assert ContractKind.LICENCE not in contracts.kinds_on(date(2020, 12, 31))
    assert set(contracts.kinds_on(date(2021, 1, 1))) == set(ContractKind)
    assert contracts.kinds_on(date(1990, 1, 1)) == ()


def test_a_contract_is_between_two_parties_of_the_project(
    session: Session, trail: Trail, project: Project
) -> None:
    def sign(number: str, buyer: object, seller: object) -> str:
        with pytest.raises(InputError) as refused:
            contracts.sign(
                session,
                trail.officer,
                project,
                number,
                buyer,  # type: ignore[arg-type]
                seller,  # type: ignore[arg-type]
                terms(),
            )
        return refused.value.field

    enterprise, university = trail.enterprise, trail.university
    trail.signed(project, "HT-1")
    assert sign(" ", enterprise, university) == "number"
    assert sign("HT-1", enterprise, university) == "number"
    assert sign("HT-2", enterprise, enterprise) == "seller"
    assert sign("HT-2", trail.rival.organization, university) == "buyer"


def test_every_version_of_a_contract_stays(
    session: Session, trail: Trail, project: Project
) -> None:
    contract = trail.signed(project)
    larger = terms(amount=2_000_000 * YUAN)
    contracts.amend(session, trail.officer, contract, larger, "增加中试", today(), version=1)
    assert contract.amount == 2_000_000 * YUAN
    contracts.terminate(session, trail.officer, contract, "双方协商", today())
    assert contract.terminated_on == today()
    assert [(one.ordinal, one.change, one.amount) for one in contract.versions] == [
        (1, ContractChange.SIGNED, 1_000_000 * YUAN),
        (2, ContractChange.AMENDED, 2_000_000 * YUAN),
        (3, ContractChange.TERMINATED, 2_000_000 * YUAN),
    ]
    with pytest.raises(InputError):
        contracts.amend(session, trail.officer, contract, larger, "再改", today())


def test_an_amendment_made_from_an_older_page_is_refused(
    session: Session, trail: Trail, project: Project
) -> None:
    contract = trail.signed(project)
    contracts.amend(session, trail.officer, contract, terms(), "改期", today(), version=1)
    with pytest.raises(StaleError):
        contracts.amend(session, trail.officer, contract, terms(), "改期", today(), version=1)
    yesterday = today() - timedelta(days=1)
    with pytest.raises(InputError) as refused:
        contracts.amend(session, trail.officer, contract, terms(), "改期", yesterday)
    assert refused.value.field == "changed_on"


def test_a_contract_is_registered_under_a_number_of_its_own(
    session: Session, trail: Trail, project: Project
) -> None:
    first, second = trail.signed(project, "HT-1"), trail.signed(project, "HT-2")
    contracts.register(session, trail.officer, first, "2026340100001", today())
    assert first.registered_on == today()
    with pytest.raises(InputError) as refused:
        contracts.register(session, trail.officer, second, "2026340100001", today())
    assert refused.value.field == "registration_no"
    with pytest.raises(InputError) as refused:
        contracts.register(session, trail.officer, second, "2", today() - timedelta(days=1))
    assert refused.value.field == "registered_on"


def test_no_more_is_paid_than_was_agreed_and_mistakes_are_struck_out(
    session: Session, trail: Trail, project: Project
) -> None:
    contract = trail.signed(project)
    paid = contracts.pay(session, trail.officer, contract, today(), 600_000 * YUAN, "银行回单1")
    with pytest.raises(InputError) as refused:
        contracts.pay(session, trail.officer, contract, today(), 400_001 * YUAN, "银行回单2")
    assert refused.value.field == "amount"
    smaller = terms(amount=500_000 * YUAN, technology_amount=0)
    with pytest.raises(InputError):
        contracts.amend(session, trail.officer, contract, smaller, "减少", today())
    contracts.cancel_payment(session, trail.officer, paid, "重复录入")
    assert contract.paid == 0
    with pytest.raises(StaleError):
        contracts.cancel_payment(session, trail.officer, paid, "重复录入")
    contracts.pay(session, trail.officer, contract, today(), 1_000_000 * YUAN, "银行回单3")
    assert contract.paid == contract.amount


def test_parties_do_not_record_contracts_themselves(
    session: Session, trail: Trail, project: Project
) -> None:
    contract = trail.signed(project)
    with pytest.raises(NotPermittedError):
        contracts.pay(session, trail.manager, contract, today(), 1, "回单")
