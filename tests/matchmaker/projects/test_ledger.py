"""The rows of a bureau's ledger as projects: all of them or none, as if opened one by one."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.clock import today
from matchmaker.lifecycle.transition import Action
from matchmaker.projects import contracts, ledger, services
from matchmaker.projects.ledger import LedgerRow
from matchmaker.spreadsheets import RowsError
from models import (
    Claim,
    ClaimStatus,
    Contract,
    ContractChange,
    Event,
    Project,
    ProjectStage,
    StatusChange,
)
from tests import factories
from tests.conftest import QueryCounter
from tests.trail import Trail, terms, told


def _row(trail: Trail, number: int = 2, **values: object) -> LedgerRow:
    defaults: dict[str, object] = {
        "reference": f"台账{number}",
        "title": f"台账项目{number}",
        "region": factories.FEIXI,
        "buyer": trail.enterprise.uscc,
        "seller": trail.university.uscc,
    }
    return LedgerRow(number=number, **(defaults | values))  # type: ignore[arg-type]


def test_a_ledger_becomes_projects_with_their_contracts(session: Session, trail: Trail) -> None:
    rows = [_row(trail), _row(trail, 3, contract="HT-9", terms=terms())]
    opened = ledger.import_rows(session, trail.officer, "台账.xlsx", rows)
    assert {one.stage for one in opened} == {ProjectStage.MATCHMAKING}
    assert [one.code for one in opened] == [f"AH-{today().year}-000{number}" for number in (1, 2)]
    (contract,) = session.scalars(sa.select(Contract))
    assert (contract.number, contract.project, contract.versions[0].change) == (
        "HT-9",
        opened[1],
        ContractChange.SIGNED,
    )
    changes = sa.select(StatusChange.target).where(StatusChange.subject_id == opened[0].id)
    of_projects = changes.where(StatusChange.subject_kind == "Project").order_by(StatusChange.id)
    assert session.scalars(of_projects).all() == ["lead", "matchmaking"]
    assert told(session, Event.PROJECT_OPENED) == {trail.manager.id, trail.researcher.id}
    services.move(session, trail.officer, opened[0], Action.TERMINATE, "企业停产")
    assert audit.first_broken(session) is None
    assert trail.lead().code == f"AH-{today().year}-0003"


def test_a_ledger_is_reckoned_with_as_contracts_signed_one_by_one(
    session: Session, trail: Trail
) -> None:
    factories.policy()
    factories.policy(
        rule={
            "formula": {"kind": "slabs", "slabs": [[100, 500], [150_000_000, 900]]},
            "basis": "amount",
            "scope": "year",
            "automatic": True,
        }
    )
    signed = trail.lead()
    services.move(session, trail.officer, signed, Action.BEGIN)
    contracts.sign(
        session, trail.officer, signed, "HT-1", trail.enterprise, trail.university, terms()
    )
    rows = [_row(trail, number, contract=f"HT-{number}", terms=terms()) for number in (2, 3)]
    opened = ledger.import_rows(session, trail.officer, "台账.xlsx", rows)
    claims = session.scalars(sa.select(Claim).order_by(Claim.id)).all()
    by_project = {one.project: one.amount for one in claims if one.project}
    assert by_project == dict.fromkeys((signed, *opened), 15_000_000)
    (yearly,) = (one for one in claims if one.project is None)
    assert (yearly.amount, yearly.status) == (900, ClaimStatus.DRAFTED)
    assert trail.manager.id in told(session, Event.CLAIM_ESTIMATED)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_longer_ledger_asks_the_database_no_more(
    session: Session, trail: Trail, count_queries: Callable[[], QueryCounter]
) -> None:
    factories.policy()
    asked = []
    for first, wanted in ((2, 5), (100, 50)):
        rows = [
            _row(trail, number, contract=f"HT-{number}", terms=terms())
            for number in range(first, first + wanted)
        ]
        counter = count_queries()
        ledger.import_rows(session, trail.officer, "台账.xlsx", rows)
        asked.append(sum(one.startswith(("SELECT", "UPDATE")) for one in counter.statements))
    assert asked[0] >= asked[1]


def test_one_bad_row_keeps_the_whole_ledger_out(session: Session, trail: Trail) -> None:
    ledger.import_rows(session, trail.officer, "台账.xlsx", [_row(trail, 9)])
    rows = [
        _row(trail),
        _row(trail, 3, region=factories.WUHU),
        _row(trail, 4, seller="没有"),
        _row(trail, 5, reference="台账9"),
        _row(trail, 6, reference=""),
        _row(trail, 7, seller=trail.enterprise.uscc),
    ]
    with pytest.raises(RowsError) as refused:
        ledger.import_rows(session, trail.officer, "台账.xlsx", rows)
    found = [(error.row, error.column) for error in refused.value.errors]
    assert found == [
        (3, "region"),
        (4, "seller"),
        (5, "reference"),
        (6, "reference"),
        (7, "seller"),
    ]
    bad = [_row(trail), _row(trail, 3, contract="HT", terms=terms(amount=0))]
    with pytest.raises(RowsError) as refused:
        ledger.import_rows(session, trail.officer, "台账.xlsx", bad)
    assert [(error.row, error.column) for error in refused.value.errors] == [(3, "amount")]
    session.rollback()
    assert len(session.scalars(sa.select(Project)).all()) == 1
