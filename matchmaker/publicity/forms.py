"""Forms of public notices: objecting, and settling an objection."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Regexp

from matchmaker.accounts.fields import name_field, stripped
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.labels import label
from matchmaker.postings.forms import KEY
from models import ObjectionOutcome


class ObjectionForm(FlaskForm):  # type: ignore[misc]
    """What somebody holds against a notice; `key` names the form, so that it is sent once."""

    key = HiddenField(validators=[Regexp(KEY)])
    name = name_field()
    contact = StringField(
        _l("Telephone or e-mail"),
        [InputRequired(_l("Give a telephone number or an e-mail address.")), Length(max=120)],
        filters=[stripped],
        render_kw={"maxlength": "120"},
    )
    text = TextAreaField(
        _l("Your objection"),
        [InputRequired(_l("Say what is wrong, and what shows it.")), Length(max=2000)],
        filters=[stripped],
        render_kw={"rows": "5", "maxlength": "2000"},
    )


class SettlementForm(FlaskForm):  # type: ignore[misc]
    """What was found of an objection."""

    outcome = SelectField(
        _l("Outcome"),
        [InputRequired(_l("Choose one."))],
        choices=[SelectChoice(value=each.value, label=each.value) for each in ObjectionOutcome],
    )
    finding = TextAreaField(
        _l("Finding"),
        [Length(max=2000)],
        filters=[stripped],
        render_kw={"rows": "5", "maxlength": "2000"},
    )

    def name_outcomes(self) -> None:
        """Call the outcomes what the reader calls them."""
        self.outcome.choices = [
            SelectChoice(value=each.value, label=label(each)) for each in ObjectionOutcome
        ]
