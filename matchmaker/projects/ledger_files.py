"""A bureau's ledger brought as a file: looked into, imported as a whole or thrown away.

The file is kept as those of needs and results are, and for nobody but who uploaded it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from matchmaker import audit, storage
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.imports.files import (
    LIMITS,
    NotNowError,
    content_of,
    file_name,
    look_into,
    store_key,
)
from matchmaker.imports.uploads import demand_waiting, keep
from matchmaker.permissions import Permission, Refused, can
from matchmaker.projects import ledger
from matchmaker.projects.contracts import Terms
from matchmaker.projects.ledger import LedgerRow
from matchmaker.projects.ledger_columns import COLUMNS, TERMS
from matchmaker.spreadsheets import Checked, FileError, Row, RowError, RowsError
from models import ContractKind, ImportBatch, ImportStatus, Project, User

KIND = "ledger"
MOST_ROWS = 2_000
"""How many projects one request opens, which takes some seconds."""
MOST_ERRORS = 200
FIRST_ROWS = 10


def upload(session: Session, actor: User, given_name: str, content: bytes) -> ImportBatch:
    """Keep a ledger and look into it; one of the actor's that still waited goes.

    Raises:
        Refused: the actor opens no projects.
        SheetError: it cannot be opened as a table, is too large, or lacks columns or rows.
        StorageError: it could not be kept.
    """
    decision = can(actor, Permission.PROJECT_OPEN)
    if not decision:
        raise Refused(decision)
    name = file_name(given_name)
    session.rollback()  # slow reading holds no connection
    checked = _read(name, content)
    return keep(
        session, actor, KIND, name, content, checked, lambda: _findings(session, actor, checked)
    )


def carry_out(session: Session, actor: User, batch: ImportBatch) -> list[Project]:
    """Open the projects of a ledger, all or none; asked twice, it is done once.

    What is wrong with its rows by now is written down with the batch.

    Raises:
        NotNowError: something is wrong with its rows, or it was thrown away.
    """
    name, public_id = batch.file_name, batch.public_id
    session.rollback()
    checked = _read(name, content_of(public_id))
    rows = [_ledger_row(row) for row in checked.rows]
    try:
        with transaction(session):
            session.refresh(batch, with_for_update=True)
            if batch.status is ImportStatus.DONE:
                return []
            demand_waiting(session, batch)
            if checked.errors or list(_incomplete(checked)):
                raise NotNowError(_("Something is wrong with its rows. Mend the file first."))
            opened = ledger.import_rows(session, actor, batch.file_name, rows)
            batch.status, batch.found = ImportStatus.DONE, {}
    except RowsError as error:
        with transaction(session):
            demand_waiting(session, batch)
            batch.found = _findings(session, actor, checked)
            session.flush()
            audit.record(session, actor, "ledger:import", batch, outcome="refused")
        words = _("Something is wrong with its rows by now. Mend the file first.")
        raise NotNowError(words) from error
    storage.delete(store_key(public_id))
    return opened


def _read(name: str, content: bytes) -> Checked:
    """Return the table of a ledger.

    Raises:
        SheetError: as for `upload`.
    """
    checked = look_into(name, content, COLUMNS, limits=replace(LIMITS, rows=MOST_ROWS))
    missing = [one.label for one in COLUMNS if one.required and one.field not in checked.places]
    if missing:
        columns = _(", ").join(missing)
        raise FileError(_("%(file)s lacks these columns: %(columns)s.", file=name, columns=columns))
    return checked


def _findings(session: Session, actor: User, checked: Checked) -> dict[str, Any]:
    """Return as JSON can keep it what there is to say of a ledger before it is imported."""
    rows = [_ledger_row(row) for row in checked.rows]
    told = {(error.row, error.column) for error in checked.errors}
    beside = (
        replace(error, column=_header(checked.columns, error.column))
        for error in (*ledger.faults(session, actor, rows), *_incomplete(checked))
    )
    more = [error for error in beside if (error.row, error.column) not in told]
    errors = sorted([*checked.errors, *more], key=lambda error: error.row)
    return {
        "errors": [asdict(error) for error in errors[:MOST_ERRORS]],
        "error_count": len(errors),
        "bad_rows": len({error.row for error in errors}),
        "rows": [{"number": row.number} | row.values for row in checked.rows[:FIRST_ROWS]],
        "contracts": sum(row.terms is not None for row in rows),
    }


def _incomplete(checked: Checked) -> Iterator[RowError]:
    """Yield the cells that a contract which is given in part lacks."""
    cure = _("fill it in, or leave all of the contract's columns empty")
    for row in checked.rows:
        if any(row.values[field] for field in TERMS):
            for field in TERMS:
                if not row.values[field]:
                    yield RowError(row.number, field, _("the contract lacks this"), cure)


def _ledger_row(row: Row) -> LedgerRow:
    fields = ("reference", "title", "region", "buyer", "seller", "contract")
    cells = {field: row.values[field] for field in fields}
    return LedgerRow(row.number, terms=_terms(row.values), **cells)


def _terms(values: Mapping[str, str]) -> Terms | None:
    """Return what a row says of its contract, None where anything is missing."""
    if not all(values[field] for field in TERMS):
        return None
    signed_on, starts_on, ends_on = (
        date.fromisoformat(values[field]) for field in ("signed_on", "starts_on", "ends_on")
    )
    return Terms(
        kind=ContractKind(values["kind"]),
        amount=int(values["amount"]),
        technology_amount=int(values["technology_amount"]),
        signed_on=signed_on,
        starts_on=starts_on,
        ends_on=ends_on,
    )


def _header(columns: Mapping[str, str], field: str) -> str:
    """Return the header that a field was taken from, the recommended one where it has none."""
    return columns.get(field) or next(one.label for one in COLUMNS if one.field == field)
