"""Brings the rows of a table into the database: all of them or none, from whichever door."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.db import exclusive, transaction
from matchmaker.imports.rows import KINDS, faults, made
from matchmaker.postings.services import VALID_DAYS
from matchmaker.spreadsheets import RowsError, Table, read_table
from matchmaker.spreadsheets.metrics import LONGEST
from matchmaker.spreadsheets.rights import PARTS
from models import (
    ImportBatch,
    ImportStatus,
    Need,
    NeedMetric,
    NeedMode,
    Organization,
    PostingStatus,
    Result,
    ResultMode,
    ResultProperty,
    StatusChange,
    User,
    now,
    write_bigrams,
)


class Hanging(NamedTuple):
    """The rows that hang on a posting: one for each mode, one for each metric or right.

    `owner` is the column that says whose they are.
    """

    owner: str
    mode: type[Any]
    entry: type[Any]


HANGING = {
    "needs": Hanging("need_id", NeedMode, NeedMetric),
    "results": Hanging("result_id", ResultMode, ResultProperty),
}
"""By the name of the hall."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought, or would bring; `unclassified` rows name no industry we know."""

    rows: int
    unclassified: int
    sheet: str


def import_postings(
    session: Session,
    actor: User | None,
    kind: str,
    organization: Organization,
    path: Path,
    overrides: Mapping[str, str],
    *,
    dry_run: bool = False,
) -> Imported:
    """Publish every row of a spreadsheet as a need or a result of `organization`.

    Args:
        session: the session; the import is one transaction of it.
        actor: who imports, None from the command line.
        kind: "needs" or "results".
        organization: whose they are.
        path: an .xlsx, .xls or .csv file.
        overrides: column headers by field, for headers that are not recognised.
        dry_run: check everything and write nothing.

    Raises:
        SheetError: the file or any of its rows cannot be taken; the message lists them all.
    """
    record, columns = KINDS[kind]
    table = read_table(path, columns, overrides)
    postings = [_published(posting) for posting in made(session, record, organization, table.rows)]
    if dry_run:
        _refuse_faults(session, record, organization, table)
    else:
        with transaction(session):
            exclusive(session, "import")
            _refuse_faults(session, record, organization, table)
            batch = _batch(kind, organization, path, table)
            session.add(batch)
            write(session, actor, batch, map(as_columns, postings))
            audit.record(session, actor, f"{kind}:import", batch, rows=len(postings))
    unclassified = sum(posting.industry_id is None for posting in postings)
    return Imported(len(postings), unclassified, table.sheet)


def as_columns(posting: Any) -> dict[str, Any]:
    """Return the columns of a posting that is in no session, its `modes` and its `entries`."""
    columns = posting.__table__.columns.keys()
    values = {name: getattr(posting, name) for name in columns if name != "id"}
    modes = [{"mode": mode} for mode in posting.modes]
    return values | {"modes": modes, "entries": _entries_of(posting)}


def write(
    session: Session, actor: User | None, batch: ImportBatch, postings: Iterable[dict[str, Any]]
) -> None:
    """Write the postings of a batch, in the transaction under way.

    They are as `as_columns` gives them: records would take many times as long, and all that time
    SQLite lets nobody else write.
    """
    session.flush()
    record = KINDS[batch.kind][0]
    hanging = HANGING[batch.kind]
    rows = [posting | {"import_batch_id": batch.id} for posting in postings]
    modes = {row["public_id"]: row.pop("modes") for row in rows}
    entries = {row["public_id"]: row.pop("entries") for row in rows}
    session.execute(sa.insert(record.__table__), rows)
    written = session.execute(
        sa.select(record.id, record.public_id, record.status, record.version).where(
            record.import_batch_id == batch.id
        )
    ).all()
    texts = {row["public_id"]: row["search_text"] for row in rows}
    write_bigrams(
        session.connection(),
        record,
        ((row.id, row.version, texts[row.public_id]) for row in written),
    )
    for beside, given in ((hanging.mode, modes), (hanging.entry, entries)):
        beneath = [one | {hanging.owner: row.id} for row in written for one in given[row.public_id]]
        if beneath:
            session.execute(sa.insert(beside), beneath)
    session.execute(
        sa.insert(StatusChange),
        [
            {
                "subject_kind": record.__name__,
                "subject_id": row.id,
                "target": row.status,
                "action": "import",
                "actor_id": actor.id if actor else None,
            }
            for row in written
        ],
    )


def digest(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _entries_of(posting: Need | Result) -> list[dict[str, Any]]:
    """Return the columns of a need's metrics or a result's rights; `posting` is in no session."""
    rows, parts = (
        (posting.metrics, tuple(LONGEST))
        if isinstance(posting, Need)
        else (posting.properties, PARTS)
    )
    return [{field: getattr(row, field) for field in ("position", *parts)} for row in rows]


def _published(posting: Any) -> Any:
    posting.status, posting.published_at = PostingStatus.PUBLISHED, now()
    posting.valid_until = posting.published_at.date() + timedelta(days=VALID_DAYS)
    return posting


def _batch(kind: str, organization: Organization, path: Path, table: Table) -> ImportBatch:
    return ImportBatch(
        kind=kind,
        organization_id=organization.id,
        status=ImportStatus.DONE,
        file_name=path.name,
        sha256=digest(path),
        sheet=table.sheet,
        row_count=len(table.rows),
    )


def _refuse_faults(
    session: Session, record: type[Any], organization: Organization, table: Table
) -> None:
    found = faults(session, record, organization, table.rows, table.columns)
    if found:
        raise RowsError(table.file, found)
