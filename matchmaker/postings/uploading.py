"""Files in the forms of needs and results: taken from what was sent, and sent on to readers."""

from collections.abc import Callable, Iterable
from urllib.parse import quote

import structlog
from flask import Blueprint, Response, abort, request
from werkzeug.datastructures import FileStorage

from matchmaker import storage
from matchmaker.db import db
from matchmaker.i18n import _
from matchmaker.permissions import Permission
from matchmaker.postings import attachments
from matchmaker.postings.file_types import (
    LARGEST,
    MOST_FILES,
    Accepted,
    UnacceptableFileError,
    accepted,
    too_many,
)
from matchmaker.postings.forms import PostingForm
from matchmaker.web.access import load_or_404, requires, signed_in
from models import Attachment, TypedForm

FIELD = "files"

blueprint = Blueprint("attachments", __name__)

log = structlog.get_logger()


def sent_files(field: str = FIELD) -> list[FileStorage]:
    """Return the files that a field of the form was sent with; an empty one has none."""
    return [file for file in request.files.getlist(field) if file.filename]


def take_files(form: PostingForm, typed: TypedForm, sent: list[FileStorage]) -> list[str]:
    """Keep the files a form was sent with; return for each that could not be why, in words."""
    return each_taken(lambda file: _take(form, typed, file), sent)


def each_taken(take: Callable[[FileStorage], object], sent: Iterable[FileStorage]) -> list[str]:
    """Take each of the files sent; return for each that could not be why, in words."""
    refused = []
    for file in sent:
        try:
            take(file)
        except (UnacceptableFileError, storage.StorageError) as error:
            refused.append(_("“%(name)s”: %(reason)s", name=file.filename, reason=error))
    return refused


def read(file: FileStorage) -> Accepted:
    """Return a file that was sent as it may be kept.

    Raises:
        UnacceptableFileError: it is of no kind that is taken, or too large.
    """
    return accepted(file.filename or "", file.stream.read(LARGEST + 1))


@blueprint.get("/attachments/<public_id>")
@requires(Permission.ATTACHMENT_READ)
def download(public_id: str) -> Response:
    """Send a file to whoever may read the text it belongs to, to be saved, not shown (RFC 6266)."""
    attachment = load_or_404(Attachment, public_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(attachment.name, safe='')}",
        "Content-Length": str(attachment.size),
    }
    try:
        content = storage.read(attachment.key)
    except FileNotFoundError:
        log.error("a file is missing in the store", attachment=attachment.public_id)  # noqa: TRY400
        abort(404)
    return Response(content, mimetype=attachment.media_type, headers=headers)


def _take(form: PostingForm, typed: TypedForm, file: FileStorage) -> None:
    if len(form.attachments.data or ()) >= MOST_FILES:
        raise too_many()
    content = file.stream.read(LARGEST + 1)
    kept = attachments.upload(db.session, signed_in(), typed, file.filename or "", content)
    form.attachments.add(kept.public_id)
