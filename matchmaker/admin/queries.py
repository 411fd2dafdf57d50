"""Jobs and mails, as administrators look at them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from email.policy import default
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from matchmaker.jobs import kinds
from matchmaker.outbox import MAIL
from matchmaker.permissions import visible
from matchmaker.postings.filters import clean, one_of
from models import Job, JobStatus, MessageStatus, OutboxMessage, User

PAGE_SIZE = 50
_NAME = re.compile(r"[A-Za-z0-9_-]{16}")


@dataclass(frozen=True, slots=True)
class JobFilter:
    """What jobs are asked for; None and "" mean any. `before` is the id above the page."""

    kind: str = ""
    status: JobStatus | None = None
    before: str = ""

    def parameters(self) -> dict[str, str]:
        """Return what narrows the list by parameter name, as it stands in the address."""
        chosen = {"kind": self.kind, "status": self.status or ""}
        return {name: str(value) for name, value in chosen.items() if value}


@dataclass(frozen=True, slots=True)
class JobPage:
    """One page of jobs, newest first; `older` is the cursor of the next, None on the last."""

    rows: Sequence[Job]
    older: str | None

    @property
    def moving(self) -> bool:
        """Whether something on the page is waiting or running."""
        return any(job.status in (JobStatus.QUEUED, JobStatus.RUNNING) for job in self.rows)


@dataclass(frozen=True, slots=True)
class MessagePage:
    """One page of noted mails; `following` is the id after which the next begins, if any."""

    rows: Sequence[OutboxMessage]
    following: int | None


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in the folder."""

    name: str
    at: datetime
    recipient: str
    subject: str
    text: str = ""


def read_jobs(args: Mapping[str, str]) -> JobFilter:
    """Return what an address asks for; what cannot be read means any."""
    kind = args.get("kind", "")
    return JobFilter(
        kind=kind if kind in kinds() else "",
        status=one_of(JobStatus, args.get("status", "")),
        before=clean(args.get("before", "")),
    )


def jobs(session: Session, actor: User, chosen: JobFilter) -> JobPage:
    """Return a page of the jobs that fit, those that began to wait last first."""
    statement = visible(actor, Job).options(joinedload(Job.message)).order_by(Job.id.desc())
    if chosen.kind:
        statement = statement.where(Job.kind == chosen.kind)
    if chosen.status:
        statement = statement.where(Job.status == chosen.status)
    if chosen.before:
        cursor = sa.select(Job.id).where(Job.public_id == chosen.before).scalar_subquery()
        statement = statement.where(Job.id < cursor)
    rows = session.scalars(statement.limit(PAGE_SIZE + 1)).all()
    page = rows[:PAGE_SIZE]
    return JobPage(page, page[-1].public_id if len(rows) > PAGE_SIZE else None)


def noted(session: Session, actor: User, status: MessageStatus | None, after: int) -> MessagePage:
    """Return a page of the mails in one state, in the order they were noted.

    Without a state they are those not sent: they wait still or were given up.
    """
    fits = OutboxMessage.status == status if status else OutboxMessage.status != MessageStatus.SENT
    statement = visible(actor, OutboxMessage).where(
        OutboxMessage.kind == MAIL, fits, OutboxMessage.id > after
    )
    rows = session.scalars(statement.order_by(OutboxMessage.id).limit(PAGE_SIZE + 1)).all()
    page = rows[:PAGE_SIZE]
    return MessagePage(page, page[-1].id if len(rows) > PAGE_SIZE else None)


def mails(folder: Path) -> list[Mail]:
    """Return the newest mails of a maildir, without their texts."""
    dated = [(path.stat().st_mtime, path.name) for path in (folder / "new").glob("*")]
    newest = sorted(dated, reverse=True)[:PAGE_SIZE]
    parse = BytesHeaderParser(policy=default).parsebytes
    return [
        _mail(folder, name, parse((folder / "new" / name).read_bytes())) for _at, name in newest
    ]


def mail(folder: Path, name: str) -> Mail | None:
    """Return one mail with its text, None if there is no such mail."""
    path = folder / "new" / name
    if not _NAME.fullmatch(name) or not path.is_file():
        return None
    return _mail(folder, name, BytesParser(policy=default).parsebytes(path.read_bytes()))


def _mail(folder: Path, name: str, parsed: EmailMessage) -> Mail:
    at = datetime.fromtimestamp((folder / "new" / name).stat().st_mtime, UTC)
    body = parsed.get_body(("plain",))
    text = body.get_content() if body else ""
    return Mail(name, at, str(parsed["To"]), str(parsed["Subject"]), text)
