"""The steps of a long form: what each is called, what is in it, and how far it has come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel.speaklater import LazyString
from wtforms import Field, FieldList, SelectField


@dataclass(frozen=True, slots=True)
class Step:
    """One panel of a form; `id` is its place on the page."""

    id: str
    heading: LazyString
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stand:
    """How far a step has come: whether something is in it, and whether something must be mended."""

    step: Step
    filled: bool
    wrong: bool


def stands(form: Any, steps: Iterable[Step]) -> Iterator[Stand]:
    """Give the steps of a form as it is filled in."""
    for step in steps:
        fields = [form[name] for name in step.fields]
        yield Stand(step, any(map(_is_filled, fields)), any(field.errors for field in fields))


def _is_filled(field: Field) -> bool:
    """Return whether somebody has filled in a field; a choice that is always made does not count.

    `static/js/writing.js` goes by the same rule.
    """
    if isinstance(field, FieldList):
        return any(row.form.filled for row in field)
    if isinstance(field, SelectField) and all(each.value for each in field.iter_choices()):
        return False
    return bool(field.data)
