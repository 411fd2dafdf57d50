"""The forms of tracking: the plan, what was reached of it, monthly reports, issues."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from matchmaker.accounts.fields import choices
from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.labels import LABELS
from matchmaker.postings.fields import DayField, line_field, long_field
from matchmaker.projects.fields import (
    MISSING,
    FileToKeep,
    NumberField,
    key_field,
    needed_day,
    version_field,
)
from matchmaker.projects.reports import Report
from matchmaker.web.inputs import YuanField
from models import DelayReason, Milestone, Progress, User

MOST_STEPS = 30
FIRST_STEPS = 3
STEP = ("name", "weight", "starts_on", "due_on")


class StepForm(Form):  # type: ignore[misc]
    """One step of a plan; `milestone` is the public id of the one it changes, "" for a new one."""

    milestone = HiddenField()
    name = line_field(_l("Milestone"), 120)
    weight = NumberField(_l("Weight in percent"))
    starts_on = DayField(_l("Start"))
    due_on = DayField(_l("Due"))

    @property
    def filled(self) -> bool:
        """Whether anything is written in the row; one that is emptied is dropped."""
        return any(self[part].raw_data and self[part].raw_data[0].strip() for part in STEP)

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask a row with anything in it for everything."""
        valid: bool = super().validate(extra_validators)
        for part in STEP if self.filled else ():
            if self[part].data in (None, "") and not self[part].errors:
                self[part].errors = [str(MISSING)]
                valid = False
        return valid


class PlanForm(FlaskForm):  # type: ignore[misc]
    """The plan of a project; `version` is the project's."""

    version = version_field()
    steps = FieldList(FormField(StepForm), _l("Milestones"), max_entries=MOST_STEPS)
    weights = HiddenField()

    def rows(self) -> list[StepForm]:
        """Return the rows with anything in them."""
        return [row.form for row in self.steps if row.form.filled]


class ReachForm(FlaskForm):  # type: ignore[misc]
    """That a milestone was reached."""

    version = version_field()
    done_on = needed_day(_l("Reached on"))
    evidence = long_field(
        _l("Evidence"),
        InputRequired(MISSING),
        rows=3,
        description=_l("What shows it, such as a test report with its number and date."),
    )
    file = FileToKeep(_l("The evidence as a file"))


class TakeBackForm(FlaskForm):  # type: ignore[misc]
    """That a milestone was not reached after all."""

    version = version_field()
    reason = long_field(_l("Reason"), InputRequired(MISSING), rows=3)


class ReportForm(FlaskForm):  # type: ignore[misc]
    """What is told of a month; the month stands in the address."""

    version = version_field()
    overall = SelectField(
        _l("How it goes"),
        [InputRequired(MISSING)],
        choices=choices({"": _l("Choose one"), **LABELS[Progress]}),
    )
    reason = SelectField(
        _l("Why it is late"),
        choices=choices({"": _l("It is not late"), **LABELS[DelayReason]}),
        description=_l("Needed where the project is late or stalled."),
    )
    percent = NumberField(
        _l("Done of the whole in percent"),
        [InputRequired(MISSING)],
        description=_l("From 0 to 100, since the beginning of the project."),
        render_kw={"inputmode": "numeric"},
    )
    funds_in = YuanField(_l("Funds received in the month (yuan)"), [InputRequired(MISSING)])
    funds_spent = YuanField(_l("Funds spent in the month (yuan)"), [InputRequired(MISSING)])
    text = long_field(
        _l("What was done, and what comes next"),
        description=_l("What changed since the last report is enough."),
    )

    def report(self, month: date) -> Report:
        """Return what a valid form tells of a month."""
        told = {name: self[name].data for name in ("percent", "funds_in", "funds_spent", "text")}
        reason = DelayReason(self.reason.data) if self.reason.data else None
        return Report(month=month, overall=Progress(self.overall.data), reason=reason, **told)


class IssueForm(FlaskForm):  # type: ignore[misc]
    """What stands in a project's way."""

    key = key_field()
    text = long_field(_l("What stands in the way"), InputRequired(MISSING), rows=4)
    owner = SelectField(_l("Who sees to it"), [InputRequired(MISSING)])
    due_on = needed_day(_l("To be resolved by"))

    def offer(self, people: Iterable[User]) -> None:
        """Give the people around the project to choose from."""
        self.owner.choices = [
            SelectChoice(value="", label=_("Choose a person")),
            *(
                SelectChoice(value=one.public_id, label=f"{one.name} · {one.organization.name}")
                for one in people
            ),
        ]


class ResolveForm(FlaskForm):  # type: ignore[misc]
    """How an issue was resolved."""

    resolution = long_field(_l("How it was resolved"), InputRequired(MISSING), rows=4)


def planned(milestones: Iterable[Milestone]) -> list[dict[str, Any]]:
    """Return the rows that show a plan."""
    return [
        {"milestone": one.public_id, **{part: getattr(one, part) for part in STEP}}
        for one in milestones
    ]
