"""The two halls that a search can be saved of, each with how its filter is read and asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from matchmaker.needs import queries as needs
from matchmaker.postings.filters import HallFilter
from matchmaker.results import queries as results
from models import Need, PostingKind, Result


@dataclass(frozen=True, slots=True)
class Hall:
    """One hall: `Need` or `Result`, the page they are on, its `read_filter` and its `listed`."""

    record: type[Any]
    endpoint: str
    read: Callable[..., HallFilter]
    listed: Callable[..., sa.Select[Any]]


HALLS: Mapping[PostingKind, Hall] = {
    PostingKind.NEED: Hall(Need, "needs.index", needs.read_filter, needs.listed),
    PostingKind.RESULT: Hall(Result, "results.index", results.read_filter, results.listed),
}


def savable(chosen: HallFilter) -> dict[str, tuple[str, object]]:
    """Return what of a hall's filter is saved, as `HallFilter.chosen` does.

    The status is not: what a saved search finds is published.
    """
    return {name: value for name, value in chosen.chosen().items() if name != "status"}
