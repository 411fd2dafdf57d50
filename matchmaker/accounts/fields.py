"""Fields that forms of accounts and of organizations share."""

import unicodedata
from collections.abc import Mapping

from wtforms import PasswordField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length, Optional, Regexp

from matchmaker.accounts.policy import LONGEST
from matchmaker.i18n import lazy_gettext as _l

PHONE = r"^\+?[0-9 ()-]{5,20}$"
ADDRESS = r"^[^@\s]+@[^@\s]+\.[^@\s.]+$"


def email_field(label: str = _l("E-mail"), **options: str) -> StringField:
    """Return a field for an e-mail address."""
    return StringField(
        label,
        [
            InputRequired(_l("Enter your e-mail address.")),
            Length(max=254),
            Regexp(ADDRESS, message=_l("Enter an address like name@example.com.")),
        ],
        filters=[half_width],
        render_kw={"autocomplete": "email", "inputmode": "email"} | options,
    )


def name_field() -> StringField:
    """Return a field for a person's name."""
    return StringField(
        _l("Name"),
        [DataRequired(_l("Enter the name.")), Length(max=60)],
        filters=[stripped],
        render_kw={"autocomplete": "name", "maxlength": "60"},
    )


def phone_field() -> StringField:
    """Return a field for a telephone number, which may stay empty."""
    return StringField(
        _l("Telephone"),
        [Optional(), Regexp(PHONE, message=_l("Enter digits, such as 0551-12345678."))],
        filters=[half_width],
        render_kw={"autocomplete": "tel", "inputmode": "tel", "maxlength": "20"},
    )


def title_field() -> StringField:
    """Return a field for somebody's position, which may stay empty."""
    return StringField(
        _l("Position"),
        [Length(max=60)],
        filters=[stripped],
        render_kw={"autocomplete": "organization-title", "maxlength": "60"},
    )


def new_password_field() -> PasswordField:
    """Return a field for a password that somebody chooses."""
    return PasswordField(
        _l("New password"),
        [InputRequired(_l("Enter a password."))],
        render_kw={"autocomplete": "new-password", "maxlength": str(LONGEST)},
    )


def repeated_password_field() -> PasswordField:
    """Return a field for the same password once more; the first is called `new`."""
    return PasswordField(
        _l("New password once more"),
        [
            InputRequired(_l("Enter the password once more.")),
            EqualTo("new", _l("The two passwords differ. Enter both again.")),
        ],
        render_kw={"autocomplete": "new-password", "maxlength": str(LONGEST)},
    )


def choices(labels: Mapping[str, object]) -> list[SelectChoice]:
    """Return the choices of a field, given what each value is called."""
    return [SelectChoice(value=value, label=text) for value, text in labels.items()]


def stripped(text: str | None) -> str:
    """Return what was typed without the space around it."""
    return (text or "").strip()


def half_width(text: str | None) -> str:
    """Return an address or a number that may have been typed with full-width characters."""
    return unicodedata.normalize("NFKC", stripped(text))
