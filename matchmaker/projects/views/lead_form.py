"""The form in which an officer registers a lead: what is typed, and what there is to choose."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

import sqlalchemy as sa
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session, joinedload
from wtforms import Field, RadioField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.labels import label
from matchmaker.organizations.queries import search
from matchmaker.permissions import Permission, can, visible
from matchmaker.postings.fields import line_field, stripped
from matchmaker.postings.filters import LONGEST_SEARCH, load_choices
from matchmaker.postings.queries import find, titled_with
from matchmaker.projects.fields import MISSING, key_field
from matchmaker.projects.services import Lead
from matchmaker.web.display import region_choices, region_path
from matchmaker.web.texts import titled
from models import Need, Organization, OrganizationStatus, Region, Result, User

PostingT = TypeVar("PostingT", Need, Result)

LONGEST_TITLE = 200


def _words(label_: str) -> StringField:
    return StringField(
        label_,
        [Length(max=LONGEST_SEARCH)],
        filters=[stripped],
        render_kw={"maxlength": str(LONGEST_SEARCH)},
    )


def _party(label_: str) -> RadioField:
    needed = InputRequired(_l("Look for the organization and choose it."))
    return RadioField(label_, [needed], validate_choice=False)


class LeadForm(FlaskForm):  # type: ignore[misc]
    """A lead; before each party, the need and the result stand the words they are looked for by.

    Nothing is asked of it before `offer`.
    """

    key = key_field()
    title = line_field(_l("Title"), LONGEST_TITLE, InputRequired(MISSING))
    region = SelectField(_l("Region"), [InputRequired(MISSING)])
    buyer_words = _words(_l("Name or code of the party that needs the technology"))
    buyer = _party(_l("Party that needs the technology"))
    seller_words = _words(_l("Name or code of the party that has the technology"))
    seller = _party(_l("Party that has the technology"))
    need_words = _words(_l("Words of the need"))
    need = RadioField(_l("Need"), validate_choice=False)
    result_words = _words(_l("Words of the result"))
    result = RadioField(_l("Result"), validate_choice=False)

    def offer(self, session: Session, actor: User) -> None:
        """Look up what can be chosen: what the words find, and what was chosen before."""
        self._regions = {
            one.code: one
            for one in load_choices(session).regions
            if can(actor, Permission.PROJECT_OPEN, one)
        }
        self._parties = {
            field.name: _organizations(session, words.data or "", field.data)
            for field, words in ((self.buyer, self.buyer_words), (self.seller, self.seller_words))
        }
        self._need = _postings(session, actor, Need, self.need_words.data or "", self.need.data)
        self._result = _postings(
            session, actor, Result, self.result_words.data or "", self.result.data
        )
        self.region.choices = _choices(region_choices(self._regions.values()))
        for field in (self.buyer, self.seller):
            found = self._parties[field.name].values()
            field.choices = _choices((one.public_id, _in_words(one)) for one in found)
        self.need.choices = _choices(
            (one.public_id, titled(one) or label(one.kind)) for one in self._need.values()
        )
        self.result.choices = _choices(
            (one.public_id, titled(one) or _("Research result")) for one in self._result.values()
        )

    def lead(self) -> Lead:
        """Return what the form says, once it is valid."""
        parties = (self._parties[field.name][field.data] for field in (self.buyer, self.seller))
        return Lead(
            title=self.title.data,
            region=self._regions[self.region.data],
            parties=tuple((one, one.kind) for one in parties),
            need=self._need.get(self.need.data),
            result=self._result.get(self.result.data),
            key=self.key.data,
        )

    def validate_buyer(self, field: Field) -> None:
        """Refuse what is no approved organization."""
        self._demand_found(field)

    def validate_seller(self, field: Field) -> None:
        """Refuse what is no approved organization, and the other party once more."""
        self._demand_found(field)
        if field.data == self.buyer.data:
            raise ValidationError(_("Choose another organization than the other party."))

    def _demand_found(self, field: Field) -> None:
        if field.data not in self._parties[field.name]:
            raise ValidationError(_("Look for the organization and choose it."))


def _organizations(session: Session, words: str, chosen: str | None) -> Mapping[str, Organization]:
    """Return by public id the organization chosen and those that the words find."""
    known = sa.select(Organization).where(
        Organization.public_id == chosen, Organization.status == OrganizationStatus.APPROVED
    )
    before = session.scalars(
        known.options(joinedload(Organization.region).joinedload(Region.parent))
    ).all()
    return {one.public_id: one for one in (*before, *search(session, words))}


def _postings(
    session: Session, actor: User, kind: type[PostingT], words: str, chosen: str | None
) -> Mapping[str, PostingT]:
    """Return by public id the posting chosen and, of those the actor sees, what the words find."""
    known = visible(actor, kind).where(kind.public_id == chosen).options(*titled_with(kind))
    postings = list(session.scalars(known))
    if words:
        postings += find(session, actor, kind, words)
    return {one.public_id: one for one in postings}


def _in_words(organization: Organization) -> str:
    parts = (organization.name, label(organization.kind), region_path(organization.region))
    return " · ".join(parts)


def _choices(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value=value, label=text) for value, text in pairs]
