"""Use cases of writing a need or a result: typed, saved as a draft, copied, handed in as a change.

A form carries a key. What was saved under a key is one record, however often it is sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.clock import today
from matchmaker.db import exclusive, transaction
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import StaleError, WrongStateError, check_permission
from matchmaker.permissions import Decision, Permission, Refused, can
from matchmaker.postings import attachments, revisions
from matchmaker.postings.texts import rewrite, written
from matchmaker.postings.typed import Kind, typed_form
from models import Need, PostingStatus, Result, Revision, RevisionStatus, TypedForm, User, now

SAVE = "save"
OPEN = (PostingStatus.DRAFT, PostingStatus.RETURNED)
"""The states in which a text is written anew in its place."""
LIVE = (PostingStatus.PUBLISHED, PostingStatus.SUSPENDED)
"""The states in which a changed text must be approved first."""
UNDER_REVIEW = (RevisionStatus.INTERNAL_REVIEW, RevisionStatus.SUBMITTED)
"""The states in which a change waits to be decided on."""
FIRST_VERSION = 1
LONGEST_TITLE = 200

Posting = Need | Result


class NumberTakenError(Exception):
    """Another result has this registration number already."""


@dataclass(frozen=True, slots=True)
class Written:
    """A need or a result as its form gives it.

    `text` is what `texts.written` returns. The contact, the region and the term are not reviewed.
    """

    text: Mapping[str, Any]
    contact: Mapping[str, str]
    region_id: int
    valid_until: date | None


def keep(
    session: Session,
    actor: User,
    kind: Kind,
    key: str,
    fields: Mapping[str, list[str]],
    posting: Posting | None = None,
) -> TypedForm:
    """Keep what was typed into a form, right or wrong; a form that was saved takes no more."""
    with transaction(session):
        if posting is None:
            _check_may_write(actor)
        else:
            check_permission(session, actor, posting, SAVE, [Permission.POSTING_WRITE])
        form = _form(session, actor, kind, key, posting)
        if not form.saved and form.fields != fields:
            form.fields = dict(fields)
            session.flush()
            audit.record(session, actor, "typed_form:keep", form)
    return form


def discard(session: Session, actor: User, form: TypedForm) -> None:
    """Throw away what was typed into a form and not saved."""
    with transaction(session):
        _close(form)
        audit.record(session, actor, "typed_form:discard", form)


def create(session: Session, actor: User, kind: Kind, key: str, content: Written) -> Posting:
    """Return the draft made from a form; sent again, it changes the same draft.

    Raises:
        Refused: the actor may not post.
        NumberTakenError: another result has the registration number.
        WrongStateError, StaleError: as for `save`, of the draft made before.
    """
    with transaction(session):
        _check_may_write(actor)
        form = _form(session, actor, kind, key)
        if form.subject_id is not None:
            made = cast("Posting", session.get_one(kind, form.subject_id))
            save(session, actor, made, key, content, FIRST_VERSION)
            return made
        posting = kind(organization=actor.organization, author_id=actor.id)
        with session.no_autoflush:
            _write(session, posting, content)
        session.add(posting)
        session.flush()
        attachments.attach(session, actor, posting, content.text["attachments"])
        session.add(audit.status_change(posting, None, posting.status, "draft", actor))
        audit.record(session, actor, f"{kind.__name__.lower()}:draft", posting)
        form.subject_id = posting.id
        _close(form)
    return posting


def save(
    session: Session, actor: User, posting: Posting, key: str, content: Written, version: int
) -> None:
    """Write a draft, or what was returned, anew; what stands there already is written once.

    Raises:
        NotVisibleError, NotPermittedError: the posting is another organization's.
        WrongStateError: its text is under review, published or closed.
        StaleError: it was changed since `version`.
        NumberTakenError: another result has the registration number.
    """
    with transaction(session):
        check_permission(session, actor, posting, SAVE, [Permission.POSTING_WRITE])
        form = _form(session, actor, type(posting), key, posting)
        session.refresh(posting, with_for_update=True)
        if _stands(posting, content):
            _close(form)
            return
        reason = why_closed(posting, None)
        if reason or posting.status in LIVE:
            raise WrongStateError(posting, SAVE, reason or _("It has been published meanwhile."))
        if version != posting.version:
            raise StaleError(posting, SAVE)
        _write(session, posting, content)
        session.flush()
        attachments.attach(session, actor, posting, content.text["attachments"])
        audit.record(session, actor, f"{type(posting).__name__.lower()}:{SAVE}", posting)
        _close(form)


def revise(
    session: Session, actor: User, posting: Posting, key: str, content: Written, version: int
) -> Revision | None:
    """Hand in a changed text for approval, and change the contact at once.

    Returns the revision, None where the contact alone was changed.

    Raises:
        NumberTakenError: another result has the registration number.
        RefusalError: as for `revisions.propose`.
    """
    with transaction(session):
        check_permission(session, actor, posting, SAVE, [Permission.POSTING_WRITE])
        form = _form(session, actor, type(posting), key, posting)
        _check_number(session, posting, content.text)
        only_contact = content.text == written(posting) and posting.contact != content.contact
        revision = None
        if not only_contact:
            revision = revisions.propose(session, actor, posting, content.text, version)
        if posting.contact != content.contact:
            posting.contact = dict(content.contact)
            session.flush()
            audit.record(session, actor, f"{type(posting).__name__.lower()}:contact", posting)
        _close(form)
    return revision


def copy(session: Session, actor: User, posting: Posting, key: str) -> Posting:
    """Return a new draft with the text of one's own posting, as the form `key` makes it.

    A deadline that is past, a registration number, which is one result's alone, and the files are
    left out.

    Raises:
        NotVisibleError, NotPermittedError: the posting is another organization's.
    """
    check_permission(session, actor, posting, "copy", [Permission.POSTING_WRITE])
    text = written(posting)
    text["title"] = _("%(title)s (copy)", title=text["title"])[:LONGEST_TITLE]
    text["attachments"] = []
    if isinstance(posting, Result):
        text["registration_no"] = None
    elif posting.deadline and posting.deadline < today():
        text["deadline"] = None
    content = Written(text, posting.contact, posting.region_id, None)
    return create(session, actor, type(posting), key, content)


def is_unsent(posting: Posting) -> bool:
    """Return whether a posting is a draft that has never been before a bureau or the public."""
    reached = posting.submitted_at or posting.published_at
    return posting.status is PostingStatus.DRAFT and not reached


def why_closed(posting: Posting, revision: Revision | None) -> str:
    """Return why the text cannot be edited now, "" where it can; `revision` is its open one."""
    if posting.status in (PostingStatus.INTERNAL_REVIEW, PostingStatus.SUBMITTED):
        return _("It is under review. Take it back if you want to change it.")
    if posting.status not in (*OPEN, *LIVE):
        return _("It is closed. Copy it to post it again.")
    if revision is not None and revision.status in UNDER_REVIEW:
        return _("A change is under review. Take that change back to edit it.")
    return ""


def _check_may_write(actor: User) -> None:
    decision = can(actor, Permission.POSTING_WRITE)
    if not decision:
        raise Refused(decision)


def _form(
    session: Session, actor: User, kind: Kind, key: str, posting: Posting | None = None
) -> TypedForm:
    """Return the form with that key, alone with it until the transaction ends.

    Raises:
        Refused: the key is of another user's form, or of the other kind's.
    """
    exclusive(session, f"form:{key}")
    form = typed_form(session, actor, kind, key)
    if form is None:
        if session.scalar(sa.select(TypedForm.id).where(TypedForm.public_id == key)) is not None:
            raise Refused(Decision(False, _("This is another form's key. Open a new form.")))
        form = TypedForm(
            public_id=key,
            user_id=actor.id,
            subject_kind=kind.__name__,
            subject_id=posting.id if posting else None,
        )
        session.add(form)
        session.flush()
    return form


def _close(form: TypedForm) -> None:
    form.fields, form.saved = {}, True


def _stands(posting: Posting, content: Written) -> bool:
    """Return whether a posting says already what a form says."""
    beside = (posting.contact, posting.region_id, posting.valid_until)
    return written(posting) == content.text and beside == (
        content.contact,
        content.region_id,
        content.valid_until,
    )


def _write(session: Session, posting: Posting, content: Written) -> None:
    _check_number(session, posting, content.text)
    rewrite(posting, content.text)
    posting.contact = dict(content.contact)
    posting.region_id = content.region_id
    posting.valid_until = content.valid_until
    posting.updated_at = now()  # so that a change of rows alone raises the version too


def _check_number(session: Session, posting: Posting, text: Mapping[str, Any]) -> None:
    number = text.get("registration_no")
    if number is None:
        return
    taken = sa.select(Result.id).where(Result.registration_no == number, Result.id != posting.id)
    if session.scalar(taken) is not None:
        raise NumberTakenError
