"""Forms of the organization pages."""

from collections.abc import Sequence
from datetime import date

from flask_wtf import FlaskForm
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as NumberError
from wtforms import (
    BooleanField,
    DateField,
    Field,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from matchmaker.accounts.fields import (
    choices,
    email_field,
    half_width,
    name_field,
    new_password_field,
    phone_field,
    repeated_password_field,
    stripped,
    title_field,
)
from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.labels import LABELS
from matchmaker.organizations.services.members import ROLES
from models import Industry, Organization, OrganizationKind, Region, Role

TIERS = {
    "高新技术企业": _l("High-tech enterprise"),
    "专精特新": _l("Specialised and innovative"),
    "瞪羚": _l("Gazelle"),
    "独角兽": _l("Unicorn"),
    "单项冠军": _l("Manufacturing champion"),
    "链主": _l("Chain leader"),
}
MOST_INDUSTRIES = 10
SAID = {
    "uscc",
    "organization_name",
    "kind",
    "region",
    "industries",
    "tiers",
    "requires_internal_review",
}
"""The fields that say something of an organization."""


def code_field() -> StringField:
    """Return a field for a unified social credit code, checked digit by digit."""
    return StringField(
        _l("Unified social credit code"),
        [DataRequired(_l("Enter the code of 18 characters.")), Length(max=30), _code],
        filters=[half_width],
        render_kw={"spellcheck": "false", "autocomplete": "off", "maxlength": "30"},
    )


def organization_name_field() -> StringField:
    """Return a field for an organization's name."""
    return StringField(
        _l("Name of the organization"),
        [DataRequired(_l("Enter the full name as registered.")), Length(max=120)],
        filters=[stripped],
        render_kw={"autocomplete": "organization", "maxlength": "120"},
    )


def region_field() -> SelectField:
    """Return a field for a region; `offer` gives it its choices."""
    return SelectField(_l("Region"), [InputRequired(_l("Choose the region."))])


def version_field() -> IntegerField:
    """Return a hidden field for the version of the organization that a form was made from."""
    return IntegerField(validators=[Optional()], widget=HiddenInput())


def _code(_form: FlaskForm, field: Field) -> None:
    """Refuse what is no code; keep it in its compact form (GB 32100-2015)."""
    try:
        field.data = uscc.validate(field.data)
    except NumberError as error:
        raise ValidationError(
            _("This is no unified social credit code. Check it digit by digit.")
        ) from error


def _few(_form: FlaskForm, field: Field) -> None:
    if len(field.data or []) > MOST_INDUSTRIES:
        raise ValidationError(_("Choose at most %(n)d industries.", n=MOST_INDUSTRIES))


class ProfileForm(FlaskForm):  # type: ignore[misc]
    """What an approved organization may change by itself; its tiers decide what it may claim."""

    version = version_field()
    industries = SelectMultipleField(_l("Industries"), [_few])
    requires_internal_review = BooleanField(
        _l("Our managers review what our members post before it is submitted")
    )


class ApplicationForm(FlaskForm):  # type: ignore[misc]
    """What an organization says of itself when it registers."""

    version = version_field()
    uscc = code_field()
    organization_name = organization_name_field()
    kind = SelectField(
        _l("Kind"),
        [InputRequired(_l("Choose the kind."))],
        choices=choices({"": _l("Choose …")} | LABELS[OrganizationKind]),
    )
    region = region_field()
    industries = SelectMultipleField(_l("Industries"), [_few])
    tiers = SelectMultipleField(_l("Tiers"), choices=choices(TIERS))


class PersonForm(FlaskForm):  # type: ignore[misc]
    """What somebody says of themselves when they open an account."""

    name = name_field()
    title = title_field()
    phone = phone_field()
    new = new_password_field()
    repeat = repeated_password_field()


class RegistrationForm(ApplicationForm, PersonForm):
    """An organization and its first manager."""


class BureauForm(FlaskForm):  # type: ignore[misc]
    """A government body that an administrator adds."""

    uscc = code_field()
    organization_name = organization_name_field()
    region = region_field()


class InvitationForm(FlaskForm):  # type: ignore[misc]
    """Whom to ask to join, and as what."""

    email = email_field(autocomplete="off")
    role = SelectField(
        _l("Role"),
        choices=choices({role.value: LABELS[Role][role.value] for role in ROLES}),
    )


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """Why something is refused or suspended; the organization reads it."""

    reason = TextAreaField(
        _l("Reason"),
        [DataRequired(_l("Give the reason; the organization reads it.")), Length(max=500)],
        filters=[stripped],
        render_kw={"rows": "3", "maxlength": "500"},
    )


class MoveForm(FlaskForm):  # type: ignore[misc]
    """The organization that somebody moves to, and why; they read the reason."""

    organization = SelectField(
        _l("Organization found"), [InputRequired(_l("Choose an organization."))]
    )
    reason = TextAreaField(
        _l("Reason"),
        [DataRequired(_l("Give the reason; the person reads it.")), Length(max=500)],
        filters=[stripped],
        render_kw={"rows": "2", "maxlength": "500"},
    )

    def offer(self, found: Sequence[Organization]) -> None:
        """Give the organizations to choose from."""
        self.organization.choices = [SelectChoice(value="", label=_("Choose …"))] + [
            SelectChoice(value=one.public_id, label=f"{one.name} {one.uscc}") for one in found
        ]


class CorrectionForm(FlaskForm):  # type: ignore[misc]
    """What an officer corrects of an organization, and why."""

    version = version_field()
    organization_name = organization_name_field()
    kind = SelectField(_l("Kind"), [InputRequired(_l("Choose the kind."))])
    region = region_field()
    tiers = SelectMultipleField(_l("Tiers"), choices=choices(TIERS))
    correction = TextAreaField(
        _l("Reason of the correction"),
        [DataRequired(_l("Give the reason; the organization reads it.")), Length(max=500)],
        filters=[stripped],
        render_kw={"rows": "2", "maxlength": "500"},
    )

    def offer_kinds(self, organization: Organization) -> None:
        """Give the field for the kind its choices: a bureau stays one, and nobody becomes one."""
        government = OrganizationKind.GOVERNMENT
        is_bureau = organization.kind is government
        self.kind.choices = [
            SelectChoice(value=value, label=text)
            for value, text in LABELS[OrganizationKind].items()
            if (value == government) is is_bureau
        ]


class RestrictionForm(FlaskForm):  # type: ignore[misc]
    """Why and how long an organization may not post."""

    ground = StringField(
        _l("Ground"),
        [DataRequired(_l("Enter the ground.")), Length(max=200)],
        filters=[stripped],
        render_kw={"maxlength": "200"},
    )
    source_document = StringField(
        _l("Source document"),
        [DataRequired(_l("Enter the document's title and number.")), Length(max=200)],
        filters=[stripped],
        render_kw={"maxlength": "200"},
    )
    starts_on = DateField(_l("First day"), [InputRequired(_l("Enter a day as 2026-01-31."))])
    ends_on = DateField(_l("Last day (empty: until lifted)"), [Optional()])

    def validate_ends_on(self, field: Field) -> None:
        """Refuse a term that ends before it begins."""
        if isinstance(self.starts_on.data, date) and field.data < self.starts_on.data:
            raise ValidationError(_("The last day is before the first."))


def offer(
    form: FlaskForm,
    regions: Sequence[Region] = (),
    industries: Sequence[tuple[Industry, list[Industry]]] = (),
) -> None:
    """Give the form's fields for regions and industries their choices."""
    indent = {"province": "", "city": "　", "county": "　　"}
    if "region" in form:
        form.region.choices = [SelectChoice(value="", label=_("Choose …"))] + [
            SelectChoice(value=region.code, label=indent[region.level] + region.name)
            for region in regions
        ]
    if "industries" in form:
        form.industries.choices = [
            SelectChoice(value=each.code, label=each.name)
            for top, within in industries
            for each in (top, *within)
        ]


def lines(form: FlaskForm) -> dict[str, str]:
    """Return what a form says of an organization in words, by what its fields are called."""
    said = {}
    for field in form:
        if field.name in SAID:
            said[str(field.label.text)] = _in_words(field)
    return said


def _in_words(field: Field) -> str:
    if isinstance(field, BooleanField):
        return _("Yes") if field.data else _("No")
    if not isinstance(field, SelectField):
        return field.data or ""
    chosen = field.data if isinstance(field.data, list) else [field.data]
    labels = (str(each.label).strip() for each in field.iter_choices() if each.value in chosen)
    return _(", ").join(labels)


def values_of(organization: Organization) -> dict[str, object]:
    """Return what a form shows of an organization at first."""
    return {
        "version": organization.version,
        "uscc": organization.uscc,
        "organization_name": organization.name,
        "kind": organization.kind.value,
        "region": organization.region.code,
        "industries": [industry.code for industry in organization.industries],
        "tiers": organization.tiers,
        "requires_internal_review": organization.requires_internal_review,
    }
