"""The pages on which a spreadsheet of needs or results is brought in."""

from io import BytesIO
from typing import NamedTuple

from flask import Blueprint, Response, abort, flash, render_template, request, send_file

from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.imports import queries, uploads, workbooks
from matchmaker.imports.files import LIMITS, SUFFIXES, NotNowError
from matchmaker.imports.rows import KINDS
from matchmaker.imports.wording import field_names, in_words
from matchmaker.permissions import Permission
from matchmaker.postings.filters import load_choices
from matchmaker.spreadsheets import SheetError
from matchmaker.storage import StorageError
from matchmaker.web.access import current_actor, load_or_404, requires, signed_in
from matchmaker.web.addresses import see_page
from matchmaker.web.limits import limiter
from matchmaker.web.trail import note_refusal
from matchmaker.web.uploads import takes_files
from models import ImportBatch, ImportStatus

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OFTEN = "20 per minute"

Answer = str | Response | tuple[str, int]


class FileColumn(NamedTuple):
    """One column of a file: its place from 0, its header, its first cells, the field it gives."""

    place: int
    header: str
    sample: str
    field: str


blueprint = Blueprint("imports", __name__)
blueprint.add_app_template_filter(in_words, "cell_words")


@blueprint.route("/needs/import", methods=["GET", "POST"], defaults={"kind": "needs"})
@blueprint.route("/results/import", methods=["GET", "POST"], defaults={"kind": "results"})
@limiter.limit(OFTEN, methods=["POST"])
@takes_files
@requires(Permission.POSTING_WRITE)
def begin(kind: str) -> Answer:
    """Offer the template and list what was imported; look into a file that is sent."""
    if request.method == "GET":
        return _beginning(kind)
    file = request.files.get("file")
    if file is None or not file.filename:
        return _beginning(kind, _("Choose a file first."))
    content = file.stream.read(LIMITS.file_bytes + 1)
    try:
        batch = uploads.upload(db.session, signed_in(), kind, file.filename, content)
    except (SheetError, StorageError) as error:
        return _beginning(kind, str(error))
    return see_page("imports.show", public_id=batch.public_id)


@blueprint.get("/needs/import/template.xlsx", defaults={"kind": "needs"})
@blueprint.get("/results/import/template.xlsx", defaults={"kind": "results"})
@requires(Permission.POSTING_WRITE)
def template(kind: str) -> Response:
    """Give the empty table to fill in."""
    industries = [industry.name for industry in load_choices(db.session).industries]
    name = _("Needs to import") if kind == "needs" else _("Results to import")
    return _workbook(workbooks.template(kind, industries), name)


@blueprint.get("/imports/<public_id>")
@requires(Permission.POSTING_WRITE)
def show(public_id: str) -> str:
    """Show where an import stands."""
    return _page(_own(public_id))


@blueprint.get("/imports/<public_id>/errors.xlsx")
@limiter.limit(OFTEN)
@requires(Permission.POSTING_WRITE)
def errors(public_id: str) -> Response:
    """Give the table as it was uploaded, with what is wrong marked."""
    batch = _waiting(public_id)
    name = batch.file_name.rpartition(".")[0]
    content = workbooks.marked(*uploads.errors_of(db.session, batch))
    return _workbook(content, _("%(file)s, errors marked", file=name))


@blueprint.post("/imports/<public_id>/columns")
@limiter.limit(OFTEN)
@requires(Permission.POSTING_WRITE)
def columns(public_id: str) -> Answer:
    """Take the fields from the columns that were chosen, and look again."""
    batch = _waiting(public_id)
    known = field_names(KINDS[batch.kind][1])
    chosen = [
        request.form.get(f"column-{place}", "") for place in range(len(batch.found["headers"]))
    ]
    chosen = [field if field in known else "" for field in chosen]
    twice = next((field for field in chosen if field and chosen.count(field) > 1), None)
    if twice:
        problem = _("Two columns are to give “%(field)s”. Choose one.", field=known[twice])
        return _page(batch, chosen=chosen, problem=problem)
    places = {field: place for place, field in enumerate(chosen) if field}
    uploads.choose_columns(db.session, signed_in(), batch, places)
    return see_page("imports.show", public_id=public_id)


