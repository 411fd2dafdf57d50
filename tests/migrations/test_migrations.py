"""The migrations lead to what the models say, and back."""

from typing import Any

import sqlalchemy as sa
from alembic import command
from sqlalchemy import Engine

from matchmaker import schema
from models import Base, Need, holding, newest_holding
from tests.backends import Backend


def _nothing(engine: Engine) -> None:
    """Leave the database empty; connecting makes SQLite create its file."""
    engine.connect().close()


def test_the_migrations_build_what_the_models_describe(backend: Backend) -> None:
    engine = sa.create_engine(backend.copy_of("empty", _nothing))
    schema.upgrade(engine)
    schema.check(engine)  # raises where they differ
    assert schema.is_current(engine)
    engine.dispose()


def test_an_empty_database_is_not_current(backend: Backend) -> None:
    engine = sa.create_engine(backend.copy_of("empty", _nothing))
    assert not schema.is_current(engine)
    engine.dispose()


def test_the_migrations_can_be_undone(backend: Backend) -> None:
    engine = sa.create_engine(backend.copy_of("empty", _nothing))
    schema.upgrade(engine)
    with engine.begin() as connection:
        command.downgrade(schema.config_for(connection), "base")
    assert sa.inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()


def test_a_reset_leaves_an_empty_and_current_database(backend: Backend) -> None:
    engine = sa.create_engine(backend.copy_of("empty", _nothing))
    schema.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(
            sa.insert(Base.metadata.tables["job"]).values(
                public_id="x",
                kind="k",
                status="done",
                done=1,
                outcome={},
                error="",
                version=1,
                created_at=sa.func.current_timestamp(),
                updated_at=sa.func.current_timestamp(),
            )
        )
    schema.reset(engine)
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(sa.table("job"))) == 0
    assert schema.is_current(engine)
    engine.dispose()


def test_migrating_on_keeps_the_rows_of_tables_that_are_built_anew(backend: Backend) -> None:
    engine = sa.create_engine(backend.copy_of("empty", _nothing))
    with engine.begin() as connection:
        command.upgrade(schema.config_for(connection), "acc61fcd90ee")
        _insert_a_need(connection)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _enforce_foreign_keys)
        engine.dispose()
    schema.upgrade(engine)
    with engine.connect() as connection:
        row = connection.execute(sa.text("SELECT title, status, author_id FROM need")).one()
        assert tuple(row) == ("T", "published", None)
        assert connection.scalar(sa.text("SELECT count(*) FROM need_mode")) == 1
        assert connection.scalars(holding(Need, "隔膜")).all() == [1]
        assert connection.scalars(holding(Need, "膜耐")).all() == []
        assert connection.scalars(newest_holding(Need, "隔膜", 1, 9)).all() == [1]
        if engine.dialect.name == "sqlite":
            assert connection.scalar(sa.text("PRAGMA foreign_keys")) == 1
    engine.dispose()


def test_migrating_on_takes_a_revisions_title_out_of_its_text(backend: Backend) -> None:
    engine = sa.create_engine(backend.copy_of("empty", _nothing))
    with engine.begin() as connection:
        command.upgrade(schema.config_for(connection), "acc61fcd90ee")
        _insert_a_need(connection)
        command.upgrade(schema.config_for(connection), "c47e0b95d218")
        _insert_revisions(connection, '{"title": "\\u65b0\\u9898"}', "{}")
    schema.upgrade(engine)
    with engine.connect() as connection:
        titles = connection.scalars(sa.text("SELECT title FROM revision ORDER BY id")).all()
    assert titles == ["新题", ""]
    engine.dispose()


def _enforce_foreign_keys(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA foreign_keys=ON")


def _insert_a_need(connection: sa.Connection) -> None:
    """Write a need and the rows around it as the first version of the schema wants them."""
    common = {"created_at": "2026-01-01", "updated_at": "2026-01-01", "version": 1, "id": 1}
    rows: dict[str, dict[str, object]] = {
        "region": {"code": "340000", "name": "R", "level": "province"},
        "organization": {
            "kind": "enterprise",
            "name": "O",
            "uscc": "U",
            "region_id": 1,
            "tiers": "[]",
            "status": "approved",
            "requires_internal_review": False,
        },
        "need": {
            **dict.fromkeys(
                ("background", "problem", "tried", "chain_link", "public_summary"),
                "",
            ),
            "search_text": "耐热隔膜",
            "kind": "technology",
            "title": "T",
            "contact": "{}",
            "keywords": "[]",
            "visibility": "public",
            "status": "published",
            "organization_id": 1,
            "region_id": 1,
        },
    }
    for name, values in rows.items():
        values |= {**common, "public_id": name}
        table = sa.table(name, *[sa.column(column) for column in values])
        connection.execute(sa.insert(table).values(values))
    connection.execute(sa.text("INSERT INTO need_mode (need_id, mode) VALUES (1, 'joint')"))


def _insert_revisions(connection: sa.Connection, *texts: str) -> None:
    """Write approved revisions of the need with these texts, and their author."""
    common = {"created_at": "2026-01-01", "updated_at": "2026-01-01", "version": 1}
    author = {"name": "A", "email": "a@example.com", "phone": "", "title": "", "active": True}
    user = {**common, **author, "id": 1, "public_id": "user", "organization_id": 1}
    revision = {**common, "before": "{}", "status": "approved", "need_id": 1, "author_id": 1}
    rows = [("user", user)]
    for number, text in enumerate(texts, 1):
        own = {"id": number, "public_id": f"revision{number}", "values": text}
        rows.append(("revision", revision | own))
    for name, values in rows:
        table = sa.table(name, *[sa.column(column) for column in values])
        connection.execute(sa.insert(table).values(values))
