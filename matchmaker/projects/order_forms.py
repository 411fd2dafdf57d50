"""The forms of supervision orders: demanding, answering, taking back."""

from flask_wtf import FlaskForm
from wtforms import Form, HiddenField
from wtforms.validators import InputRequired

from matchmaker.i18n import lazy_gettext as _l
from matchmaker.lifecycle.transition import Action
from matchmaker.postings.fields import DayField, long_field
from matchmaker.projects.fields import MISSING, key_field, needed_day, version_field


class IssueOrderForm(FlaskForm):  # type: ignore[misc]
    """What is demanded of one project."""

    key = key_field()
    project = HiddenField()
    text = long_field(_l("What is demanded"), InputRequired(MISSING), rows=4)
    due_on = needed_day(_l("To be answered by"))


class MinutesForm(Form):  # type: ignore[misc]
    """What the minutes of a dispatch meeting demand of one project; nothing where left empty.

    It is a part of a larger form, which carries the token.
    """

    key = key_field()
    text = long_field(_l("What is demanded"), rows=2)
    due_on = DayField(_l("To be answered by"))

    def validate(self, extra_validators: object = None) -> bool:
        """Ask for the day where something is demanded."""
        valid: bool = super().validate(extra_validators)
        if self.text.data and self.due_on.data is None and not self.due_on.errors:
            self.due_on.errors = [str(MISSING)]
            valid = False
        return valid


class OrderForm(FlaskForm):  # type: ignore[misc]
    """What is done with an order; each action takes some of the fields."""

    version = version_field()
    action = HiddenField()
    answer = long_field(_l("Answer"), rows=6)
    reason = long_field(_l("Reason"), rows=3)
    due_on = DayField(_l("To be answered by"))

    def validate(self, extra_validators: object = None) -> bool:
        """Ask for another day to answer by where the answer is sent back."""
        valid: bool = super().validate(extra_validators)
        if self.action.data == Action.RETURN and self.due_on.data is None:
            self.due_on.errors = self.due_on.errors or [str(MISSING)]
            valid = False
        return valid
