"""What forms share that hand figures to services: amounts, and what a service refused of them."""

import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from wtforms import Field, FieldList, Form
from wtforms.widgets import TextInput

from matchmaker.i18n import lazy_gettext as _l
from matchmaker.inputs import InputError
from matchmaker.web.display import FEN_PER_WAN, FEN_PER_YUAN
from models import LARGEST_AMOUNT

_FEN_PER_YI = 10_000 * FEN_PER_WAN
UNITS = {
    "亿元": _FEN_PER_YI,
    "亿": _FEN_PER_YI,
    "万元": FEN_PER_WAN,
    "万": FEN_PER_WAN,
    "元": FEN_PER_YUAN,
}
"""How many fen are in what may stand behind an amount; the longer words come first."""


class YuanField(Field):  # type: ignore[misc]
    """An amount to the fen, typed in yuan or with its unit, as 60万元; the data are fen.

    What is beyond all amounts becomes one more than the largest, for the service to refuse.
    """

    data: Any
    widget = TextInput()
    unit = FEN_PER_YUAN
    hint = _l("Enter an amount in yuan, such as 500000 or 1234.56, or with its unit: 50万元.")

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.as_typed(Decimal(self.data) / self.unit)

    def as_typed(self, amount: Decimal) -> str:
        """Return an amount in the field's unit as the field shows it."""
        return f"{amount:.2f}"

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read an amount.

        Raises:
            ValueError: it is none, is negative, or is finer than a fen.
        """
        self.data = None
        typed = unicodedata.normalize("NFKC", valuelist[0]).strip() if valuelist else ""
        if not typed:
            return
        written = next((unit for unit in UNITS if typed.endswith(unit)), "")
        number = typed.removesuffix(written).replace(",", "")
        try:
            fen = Decimal(number) * UNITS.get(written, self.unit)
        except ArithmeticError:
            fen = Decimal(-1)
        if not fen.is_finite() or fen < 0 or fen != fen.to_integral_value():
            raise ValueError(self.hint)
        self.data = int(min(fen, Decimal(LARGEST_AMOUNT + 1)))


def show_refusal(form: Form, error: InputError) -> None:
    """Put what a service refused at the field it named, above the form if that has no such field.

    What was typed stays in the form.
    """
    field = _named(form, error.field)
    if field is None:
        form.form_errors.append(error.reason)
    else:
        field.errors = [*field.errors, error.reason]


def _named(form: Form, name: str) -> Field | None:
    """Return the field of a form, or of a row in it, that is sent under a name."""
    for field in form:
        if field.name == name:
            return field
        for row in field if isinstance(field, FieldList) else ():
            found = _named(row.form, name)
            if found is not None:
                return found
    return None
