"""What every table shares: the declarative base, common columns and column types."""

import enum
import functools
import secrets
from datetime import UTC, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(sa.TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite forgets time zones, so they are put back on reading."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse naive datetimes, which would be read as UTC without being it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime given to a UTC column")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Return the stored time as an aware UTC datetime."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_column(kind: type[enum.StrEnum], name: str) -> sa.Enum:
    """Return a string type for the values of `kind`, enforced by a CHECK called `name`."""
    return sa.Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=24,
        values_callable=lambda members: [member.value for member in members],
    )


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def new_public_id() -> str:
    """Return a 16-character identifier with 96 random bits, fit for a URL."""
    return secrets.token_urlsafe(12)


class Base(DeclarativeBase):
    """The declarative base of all records."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UTCDateTime(),
        dict[str, Any]: sa.JSON(),
        list[Any]: sa.JSON(),
    }


class Record:
    """Columns of every table that people see: keys, times in UTC and the version of its row.

    The version column turns a stale second write into `sqlalchemy.orm.exc.StaleDataError`.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(16), unique=True, default=new_public_id)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        """Let SQLAlchemy check and raise the version on each update."""
        return {"version_id_col": cls.version}


@functools.cache
def _defaults(kind: type[Base]) -> dict[str, Any]:
    attributes = sa.inspect(kind).column_attrs
    columns = {attribute.key: attribute.columns[0] for attribute in attributes}
    return {key: column.default for key, column in columns.items() if column.default is not None}


@sa.event.listens_for(Base, "init", propagate=True)
def _fill_defaults(target: Base, _args: Any, values: dict[str, Any]) -> None:
    """Give a new record its defaults at once, not first when it is written."""
    for key, default in _defaults(type(target)).items():
        if key not in values:
            values[key] = default.arg(None) if default.is_callable else default.arg
