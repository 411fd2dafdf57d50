"""The form of a saved search."""

from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.validators import DataRequired

from matchmaker.accounts.fields import choices
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.labels import LABELS
from matchmaker.postings.fields import line_field
from models import Pace

LONGEST_NAME = 60


class SearchForm(FlaskForm):  # type: ignore[misc]
    """What a search is called, and when it tells of what it finds."""

    name = line_field(
        _l("Name of the search"), LONGEST_NAME, DataRequired(_l("Give the search a name."))
    )
    pace = RadioField(
        _l("Tell me of new texts"), choices=choices(LABELS[Pace]), default=Pace.DAILY.value
    )
