"""Fields and validators that the forms of projects share."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import HiddenField, IntegerField
from wtforms.validators import InputRequired, Regexp, ValidationError
from wtforms.widgets import HiddenInput

from matchmaker.i18n import lazy_gettext as _l
from matchmaker.postings.fields import DayField
from matchmaker.postings.file_types import LARGEST, TYPES, Accepted, UnacceptableFileError, accepted
from matchmaker.postings.forms import KEY

MISSING = _l("This is missing.")


class FileToKeep(FileField):  # type: ignore[misc]
    """One file; `accepted` is it as it may be kept, None where none was chosen."""

    accepted: Accepted | None = None

    def __init__(self, label: str, **options: Any) -> None:
        kinds = {"accept": ",".join(TYPES)}
        help_text = _l(
            "PDF, Word, Excel, PowerPoint, PNG or JPEG, up to %(most)d MB. "
            "Whoever sees the project may download it.",
            most=LARGEST // 1024**2,
        )
        super().__init__(label, description=help_text, render_kw=kinds, **options)

    def pre_validate(self, form: Any) -> None:
        """Read the file.

        Raises:
            ValidationError: it is of no kind that is taken, or too large.
        """
        if not self.data:
            return
        try:
            content = self.data.stream.read(LARGEST + 1)
            self.accepted = accepted(self.data.filename or "", content)
        except UnacceptableFileError as error:
            raise ValidationError(str(error)) from error


class NumberField(IntegerField):  # type: ignore[misc]
    """A whole number; whether it is in range is the service's matter."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; nothing typed is none.

        Raises:
            ValueError: something else was typed.
        """
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_l("Give a whole number.")) from error


def needed_day(label: str, **options: Any) -> DayField:
    """Return a field for a day that must be given."""
    return DayField(label, InputRequired(MISSING), **options)


def key_field() -> HiddenField:
    """Return the name of a form, so that it counts once however often it is sent."""
    return HiddenField(validators=[Regexp(KEY)])


def version_field() -> IntegerField:
    """Return the version of what the reader has seen, so that nobody else's change is lost."""
    return IntegerField(validators=[InputRequired()], widget=HiddenInput())
