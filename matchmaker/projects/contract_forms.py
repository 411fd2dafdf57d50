"""The forms of contracts: signed, amended, terminated, registered, paid."""

from collections.abc import Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from matchmaker.accounts.fields import choices
from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.labels import LABELS
from matchmaker.postings.fields import line_field, long_field
from matchmaker.projects.contracts import Terms
from matchmaker.projects.fields import MISSING, FileToKeep, key_field, needed_day, version_field
from matchmaker.web.inputs import YuanField
from models import Contract, ContractKind, Organization

TERMS = (
    "kind",
    "amount",
    "technology_amount",
    "signed_on",
    "starts_on",
    "ends_on",
    "document",
)


class SignForm(FlaskForm):  # type: ignore[misc]
    """A contract that was signed."""

    key = key_field()
    number = line_field(_l("Contract number"), 60, InputRequired(MISSING))
    buyer = SelectField(_l("Buyer (who pays)"), [InputRequired(MISSING)])
    seller = SelectField(_l("Seller (who has the technology)"), [InputRequired(MISSING)])
    affiliated = BooleanField(_l("One of the two controls the other"))
    kind = SelectField(
        _l("Kind of contract"),
        [InputRequired(MISSING)],
        choices=choices({"": _l("Choose the kind"), **LABELS[ContractKind]}),
    )
    amount = YuanField(_l("Amount (yuan)"), [InputRequired(MISSING)])
    technology_amount = YuanField(
        _l("Of it for technology (yuan)"),
        [InputRequired(MISSING)],
        description=_l("The amount less equipment, material and the like."),
    )
    signed_on = needed_day(_l("Signed on"))
    starts_on = needed_day(_l("In force from"))
    ends_on = needed_day(_l("In force until"))
    document = line_field(
        _l("Signed paper"),
        200,
        description=_l("Where the original is kept, such as a file number."),
    )
    file = FileToKeep(_l("The contract as a file"))

    def offer(self, parties: Iterable[Organization]) -> None:
        """Give the parties of the project to choose from."""
        offered = [SelectChoice(value=one.public_id, label=one.name) for one in parties]
        blank = SelectChoice(value="", label=_("Choose a party"))
        self.buyer.choices = self.seller.choices = [blank, *offered]

    def terms(self) -> Terms:
        """Return the terms that a valid form says."""
        return _terms(self)


class AmendForm(FlaskForm):  # type: ignore[misc]
    """Other terms of a contract in force."""

    version = version_field()
    changed_on = needed_day(_l("Amended on"))
    reason = long_field(_l("Why, and what changes"), InputRequired(MISSING), rows=3)
    kind = SelectField(_l("Kind of contract"), choices=choices(LABELS[ContractKind]))
    amount = YuanField(_l("Amount (yuan)"), [InputRequired(MISSING)])
    technology_amount = YuanField(_l("Of it for technology (yuan)"), [InputRequired(MISSING)])
    signed_on = needed_day(_l("Signed on"))
    starts_on = needed_day(_l("In force from"))
    ends_on = needed_day(_l("In force until"))
    document = line_field(_l("Signed paper"), 200)
    file = FileToKeep(_l("The amendment as a file"))

    def terms(self) -> Terms:
        """Return the terms that a valid form says."""
        return _terms(self)


class TerminateForm(FlaskForm):  # type: ignore[misc]
    """The end of a contract before its term."""

    version = version_field()
    changed_on = needed_day(_l("Terminated on"))
    reason = long_field(_l("Reason"), InputRequired(MISSING), rows=3)
    file = FileToKeep(_l("The agreement on it as a file"))


class RegisterForm(FlaskForm):  # type: ignore[misc]
    """The registration of a contract as a technology contract."""

    version = version_field()
    registration_no = line_field(_l("Contract registration number"), 40, DataRequired(MISSING))
    registered_on = needed_day(_l("Registered on"))
    file = FileToKeep(_l("The certificate as a file"))


class PayForm(FlaskForm):  # type: ignore[misc]
    """Money that the buyer paid."""

    key = key_field()
    paid_on = needed_day(_l("Paid on"))
    amount = YuanField(_l("Amount (yuan)"), [InputRequired(MISSING)])
    evidence = line_field(
        _l("Evidence"),
        200,
        DataRequired(MISSING),
        description=_l("What proves it, such as the bank slip's or the invoice's number."),
    )
    file = FileToKeep(_l("The evidence as a file"))


class AttachForm(FlaskForm):  # type: ignore[misc]
    """One more file of a contract."""

    file = FileToKeep(_l("File"), validators=[InputRequired(MISSING)])


class CancelPaymentForm(FlaskForm):  # type: ignore[misc]
    """Why a payment is struck out."""

    reason = long_field(_l("Reason"), InputRequired(MISSING), rows=3)


def in_force(contract: Contract) -> dict[str, Any]:
    """Return what the form of an amendment shows at first: the terms in force."""
    return {name: getattr(contract, name) for name in TERMS}


def _terms(form: SignForm | AmendForm) -> Terms:
    said = {name: form[name].data for name in TERMS}
    return Terms(**(said | {"kind": ContractKind(said["kind"])}))
