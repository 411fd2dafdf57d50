"""Many made-up rows at once: drawn by weight, written in chunks."""

import random
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection

from models import Base

CHUNK = 10_000

Rows = list[dict[str, Any]]
ChoiceT = TypeVar("ChoiceT")


def drawn(rng: random.Random, weights: Mapping[ChoiceT, int]) -> Iterator[ChoiceT]:
    """Yield choices for ever, each as often as it weighs."""
    while True:
        yield from rng.choices(list(weights), list(weights.values()), k=CHUNK)


def insert(connection: Connection, kind: type[Base], rows: Iterable[dict[str, Any]]) -> None:
    """Write rows of a kind, a chunk at a time."""
    remaining = iter(rows)
    while chunk := list(islice(remaining, CHUNK)):
        connection.execute(sa.insert(table(kind)), chunk)


def table(kind: type[Base]) -> sa.Table:
    """Return the table of a kind of record."""
    table = kind.__table__
    assert isinstance(table, sa.Table)
    return table
