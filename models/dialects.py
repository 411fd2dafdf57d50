"""Expressions that the two databases must be asked in different ways to be quick."""

from typing import Any

import sqlalchemy as sa
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
