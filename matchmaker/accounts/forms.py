"""Forms of the account pages."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, RadioField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp

from matchmaker.accounts.fields import (
    choices,
    email_field,
    name_field,
    new_password_field,
    phone_field,
    repeated_password_field,
    stripped,
    title_field,
)
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.labels import LABELS
from models import Delivery, NoticeKind, Role


class SignInForm(FlaskForm):  # type: ignore[misc]
    """E-mail and password; `next` is the page to go on to."""

    email = StringField(
        _l("E-mail"),
        [InputRequired(_l("Enter your e-mail address.")), Length(max=254)],
        render_kw={"autocomplete": "username", "inputmode": "email"},
    )
    password = PasswordField(
        _l("Password"),
        [InputRequired(_l("Enter your password.")), Length(max=256)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """The password once more, before something that matters."""

    password = PasswordField(
        _l("Password"),
        [InputRequired(_l("Enter your password.")), Length(max=256)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class CodeForm(FlaskForm):  # type: ignore[misc]
    """A code of the authenticator, or a recovery code."""

    code = StringField(
        _l("Code"),
        [InputRequired(_l("Enter the code.")), Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false"},
    )


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """A new password, twice."""

    new = new_password_field()
    repeat = repeated_password_field()


class ChangePasswordForm(NewPasswordForm):
    """The present password and a new one."""

    password = PasswordField(
        _l("Present password"),
        [InputRequired(_l("Enter your present password.")), Length(max=256)],
        render_kw={"autocomplete": "current-password"},
    )


class EmailForm(FlaskForm):  # type: ignore[misc]
    """An e-mail address that a link is sent to."""

    email = email_field()


class ProfileForm(FlaskForm):  # type: ignore[misc]
    """What a user keeps of themselves."""

    name = name_field()
    title = title_field()
    phone = phone_field()


class NoticesForm(FlaskForm):  # type: ignore[misc]
    """How each kind of notice is wanted by mail."""


for _kind in NoticeKind:
    setattr(
        NoticesForm,
        _kind.value,
        RadioField(
            LABELS[NoticeKind][_kind.value],
            choices=choices(LABELS[Delivery]),
        ),
    )


class StandingForm(FlaskForm):  # type: ignore[misc]
    """The roles of a user, and the region of an officer or director."""

    roles = SelectMultipleField(
        _l("Roles"),
        choices=choices(LABELS[Role]),
    )
    region = StringField(
        _l("Region"),
        [Optional(), Regexp(r"^[0-9]{6}$", message=_l("Enter the region's code of six digits."))],
        filters=[stripped],
        render_kw={"inputmode": "numeric", "maxlength": "6"},
    )


class UserForm(StandingForm):
    """A new user."""

    name = name_field()
    email = email_field(autocomplete="off")
    organization = StringField(
        _l("Unified social credit code of the organization"),
        [DataRequired(_l("Enter the code of 18 characters.")), Length(max=30)],
        filters=[stripped],
        render_kw={"spellcheck": "false"},
    )
