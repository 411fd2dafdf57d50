"""The form of a result: the text that its poster writes."""

from typing import Any

from wtforms import Field, FieldList, Form, FormField, SelectField
from wtforms.validators import Optional, Regexp, ValidationError

from matchmaker.accounts.fields import choices
from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.labels import LABELS
from matchmaker.postings.fields import AmountField, line_field, long_field
from matchmaker.postings.filters import one_of
from matchmaker.postings.forms import MOST_ROWS, PostingForm
from matchmaker.postings.steps import Step
from matchmaker.results.queries import LEVELS
from models import PropertyKind, PropertyStatus, ResultAttribute, ResultStage

NOT_CHOSEN = {"": _l("Not chosen yet")}


class PropertyForm(Form):  # type: ignore[misc]
    """One intellectual property right; a row without a kind, a number or a holder is none."""

    kind = SelectField(_l("Kind"), choices=choices(NOT_CHOSEN | LABELS[PropertyKind]), default="")
    number = line_field(_l("Number"), 60)
    status = SelectField(
        _l("Status"), choices=choices(LABELS[PropertyStatus]), default=PropertyStatus.GRANTED.value
    )
    holder = line_field(_l("Holder"), 120)

    @property
    def filled(self) -> bool:
        """Whether anything is written in the row."""
        return bool(self.kind.data or self.number.data or self.holder.data)

    def validate_kind(self, field: Field) -> None:
        """Refuse a row that does not say what right it is."""
        if self.filled and not field.data:
            raise ValidationError(_("Choose the kind, or empty the row."))

    def values(self) -> dict[str, str] | None:
        """Return the right as plain values, None for an empty row or one of no known kind."""
        kind = one_of(PropertyKind, self.kind.data or "")
        status = one_of(PropertyStatus, self.status.data or "") or PropertyStatus.GRANTED
        if kind is None:
            return None
        beside = {"number": self.number.data, "holder": self.holder.data}
        return {"kind": kind.value, "status": status.value, **beside}


class ResultForm(PostingForm):
    """A result as its poster writes it."""

    STEPS = (
        Step(
            "what",
            _l("1. What is offered"),
            ("title", "industry", "keywords", "attribute", "registration_no"),
        ),
        Step(
            "text",
            _l("2. The result"),
            ("abstract", "problem_solved", "advantage", "applications", "team"),
        ),
        Step("rights", _l("3. Intellectual property"), ("properties",)),
        Step("terms", _l("4. Readiness and terms"), ("trl", "stage", "modes", "asking_price")),
    )

    abstract = long_field(_l("Abstract"))
    problem_solved = long_field(_l("Problem solved"), rows=3)
    advantage = long_field(_l("Advantage"), rows=3)
    applications = long_field(_l("Fields of application"), rows=3)
    properties = FieldList(
        FormField(PropertyForm), _l("Intellectual property"), min_entries=2, max_entries=MOST_ROWS
    )
    trl = SelectField(_l("Technology readiness"), default="")
    stage = SelectField(_l("Stage"), choices=choices(NOT_CHOSEN | LABELS[ResultStage]), default="")
    attribute = SelectField(
        _l("Attribute"), choices=choices(NOT_CHOSEN | LABELS[ResultAttribute]), default=""
    )
    registration_no = line_field(
        _l("Registration number"),
        12,
        Optional(),
        Regexp(
            r"^[0-9A-Za-z]{12}$",
            message=_l("Enter the 12 digits and letters of the registration certificate."),
        ),
    )
    asking_price = AmountField(_l("Asking price (10,000 yuan)"))
    team = long_field(_l("Team"), rows=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = {str(level): _("TRL %(level)s", level=level) for level in LEVELS}
        self.trl.choices = choices(NOT_CHOSEN | levels)

    def text(self) -> dict[str, Any]:
        """Return the text; see `PostingForm.text`."""
        plain = ("abstract", "problem_solved", "advantage", "applications", "asking_price", "team")
        trl = self.trl.data or ""
        rights = (row.form.values() for row in self.properties)
        return {
            **super().text(),
            **{name: self[name].data for name in plain},
            "registration_no": self.registration_no.data or None,
            "trl": int(trl) if trl in map(str, LEVELS) else None,
            "stage": one_of(ResultStage, self.stage.data or ""),
            "attribute": one_of(ResultAttribute, self.attribute.data or ""),
            "properties": [right for right in rights if right],
        }
