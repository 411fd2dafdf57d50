"""What the forms of a need and of a result share; `text` and `filled_with` are their two ways."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    Field,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Optional, Regexp, ValidationError
from wtforms.widgets import HiddenInput

from matchmaker.accounts.fields import ADDRESS, PHONE, choices, half_width
from matchmaker.clock import today
from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.labels import LABELS
from matchmaker.postings.drafts import LONGEST_TITLE, OPEN, Posting, Written
from matchmaker.postings.fields import (
    DayField,
    FilesField,
    KeywordsField,
    line_field,
    long_field,
)
from matchmaker.postings.filters import Choices, one_of
from matchmaker.postings.steps import Stand, Step, stands
from matchmaker.web.display import file_size, industry_name
from models import Attachment, CooperationMode, Organization, Region, Visibility

KEY = r"^[0-9A-Za-z_-]{16}$"
MOST_ROWS = 20
CONTACT = ("name", "phone", "email")

PUBLICITY = Step(
    "publicity",
    _l("5. Who reads it, and whom to ask"),
    (
        "visibility",
        "public_summary",
        "attachments",
        *(f"contact_{part}" for part in CONTACT),
        "region",
        "valid_until",
    ),
)

_NOT_TYPED = {"csrf_token", "key"}


class PostingForm(FlaskForm):  # type: ignore[misc]
    """The fields of both kinds; `key` names the form and `version` the text it began from.

    `STEPS` are the panels that one kind of form has before the last, which is the same for both.
    """

    STEPS: ClassVar[tuple[Step, ...]] = ()
    key = HiddenField(validators=[Regexp(KEY)])
    version = IntegerField(widget=HiddenInput(), default=1)
    title = line_field(_l("Title"), LONGEST_TITLE, DataRequired(_l("Give it a title.")))
    industry = SelectField(_l("Industry"), [Optional()])
    keywords = KeywordsField(_l("Keywords"))
    region = SelectField(_l("Region"), [InputRequired(_l("Choose the region."))])
    modes = SelectMultipleField(_l("Cooperation mode"), choices=choices(LABELS[CooperationMode]))
    visibility = SelectField(
        _l("Who may read it"),
        choices=[
            SelectChoice(value="public", label=_l("Public: everybody reads all of it")),
            SelectChoice(value="masked", label=_l("Masked: everybody reads the summary alone")),
            SelectChoice(value="invited", label=_l("Invited: only the organizations you name")),
        ],
    )
    public_summary = long_field(_l("Public summary"), rows=3)
    attachments = FilesField(_l("Files"))
    contact_name = line_field(_l("Contact person"), 60, autocomplete="name")
    contact_phone = line_field(
        _l("Telephone"),
        20,
        Optional(),
        Regexp(PHONE, message=_l("Enter digits, such as 0551-12345678.")),
        reads=half_width,
        autocomplete="tel",
    )
    contact_email = line_field(
        _l("E-mail"),
        254,
        Optional(),
        Regexp(ADDRESS, message=_l("Enter an address like name@example.com.")),
        reads=half_width,
        autocomplete="email",
    )
    valid_until = DayField(_l("Valid until"))

    def offer(
        self, found: Choices, organization: Organization, files: Sequence[Attachment]
    ) -> None:
        """Give the fields their choices: industries, the regions near one's own, usable files."""
        self.industry.choices = [SelectChoice(value="", label=_("Not chosen yet"))] + [
            SelectChoice(
                value=str(each.id), label=("　" if each.parent_id else "") + industry_name(each)
            )
            for each in found.industries
        ]
        self.region.choices = [
            SelectChoice(value=str(each.id), label=each.name)
            for each in found.regions
            if _is_near(organization.region, each)
        ]
        self.attachments.choices = [
            SelectChoice(
                value=file.public_id,
                label=f"{file.name} ({file_size(file.size)})",
            )
            for file in files
        ]

    def steps(self) -> list[Stand]:
        """Return the panels of the form and how far each has come."""
        return list(stands(self, (*self.STEPS, PUBLICITY)))

    def heading(self, step_id: str) -> str:
        """Return the heading of a panel."""
        return next(str(each.heading) for each in (*self.STEPS, PUBLICITY) if each.id == step_id)

    def text(self) -> dict[str, Any]:
        """Return the text as `postings.texts.written` does; what is not valid counts as empty."""
        modes, files = set(self.modes.data or ()), set(self.attachments.data or ())
        return {
            "title": self.title.data,
            "keywords": self.keywords.data or [],
            "public_summary": self.public_summary.data,
            "visibility": (one_of(Visibility, self.visibility.data) or Visibility.PUBLIC).value,
            "industry_id": _number(self.industry.data),
            "modes": [mode.value for mode in CooperationMode if mode.value in modes],
            "attachments": [
                choice.value for choice in self.attachments.choices if choice.value in files
            ],
        }

    def content(self) -> Written:
        """Return all that the form says."""
        contact = {part: self[f"contact_{part}"].data for part in CONTACT}
        return Written(
            self.text(),
            {part: said for part, said in contact.items() if said},
            int(self.region.data),
            self.valid_until.data,
        )

    def typed(self) -> dict[str, list[str]]:
        """Return what was typed into the form's own fields, as it was typed."""
        return {
            leaf.name: [str(said) for said in leaf.raw_data]
            for leaf in leaves(self)
            if leaf.raw_data and leaf.name not in _NOT_TYPED
        }

    def lines(self) -> dict[str, str]:
        """Return by label what each field says, as a reader would read it."""
        lines: dict[str, str] = {}
        for field in self:
            if field.name in _NOT_TYPED or field.name == "version":
                continue
            if isinstance(field, FieldList):
                rows = (" ".join(filter(None, map(in_words, row.form))) for row in field)
                lines[field.label.text] = "\n".join(filter(None, rows))
            else:
                lines[field.label.text] = in_words(field)
        return lines

    def validate_valid_until(self, field: Field) -> None:
        """Refuse a term that is over already."""
        if field.data and field.data <= today():
            raise ValidationError(_("Choose a day after today, or leave it empty."))


