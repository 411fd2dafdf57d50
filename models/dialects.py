"""Expressions that the two databases must be asked in different ways to be quick."""

import json
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class among(FunctionElement[bool]):  # noqa: N801 (written like the functions of SQL)
    """Whether a column is among the rows of a SELECT, the rows being found first.

    PostgreSQL would join them, and read a whole table for the few rows that fit; an array it looks
    up in an index.
    """

    inherit_cache = True

    def __init__(self, column: Any, rows: sa.Select[Any] | sa.CompoundSelect[Any]) -> None:
        super().__init__(column, rows.scalar_subquery())


@compiles(among)
def _in(element: among, compiler: Any, **kw: Any) -> str:
    column, rows = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"{column} IN {rows}"


@compiles(among, "postgresql")
def _any(element: among, compiler: Any, **kw: Any) -> str:
    column, rows = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"{column} = ANY (ARRAY {rows})"


class Numbers(sa.TypeDecorator[Collection[int]]):
    """Whole numbers in one value, however many: an array on PostgreSQL, a text on SQLite."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """Choose the type of the database at hand."""
        on_postgresql = dialect.name == "postgresql"
        return dialect.type_descriptor(
            postgresql.ARRAY(sa.BigInteger) if on_postgresql else sa.Text()
        )

    def process_bind_param(self, value: Collection[int] | None, dialect: sa.Dialect) -> Any:
        """Write the numbers in ascending order, so that equal sets make equal statements."""
        numbers = sorted(value or ())
        return numbers if dialect.name == "postgresql" else self.as_text(numbers)

    def as_text(self, numbers: list[int]) -> str:
        """Return the text for SQLite, JSON here."""
        return json.dumps(numbers)


class one_of(FunctionElement[bool]):  # noqa: N801 (written like the functions of SQL)
    """Whether a column is one of many ids that are known already.

    As IN with a parameter for each, a thousand cost more to write than to look up, and PostgreSQL
    compares every row with one after the other.
    """

    inherit_cache = True

    def __init__(self, column: Any, ids: Collection[int]) -> None:
        super().__init__(column, sa.bindparam(None, ids, type_=Numbers()))


@compiles(one_of)
def _each_of(element: one_of, compiler: Any, **kw: Any) -> str:
    column, ids = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 (no value is in it)


@compiles(one_of, "postgresql")
def _unnested(element: one_of, compiler: Any, **kw: Any) -> str:
    column, ids = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"{column} IN (SELECT unnest({ids}))"


class unindexed(FunctionElement[Any]):  # noqa: N801 (written like the functions of SQL)
    """A column that SQLite shall not look up in an index.

    SQLite does not know how often a value occurs and takes every equality for rare.
    """

    inherit_cache = True

    def __init__(self, column: Any) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(unindexed)
def _plain(element: unindexed, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))


@compiles(unindexed, "sqlite")
def _with_plus(element: unindexed, compiler: Any, **kw: Any) -> str:
    return f"+{_plain(element, compiler, **kw)}"


class holds(FunctionElement[bool]):  # noqa: N801 (written like the functions of SQL)
    """Whether a text holds another, upper and lower case being different.

    On PostgreSQL that takes a third of the time of LIKE.
    """

    type = sa.Boolean()
    inherit_cache = True

    def __init__(self, text: sa.SQLColumnExpression[str], words: str) -> None:
        super().__init__(text, sa.literal(words))


@compiles(holds)
def _instr(element: holds, compiler: Any, **kw: Any) -> str:
    return f"instr({compiler.process(element.clauses, **kw)}) > 0"


@compiles(holds, "postgresql")
def _strpos(element: holds, compiler: Any, **kw: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **kw)}) > 0"
