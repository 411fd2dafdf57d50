"""Putting templates in force; each use case is one transaction."""

from sqlalchemy.orm import Session

from matchmaker import audit, storage
from matchmaker.db import exclusive, transaction
from matchmaker.documents.filling import emptied
from matchmaker.documents.packages import accepted_template
from matchmaker.documents.templates import examples, fill, newest, suffix
from matchmaker.i18n import _
from matchmaker.inputs import InputError
from matchmaker.permissions import Permission, Refused, can
from models import DocumentKind, DocumentTemplate, User, new_public_id

_STORED = "template-"


def replace(
    session: Session, actor: User, kind: DocumentKind, name: str, content: bytes, seen: str
) -> None:
    """Put an edited template in force; `seen` is the public id of what it was edited from.

    The file is there before its row, and goes again if there will be no row. The same file once
    more changes nothing.

    Raises:
        Refused: the actor edits no templates.
        UnacceptableFileError: the file is of a kind that is not taken.
        TemplateError: it cannot be filled.
        InputError: somebody else put another one in force meanwhile.
        StorageError: it could not be kept.
    """
    _demand(actor)
    file = accepted_template(name, content, suffix(kind))
    example = examples()[kind]
    for context in (example, emptied(example)):
        fill(kind, file.content, context)
    last = newest(session, kind)
    if last is not None and last.sha256 == file.sha256:
        return
    key = _STORED + new_public_id()
    session.rollback()  # a slow store holds no connection
    storage.put(key, file.content)
    try:
        template = DocumentTemplate(kind=kind, name=file.name, key=key, sha256=file.sha256)
        _put_in_force(session, actor, template, seen, "replace")
    except BaseException:
        storage.delete(key)
        raise


def restore(session: Session, actor: User, kind: DocumentKind, seen: str) -> None:
    """Put the platform's own template in force again, where it is not.

    Raises:
        Refused: the actor edits no templates.
        InputError: somebody else put another one in force meanwhile.
    """
    _demand(actor)
    last = newest(session, kind)
    if last is not None and last.key is not None:
        _put_in_force(session, actor, DocumentTemplate(kind=kind), seen, "restore")


def _demand(actor: User) -> None:
    decision = can(actor, Permission.DOCUMENT_TEMPLATE_EDIT)
    if not decision:
        raise Refused(decision)


def _put_in_force(
    session: Session, actor: User, template: DocumentTemplate, seen: str, action: str
) -> None:
    with transaction(session):
        exclusive(session, "document template")
        last = newest(session, template.kind)
        if seen != (last.public_id if last else ""):
            raise InputError(
                "file",
                _("Somebody changed the template meanwhile. Download the current one first."),
            )
        template.author = actor
        session.add(template)
        session.flush()
        detail = {"kind": template.kind.value, "sha256": template.sha256 or ""}
        audit.record(session, actor, f"documenttemplate:{action}", template, **detail)
