"""The pages on which a bureau's ledger comes in as projects."""

from io import BytesIO

from flask import Response, abort, flash, render_template, request, send_file
from flask_babel import ngettext

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.imports.files import LIMITS, SUFFIXES, NotNowError
from matchmaker.imports.uploads import discard
from matchmaker.permissions import Permission
from matchmaker.projects import ledger_columns, ledger_files
from matchmaker.projects.views.pages import blueprint
from matchmaker.spreadsheets import SheetError
from matchmaker.storage import StorageError
from matchmaker.web.access import load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.downloads import XLSX
from matchmaker.web.limits import limiter
from matchmaker.web.refusals import BAD_REQUEST
from matchmaker.web.trail import note_refusal
from matchmaker.web.uploads import takes_files
from models import ImportBatch, ImportStatus

CONFLICT = 409
OFTEN = "20 per minute"

Answer = str | Response | tuple[str, int]


@blueprint.route("/projects/ledger", methods=["GET", "POST"])
@limiter.limit(OFTEN, methods=["POST"])
@takes_files
@requires(Permission.PROJECT_OPEN)
def ledger() -> Answer:
    """Offer the template; look into a ledger that is sent."""
    if request.method == "GET":
        return _beginning()
    file = request.files.get("file")
    if file is None or not file.filename:
        return _beginning(_("Choose a file first.")), BAD_REQUEST
    content = file.stream.read(LIMITS.file_bytes + 1)
    try:
        batch = ledger_files.upload(db.session, signed_in(), file.filename, content)
    except (SheetError, StorageError) as error:
        return _beginning(str(error)), BAD_REQUEST
    return see_page("projects.ledger_look", batch_id=batch.public_id)


@blueprint.get("/projects/ledger/template.xlsx")
@requires(Permission.PROJECT_OPEN)
def ledger_template() -> Response:
    """Give the empty ledger to fill in."""
    content = BytesIO(ledger_columns.template())
    name = _("Ledger of projects to import")
    return send_file(content, mimetype=XLSX, as_attachment=True, download_name=f"{name}.xlsx")


@blueprint.route("/projects/ledger/<batch_id>", methods=["GET", "POST"])
@limiter.limit(OFTEN, methods=["POST"])
@requires(Permission.PROJECT_OPEN)
def ledger_look(batch_id: str) -> Answer:
    """Show what would come in and what is wrong; import it or throw it away."""
    batch = load_or_404(ImportBatch, batch_id)
    if batch.kind != ledger_files.KIND:
        abort(404)
    if batch.status is not ImportStatus.WAITING:
        done = batch.status is ImportStatus.DONE
        return see_page("projects.index" if done else "projects.ledger")
    if request.method == "GET":
        return _look(batch)
    act = {"import": _import, "discard": _discard}.get(request.form.get("do", ""))
    if act is None:
        abort(BAD_REQUEST)
    try:
        return act(batch)
    except NotNowError as error:
        note_refusal(db.session, signed_in(), str(request.endpoint), batch)
        return _look(batch, str(error)), CONFLICT


def _import(batch: ImportBatch) -> Response:
    opened = ledger_files.carry_out(db.session, signed_in(), batch)
    if opened:
        told = ngettext(
            "%(num)s project was opened.", "All %(num)s projects were opened.", len(opened)
        )
        flash(told, "success")
    return see_page("projects.index", sort="newest")


def _discard(batch: ImportBatch) -> Response:
    discard(db.session, signed_in(), batch)
    flash(_("The file was thrown away; nothing of it was imported."), "success")
    return see_page("projects.ledger")


def _beginning(problem: str = "") -> str:
    return render_template(
        "projects/ledger.html",
        problem=problem,
        suffixes=SUFFIXES,
        most_rows=ledger_files.MOST_ROWS,
        most_bytes=LIMITS.file_bytes,
    )


def _look(batch: ImportBatch, problem: str = "") -> str:
    return render_template(
        "projects/ledger_look.html",
        batch=batch,
        found=batch.found,
        columns=[one for one in ledger_columns.COLUMNS if one.field in batch.places],
        amounts=ledger_columns.AMOUNTS,
        problem=problem,
    )
