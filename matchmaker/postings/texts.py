"""The text of a posting as plain values, for a revision to keep and to put in its place."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from matchmaker.disclosure import search_text
from models import (
    CooperationMode,
    Need,
    NeedMetric,
    NeedMode,
    PropertyKind,
    PropertyStatus,
    Result,
    ResultMode,
    ResultProperty,
)

_COMMON = ("title", "keywords", "public_summary", "visibility", "industry_id")
FIELDS: dict[type[Need | Result], tuple[str, ...]] = {
    Need: (
        *_COMMON,
        "kind",
        "background",
        "problem",
        "tried",
        "budget_min",
        "budget_max",
        "deadline",
        "chain_link",
    ),
    Result: (
        *_COMMON,
        "abstract",
        "problem_solved",
        "advantage",
        "applications",
        "trl",
        "stage",
        "attribute",
        "registration_no",
        "asking_price",
        "team",
    ),
}
"""The columns that make up a text. The contact is no part of it: nobody reviews that."""

_METRIC = ("name", "current", "target", "unit", "test_method")
_PROPERTY = ("kind", "number", "status", "holder")


def written(posting: Need | Result) -> dict[str, Any]:
    """Return a posting's text as JSON can keep it.

    That is the columns, `modes`, `metrics` or `properties`, and the public ids of `attachments`.
    """
    values = {field: _plain(getattr(posting, field)) for field in FIELDS[type(posting)]}
    values["modes"] = [mode.value for mode in posting.modes]
    values["attachments"] = [file.public_id for file in posting.attachments]
    if isinstance(posting, Need):
        values["metrics"] = [_parts(metric, _METRIC) for metric in posting.metrics]
    else:
        values["properties"] = [_parts(right, _PROPERTY) for right in posting.properties]
    return values


def rewrite(posting: Need | Result, values: Mapping[str, Any]) -> None:
    """Put a text that `written` returned in the place of a posting's, all but the files.

    These are rows of their own: `attachments.attach` puts them in their place.
    """
    columns = type(posting).__table__.columns
    for field in FIELDS[type(posting)]:
        setattr(posting, field, _typed(columns[field].type, values[field]))
    modes = [CooperationMode(mode) for mode in values["modes"]]
    if isinstance(posting, Need):
        posting.mode_rows = [NeedMode(mode=mode) for mode in modes]
        posting.metrics = [
            NeedMetric(position=place, **metric) for place, metric in enumerate(values["metrics"])
        ]
    else:
        posting.mode_rows = [ResultMode(mode=mode) for mode in modes]
        posting.properties = [
            ResultProperty(
                position=place,
                kind=PropertyKind(right["kind"]),
                number=right["number"],
                status=PropertyStatus(right["status"]),
                holder=right["holder"],
            )
            for place, right in enumerate(values["properties"])
        ]
    posting.search_text = search_text(posting)


def _parts(row: object, fields: tuple[str, ...]) -> dict[str, Any]:
    return {field: _plain(getattr(row, field)) for field in fields}


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, list) else value


def _typed(column: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column, sa.Enum) and column.enum_class:
        return column.enum_class(value)
    return date.fromisoformat(value) if isinstance(column, sa.Date) else value
