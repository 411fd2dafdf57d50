"""The form under a text that waits for review."""

from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from matchmaker.accounts.fields import stripped
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.lifecycle.engine import Option
from matchmaker.review.services import DECISIONS


class DecisionForm(FlaskForm):  # type: ignore[misc]
    """What is decided and why, made from one version of the record."""

    action = SelectField(
        choices=[SelectChoice(value=action.value, label=action.value) for action in DECISIONS]
    )
    version = IntegerField(validators=[InputRequired()], widget=HiddenInput())
    reason = TextAreaField(
        _l("Reason"),
        [Length(max=1000)],
        filters=[stripped],
        render_kw={"rows": "4", "maxlength": "1000"},
    )

    def lacks_reason(self, options: list[Option]) -> bool:
        """Return whether the chosen action asks for a reason that was not given."""
        asking = {option.action for option in options if option.reason_required}
        return self.action.data in asking and not self.reason.data
