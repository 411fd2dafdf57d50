"""Where a match's texts come from, on the match; and the bigrams of what the halls search."""

import itertools

import sqlalchemy as sa
from alembic import op

revision = "7d20c9e4f1a6"
down_revision = "e83d5a07c9b2"
branch_labels = None
depends_on = None

PLACES = ("need_region_id", "result_region_id", "need_industry_id", "result_industry_id")
KINDS = ("need", "result")
AT_ONCE = 1000
OLD_INDEXES = {
    "ix_match_age": ["status", "id"],
    "ix_match_board": ["status", "score", "id"],
    "ix_match_broker_id": ["broker_id"],
    "ix_match_grade": ["status", "grade", "score", "id"],
    "ix_match_need_score": ["need_id", "score"],
    "ix_match_result_score": ["result_id", "score"],
}
NEW_INDEXES = {
    "ix_match_age": ["status", "created_at", "id", *PLACES],
    "ix_match_board": ["status", "score", "id", *PLACES],
    "ix_match_broker": ["broker_id", "status", "id"],
    "ix_match_grade": ["status", "grade", "score", "id", *PLACES],
    "ix_match_need": ["need_id", "status", "score"],
    "ix_match_result": ["result_id", "status", "score"],
    **{f"ix_match_{place[:-3]}": [place, "status", "id"] for place in PLACES},
}


def upgrade() -> None:
    for place in PLACES:
        op.add_column("match", sa.Column(place, sa.Integer(), nullable=True))
    for name in OLD_INDEXES:
        op.drop_index(name, "match")
    _place()
    for name, columns in NEW_INDEXES.items():
        op.create_index(name, "match", columns)
    op.create_index("ix_need_kind", "need", ["status", "kind", "published_at", "id"])
    for kind in KINDS:
        _create_bigrams(kind)


def downgrade() -> None:
    for kind in KINDS:
        op.drop_table(f"{kind}_bigrams")
    op.drop_index("ix_need_kind", "need")
    for name in NEW_INDEXES:
        op.drop_index(name, "match")
    for place in PLACES:
        op.drop_column("match", place)
    for name, columns in OLD_INDEXES.items():
        op.create_index(name, "match", columns)


def _place() -> None:
    match = sa.table("match", *map(sa.column, (*PLACES, "need_id", "result_id")))
    values = {}
    for place in PLACES:
        kind, _, column = place.partition("_")
        text = sa.table(kind, sa.column("id"), sa.column(column))
        of_match = text.c.id == match.c[f"{kind}_id"]
        values[place] = sa.select(text.c[column]).where(of_match).scalar_subquery()
    op.execute(sa.update(match).values(values))


def _create_bigrams(kind: str) -> None:
    """Make and fill the table of one kind: of FTS5 on SQLite, with a GIN index on PostgreSQL."""
    connection = op.get_bind()
    table = f"{kind}_bigrams"
    on_sqlite = connection.dialect.name == "sqlite"
    if on_sqlite:
        options = "content='', detail=none, columnsize=0, tokenize='ascii'"
        op.execute(f"CREATE VIRTUAL TABLE {table} USING fts5(bigrams, {options})")
    else:
        op.create_table(
            table,
            sa.Column("rowid", sa.BigInteger(), primary_key=True, autoincrement=False),
            sa.Column("bigrams", sa.ARRAY(sa.BigInteger()), nullable=False),
        )
    insert = sa.insert(sa.table(table, sa.column("rowid"), sa.column("bigrams")))
    texts = sa.table(kind, *map(sa.column, ("id", "version", "search_text")))
    last = 0
    while True:
        statement = sa.select(texts).where(texts.c.id > last).order_by(texts.c.id).limit(AT_ONCE)
        found = connection.execute(statement).all()
        if not found:
            break
        last = found[-1].id
        connection.execute(insert, [_row(row, on_sqlite) for row in found])
    if not on_sqlite:
        op.create_index(f"ix_{table}", table, ["bigrams"], postgresql_using="gin")


def _row(text: sa.Row[tuple[int, int, str]], on_sqlite: bool) -> dict[str, object]:
    numbers = sorted(
        {
            ord(first) << 21 | ord(second)
            for first, second in itertools.pairwise(text.search_text)
            if not (first.isspace() or second.isspace())
        }
    )
    words = " ".join(f"{number:x}" for number in numbers)
    return {"rowid": text.version << 32 | text.id, "bigrams": words if on_sqlite else numbers}
