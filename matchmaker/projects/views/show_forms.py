"""The forms on the page of a project."""

from collections.abc import Iterable, Sequence

from flask_wtf import FlaskForm
from wtforms import SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.labels import label
from matchmaker.postings.fields import line_field, long_field
from matchmaker.projects.fields import MISSING, FileToKeep, needed_day, version_field
from models import OrganizationKind, User, Verdict


def parted(text: str) -> list[str]:
    """Return the names in a text that has commas or line ends between them."""
    for mark in "，、,;；":
        text = text.replace(mark, "\n")
    return [name.strip() for name in text.splitlines() if name.strip()]


def kind_choices() -> list[SelectChoice]:
    """Return the parts that an organization may take in a project, to choose from."""
    return [SelectChoice(value=kind.value, label=label(kind)) for kind in OrganizationKind]


class MoveForm(FlaskForm):  # type: ignore[misc]
    """A step on the project's way."""

    version = version_field()


class TerminateForm(FlaskForm):  # type: ignore[misc]
    """The end of a project, and why."""

    reason = long_field(_l("Why it is terminated"), InputRequired(MISSING), rows=3)
    version = version_field()


class NoPolicyForm(FlaskForm):  # type: ignore[misc]
    """Why nothing is to be claimed."""

    reason = long_field(_l("Why no policy applies"), InputRequired(MISSING), rows=3)
    reason.kwargs["id"] = "no-policy-reason"  # beside the reason of the end
    version = version_field()


class AssignForm(FlaskForm):  # type: ignore[misc]
    """Whom a project is given to; what stays empty stays as it is."""

    officer = SelectField(_l("Officer"))
    broker = SelectField(_l("Broker"))
    version = version_field()

    def offer(self, officers: Iterable[User], brokers: Iterable[User]) -> None:
        """Give the people to choose from."""
        for field, people in ((self.officer, officers), (self.broker, brokers)):
            field.choices = [
                SelectChoice(value="", label=_("Nobody chosen")),
                *(
                    SelectChoice(value=one.public_id, label=f"{one.name} · {one.organization.name}")
                    for one in people
                ),
            ]


class PartyForm(FlaskForm):  # type: ignore[misc]
    """An organization and its part in a project."""

    organization = SelectField(
        _l("Organization found"), [InputRequired(_l("Choose an organization."))]
    )
    role = SelectField(_l("Takes part as"), [InputRequired()])

    def offer(self, found: Sequence[SelectChoice]) -> None:
        """Give the organizations to choose from."""
        self.organization.choices = list(found)
        self.role.choices = kind_choices()


class AcceptanceForm(FlaskForm):  # type: ignore[misc]
    """What the experts found."""

    held_on = needed_day(_l("Held on"))
    verdict = SelectField(_l("Verdict"), [InputRequired(MISSING)])
    experts = TextAreaField(
        _l("Experts"),
        [InputRequired(_l("Name the experts."))],
        description=_l("One a line, or commas between them."),
        render_kw={"rows": "2", "maxlength": "500"},
    )
    opinion = long_field(_l("Opinion"), rows=3)
    document = line_field(_l("Minutes"), 200)
    file = FileToKeep(_l("The minutes or the report as a file"))

    def offer(self) -> None:
        """Give the verdicts to choose from."""
        self.verdict.choices = [SelectChoice(value=one.value, label=label(one)) for one in Verdict]
