"""Use cases of a spreadsheet brought through the pages: looked into, imported, taken back.

The file stands in the store until it is imported or thrown away, a day at most. Only who uploaded
it sees it. The import itself is one job and one transaction: killed halfway, it is as if it had
not begun, and begins again.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker import audit, outbox, storage
from matchmaker.db import transaction
from matchmaker.i18n import _
from matchmaker.imports import queries
from matchmaker.imports.files import (
    STORED,
    NotNowError,
    content_of,
    file_name,
    look_into,
    store_key,
)
from matchmaker.imports.findings import errors_in, findings
from matchmaker.imports.rows import KINDS, made
from matchmaker.imports.services import HANGING, as_columns, write
from matchmaker.lifecycle.engine import RefusalError
from matchmaker.permissions import Permission, Refused, can, visible
from matchmaker.postings.services import submit
from matchmaker.spreadsheets import Checked, RowError, SheetError
from models import (
    ImportBatch,
    ImportStatus,
    PostingStatus,
    StatusChange,
    User,
    new_public_id,
    now,
)

KEPT = timedelta(hours=24)
MOST_SUBMITTED = 200
"""How many drafts are handed in at once: more would bury those who review them."""
JOB = "import_postings"


def upload(
    session: Session, actor: User, kind: str, given_name: str, content: bytes
) -> ImportBatch:
    """Keep a spreadsheet and look into it; one of the actor's that still waited goes.

    Raises:
        Refused: the actor may not post.
        SheetError: it cannot be opened as a table, is too large, or has no rows.
        StorageError: it could not be kept.
    """
    _check_may_write(actor)
    name = file_name(given_name)
    session.rollback()  # slow reading holds no connection
    checked = look_into(name, content, KINDS[kind][1])
    return keep(
        session,
        actor,
        kind,
        name,
        content,
        checked,
        lambda: findings(session, kind, actor.organization, checked),
    )


def keep(
    session: Session,
    actor: User,
    kind: str,
    name: str,
    content: bytes,
    checked: Checked,
    look: Callable[[], dict[str, Any]],
) -> ImportBatch:
    """Keep a spreadsheet with what `look` finds in it; one of its kind that still waited goes.

    Raises:
        StorageError: it could not be kept.
    """
    public_id = new_public_id()
    storage.put(store_key(public_id), content)
    waiting = visible(actor, ImportBatch).where(
        ImportBatch.kind == kind, ImportBatch.status == ImportStatus.WAITING
    )
    try:
        with transaction(session):
            replaced = session.scalars(waiting).all()
            for earlier in replaced:
                _discard(session, actor, earlier)
            batch = ImportBatch(
                public_id=public_id,
                kind=kind,
                organization_id=actor.organization_id,
                user_id=actor.id,
                file_name=name,
                sha256=hashlib.sha256(content).hexdigest(),
                sheet=checked.sheet,
                row_count=len(checked.rows),
                places=checked.places,
                found=look(),
            )
            session.add(batch)
            session.flush()
            audit.record(session, actor, "import:upload", batch, rows=batch.row_count)
    except BaseException:
        storage.delete(store_key(public_id))
        raise
    for earlier in replaced:
        storage.delete(store_key(earlier.public_id))
    return batch


def choose_columns(
    session: Session, actor: User, batch: ImportBatch, places: Mapping[str, int]
) -> None:
    """Take each field from the column that its place names, and look into the file again.

    Raises:
        NotNowError: it does not wait any more, or its file is gone.
    """
    checked = _looked_into(session, batch, places)
    with transaction(session):
        demand_waiting(session, batch)
        batch.places = dict(places)
        batch.found = findings(session, batch.kind, batch.organization, checked)
        session.flush()
        audit.record(session, actor, "import:columns", batch)


def start(session: Session, actor: User, batch: ImportBatch, *, submits: bool) -> None:
    """Let the rows come in as drafts; with `submits` they are handed in then.

    Asked twice, it is done once.

    Raises:
        NotNowError: something is wrong with the rows, or it was thrown away.
    """
    with transaction(session):
        _lock(session, batch)
        if batch.status in (ImportStatus.QUEUED, ImportStatus.DONE):
            return
        if batch.status is not ImportStatus.WAITING:
            raise NotNowError(_("It was thrown away. Upload the file again."))
        if batch.found["missing"] or batch.found["error_count"]:
            raise NotNowError(_("Something is wrong with its rows. Mend the file first."))
        batch.status = ImportStatus.QUEUED
        batch.submits = submits and batch.row_count <= MOST_SUBMITTED
        key = queries.job_key(batch) + str(batch.version)
        outbox.later(session, JOB, key=key, batch_id=batch.id)
        session.flush()
        audit.record(session, actor, "import:start", batch, submits=batch.submits)


def discard(session: Session, actor: User, batch: ImportBatch) -> None:
    """Throw away a spreadsheet that has not been imported.

    Raises:
        NotNowError: it is being imported, or has been.
    """
    with transaction(session):
        demand_waiting(session, batch)
        _discard(session, actor, batch)
    storage.delete(store_key(batch.public_id))


def take_back(session: Session, actor: User, batch: ImportBatch) -> None:
    """Delete all drafts of an import, as long as nobody has touched one of them.

    Raises:
        NotNowError: somebody has, or it is not imported.
    """
    record = KINDS[batch.kind][0]
    try:
        with transaction(session):
            _lock(session, batch)
            if not queries.may_be_taken_back(session, batch):
                raise _touched()
            hanging = HANGING[batch.kind]
            own = sa.select(record.id).where(record.import_batch_id == batch.id)
            for beside in (hanging.mode, hanging.entry):
                session.execute(sa.delete(beside).where(getattr(beside, hanging.owner).in_(own)))
            session.execute(
                sa.delete(StatusChange).where(
                    StatusChange.subject_kind == record.__name__, StatusChange.subject_id.in_(own)
                )
            )
            session.execute(sa.delete(record).where(record.import_batch_id == batch.id))
            _close(batch, ImportStatus.UNDONE)
            session.flush()
            audit.record(session, actor, "import:take_back", batch, rows=batch.row_count)
    except IntegrityError as error:  # something new hangs on one of them
        raise _touched() from error


def errors_of(session: Session, batch: ImportBatch) -> tuple[Checked, list[RowError]]:
    """Return the table of a waiting import and all that is wrong with it.

    Raises:
        NotNowError: its file is gone.
    """
    checked = _looked_into(session, batch, batch.places)
    return checked, errors_in(session, batch.kind, batch.organization, checked)


def carry_out(
    session: Session, batch_id: int, progress: Callable[[int, int], None]
) -> dict[str, int]:
    """Bring in what `start` noted; done before, it is not done again."""
    batch = session.get_one(ImportBatch, batch_id)
    if batch.status is ImportStatus.QUEUED:
        _bring_in(session, batch, progress)
    if batch.status is not ImportStatus.DONE:
        return {"imported": 0}
    storage.delete(store_key(batch.public_id))
    if batch.submits and batch.user is not None:
        _hand_in(session, batch.user, batch, progress)
    return {"imported": batch.row_count}


def forget(session: Session) -> int:
    """Throw away the files that have waited for a day; return how many."""
    moment = now() - KEPT
    waited = ImportBatch.status == ImportStatus.WAITING, ImportBatch.updated_at < moment
    with transaction(session):
        for batch in session.scalars(sa.select(ImportBatch).where(*waited)).all():
            _discard(session, None, batch)
        wanted = (ImportStatus.WAITING, ImportStatus.QUEUED)
        kept = set(
            session.scalars(sa.select(ImportBatch.public_id).where(ImportBatch.status.in_(wanted)))
        )
    gone = [
        key
        for key in storage.kept_before(moment)
        if key.startswith(STORED) and key.removeprefix(STORED) not in kept
    ]
    for key in gone:
        storage.delete(key)
    return len(gone)


def _bring_in(session: Session, batch: ImportBatch, progress: Callable[[int, int], None]) -> None:
    """Write the rows; where they can no longer be taken, the import waits again and says why.

    All that takes long is done before the transaction begins. A number that somebody else used
    since the rows were checked breaks it off; the next attempt finds and tells that.
    """
    problem = _refusal(batch)
    postings: list[dict[str, Any]] = []
    found = batch.found
    try:
        checked = _looked_into(session, batch, batch.places)
    except (NotNowError, SheetError) as error:
        problem = str(error)
    else:
        found = findings(session, batch.kind, batch.organization, checked)
    if not problem and not found["error_count"]:
        for place, posting in enumerate(
            made(session, KINDS[batch.kind][0], batch.organization, checked.rows)
        ):
            posting.author_id = batch.user_id
            postings.append(as_columns(posting))
            progress(place, len(checked.rows))
    with transaction(session):
        _lock(session, batch)
        if batch.status is not ImportStatus.QUEUED:
            return
        if postings:
            write(session, batch.user, batch, postings)
            _close(batch, ImportStatus.DONE)
            session.flush()
            audit.record(session, batch.user, f"{batch.kind}:import", batch, rows=len(postings))
        else:
            batch.status, batch.found = ImportStatus.WAITING, found | {"problem": problem}
            session.flush()
            audit.record(session, batch.user, f"{batch.kind}:import", batch, outcome="refused")


def _refusal(batch: ImportBatch) -> str:
    """Return why the uploader may not import any more, "" where they may."""
    actor = batch.user
    if actor and actor.active and can(actor, Permission.POSTING_WRITE):
        return ""
    return _("Who uploaded the file may not post any more.")


def _hand_in(
    session: Session, actor: User, batch: ImportBatch, progress: Callable[[int, int], None]
) -> None:
    """Submit the drafts one by one; what is refused stays a draft, and its page says why."""
    record = KINDS[batch.kind][0]
    own = sa.select(record).where(
        record.import_batch_id == batch.id, record.status == PostingStatus.DRAFT
    )
    drafts = session.scalars(own.order_by(record.id)).all()
    for place, draft in enumerate(drafts):
        progress(place, len(drafts))
        try:
            submit(session, actor, draft)
        except RefusalError:
            continue


def _looked_into(session: Session, batch: ImportBatch, places: Mapping[str, int]) -> Checked:
    """Return the table of a batch; no connection is held while it is read."""
    kind, name, public_id = batch.kind, batch.file_name, batch.public_id
    chosen = dict(places)
    session.rollback()
    return look_into(name, content_of(public_id), KINDS[kind][1], chosen)


def _lock(session: Session, batch: ImportBatch) -> None:
    """Read a batch as it stands, alone with it until the transaction ends."""
    session.refresh(batch, with_for_update=True)


def _close(batch: ImportBatch, status: ImportStatus) -> None:
    batch.status, batch.found, batch.places = status, {}, {}


def _discard(session: Session, actor: User | None, batch: ImportBatch) -> None:
    _close(batch, ImportStatus.DISCARDED)
    session.flush()
    audit.record(session, actor, "import:discard", batch)


def demand_waiting(session: Session, batch: ImportBatch) -> None:
    """Go on alone with a batch that has not been imported.

    Raises:
        NotNowError: it has been, or was thrown away.
    """
    _lock(session, batch)
    if batch.status is not ImportStatus.WAITING:
        raise NotNowError(_("It does not wait to be imported any more. Open its page again."))


def _touched() -> NotNowError:
    return NotNowError(
        _("Some of its texts have been worked on. Withdraw one by one what should not stay.")
    )


def _check_may_write(actor: User) -> None:
    decision = can(actor, Permission.POSTING_WRITE)
    if not decision:
        raise Refused(decision)
