"""The forms in which people say what they think of a match."""

from collections.abc import Iterable

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Regexp
from wtforms.widgets import HiddenInput

from matchmaker.accounts.fields import choices
from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.labels import LABELS
from matchmaker.postings.fields import stripped
from matchmaker.postings.forms import KEY
from models import DeclineReason, User

LEVELS = {
    1: _l("Does not fit"),
    2: _l("Fits a little"),
    3: _l("Fits"),
    4: _l("Fits very well"),
}
"""What the levels of a judgement are called."""

TAKE_BACK = 0
NOBODY = "none"
LONGEST_COMMENT = 500
LONGEST_MESSAGE = 2000
REASONS = {"": _l("Choose a reason"), **LABELS[DeclineReason]}


def at_most(count: int) -> Length:
    """Return the validator of a text's length."""
    return Length(max=count, message=_l("At most %(count)s characters.", count=count))


_COMMENT_LENGTH = at_most(LONGEST_COMMENT)


class JudgementForm(FlaskForm):  # type: ignore[misc]
    """A level, or TAKE_BACK; `next` is the page to go on to."""

    level = IntegerField(validators=[InputRequired(), AnyOf([TAKE_BACK, *LEVELS])])
    comment = StringField(validators=[Length(max=LONGEST_COMMENT)])
    next = HiddenField()


class ConsentForm(FlaskForm):  # type: ignore[misc]
    """A side's consent, confirmed by a tick since it opens its contact."""

    note = TextAreaField(_l("To the other side"), [_COMMENT_LENGTH])
    confirmed = BooleanField(
        _l("We agree that contacts and full texts open to both as soon as the other side agrees."),
        [InputRequired(_l("Tick this to agree."))],
    )


class DeclineForm(FlaskForm):  # type: ignore[misc]
    """Why a side declines."""

    decline_reason = SelectField(
        _l("Reason"), [InputRequired(_l("Choose a reason."))], choices=choices(REASONS)
    )
    comment = TextAreaField(_l("Comment"), [_COMMENT_LENGTH])

    def validate_comment(self, field: TextAreaField) -> None:
        """Ask for words where “other” says nothing."""
        other = self.decline_reason.data == DeclineReason.OTHER
        if other and not (field.data or "").strip():
            raise ValidationError(_("Say in the comment what the reason is."))


class InterestForm(FlaskForm):  # type: ignore[misc]
    """What a side thinks of a proposal: `interested` is one button, the other asks why not."""

    interested = BooleanField()
    interest_reason = SelectField(_l("Reason"), choices=choices(REASONS), default="")

    def validate_interest_reason(self, field: SelectField) -> None:
        """Ask for the reason where the side is not interested."""
        if not self.interested.data and not field.data:
            raise ValidationError(_("Choose a reason."))

    @property
    def reason(self) -> DeclineReason | None:
        """Why the side is not interested, None where it is."""
        return None if self.interested.data else DeclineReason(self.interest_reason.data)


class DismissForm(FlaskForm):  # type: ignore[misc]
    """Why an officer drops a proposal."""

    dismiss_reason = SelectField(
        _l("Reason"), [InputRequired(_l("Choose a reason."))], choices=choices(REASONS)
    )


def reason_field(label: str) -> TextAreaField:
    """Return the field for a reason in words, which has to be given."""
    return TextAreaField(
        label,
        [DataRequired(_l("Give a reason.")), _COMMENT_LENGTH],
        filters=[stripped],
        render_kw={"rows": "2", "maxlength": str(LONGEST_COMMENT)},
    )


class RecallForm(FlaskForm):  # type: ignore[misc]
    """Why a recommendation is taken back, confirmed by a tick since both sides are told."""

    recall_reason = reason_field(_l("Reason"))
    recall_confirmed = BooleanField(
        _l("Take it back: both sides are told that this recommendation is off."),
        [InputRequired(_l("Tick this to take it back."))],
    )


class ProposeAgainForm(FlaskForm):  # type: ignore[misc]
    """Why a pair is proposed again; whether a reason is needed the lifecycle says."""

    again_reason = TextAreaField(
        _l("Reason"),
        [_COMMENT_LENGTH],
        filters=[stripped],
        render_kw={"rows": "2", "maxlength": str(LONGEST_COMMENT)},
    )


class HandBackForm(FlaskForm):  # type: ignore[misc]
    """Why a broker gives a match back."""

    hand_back_reason = reason_field(_l("Reason"))


class AssignForm(FlaskForm):  # type: ignore[misc]
    """Whom a match is given to, NOBODY for none; `version` is the one that the reader has seen."""

    broker = SelectField(_l("Broker"), [InputRequired(_l("Choose a broker."))])
    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())

    def offer(self, brokers: Iterable[User]) -> None:
        """Give the brokers to choose from."""
        self.broker.choices = [
            SelectChoice(value="", label=_("Choose a broker")),
            SelectChoice(value=NOBODY, label=_("Nobody (take it back from the broker)")),
            *(
                SelectChoice(value=one.public_id, label=f"{one.name} · {one.organization.name}")
                for one in brokers
            ),
        ]


class MessageForm(FlaskForm):  # type: ignore[misc]
    """A message to the others on a match; `key` names the form, so that it is sent once."""

    key = HiddenField(validators=[Regexp(KEY)])
    text = TextAreaField(
        _l("Your message"),
        [DataRequired(_l("Write something first.")), at_most(LONGEST_MESSAGE)],
        filters=[stripped],
        render_kw={"rows": "3", "maxlength": str(LONGEST_MESSAGE)},
    )
