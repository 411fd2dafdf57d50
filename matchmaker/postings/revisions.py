"""Use cases of a revision: a changed text waits for approval while the published one stays.

All raise what `lifecycle.engine.advance` raises. `version` is the one that the page was made from.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker import audit
from matchmaker.clock import today
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.lifecycle.engine import GuardedError, StaleError, advance, check_permission
from matchmaker.lifecycle.posting import complete, unrestricted
from matchmaker.lifecycle.revision import live
from matchmaker.lifecycle.transition import Action, Case, all_of
from matchmaker.permissions import Permission, visible
from matchmaker.postings import attachments, open_matches, planned
from matchmaker.postings.services import queue_matching, tell_invited
from matchmaker.postings.sketches import sketch
from matchmaker.postings.texts import rewrite, written
from models import OPEN_REVISION, Need, PostingStatus, Result, Revision, RevisionStatus, User

REVISE = "revise"
_MAY_BE_REWRITTEN = (RevisionStatus.DRAFT, RevisionStatus.RETURNED)


def propose(
    session: Session,
    actor: User,
    posting: Need | Result,
    values: Mapping[str, Any],
    version: int | None = None,
) -> Revision:
    """Hand in a changed text, as `texts.written` gives it, for a posting that has been published.

    A revision that was returned or taken back is written anew; one that is under review must be
    taken back first.
    """
    with transaction(session):
        check_permission(session, actor, posting, REVISE, [Permission.POSTING_WRITE])
        session.refresh(posting, with_for_update=True)  # two at once would both find none open
        if version is not None and version != posting.version:
            raise StaleError(posting, REVISE)
        before = written(posting)
        if values == before:
            raise GuardedError(posting, REVISE, _("Nothing has been changed."))
        changed = sketch(type(posting), values, None, posting.organization, posting)
        refusal = all_of(live, unrestricted)(Case(posting, actor, today())) or complete(
            Case(changed, actor, today())
        )
        if refusal is not None:
            raise GuardedError(posting, REVISE, refusal)
        revision = current(session, posting) or _new(session, posting)
        if revision.status not in _MAY_BE_REWRITTEN:
            raise GuardedError(posting, REVISE, _("A change to this text is under review already."))
        revision.values, revision.before, revision.author_id = dict(values), before, actor.id
        revision.title = values["title"]
        session.flush()
        attachments.hand_in(session, revision)
        advance(session, actor, revision, Action.SUBMIT)
    return revision


def current(session: Session, posting: Need | Result) -> Revision | None:
    """Return the revision of a posting that may yet be approved, None if there is none."""
    own = Revision.need_id if isinstance(posting, Need) else Revision.result_id
    statement = sa.select(Revision).where(own == posting.id, Revision.status.in_(OPEN_REVISION))
    return session.scalar(statement)


def open_revisions(
    session: Session, actor: User, postings: Sequence[Need | Result]
) -> dict[int, Revision]:
    """Return by posting id the revisions that may yet be approved; the postings are of one kind."""
    if not postings:
        return {}
    own = Revision.need_id if isinstance(postings[0], Need) else Revision.result_id
    rows = session.scalars(
        visible(actor, Revision).where(
            own.in_([posting.id for posting in postings]), Revision.status.in_(OPEN_REVISION)
        )
    )
    return {row.need_id or row.result_id or 0: row for row in rows}


def endorse(session: Session, actor: User, revision: Revision, version: int | None = None) -> None:
    """Pass a revision that was reviewed internally on to the bureau."""
    advance(session, actor, revision, Action.ENDORSE, expected_version=version)


def send_back(
    session: Session, actor: User, revision: Revision, reason: str, version: int | None = None
) -> None:
    """Return a revision to be mended, as `services.send_back`; the published text stays."""
    with transaction(session):
        stage = revision.status
        advance(session, actor, revision, Action.RETURN, reason=reason, expected_version=version)
        revision.returned_texts = {**revision.returned_texts, stage: revision.values}


def reject(
    session: Session, actor: User, revision: Revision, reason: str, version: int | None = None
) -> None:
    """Refuse a revision for good; the published text stays."""
    advance(session, actor, revision, Action.REJECT, reason=reason, expected_version=version)


def recall(session: Session, actor: User, revision: Revision, version: int | None = None) -> None:
    """Take a revision that is under review back to be edited; the published text stays."""
    with transaction(session), planned.taken_back(session, actor, revision):
        advance(session, actor, revision, Action.RECALL, expected_version=version)


def withdraw(session: Session, actor: User, revision: Revision, version: int | None = None) -> None:
    """Throw a revision away for good; the published text stays."""
    with transaction(session), planned.taken_back(session, actor, revision):
        advance(session, actor, revision, Action.WITHDRAW, expected_version=version)


def approve(session: Session, actor: User, revision: Revision, version: int | None = None) -> None:
    """Put the revised text in the place of the published one and match it anew."""
    with transaction(session):
        advance(session, actor, revision, Action.APPROVE, expected_version=version)
        posting = revision.posting
        rewrite(posting, revision.values)
        attachments.attach(session, actor, posting, revision.values["attachments"])
        refusal = complete(Case(posting, actor, today()))
        if refusal is not None:
            raise GuardedError(revision, Action.APPROVE, refusal)
        audit.record(session, actor, f"{type(posting).__name__.lower()}:{REVISE}", posting)
        open_matches.close_uninvited(session, actor, posting)
        if posting.status is PostingStatus.PUBLISHED:
            tell_invited(session, actor, posting)
            queue_matching(session, posting)


def _new(session: Session, posting: Need | Result) -> Revision:
    side = {"need": posting} if isinstance(posting, Need) else {"result": posting}
    revision = Revision(status=RevisionStatus.DRAFT, **side)
    session.add(revision)
    return revision