def beginning(posting: Posting | None, organization: Organization) -> dict[str, Any]:
    """Return what a form shows at first of what stands beside the text."""
    if posting is None:
        return {"region": str(organization.region_id), "visibility": Visibility.PUBLIC.value}
    return {
        "version": posting.version,
        "region": str(posting.region_id),
        "valid_until": posting.valid_until if posting.status in OPEN else None,
        **{f"contact_{part}": posting.contact.get(part, "") for part in CONTACT},
    }


def filled_with(text: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that show a text; it is as `postings.texts.written` gives it."""
    shown = dict(text)
    industry_id = shown.pop("industry_id")
    if shown.get("deadline"):
        shown["deadline"] = date.fromisoformat(shown["deadline"])
    return shown | {"industry": str(industry_id) if industry_id else ""}


def typed_again(fields: Mapping[str, list[str]]) -> MultiDict[str, str]:
    """Return kept fields as a browser would send them."""
    return MultiDict([(name, value) for name, values in fields.items() for value in values])


def leaves(form: Any) -> Iterable[Field]:
    """Yield the fields of a form and of the rows in it."""
    for field in form:
        if isinstance(field, FieldList):
            for row in field:
                yield from row.form
        elif not isinstance(field, FormField):
            yield field


def in_words(field: Field) -> str:
    """Return what one field says, a choice by its label."""
    if isinstance(field, SelectField | SelectMultipleField):
        chosen = [str(each.label).strip() for each in field.iter_choices() if each.selected]
        return "、".join(chosen) if field.data else ""
    if field.data is None:
        return ""
    if isinstance(field.data, date | StrEnum):
        return str(field.data)
    return str(field._value())  # noqa: SLF001 (what the page shows of it)


def _number(typed: str | None) -> int | None:
    return int(typed) if typed and typed.isdecimal() else None


def _is_near(own: Region, other: Region) -> bool:
    """Return whether a region is one's own, above it or below it: others' bureaus have no say."""
    return other.code.startswith(own.subtree_prefix) or own.code.startswith(other.subtree_prefix)
