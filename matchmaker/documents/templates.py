"""The template in force of each kind of document: the platform's own, or an edited one."""

import json
from decimal import Decimal
from functools import cache

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session, joinedload

from matchmaker import storage
from matchmaker.config import ROOT
from matchmaker.documents import filling, sheets
from matchmaker.documents.contexts import Context
from matchmaker.documents.filling import TemplateError, names_of
from models import DocumentKind, DocumentTemplate

SEED = ROOT / "seed" / "documents"
FILLERS = {".docx": filling.fill, ".xlsx": sheets.fill}

log = structlog.get_logger()


def suffix(kind: DocumentKind) -> str:
    """Return how the names of a kind's files end."""
    return ".xlsx" if kind is DocumentKind.KEY_PROJECT_SUMMARY else ".docx"


def fill(kind: DocumentKind, template: bytes, context: Context) -> bytes:
    """Return the document that a template of a kind makes of a context.

    Raises:
        TemplateError: the template names something unknown, or cannot be filled.
    """
    return FILLERS[suffix(kind)](template, context, names_of(examples()[kind]))


@cache
def examples() -> dict[DocumentKind, Context]:
    """Return what a document of each kind could hold, under all of its placeholders."""
    found = json.loads((SEED / "examples.json").read_text(encoding="utf-8"), parse_float=Decimal)
    return {DocumentKind(kind): context for kind, context in found.items()}


def newest(session: Session, kind: DocumentKind) -> DocumentTemplate | None:
    """Return what was last put in force, None where nobody ever changed anything."""
    statement = sa.select(DocumentTemplate).where(DocumentTemplate.kind == kind)
    last = statement.order_by(DocumentTemplate.id.desc()).limit(1)
    return session.scalar(last.options(joinedload(DocumentTemplate.author)))


def in_force(session: Session, kind: DocumentKind) -> bytes:
    """Return the template in force.

    One that is missing in the store gives way to the platform's own; the log says so.
    """
    edited = newest(session, kind)
    if edited is None or edited.key is None:
        return _own(kind)
    try:
        return b"".join(storage.read(edited.key))
    except FileNotFoundError:
        log.error("a template is missing in the store", template=edited.public_id)  # noqa: TRY400
        return _own(kind)


def filled(session: Session, kind: DocumentKind, context: Context) -> bytes:
    """Return the document of a context.

    A template that was edited for an earlier release, and names what is not there any more, gives
    way to the platform's own; the log says so.
    """
    try:
        return fill(kind, in_force(session, kind), context)
    except TemplateError:
        log.exception("a template cannot be filled any more", kind=kind)
        return fill(kind, _own(kind), context)


def _own(kind: DocumentKind) -> bytes:
    return (SEED / f"{kind}{suffix(kind)}").read_bytes()
