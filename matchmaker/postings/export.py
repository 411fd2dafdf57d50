"""A hall as rows of a workbook: of each text what the page shows, as the reader may read it."""

import functools
from collections.abc import Iterator, Sequence
from decimal import Decimal

from matchmaker.i18n import _
from matchmaker.labels import label
from matchmaker.web.display import FEN_PER_WAN, date_of, industry_name, region_path
from matchmaker.web.downloads import Cell
from matchmaker.web.texts import readable, shown
from models import Need, Result

MOST = 5_000
"""How many rows a file holds at most."""


def header(kind: type[Need] | type[Result]) -> Sequence[str]:
    """Return what the columns are called, in the reader's language."""
    own = (
        (
            _("Kind of need"),
            _("Budget from (10,000 yuan)"),
            _("Budget to (10,000 yuan)"),
            _("Wanted by"),
        )
        if kind is Need
        else (_("Stage"), _("Asking price (10,000 yuan)"), _("Technology readiness"))
    )
    return (
        _("Title"),
        _("Organization"),
        _("Region"),
        _("Industry"),
        *own,
        _("Keywords"),
        _("Visibility"),
        _("Status"),
        _("Published on"),
    )


def rows(postings: Sequence[Need] | Sequence[Result]) -> Iterator[Sequence[Cell]]:
    """Yield the rows of these texts, in the reader's language."""
    named = functools.cache(label)
    path, branch = functools.cache(region_path), functools.cache(industry_name)
    for posting in postings:
        text = shown(posting)
        yield (
            text.title,
            posting.organization.name if readable(posting) else _("Organization not disclosed"),
            path(posting.region),
            branch(posting.industry),
            *_own(posting),
            "、".join(text.keywords),
            named(posting.visibility),
            named(posting.status),
            date_of(posting.published_at),
        )


def _own(posting: Need | Result) -> Sequence[Cell]:
    if isinstance(posting, Need):
        budget = _wan(posting.budget_min), _wan(posting.budget_max)
        return label(posting.kind), *budget, posting.deadline
    stage = label(posting.stage) if posting.stage else None
    return stage, _wan(posting.asking_price), posting.trl


def _wan(fen: int | None) -> Decimal | None:
    return None if fen is None else Decimal(fen) / FEN_PER_WAN
