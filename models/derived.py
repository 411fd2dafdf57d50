"""What the database keeps twice so that long lists answer at once, kept right in every flush.

The bigrams of a posting's `search_text` make the search for a word quick that few texts hold; where
a match's two texts come from stands on the match too, so that the board reads no text it does not
show. docs/decisions/0009-bigrams.md says why.
"""

import itertools
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.sql.functions import FunctionElement

from models.base import Base
from models.match import Match
from models.need import Need
from models.result import Result

_CHARACTER_BITS = 21
_ID_BITS = 32


class Bigrams(sa.TypeDecorator[frozenset[int]]):
    """A set of bigrams: an array on PostgreSQL, words for a full-text table on SQLite."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """Choose the type of the database at hand."""
        on_postgresql = dialect.name == "postgresql"
        return dialect.type_descriptor(
            postgresql.ARRAY(sa.BigInteger) if on_postgresql else sa.Text()
        )

    def process_bind_param(self, value: frozenset[int] | None, dialect: sa.Dialect) -> Any:
        """Write the numbers in ascending order, so that equal sets make equal statements."""
        numbers = sorted(value or ())
        return numbers if dialect.name == "postgresql" else " ".join(f"{n:x}" for n in numbers)


def _table(name: str) -> sa.Table:
    """Return the table of one kind's bigrams, which the migrations make.

    A row is one version of one text; versions are not deleted, for a search looks at the text too.
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


class _HoldsAll(FunctionElement[Any]):
    """Whether a row's bigrams, the first clause, hold all those of the second.

    It has no type: SQLite would be asked whether a boolean equals 1, and then uses no index.
    """

    inherit_cache = True


@compiles(_HoldsAll, "postgresql")
def _contains(element: _HoldsAll, compiler: Any, **kw: Any) -> str:
    return " @> ".join(compiler.process(clause, **kw) for clause in element.clauses)


@compiles(_HoldsAll, "sqlite")
def _matches(element: _HoldsAll, compiler: Any, **kw: Any) -> str:
    column, wanted = element.clauses
    return f"{column.table.name} MATCH {compiler.process(wanted, **kw)}"


def bigrams(text: str) -> frozenset[int]:
    """Return the pairs of neighbouring characters in a text, as numbers, none with a blank."""
    return frozenset(
        ord(first) << _CHARACTER_BITS | ord(second)
        for first, second in itertools.pairwise(text)
        if not (first.isspace() or second.isspace())
    )


def holding(kind: type[Need | Result], word: str) -> sa.Select[int]:
    """Return the SELECT of the ids of those postings that may hold a word of two characters up.

    Every posting that does is among them, and few others: of a longer word the bigrams may stand
    apart, or in an older version of the text.
    """
    table = BIGRAM_TABLES[kind]
    wanted = sa.bindparam(None, bigrams(word), type_=Bigrams())
    posting_id = table.c.rowid.bitwise_and(2**_ID_BITS - 1)
    return sa.select(posting_id).where(_HoldsAll(table.c.bigrams, wanted))


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
    """Note the bigrams of texts, given as id, version and `search_text`."""
    rows = [
        {"rowid": version << _ID_BITS | id_, "bigrams": bigrams(text)}
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
