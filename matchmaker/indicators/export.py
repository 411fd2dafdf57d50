"""Common technologies as a workbook: one row a need, under the technology it belongs to."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from matchmaker.i18n import _
from matchmaker.indicators.queries import CommonTechnology
from matchmaker.spreadsheets import write_table
from matchmaker.web.display import FEN_PER_YUAN, day, industry_name
from models import Need

Cell = str | int | date | None


def workbook(technologies: Iterable[CommonTechnology]) -> bytes:
    """Return the .xlsx file of these technologies, in the reader's language."""
    title = _("Common technologies")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        write_table(path, _header(), _rows(technologies), sheet=title)
        return path.read_bytes()


def _header() -> Sequence[str]:
    return (
        _("No."),
        _("Terms"),
        _("Number of needs"),
        _("Need"),
        _("Organization"),
        _("Region"),
        _("Industry"),
        _("Budget from (CNY)"),
        _("Budget to (CNY)"),
        _("Published on"),
    )


def _rows(technologies: Iterable[CommonTechnology]) -> Iterator[Sequence[Cell]]:
    for number, technology in enumerate(technologies, 1):
        terms = "、".join(technology.terms)
        for need in technology.needs:
            yield (number, terms, len(technology.needs), *_cells(need))


def _cells(need: Need) -> Sequence[Cell]:
    return (
        need.title,
        need.organization.name,
        need.region.name,
        industry_name(need.industry),
        _yuan(need.budget_min),
        _yuan(need.budget_max),
        day(need.published_at),
    )


def _yuan(fen: int | None) -> int | None:
    return None if fen is None else fen // FEN_PER_YUAN
