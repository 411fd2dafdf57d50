"""Common technologies as a table: one row a need, under the technology it belongs to."""

from collections.abc import Iterable, Iterator, Sequence

from matchmaker.i18n import _
from matchmaker.indicators.queries import CommonTechnology
from matchmaker.web.display import FEN_PER_YUAN, date_of, industry_name
from matchmaker.web.downloads import Cell
from models import Need


def header() -> Sequence[str]:
    """Return what the columns are called, in the reader's language."""
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


def rows(technologies: Iterable[CommonTechnology]) -> Iterator[Sequence[Cell]]:
    """Yield the rows of these technologies, in the reader's language."""
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
        date_of(need.published_at),
    )


def _yuan(fen: int | None) -> int | None:
    return None if fen is None else fen // FEN_PER_YUAN
