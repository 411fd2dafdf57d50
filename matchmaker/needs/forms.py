"""The form of a need: the text that its poster writes."""

from typing import Any

from wtforms import Field, FieldList, Form, FormField, SelectField
from wtforms.validators import ValidationError

from matchmaker.accounts.fields import choices
from matchmaker.clock import today
from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.labels import LABELS
from matchmaker.postings.fields import AmountField, DayField, line_field, long_field
from matchmaker.postings.filters import one_of
from matchmaker.postings.forms import MOST_ROWS, PostingForm
from matchmaker.postings.steps import Step
from models import NeedKind

_PARTS = ("name", "current", "target", "unit", "test_method")


class MetricForm(Form):  # type: ignore[misc]
    """One target metric; a row without a word is none."""

    name = line_field(_l("Metric"), 80)
    current = line_field(_l("Now"), 80)
    target = line_field(_l("Target"), 80)
    unit = line_field(_l("Unit"), 30)
    test_method = line_field(_l("Test method"), 200)

    @property
    def filled(self) -> bool:
        """Whether anything is written in the row."""
        return any(self[part].data for part in _PARTS)

    def validate_name(self, field: Field) -> None:
        """Refuse a row that does not say what is measured."""
        if self.filled and not field.data:
            raise ValidationError(_("Name what is measured, or empty the row."))

    def validate_target(self, field: Field) -> None:
        """Refuse a row without a target."""
        if self.filled and not field.data:
            raise ValidationError(_("Say what must be reached, such as ≥600."))


class NeedForm(PostingForm):
    """A need as its poster writes it."""

    STEPS = (
        Step(
            "what",
            _l("1. What is wanted"),
            ("title", "kind", "industry", "chain_link", "keywords"),
        ),
        Step("problem", _l("2. The problem"), ("background", "problem", "tried")),
        Step("metrics", _l("3. Target metrics"), ("metrics",)),
        Step("terms", _l("4. Cooperation"), ("modes", "budget_min", "budget_max", "deadline")),
    )

    kind = SelectField(_l("Kind of need"), choices=choices(LABELS[NeedKind]))
    background = long_field(_l("Background"), rows=3)
    problem = long_field(_l("Problem to solve"), rows=6)
    tried = long_field(_l("Tried so far"), rows=3)
    metrics = FieldList(
        FormField(MetricForm), _l("Target metrics"), min_entries=2, max_entries=MOST_ROWS
    )
    budget_min = AmountField(_l("Budget from (10,000 yuan)"))
    budget_max = AmountField(_l("Budget up to (10,000 yuan)"))
    deadline = DayField(_l("Wanted by"))
    chain_link = line_field(_l("Chain link"), 60)

    def validate_budget_max(self, field: Field) -> None:
        """Refuse a range that ends below its beginning."""
        low = self.budget_min.data
        if None not in (low, field.data) and low > field.data:
            raise ValidationError(_("The upper end is below the lower one. Change one of them."))

    def validate_deadline(self, field: Field) -> None:
        """Refuse a day that is past."""
        if field.data and field.data < today():
            raise ValidationError(_("That day is past. Choose a later one, or leave it empty."))

    def text(self) -> dict[str, Any]:
        """Return the text; see `PostingForm.text`."""
        plain = ("background", "problem", "tried", "budget_min", "budget_max", "chain_link")
        rows = [row.form for row in self.metrics if row.form.filled]
        deadline = self.deadline.data
        return {
            **super().text(),
            **{name: self[name].data for name in plain},
            "kind": (one_of(NeedKind, self.kind.data) or NeedKind.TECHNOLOGY).value,
            "deadline": deadline.isoformat() if deadline else None,
            "metrics": [{part: row[part].data for part in _PARTS} for row in rows],
        }
