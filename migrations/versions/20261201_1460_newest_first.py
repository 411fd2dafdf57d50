"""Spans of ids among the bigrams, and on PostgreSQL what the board asks for in its indexes."""

import itertools

import sqlalchemy as sa
from alembic import op

revision = "6c1f08b7d3e2"
down_revision = "b5d72e90c418"
branch_labels = None
depends_on = None

KINDS = ("need", "result")
AT_ONCE = 1000
PLACES = ("need_region_id", "result_region_id", "need_industry_id", "result_industry_id")
TEXTS = ("need_id", "result_id")
INDEXES = {
    "ix_match_need": (("need_id", "status", "score"), ("id",)),
    "ix_match_result": (("result_id", "status", "score"), ("id",)),
    "ix_match_age": (("status", "created_at", "id", *PLACES), TEXTS),
    "ix_match_board": (("status", "score", "id", *PLACES), TEXTS),
    "ix_match_grade": (("status", "grade", "score", "id", *PLACES), TEXTS),
}


def upgrade() -> None:
    for kind in KINDS:
        _write_anew(kind, with_spans=True)
    _index_anew(with_texts=True)


def downgrade() -> None:
    for kind in KINDS:
        _write_anew(kind, with_spans=False)
    _index_anew(with_texts=False)


def _index_anew(*, with_texts: bool) -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for name, (columns, beside) in INDEXES.items():
        op.drop_index(name, "match")
        included = list(beside) if with_texts else []
        op.create_index(name, "match", list(columns), postgresql_include=included)


def _write_anew(kind: str, *, with_spans: bool) -> None:
    """Fill the table of one kind's bigrams from its texts; FTS5 changes no row of such a table."""
    connection = op.get_bind()
    table = f"{kind}_bigrams"
    on_sqlite = connection.dialect.name == "sqlite"
    if on_sqlite:
        options = "content='', detail=none, columnsize=0, tokenize='ascii'"
        op.execute(f"DROP TABLE {table}")
        op.execute(f"CREATE VIRTUAL TABLE {table} USING fts5(bigrams, {options})")
    else:
        op.drop_index(f"ix_{table}", table)
        op.execute(f"TRUNCATE {table}")
    insert = sa.insert(sa.table(table, sa.column("rowid"), sa.column("bigrams")))
    texts = sa.table(kind, *map(sa.column, ("id", "version", "search_text")))
    last = 0
    while True:
        statement = sa.select(texts).where(texts.c.id > last).order_by(texts.c.id).limit(AT_ONCE)
        found = connection.execute(statement).all()
        if not found:
            break
        last = found[-1].id
        rows = []
        for row in found:
            numbers = _bigrams(row.search_text) | ({row.id >> 10} if with_spans else set())
            words = " ".join(f"{number:x}" for number in sorted(numbers))
            bigrams = words if on_sqlite else sorted(numbers)
            rows.append({"rowid": row.version << 32 | row.id, "bigrams": bigrams})
        connection.execute(insert, rows)
    if not on_sqlite:
        op.create_index(f"ix_{table}", table, ["bigrams"], postgresql_using="gin")


def _bigrams(text: str) -> set[int]:
    return {
        ord(first) << 21 | ord(second)
        for first, second in itertools.pairwise(text)
        if not (first.isspace() or second.isspace())
    }
