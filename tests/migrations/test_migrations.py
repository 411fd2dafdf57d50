"""The migrations lead to what the models say, and back."""

import sqlalchemy as sa
from alembic import command
from sqlalchemy import Engine

from matchmaker import schema
from models import Base
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
