"""Forms of key projects: nominating one, and deciding on it."""

from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from matchmaker.accounts.fields import stripped
from matchmaker.clock import today
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.indicators.services import DECISIONS, LONGEST_NOTICE, NOTICE_DAYS, YEARS_AHEAD
from matchmaker.projects.fields import MISSING, FilesToKeep


class NominationForm(FlaskForm):  # type: ignore[misc]
    """For which year a project is put forward, and on what evidence."""

    year = SelectField(_l("Year of the list"), coerce=int)
    evidence = TextAreaField(
        _l("Evidence"),
        [Length(max=2000)],
        filters=[stripped],
        render_kw={"rows": "6", "maxlength": "2000"},
    )

    files = FilesToKeep(_l("Evidence as files"))

    def offer_years(self) -> None:
        """Offer the years that a project may be nominated for."""
        this = today().year
        years = range(this - YEARS_AHEAD, this + YEARS_AHEAD + 1)
        self.year.choices = [SelectChoice(value=year, label=str(year)) for year in years]
        if self.year.data is None:
            self.year.data = this


class MoreFilesForm(FlaskForm):  # type: ignore[misc]
    """Further files that show why a project was nominated."""

    files = FilesToKeep(_l("More files"), validators=[InputRequired(MISSING)])


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
        render_kw={"rows": "3", "maxlength": "1000"},
    )
    days = IntegerField(
        _l("Days of public notice"),
        default=NOTICE_DAYS,
        render_kw={"inputmode": "numeric", "min": "1", "max": str(LONGEST_NOTICE)},
    )
