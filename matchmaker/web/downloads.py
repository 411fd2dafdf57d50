"""Tables that a reader takes away as a workbook."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Response, send_file

from matchmaker.spreadsheets import write_table
from matchmaker.web.display import day
from models import now

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Cell = str | int | Decimal | date | None


def send_workbook(
    title: str, header: Sequence[str], rows: Iterable[Sequence[Cell]], sheet: str = ""
) -> Response:
    """Return the answer that gives these rows as an .xlsx file, named after title and day."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        write_table(path, header, rows, sheet=sheet or title)
        content = path.read_bytes()
    return send_file(
        BytesIO(content),
        mimetype=XLSX,
        as_attachment=True,
        download_name=f"{title}-{day(now())}.xlsx",
    )
