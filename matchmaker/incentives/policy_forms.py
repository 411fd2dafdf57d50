"""The forms of a policy and of its rule: what is typed, and the rule as data."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, ValidationError
from wtforms.widgets import HiddenInput, TextInput

from matchmaker.accounts.fields import choices
from matchmaker.clock import today
from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.incentives.rules import FULL_RATE, LONGEST_WORD
from matchmaker.incentives.wording import BASES, SCOPES, SIDES
from matchmaker.labels import LABELS
from matchmaker.postings.fields import DayField, KeywordsField, line_field, stripped
from matchmaker.web.inputs import YuanField
from models import ContractKind, OrganizationKind, PolicyVersion, Region

MOST_SLABS = 10
LONGEST_NOTICE = 60
FORMULAS = {
    "percent": _l("A percentage of the money"),
    "slabs": _l("Slabs: a reward from each amount on"),
    "flat": _l("The same reward for each"),
}
_AS_TYPED = ("basis", "scope", "side", "kinds", "contract_kinds", "tiers", "regions")
_ANSWERS = ("registered", "unaffiliated", "integrity", "automatic")
_CAPS = ("cap", "cap_per_project", "cap_per_year")


class PercentField(Field):  # type: ignore[misc]
    """A percentage, to its hundredth; the data are hundredths of a percent."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data / 100:g}"

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read a percentage.

        Raises:
            ValueError: it is none, is out of range, or is finer than a hundredth.
        """
        self.data = None
        typed = unicodedata.normalize("NFKC", valuelist[0]).strip() if valuelist else ""
        if not typed:
            return
        try:
            rate = Decimal(typed.removesuffix("%")) * 100
        except ArithmeticError:
            rate = Decimal(0)
        if not rate.is_finite() or not 1 <= rate <= FULL_RATE or rate != rate.to_integral_value():
            raise ValueError(_("Enter a percentage from 0.01 to 100, such as 15 or 12.5."))
        self.data = int(rate)


class LinesField(TextAreaField):  # type: ignore[misc]
    """Several short texts, one a line; the data are a list."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "\n".join(self.data or ())

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the lines, each once."""
        lines = stripped(valuelist[0]).split("\n") if valuelist else []
        self.data = list(dict.fromkeys(filter(None, map(stripped, lines))))


class SlabForm(Form):  # type: ignore[misc]
    """One slab; an empty row is none."""

    reached = YuanField(_l("From (yuan)"))
    reward = YuanField(_l("Reward (yuan)"))


class PolicyForm(FlaskForm):  # type: ignore[misc]
    """What a policy is called and where it comes from."""

    title = line_field(_l("Title"), 200, InputRequired(_l("Give it a title.")))
    issuer = line_field(_l("Issued by"), 120, InputRequired(_l("Name who issued it.")))
    document = line_field(
        _l("Document number"), 200, InputRequired(_l("Enter the number of the document."))
    )
    region = SelectField(_l("Whose money it is"), [InputRequired(_l("Choose the region."))])

    def offer(self, regions: Sequence[Region]) -> None:
        """Give the regions to choose from."""
        self.region.choices = _region_choices(regions)


class RuleForm(FlaskForm):  # type: ignore[misc]
    """A version of a policy's rule; `version` is that of the draft it was made from."""

    version = IntegerField(widget=HiddenInput(), default=0)
    valid_from = DayField(_l("Valid from"), InputRequired(_l("Enter the first day.")))
    valid_until = DayField(_l("Valid until"))
    formula = SelectField(_l("Formula"), choices=choices(FORMULAS))
    rate = PercentField(_l("Percentage"))
    reward = YuanField(_l("Flat reward (yuan)"))
    slabs = FieldList(FormField(SlabForm), _l("Slabs"), min_entries=3, max_entries=MOST_SLABS)
    basis = SelectField(_l("Reckoned on"), choices=choices(BASES))
    scope = SelectField(_l("One claim is for"), choices=choices(SCOPES))
    side = SelectField(_l("Who claims"), choices=choices(SIDES))
    minimum = YuanField(_l("Least money (yuan)"))
    cap = YuanField(_l("Cap for a claim (yuan)"))
    cap_per_project = YuanField(_l("Cap for a project (yuan)"))
    cap_per_year = YuanField(_l("Cap for an organization and year (yuan)"))
    regions = SelectMultipleField(_l("Regions of the organization"))
    kinds = SelectMultipleField(
        _l("Kinds of organization"), choices=choices(LABELS[OrganizationKind])
    )
    tiers = KeywordsField(_l("Tiers, any of"))
    contract_kinds = SelectMultipleField(
        _l("Kinds of contract"), choices=choices(LABELS[ContractKind])
    )
    registered = BooleanField(_l("Only registered contracts"))
    unaffiliated = BooleanField(_l("Only between parties that are not affiliated"))
    integrity = BooleanField(_l("Only without an integrity restriction"))
    automatic = BooleanField(_l("Without asking: the platform drafts, the organization confirms"))
    stacking_group = line_field(_l("Stacking group"), LONGEST_WORD)
    evidence = LinesField(_l("Evidence to hand in"), render_kw={"rows": "4"})
    notice_days = IntegerField(
        _l("Days of public notice"),
        [
            InputRequired(_l("Enter the number of days.")),
            NumberRange(1, LONGEST_NOTICE, _l("Enter a number from %(min)s to %(max)s.")),
        ],
    )

    def offer(self, regions: Sequence[Region]) -> None:
        """Give the regions to choose from."""
        self.regions.choices = _region_choices(regions)

    def validate_rate(self, field: Field) -> None:
        """Ask for the percentage where the formula is one."""
        if self.formula.data == "percent" and field.data is None and not field.errors:
            raise ValidationError(_("Enter the percentage."))

    def rule(self) -> dict[str, Any]:
        """Return the rule as `rules.read_rule` reads it."""
        amounts = {name: self[name].data for name in _CAPS if self[name].data is not None}
        return {
            "formula": self._formula(),
            **{name: self[name].data for name in (*_AS_TYPED, *_ANSWERS)},
            **amounts,
            "minimum": self.minimum.data or 0,
            "stacking_group": self.stacking_group.data,
            "evidence": self.evidence.data,
            "notice_days": self.notice_days.data,
        }

    def _formula(self) -> dict[str, Any]:
        kind = self.formula.data
        if kind == "percent":
            return {"kind": kind, "rate": self.rate.data}
        if kind == "flat":
            return {"kind": kind, "reward": self.reward.data}
        rows = [[row.form.reached.data, row.form.reward.data] for row in self.slabs]
        return {"kind": kind, "slabs": [row for row in rows if row != [None, None]]}


def filled_with(version: PolicyVersion | None, draft: PolicyVersion | None) -> dict[str, Any]:
    """Return the fields that show the rule to begin from, of the draft or of the last version."""
    if version is None:
        defaults = {"unaffiliated": True, "integrity": True, "notice_days": 7}
        return {"valid_from": date(today().year, 1, 1), **defaults}
    rule = dict(version.rule)
    formula: Mapping[str, Any] = rule.pop("formula")
    slabs = [{"reached": reached, "reward": reward} for reached, reward in formula.get("slabs", [])]
    return {
        "unaffiliated": True,
        "integrity": True,
        "notice_days": 7,
        **rule,
        "minimum": rule.get("minimum") or None,
        "version": draft.version if draft else 0,
        "valid_from": version.valid_from if draft else None,
        "valid_until": version.valid_until if draft else None,
        "formula": formula["kind"],
        "rate": formula.get("rate"),
        "reward": formula.get("reward"),
        "slabs": slabs,
    }


def _region_choices(regions: Sequence[Region]) -> list[SelectChoice]:
    return [SelectChoice(value=region.code, label=region.name) for region in regions]
