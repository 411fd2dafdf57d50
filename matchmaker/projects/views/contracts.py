"""Pages of a project's contracts: signing one, its versions and payments, and what changes it."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, abort, flash, render_template, url_for
from flask_wtf import FlaskForm
from sqlalchemy.orm import joinedload, selectinload

from matchmaker.clock import today
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.labels import label
from matchmaker.permissions import Permission, can
from matchmaker.projects import contracts, files, reading
from matchmaker.projects.access import UNFINISHED
from matchmaker.projects.contract_forms import (
    AmendForm,
    AttachForm,
    CancelPaymentForm,
    PayForm,
    RegisterForm,
    SignForm,
    TerminateForm,
    in_force,
)
from matchmaker.projects.views.filling_in import (
    Answer,
    FormPage,
    answer,
    load_part,
    open_project,
)
from matchmaker.projects.views.pages import blueprint
from matchmaker.web.access import load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.display import day, yuan
from matchmaker.web.uploads import takes_files
from models import (
    Attachment,
    Contract,
    ContractVersion,
    Organization,
    Payment,
    Project,
    new_public_id,
)


@blueprint.route("/projects/<project_id>/contracts/new", methods=["GET", "POST"])
@takes_files
@requires(Permission.PROJECT_RUN)
def sign(project_id: str) -> Answer:
    """Record a signed contract."""
    project = open_project(project_id, Permission.PROJECT_RUN, "sign")
    parties = _parties(project)
    form = SignForm(data={"key": new_public_id(), "signed_on": today()})
    form.offer(parties.values())
    page = FormPage(
        project,
        form,
        heading=_("Record a signed contract"),
        button=_("Record the contract"),
        back=url_for("projects.show", project_id=project_id, _anchor="contracts"),
        note=_("What may be claimed is estimated from it. Later changes are made as amendments."),
    )

    def write() -> Contract:
        return contracts.sign(
            db.session,
            signed_in(),
            project,
            form.number.data,
            parties[form.buyer.data],
            parties[form.seller.data],
            form.terms(),
            affiliated=form.affiliated.data,
            key=form.key.data,
        )

    return answer(page, write, _("The contract is recorded."))


@blueprint.get("/projects/<project_id>/contracts/<contract_id>")
@requires(Permission.PROJECT_READ)
def contract(project_id: str, contract_id: str) -> str:
    """Show a contract with every version of its terms and what was paid."""
    shown = load_part(
        Contract,
        project_id,
        contract_id,
        joinedload(Contract.project),
        joinedload(Contract.buyer),
        joinedload(Contract.seller),
        selectinload(Contract.versions).joinedload(ContractVersion.author),
    )
    open_now = shown.project.stage in UNFINISHED
    runs = open_now and bool(can(signed_in(), Permission.PROJECT_RUN, shown.project))
    return render_template(
        "projects/contract.html",
        contract=shown,
        project=shown.project,
        payments=reading.payments(db.session, shown),
        files=reading.files(db.session, shown.project),
        runs=runs,
        may_change=runs and shown.terminated_on is None,
    )


@dataclass(frozen=True, slots=True)
class _Change:
    """One way to change a contract: the words of its page, its form, and what it does."""

    heading: str
    button: str
    done: str
    form: Callable[[Contract], FlaskForm]
    write: Callable[[Contract, FlaskForm], object]
    danger: bool = False


def _amend(contract: Contract, form: AmendForm) -> None:
    contracts.amend(
        db.session,
        signed_in(),
        contract,
        form.terms(),
        form.reason.data,
        form.changed_on.data,
        form.version.data,
    )


def _terminate(contract: Contract, form: TerminateForm) -> None:
    contracts.terminate(
        db.session,
        signed_in(),
        contract,
        form.reason.data,
        form.changed_on.data,
        form.version.data,
    )


def _register(contract: Contract, form: RegisterForm) -> None:
    contracts.register(
        db.session,
        signed_in(),
        contract,
        form.registration_no.data,
        form.registered_on.data,
        form.version.data,
    )


def _pay(contract: Contract, form: PayForm) -> Payment:
    return contracts.pay(
        db.session,
        signed_in(),
        contract,
        form.paid_on.data,
        form.amount.data,
        form.evidence.data,
        form.key.data,
    )


_CHANGES = {
    "amend": _Change(
        _l("Amend the contract"),
        _l("Put these terms in force"),
        _l("The new terms are in force; the former ones stay as a version."),
        lambda one: AmendForm(data=in_force(one) | {"version": one.version, "changed_on": today()}),
        _amend,
    ),
    "terminate": _Change(
        _l("Terminate the contract"),
        _l("Terminate the contract"),
        _l("The contract is terminated."),
        lambda one: TerminateForm(data={"version": one.version, "changed_on": today()}),
        _terminate,
        danger=True,
    ),
    "register": _Change(
        _l("Registration of the contract"),
        _l("Record the registration"),
        _l("The registration is recorded."),
        lambda one: RegisterForm(
            data={
                "version": one.version,
                "registration_no": one.registration_no,
                "registered_on": one.registered_on or today(),
            }
        ),
        _register,
    ),
    "pay": _Change(
        _l("Record a payment"),
        _l("Record the payment"),
        _l("The payment is recorded."),
        lambda _one: PayForm(data={"key": new_public_id(), "paid_on": today()}),
        _pay,
    ),
    "attach": _Change(
        _l("Add a file"),
        _l("Add the file"),
        _l("The contract is up to date."),
        lambda _one: AttachForm(),
        lambda _one, _form: None,
    ),
}


@blueprint.route(
    "/projects/<project_id>/contracts/<contract_id>"
    "/<any(amend, terminate, register, pay, attach):action>",
    methods=["GET", "POST"],
)
@takes_files
@requires(Permission.PROJECT_RUN)
def change_contract(project_id: str, contract_id: str, action: str) -> Answer:
    """Amend, terminate or register a contract, or record a payment or a file of it."""
    shown = load_part(Contract, project_id, contract_id)
    project = open_project(project_id, Permission.PROJECT_RUN, action)
    change = _CHANGES[action]
    form = change.form(shown)
    page = FormPage(
        project,
        form,
        heading=str(change.heading),
        button=str(change.button),
        back=_address(shown),
        facts=_standing(shown),
        danger=change.danger,
    )
    return answer(
        page,
        lambda: change.write(shown, form) or shown,
        str(change.done),
        lambda: shown.version,
    )


@blueprint.route("/projects/<project_id>/payments/<payment_id>/cancel", methods=["GET", "POST"])
@requires(Permission.PROJECT_RUN)
def cancel_payment(project_id: str, payment_id: str) -> Answer:
    """Strike out a payment that was entered by mistake."""
    payment = load_part(Payment, project_id, payment_id)
    project = open_project(project_id, Permission.PROJECT_RUN, "cancel_payment")
    form = CancelPaymentForm()
    page = FormPage(
        project,
        form,
        heading=_("Cancel a payment"),
        button=_("Cancel the payment"),
        back=_address(payment.contract),
        facts=(
            (_("Contract number"), payment.contract.number),
            (_("Paid on"), day(payment.paid_on)),
            (_("Amount (yuan)"), yuan(payment.amount)),
            (_("Evidence"), payment.evidence),
        ),
        note=_("It stays readable, struck out, and counts no longer."),
        danger=True,
    )
    return answer(
        page,
        lambda: contracts.cancel_payment(db.session, signed_in(), payment, form.reason.data),
        _("The payment is cancelled."),
    )


@blueprint.post("/projects/<project_id>/files/<file_id>/remove")
@requires(Permission.PROJECT_RUN)
def remove_file(project_id: str, file_id: str) -> Response:
    """Throw away a file that was attached by mistake."""
    project = open_project(project_id, Permission.PROJECT_RUN, "detach")
    file = load_or_404(Attachment, file_id)
    if file.project_id != project.id:
        abort(404)
    files.remove(db.session, signed_in(), project, file)
    flash(_("The file is removed."), "success")
    return see_page("projects.show", project_id=project_id, _anchor="files")


def _parties(project: Project) -> dict[str, Organization]:
    """Return the organizations that take part, each once, by their public ids."""
    return {one.organization.public_id: one.organization for one in project.parties}


def _address(contract: Contract) -> str:
    return url_for(
        "projects.contract",
        project_id=contract.project.public_id,
        contract_id=contract.public_id,
    )


def _standing(contract: Contract) -> tuple[tuple[str, str], ...]:
    """Return the terms in force and what was paid, as every form about a contract shows them."""
    return (
        (_("Contract number"), contract.number),
        (_("Kind of contract"), label(contract.kind)),
        (_("Amount (yuan)"), yuan(contract.amount)),
        (_("Paid so far (yuan)"), yuan(contract.paid)),
        (_("Signed on"), day(contract.signed_on)),
        (_("Term"), _("%(start)s to %(end)s", start=contract.starts_on, end=contract.ends_on)),
        (_("Contract registration number"), contract.registration_no or ""),
    )
