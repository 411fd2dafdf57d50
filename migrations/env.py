"""Alembic's entry: runs the migrations on a connection handed in, or on DATABASE_URL."""

import os
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

from models import Base
from models.base import UTCDateTime


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our column type as the plain type it stands for, so that migrations outlive it."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def is_compared(_object: Any, name: str | None, kind: str, *_rest: Any) -> bool:
    """Leave out the tables of bigrams: each database has its own kind of them."""
    return not (kind == "table" and "_bigrams" in (name or ""))


def run(connection: sa.Connection) -> None:
    """Run the migrations that are asked for on `connection`."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=render_item,
        include_object=is_compared,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with sa.create_engine(os.environ["DATABASE_URL"]).connect() as own:
        run(own)
        own.commit()
