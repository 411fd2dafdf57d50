"""Brings a spreadsheet of needs or results into the database: all of it or nothing."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.db import exclusive, transaction
from matchmaker.disclosure import search_text
from matchmaker.i18n import _
from matchmaker.spreadsheets import (
    NEED_RECORDS,
    RESULT_RECORDS,
    Row,
    RowError,
    RowsError,
    Table,
    read_table,
    split_terms,
)
from matchmaker.spreadsheets.cells import squeeze
from models import (
    CooperationMode,
    ImportBatch,
    Industry,
    Need,
    NeedMode,
    Organization,
    PostingStatus,
    Result,
    ResultAttribute,
    ResultMode,
    ResultStage,
    User,
    now,
)

VALID_DAYS = 365
KINDS = {"needs": (Need, NEED_RECORDS), "results": (Result, RESULT_RECORDS)}


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
    if dry_run:
        _refuse_bad_rows(session, record, organization, table)
        postings = _postings(session, record, organization, table)
    else:
        with transaction(session):
            exclusive(session, "import")
            _refuse_bad_rows(session, record, organization, table)
            postings = _postings(session, record, organization, table)
            _publish(session, actor, postings, _batch(kind, organization, path, table))
    unclassified = sum(posting.industry_id is None for posting in postings)
    return Imported(len(postings), unclassified, table.sheet)


def _postings(
    session: Session, record: type[Any], organization: Organization, table: Table
) -> list[Any]:
    """Return a need or a result for each row, not yet added to the session."""
    industries = {
        key: industry.id
        for industry in session.scalars(sa.select(Industry))
        for key in map(squeeze, (industry.name, industry.code, industry.name_en))
    }
    make = _need if record is Need else _result
    postings = []
    for row in table.rows:
        posting = make(row.values)
        posting.title = row.values["title"]
        posting.reference = row.values["id"] if row.numbered else None
        posting.keywords = list(split_terms(row.values["keywords"]))
        posting.industry_id = industries.get(squeeze(row.values["industry"]))
        posting.organization_id = organization.id
        posting.region_id = organization.region_id
        posting.search_text = search_text(posting)
        postings.append(posting)
    return postings


def _publish(session: Session, actor: User | None, postings: list[Any], batch: ImportBatch) -> None:
    published = now()
    for posting in postings:
        posting.status = PostingStatus.PUBLISHED
        posting.published_at = published
        posting.valid_until = published.date() + timedelta(days=VALID_DAYS)
    session.add_all([*postings, batch])
    session.flush()
    session.add_all(
        audit.status_change(posting, None, posting.status, "import", actor) for posting in postings
    )
    audit.record(session, actor, f"{batch.kind}:import", batch, rows=batch.row_count)


def _batch(kind: str, organization: Organization, path: Path, table: Table) -> ImportBatch:
    return ImportBatch(
        kind=kind,
        organization_id=organization.id,
        file_name=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        sheet=table.sheet,
        row_count=len(table.rows),
    )


def _refuse_bad_rows(
    session: Session, record: type[Any], organization: Organization, table: Table
) -> None:
    """Refuse what only shows beside other cells or beside what is in the database."""
    statement = sa.select(record.reference).where(record.organization_id == organization.id)
    used = set(session.scalars(statement))
    registered = set(session.scalars(sa.select(Result.registration_no)))
    errors = [
        error
        for row in table.rows
        for error in (
            _used_number(row, table, used),
            _used_registration(row, table, registered),
            _crossed_budget(row, table),
        )
        if error
    ]
    if errors:
        raise RowsError(table.file, errors)


def _used_number(row: Row, table: Table, used: set[str | None]) -> RowError | None:
    """Refuse a number the organisation has used before: most often a file sent twice."""
    if not row.numbered or row.values["id"] not in used:
        return None
    return RowError(
        row=row.number,
        column=table.columns["id"],
        reason=_("“%(value)s” has been imported before", value=row.values["id"]),
        cure=_("remove the row or give it another number"),
    )


def _used_registration(row: Row, table: Table, registered: set[str | None]) -> RowError | None:
    """Refuse a registration number that stands on the platform or further up in the file."""
    number = row.values.get("registration_no")
    if not number:
        return None
    if number not in registered:
        registered.add(number)
        return None
    return RowError(
        row=row.number,
        column=table.columns["registration_no"],
        reason=_("the registration number “%(value)s” is taken", value=number),
        cure=_("check the number; each result has one of its own"),
    )


def _crossed_budget(row: Row, table: Table) -> RowError | None:
    low, high = (_whole(row.values.get(field, "")) for field in ("budget_min", "budget_max"))
    if low is None or high is None or low <= high:
        return None
    return RowError(
        row=row.number,
        column=table.columns["budget_min"],
        reason=_("the lowest budget is above the highest"),
        cure=_("exchange the two amounts"),
    )


def _need(values: Mapping[str, str]) -> Need:
    return Need(
        background=values["background"],
        problem=values["text"],
        tried=values["tried"],
        budget_min=_whole(values["budget_min"]),
        budget_max=_whole(values["budget_max"]),
        deadline=date.fromisoformat(values["deadline"]) if values["deadline"] else None,
        chain_link=values["chain_link"],
        mode_rows=[NeedMode(mode=mode) for mode in _modes(values["modes"])],
    )


def _result(values: Mapping[str, str]) -> Result:
    return Result(
        abstract=values["text"],
        problem_solved=values["problem_solved"],
        advantage=values["advantage"],
        applications=values["applications"],
        trl=_whole(values["trl"]),
        stage=ResultStage(values["stage"]) if values["stage"] else None,
        attribute=ResultAttribute(values["attribute"]) if values["attribute"] else None,
        registration_no=values["registration_no"] or None,
        asking_price=_whole(values["asking_price"]),
        team=values["team"],
        mode_rows=[ResultMode(mode=mode) for mode in _modes(values["modes"])],
    )


def _whole(text: str) -> int | None:
    return int(text) if text else None


def _modes(text: str) -> list[CooperationMode]:
    return [CooperationMode(mode) for mode in text.split(";") if mode]
