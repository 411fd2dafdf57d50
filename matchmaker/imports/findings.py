"""What a look into a table finds: its columns, its first rows as they will be, what is wrong."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.imports.rows import BODY, KINDS, faults, known_industries
from matchmaker.spreadsheets import Checked, RowError
from matchmaker.spreadsheets.cells import shortened, squeeze
from matchmaker.spreadsheets.errors import MAX_ERRORS
from matchmaker.spreadsheets.workbook import Cell
from models import Organization, PostingStatus

FIRST_ROWS = 5
SAMPLES = 2
MOST_ALIKE = 50
OVER = (PostingStatus.REJECTED, PostingStatus.EXPIRED, PostingStatus.WITHDRAWN)
"""The states of texts that may be posted anew."""


def errors_in(
    session: Session, kind: str, organization: Organization, checked: Checked
) -> list[RowError]:
    """Return all that is wrong with the rows of a table, in their order.

    A cell that could not be read counts as empty, which is not told of besides.
    """
    record = KINDS[kind][0]
    unread = {(error.row, error.column) for error in checked.errors}
    found = [
        error
        for error in faults(session, record, organization, checked.rows, checked.columns)
        if (error.row, error.column) not in unread
    ]
    places = {header: checked.places[field] for field, header in checked.columns.items()}
    cells = dict(checked.cells)
    as_written = [
        replace(error, value=_written(cells[error.row], places[error.column])) for error in found
    ]
    return sorted(
        [*checked.errors, *as_written], key=lambda error: (error.row, places.get(error.column, 0))
    )


def findings(
    session: Session, kind: str, organization: Organization, checked: Checked
) -> dict[str, Any]:
    """Return as JSON can keep it what there is to say of a table before it is imported.

    `missing` names the required fields that no column was chosen for; rows are looked into only
    where there are none. `errors` are the first of `error_count`, in `bad_rows` rows; `alike` the
    first of `alike_count` rows whose title stands further up, or among the organization's own;
    `bare` are the numbers of the first of `bare_count` rows that have a title and no text.
    """
    record, columns = KINDS[kind]
    missing = [c.field for c in columns if c.required and c.field not in checked.places]
    found: dict[str, Any] = {
        "headers": [shortened(header) for header in checked.headers],
        "samples": [_sample(checked, place) for place in range(len(checked.headers))],
        "missing": missing,
        "error_count": 0,
    }
    if missing:
        return found
    errors = errors_in(session, kind, organization, checked)
    alike = _alike(session, record, organization, checked)
    industries = known_industries(session)
    bare = [row.number for row in checked.rows if not any(row.values[f] for f in BODY[record])]
    written = [squeeze(row.values["industry"]) for row in checked.rows]
    return found | {
        "errors": [asdict(error) for error in errors[:MAX_ERRORS]],
        "error_count": len(errors) + checked.more,
        "bad_rows": len({error.row for error in errors}),
        "alike": alike[:MOST_ALIKE],
        "alike_count": len(alike),
        "bare": bare[:MOST_ALIKE],
        "bare_count": len(bare),
        "unknown_industries": sum(bool(name) and name not in industries for name in written),
        "rows": [{"number": row.number} | row.values for row in checked.rows[:FIRST_ROWS]],
    }


def _sample(checked: Checked, place: int) -> str:
    """Return what stands in a column's first rows."""
    first = (_written(cells, place) for _number, cells in checked.cells[:SAMPLES])
    return "；".join(filter(None, first))


def _written(cells: Sequence[Cell], place: int) -> str:
    """Return what stands in a cell, as much of it as is quoted."""
    cell = cells[place] if place < len(cells) else ""
    return shortened(cell.strip() if isinstance(cell, str) else cell.what)


def _alike(
    session: Session, record: type[Any], organization: Organization, checked: Checked
) -> list[dict[str, Any]]:
    """Return the rows whose title is, but for signs and spaces, one that stands already.

    `earlier` is the row where it does, 0 for the organization's own list.
    """
    titles: Sequence[str] = session.scalars(
        sa.select(record.title).where(
            record.organization_id == organization.id, record.status.not_in(OVER)
        )
    ).all()
    first = dict.fromkeys(map(squeeze, titles), 0)
    alike = []
    for row in checked.rows:
        title = row.values["title"]
        earlier = first.setdefault(squeeze(title), row.number)
        if title and earlier != row.number:
            alike.append({"row": row.number, "title": shortened(title), "earlier": earlier})
    return alike
