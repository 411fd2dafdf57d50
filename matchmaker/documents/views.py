"""Documents to be downloaded by whoever may read the record, and the templates they come from."""

from io import BytesIO
from pathlib import PurePath

from flask import Blueprint, Response, abort, flash, render_template, request, send_file

from matchmaker.db import db
from matchmaker.documents import queries, services, templates, writing
from matchmaker.documents.filling import TemplateError
from matchmaker.documents.packages import LARGEST
from matchmaker.documents.wording import PLACEHOLDERS
from matchmaker.documents.writing import Document
from matchmaker.i18n import _
from matchmaker.indicators import listing
from matchmaker.inputs import InputError
from matchmaker.labels import label
from matchmaker.permissions import Permission
from matchmaker.postings.file_types import TYPES, UnacceptableFileError
from matchmaker.storage import StorageError
from matchmaker.web.access import load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.limits import limiter
from matchmaker.web.refusals import BAD_REQUEST
from matchmaker.web.uploads import takes_files
from models import Contract, DocumentKind, Project, PublicNotice, SupervisionOrder

OFTEN = "60 per minute"

blueprint = Blueprint("documents", __name__)


@blueprint.get("/documents/contract-registration/<contract_id>")
@limiter.limit(OFTEN)
@requires(Permission.PROJECT_READ)
def contract_registration(contract_id: str) -> Response:
    """Give the registration form of a contract."""
    contract = load_or_404(Contract, contract_id, *queries.with_contract())
    return _send(writing.write(db.session, DocumentKind.CONTRACT_REGISTRATION, contract))


@blueprint.get("/documents/progress/<project_id>")
@limiter.limit(OFTEN)
@requires(Permission.PROJECT_READ)
def progress(project_id: str) -> Response:
    """Give the progress form of a project."""
    project = load_or_404(Project, project_id, *queries.with_project())
    return _send(writing.write(db.session, DocumentKind.PROGRESS, project))


@blueprint.get("/documents/supervision-letter/<order_id>")
@limiter.limit(OFTEN)
@requires(Permission.PROJECT_READ)
def supervision_letter(order_id: str) -> Response:
    """Give a supervision order as a letter."""
    order = load_or_404(SupervisionOrder, order_id, *queries.with_order())
    return _send(writing.write(db.session, DocumentKind.SUPERVISION_LETTER, order))


@blueprint.get("/documents/public-notice/<notice_id>")
@limiter.limit(OFTEN)
@requires(Permission.PUBLIC_NOTICE_READ)
def public_notice(notice_id: str) -> Response:
    """Give a public notice as it is put up."""
    notice = load_or_404(PublicNotice, notice_id, *queries.with_notice())
    return _send(writing.write(db.session, DocumentKind.PUBLIC_NOTICE, notice))


@blueprint.get("/documents/summary")
@limiter.limit("20 per minute")
@requires(Permission.INDICATOR_READ, recent=True, saved=True)
def summary() -> Response:
    """Give the list of key projects, as it is narrowed, as the table that is stamped."""
    actor = signed_in()
    chosen = listing.read_filter(request.args, listing.own_regions(db.session, actor))
    rows = listing.everything(db.session, actor, chosen)
    contracts = queries.contracts_of(db.session, actor, [row.project for row in rows])
    narrowed = (chosen.year, chosen.status, chosen.region or actor.region)
    return _send(writing.write_summary(db.session, *narrowed, rows, contracts))


@blueprint.get("/admin/document-templates")
@requires(Permission.DOCUMENT_TEMPLATE_EDIT)
def all_templates() -> str:
    """List the kinds of documents with the template in force of each."""
    rows = [(kind, templates.newest(db.session, kind)) for kind in DocumentKind]
    return render_template("documents/templates.html", rows=rows)


@blueprint.route("/admin/document-templates/<kind>", methods=["GET", "POST"])
@limiter.limit(OFTEN, methods=["POST"])
@takes_files
@requires(Permission.DOCUMENT_TEMPLATE_EDIT)
def template(kind: str) -> str | Response | tuple[str, int]:
    """Show one kind's template in force; put an edited one or the platform's own in force."""
    chosen = _kind(kind)
    if request.method == "GET":
        return _page(chosen)
    try:
        _change(chosen, request.form.get("seen", ""))
    except InputError as error:
        return _page(chosen, error.reason), BAD_REQUEST
    except (UnacceptableFileError, TemplateError, StorageError) as error:
        return _page(chosen, str(error)), BAD_REQUEST
    return see_page("documents.template", kind=kind)


@blueprint.get("/admin/document-templates/<kind>/file")
@limiter.limit(OFTEN)
@requires(Permission.DOCUMENT_TEMPLATE_EDIT)
def template_file(kind: str) -> Response:
    """Give the template in force, or a document that it makes of an example."""
    chosen = _kind(kind)
    if request.args.get("filled"):
        return _send(writing.example(db.session, chosen))
    name = _("%(document)s, template", document=label(chosen)) + templates.suffix(chosen)
    return _send(Document(name, templates.in_force(db.session, chosen)))


def _kind(kind: str) -> DocumentKind:
    if kind not in list(DocumentKind):
        abort(404)
    return DocumentKind(kind)


def _change(kind: DocumentKind, seen: str) -> None:
    """Do what the form asks for; it raises what the services raise."""
    if request.form.get("action") == "restore":
        services.restore(db.session, signed_in(), kind, seen)
        flash(_("The platform's own template is in force again."), "success")
        return
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InputError("file", _("Choose a file first."))
    content = file.stream.read(LARGEST + 1)
    services.replace(db.session, signed_in(), kind, file.filename, content, seen)
    flash(_("The edited template is in force. Look at it filled with an example."), "success")


def _page(kind: DocumentKind, problem: str = "") -> str:
    return render_template(
        "documents/template.html",
        kind=kind,
        newest=templates.newest(db.session, kind),
        suffix=templates.suffix(kind),
        placeholders=PLACEHOLDERS[templates.suffix(kind)](templates.examples()[kind]),
        problem=problem,
        most=LARGEST,
    )


def _send(document: Document) -> Response:
    """Return a document as a file to be saved, under its Chinese name (RFC 6266)."""
    return send_file(
        BytesIO(document.content),
        mimetype=TYPES[PurePath(document.name).suffix],
        as_attachment=True,
        download_name=document.name,
    )
