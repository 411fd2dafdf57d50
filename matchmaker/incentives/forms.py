"""The forms of claims and budgets."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, StringField, TextAreaField
from wtforms.validators import AnyOf, InputRequired, Length
from wtforms.widgets import HiddenInput

from matchmaker.clock import today
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.lifecycle.claim import CLAIM
from matchmaker.postings.fields import DayField, line_field, stripped
from matchmaker.web.inputs import YuanField

LONGEST_EVIDENCE = 500
KEEP = "keep"
"""What a claim's form is asked that keeps the evidence and moves nothing."""


class ClaimForm(FlaskForm):  # type: ignore[misc]
    """What is done with a claim and why, made from one version of it; evidence stands beside."""

    action = StringField(validators=[AnyOf([KEEP, *(row.action for row in CLAIM)])])
    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())
    reason = TextAreaField(
        _l("Reason"),
        [Length(max=1000, message=_l("Shorten this to %(max)d characters."))],
        filters=[stripped],
        render_kw={"rows": "3", "maxlength": "1000"},
    )


class PaymentForm(FlaskForm):  # type: ignore[misc]
    """By which transfer an approved claim was paid, and when."""

    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())
    paid_on = DayField(
        _l("Transferred on"), InputRequired(_l("Enter the day of the transfer.")), default=today
    )
    reference = line_field(
        _l("Number of the transfer"), 80, InputRequired(_l("Enter the number of the transfer."))
    )


class BudgetForm(FlaskForm):  # type: ignore[misc]
    """The money of a policy's year."""

    amount = YuanField(_l("Budget (yuan)"), [InputRequired(_l("Enter the amount."))])


class CloseForm(FlaskForm):  # type: ignore[misc]
    """That the books of a year are to be closed, confirmed by a tick since it is for good."""

    confirmed = BooleanField(
        _l(
            "Close the books for good: what has not been submitted lapses, nothing more is claimed."
        ),
        [InputRequired(_l("Tick this to close the books."))],
    )
