"""Fields and validators that the forms of projects share."""

from typing import Any

from flask_wtf.file import FileField, MultipleFileField
from wtforms import HiddenField, IntegerField
from wtforms.validators import InputRequired, Regexp, ValidationError
from wtforms.widgets import HiddenInput

from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.postings.fields import DayField
from matchmaker.postings.file_types import (
    LARGEST,
    MOST_FILES,
    TYPES,
    Accepted,
    UnacceptableFileError,
)
from matchmaker.postings.forms import KEY
from matchmaker.postings.uploading import each_taken, read

MISSING = _l("This is missing.")


class FileToKeep(FileField):  # type: ignore[misc]
    """One file; `accepted` holds it as it may be kept, nothing where none was chosen."""

    def __init__(self, label: str, **options: Any) -> None:
        kinds = {"accept": ",".join(TYPES)}
        help_text = _l(
            "PDF, Word, Excel, PowerPoint, PNG or JPEG, up to %(most)d MB. "
            "Whoever sees the project may download it.",
            most=LARGEST // 1024**2,
        )
        super().__init__(label, description=help_text, render_kw=kinds, **options)
        self.accepted: list[Accepted] = []

    def pre_validate(self, form: Any) -> None:
        """Read the file.

        Raises:
            ValidationError: it is of no kind that is taken, or too large.
        """
        if not self.data:
            return
        try:
            self.accepted = [read(self.data)]
        except UnacceptableFileError as error:
            raise ValidationError(str(error)) from error


class FilesToKeep(MultipleFileField):  # type: ignore[misc]
    """Some files; `accepted` holds them as they may be kept."""

    def __init__(self, label: str, **options: Any) -> None:
        kinds = {"accept": ",".join(TYPES)}
        help_text = _l(
            "PDF, Word, Excel, PowerPoint, PNG or JPEG; up to %(files)d files of %(most)d MB. "
            "Whoever sees the project may download them.",
            files=MOST_FILES,
            most=LARGEST // 1024**2,
        )
        super().__init__(label, description=help_text, render_kw=kinds, **options)
        self.accepted: list[Accepted] = []

    def pre_validate(self, form: Any) -> None:
        """Read the files; if one is refused, all are.

        Raises:
            ValidationError: they are too many, or some are of no kind that is taken or too large.
        """
        chosen = self.data or []
        if len(chosen) > MOST_FILES:
            raise ValidationError(_("Keep at most %(most)d files.", most=MOST_FILES))
        refused = each_taken(lambda file: self.accepted.append(read(file)), chosen)
        if refused:
            raise ValidationError(" ".join([*refused, _("Choose all files again.")]))


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