@blueprint.post("/imports/<public_id>/start")
@requires(Permission.POSTING_WRITE)
def start(public_id: str) -> Response:
    """Let the rows come in."""
    batch = _own(public_id)
    uploads.start(db.session, signed_in(), batch, submits=request.form.get("submits") == "1")
    return see_page("imports.show", public_id=public_id)


@blueprint.post("/imports/<public_id>/discard")
@requires(Permission.POSTING_WRITE)
def discard(public_id: str) -> Response:
    """Throw the file away."""
    batch = _own(public_id)
    uploads.discard(db.session, signed_in(), batch)
    flash(_("The file was thrown away; nothing of it was imported."), "success")
    return see_page("imports.begin", kind=batch.kind)


@blueprint.post("/imports/<public_id>/take-back")
@requires(Permission.POSTING_WRITE)
def take_back(public_id: str) -> Response:
    """Delete the drafts that came in."""
    batch = _own(public_id)
    uploads.take_back(db.session, signed_in(), batch)
    flash(_("The import is taken back; its drafts are gone."), "success")
    return see_page("imports.begin", kind=batch.kind)


@blueprint.errorhandler(NotNowError)
def not_now(error: NotNowError) -> tuple[str, int]:
    """Say why it cannot be done."""
    note_refusal(db.session, current_actor(), str(request.endpoint))
    return render_template("errors/409.html", reason=str(error)), 409


def _own(public_id: str) -> ImportBatch:
    """Return an import of the reader's needs or results; 404 otherwise."""
    batch = load_or_404(ImportBatch, public_id)
    if batch.kind not in KINDS:
        abort(404)
    return batch


def _waiting(public_id: str) -> ImportBatch:
    batch = _own(public_id)
    if batch.status is not ImportStatus.WAITING:
        raise NotNowError(_("It does not wait to be imported any more. Open its page again."))
    return batch


def _beginning(kind: str, problem: str = "") -> str:
    return render_template(
        "imports/begin.html",
        kind=kind,
        problem=problem,
        limits=LIMITS,
        suffixes=SUFFIXES,
        batches=queries.latest(db.session, signed_in(), kind),
    )


def _page(batch: ImportBatch, chosen: list[str] | None = None, problem: str = "") -> str:
    """Return the page that fits where an import stands."""
    if batch.status is ImportStatus.WAITING:
        fields = field_names(KINDS[batch.kind][1])
        return render_template(
            "imports/look.html",
            batch=batch,
            fields=fields,
            used={field: name for field, name in fields.items() if field in batch.places},
            missing=[fields[field] for field in batch.found["missing"]],
            columns=_columns(batch, chosen),
            problem=problem or batch.found.get("problem", ""),
            earlier=queries.same_file(db.session, signed_in(), batch),
            most_submitted=uploads.MOST_SUBMITTED,
        )
    if batch.status is ImportStatus.QUEUED:
        job = queries.job_of(db.session, batch)
        return render_template("imports/under_way.html", batch=batch, job=job)
    done = batch.status is ImportStatus.DONE
    return render_template(
        "imports/done.html",
        batch=batch,
        brought=queries.brought(db.session, batch) if done else None,
        job=queries.job_of(db.session, batch) if done and batch.submits else None,
    )


def _columns(batch: ImportBatch, chosen: list[str] | None) -> list[FileColumn]:
    """Return the columns of a file that hold anything, with what each is taken for."""
    given = {place: field for field, place in batch.places.items()}
    headed = enumerate(zip(batch.found["headers"], batch.found["samples"], strict=True))
    return [
        FileColumn(place, header, sample, chosen[place] if chosen else given.get(place, ""))
        for place, (header, sample) in headed
        if header or sample
    ]


def _workbook(content: bytes, name: str) -> Response:
    return send_file(
        BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=f"{name}.xlsx"
    )
