"""What the database keeps twice so that long lists answer at once, kept right in every flush.

The bigrams of a posting's `search_text` make the search for a word quick that few texts hold; where
a match's two texts come from stands on the match too, so that the board reads no text it does not
show. docs/decisions/0009-bigrams.md says why.
"""

import itertools
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.sql.functions import FunctionElement

from models.base import Base
from models.dialects import Numbers
from models.match import Match
from models.need import Need
from models.result import Result

_CHARACTER_BITS = 21
_ID_BITS = 32
_SPAN_BITS = 10
"""Ids that differ below these bits alone stand in one span; a span's number is below any bigram."""


class Bigrams(Numbers):
    """A set of bigrams, on SQLite as words for a full-text table.

    There, `joint` says whether a row is asked for all of them or for any.
    """

    cache_ok = True

    def __init__(self, joint: str = " ") -> None:
        super().__init__()
        self.joint = joint

    def as_text(self, numbers: list[int]) -> str:
        """Return the words."""
        return self.joint.join(f"{number:x}" for number in numbers)


def _table(name: str) -> sa.Table:
    """Return the table of one kind's bigrams, which the migrations make.

    A row is one version of one text, with the span of its id among its bigrams; versions are not
    deleted, for a search looks at the text too.
    """
    return sa.Table(
        name,
        Base.metadata,
        sa.Column("rowid", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("bigrams", Bigrams),
    )


BIGRAM_TABLES: dict[type[Need | Result], sa.Table] = {
    Need: _table("need_bigrams"),
    Result: _table("result_bigrams"),
}


class _Holding(FunctionElement[Any]):
    """Whether a row's bigrams, the first clause, hold all those of the second.

    With a third one, the row must be of one of the spans in it. It has no type: SQLite would be
    asked whether a boolean equals 1, and then uses no index.
    """

    inherit_cache = True


@compiles(_Holding, "postgresql")
def _contains(element: _Holding, compiler: Any, **kw: Any) -> str:
    column, wanted, *spans = (compiler.process(clause, **kw) for clause in element.clauses)
    return " AND ".join([f"{column} @> {wanted}", *(f"{column} && {each}" for each in spans)])


@compiles(_Holding, "sqlite")
def _matches(element: _Holding, compiler: Any, **kw: Any) -> str:
    column, *asked = element.clauses
    wanted, *spans = (compiler.process(clause, **kw) for clause in asked)
    within = "".join(f" || ' AND (' || {each} || ')'" for each in spans)
    return f"{column.table.name} MATCH {wanted}{within}"


def bigrams(text: str) -> frozenset[int]:
    """Return the pairs of neighbouring characters in a text, as numbers, none with a blank."""
    return frozenset(
        ord(first) << _CHARACTER_BITS | ord(second)
        for first, second in itertools.pairwise(text)
        if not (first.isspace() or second.isspace())
    )


def holding(
    kind: type[Need | Result], word: str, spans: Iterable[int] | None = None
) -> sa.Select[int]:
    """Return the SELECT of the ids of those postings that may hold a word of two characters up.

    Every posting that does is among them, and few others: of a longer word the bigrams may stand
    apart, or in an older version of the text. Given `spans`, only ids in these are looked at.
    """
    table = BIGRAM_TABLES[kind]
    asked = [sa.bindparam(None, bigrams(word), type_=Bigrams())]
    if spans is not None:
        asked.append(sa.bindparam(None, frozenset(spans), type_=Bigrams(" OR ")))
    posting_id = table.c.rowid.bitwise_and(2**_ID_BITS - 1)
    return sa.select(posting_id).where(_Holding(table.c.bigrams, *asked))


def newest_holding(kind: type[Need | Result], word: str, last: int, most: int) -> sa.Select[Any]:
    """Return the SELECT of the newest ids of `holding`, so many at most; `last` is the kind's last.

    A word may stand in every second text, and PostgreSQL would read all of them. The spans are
    looked at from the newest on, four times as many with each step, until there are enough.
    """
    steps, upper, length = [], last >> _SPAN_BITS, 2
    while upper >= 0:
        lower = max(upper + 1 - length, 0)
        found = holding(kind, word, range(lower, upper + 1)).subquery().c[0]
        newest = sa.select(found.label("id")).order_by(found.desc()).limit(most).subquery()
        steps.append(sa.select(newest.c.id))
        upper, length = lower - 1, 4 * length
    return sa.select(sa.union_all(*steps).subquery().c.id).limit(most)


def place_matches(connection: sa.Connection, which: sa.ColumnElement[bool] | None = None) -> None:
    """Write onto matches, by default those that lack it, where their two texts come from."""
    values = {
        target: sa.select(source).where(owner == of_match).scalar_subquery()
        for target, source, owner, of_match in (
            (Match.need_region_id, Need.region_id, Need.id, Match.need_id),
            (Match.need_industry_id, Need.industry_id, Need.id, Match.need_id),
            (Match.result_region_id, Result.region_id, Result.id, Match.result_id),
            (Match.result_industry_id, Result.industry_id, Result.id, Match.result_id),
        )
    }
    lacking = Match.need_region_id.is_(None)
    connection.execute(
        sa.update(Match)
        .where(lacking if which is None else which)
        .values({**values, Match.updated_at: Match.updated_at})
    )


def write_bigrams(
    connection: sa.Connection, kind: type[Need | Result], texts: Iterable[tuple[int, int, str]]
) -> None:
    """Note the bigrams and the spans of texts, given as id, version and `search_text`."""
    rows = [
        {"rowid": version << _ID_BITS | id_, "bigrams": bigrams(text) | {id_ >> _SPAN_BITS}}
        for id_, version, text in texts
    ]
    if rows:
        connection.execute(sa.insert(BIGRAM_TABLES[kind]), rows)


@sa.event.listens_for(Session, "after_flush")
def _keep(session: Session, _context: UOWTransaction) -> None:
    for kind, posting_id in ((Need, Match.need_id), (Result, Match.result_id)):
        rewritten = _changed((*session.new, *session.dirty), kind, "search_text")
        texts = [(row.id, row.version, row.search_text) for row in rewritten]
        write_bigrams(session.connection(), kind, texts)
        moved = [row.id for row in _changed(session.dirty, kind, "region_id", "industry_id")]
        if moved:
            place_matches(session.connection(), posting_id.in_(moved))
    if any(isinstance(row, Match) for row in session.new):
        place_matches(session.connection())


def _changed(rows: Iterable[object], kind: type[Any], *columns: str) -> list[Any]:
    """Return the records of `kind` of which this flush wrote any of some columns."""
    return [
        row
        for row in rows
        if isinstance(row, kind)
        and any(sa.inspect(row).attrs[column].history.has_changes() for column in columns)
    ]
