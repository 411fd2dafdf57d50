"""Fields of the forms of needs and results: amounts, days, keywords, long texts."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from wtforms import DateField, Field, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError
from wtforms.widgets import TextInput

from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.postings.file_types import MOST_FILES
from matchmaker.web.display import FEN_PER_WAN
from matchmaker.web.inputs import YuanField

MOST_WAN = 10_000_000
LONGEST_TEXT = 5000
MOST_KEYWORDS = 10
LONGEST_KEYWORD = 30

_SEPARATORS = re.compile(r"[,，、;；\s]+")


def line_field(
    label: str,
    longest: int,
    *validators: Any,
    description: str = "",
    reads: Callable[[str | None], str] | None = None,
    **options: str,
) -> StringField:
    """Return a field for one line of text, which `reads` takes over as it is to be kept."""
    return StringField(
        label,
        [*validators, Length(max=longest, message=_l("Shorten this to %(max)d characters."))],
        filters=[reads or stripped],
        description=description,
        render_kw={"maxlength": str(longest)} | options,
    )


def long_field(label: str, *validators: Any, rows: int = 5, description: str = "") -> TextAreaField:
    """Return a field for several paragraphs."""
    return TextAreaField(
        label,
        [*validators, Length(max=LONGEST_TEXT, message=_l("Shorten this to %(max)d characters."))],
        filters=[stripped],
        description=description,
        render_kw={"rows": str(rows), "maxlength": str(LONGEST_TEXT)},
    )


def stripped(text: str | None) -> str:
    """Return what was typed without the space around it, lines ended as everywhere else."""
    return (text or "").replace("\r\n", "\n").strip()


class AmountField(YuanField):
    """An amount typed in units of 10,000 yuan, as offices count; the data are fen."""

    unit = FEN_PER_WAN
    hint = _l("Enter a number in units of 10,000 yuan, such as 50 or 12.5.")

    def as_typed(self, amount: Decimal) -> str:
        """Return an amount in the field's unit as the field shows it."""
        return format(amount.normalize(), "f")

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read an amount.

        Raises:
            ValueError: it is none, is negative, is finer than a fen, or is too large.
        """
        super().process_formdata(valuelist)
        if (self.data or 0) > MOST_WAN * FEN_PER_WAN:
            self.data = None
            raise ValueError(_("Enter at most %(most)s; the unit is 10,000 yuan.", most=MOST_WAN))


class KeywordsField(Field):  # type: ignore[misc]
    """Words with commas or spaces between them; the data are a list."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "、".join(self.data or ())

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the words, each once."""
        found = filter(None, _SEPARATORS.split(valuelist[0])) if valuelist else ()
        self.data = list(dict.fromkeys(found))

    def pre_validate(self, form: Any) -> None:
        """Refuse too many words, and what is no word.

        Raises:
            ValidationError: there are too many, or one is too long.
        """
        if len(self.data or ()) > MOST_KEYWORDS:
            raise ValidationError(_("Keep the %(n)d keywords that say most.", n=MOST_KEYWORDS))
        if any(len(word) > LONGEST_KEYWORD for word in self.data or ()):
            raise ValidationError(_("Put commas between the keywords; one is too long."))


class DayField(DateField):  # type: ignore[misc]
    """A day, which may stay empty unless a validator says otherwise."""

    data: Any

    def __init__(self, label: str, *validators: Any, **options: Any) -> None:
        super().__init__(label, validators or [Optional()], **options)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read a day.

        Raises:
            ValueError: it is none.
        """
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            self.data = date.fromisoformat(valuelist[0].strip())
        except ValueError as error:
            self.data = None
            raise ValueError(_("Enter a day as 2027-06-30.")) from error


class FilesField(SelectMultipleField):  # type: ignore[misc]
    """The files that a text has, by their public ids; `choices` are those it may name."""

    data: list[str] | None

    def pre_validate(self, form: Any) -> None:
        """Refuse too many files, and take out those that are no more.

        Raises:
            ValidationError: there are too many, or some are gone.
        """
        known = {choice.value for choice in self.iter_choices()}
        gone = [file for file in self.data or () if file not in known]
        self.data = [file for file in self.data or () if file in known]
        if gone:
            raise ValidationError(_("A file is gone. Look what is left, and attach it anew."))
        if len(self.data) > MOST_FILES:
            raise ValidationError(_("Keep at most %(most)d files.", most=MOST_FILES))

    def add(self, public_id: str) -> None:
        """Name one more file, as if the form had been sent with it."""
        self._name([*self._named(), public_id])

    def drop(self, public_id: str) -> None:
        """Name a file no more."""
        self._name([file for file in self._named() if file != public_id])

    def _named(self) -> list[str]:
        return list(self.data or ())

    def _name(self, public_ids: list[str]) -> None:
        self.data = self.raw_data = public_ids
