"""The form in which an officer says how well two texts fit."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import AnyOf, InputRequired, Length

from matchmaker.i18n import lazy_gettext as _l

LEVELS = {
    1: _l("Does not fit"),
    2: _l("Fits a little"),
    3: _l("Fits"),
    4: _l("Fits very well"),
}
"""What the levels of a judgement are called."""

TAKE_BACK = 0
LONGEST_COMMENT = 500


class JudgementForm(FlaskForm):  # type: ignore[misc]
    """A level, or TAKE_BACK; `next` is the page to go on to."""

    level = IntegerField(validators=[InputRequired(), AnyOf([TAKE_BACK, *LEVELS])])
    comment = StringField(validators=[Length(max=LONGEST_COMMENT)])
    next = HiddenField()
