"""Jobs and mails, as administrators look at them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from email.policy import default
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from matchmaker.outbox import MAIL
from matchmaker.permissions import visible
from models import Job, JobStatus, MessageStatus, OutboxMessage, User

PAGE_SIZE = 50
_NAME = re.compile(r"[A-Za-z0-9_-]{16}")


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
class Mail:
    """A mail in the folder."""

    name: str
    at: datetime
    recipient: str
    subject: str
    text: str = ""


def jobs(session: Session, actor: User, before: str) -> JobPage:
    """Return the jobs that began to wait before the one with the public id `before`, if any."""
    statement = visible(actor, Job).options(joinedload(Job.message)).order_by(Job.id.desc())
    if before:
        cursor = sa.select(Job.id).where(Job.public_id == before).scalar_subquery()
        statement = statement.where(Job.id < cursor)
    rows = session.scalars(statement.limit(PAGE_SIZE + 1)).all()
    page = rows[:PAGE_SIZE]
    return JobPage(page, page[-1].public_id if len(rows) > PAGE_SIZE else None)


def unsent(session: Session, actor: User) -> Sequence[OutboxMessage]:
    """Return the mails that still wait or were given up, the longest waiting first."""
    statement = visible(actor, OutboxMessage).where(
        OutboxMessage.kind == MAIL, OutboxMessage.status != MessageStatus.SENT
    )
    return session.scalars(statement.order_by(OutboxMessage.id).limit(PAGE_SIZE)).all()


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
