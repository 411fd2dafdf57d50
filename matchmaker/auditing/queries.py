"""What auditors read: the trail with its filters, and what the last check of it came to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from matchmaker.accounts.queries import where_named
from matchmaker.audit import is_whole
from matchmaker.auditing.jobs import CHECK
from matchmaker.auditing.wording import KINDS, OUTCOMES
from matchmaker.i18n import CHINA
from matchmaker.inputs import id_in
from matchmaker.permissions import Permission, granted
from models import AuditEntry, Base, Job, Organization, User

TO_A_PAGE = 50
MOST_EXPORTED = 20_000
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the reader asked the trail for; "", 0 and None mean any.

    `words` is part of the name, the address or the organization of who acted; `record` the number
    of a record of `kind`; `before` the number of the entry after which the page begins.
    """

    words: str = ""
    kind: str = ""
    record: int = 0
    outcome: str = ""
    since: date | None = None
    until: date | None = None
    before: int = 0

    def parameters(self) -> dict[str, str]:
        """Return what narrows the list, as the address carries it."""
        named = {
            "q": self.words,
            "kind": self.kind,
            "record": self.record,
            "outcome": self.outcome,
            "since": self.since,
            "until": self.until,
        }
        return {name: str(value) for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of the trail: who acted, whom it is about by name, and whether it is whole."""

    entry: AuditEntry
    actor: User | None
    named: str
    whole: bool


def read(args: Mapping[str, str]) -> Chosen:
    """Return what `args` asks for; what cannot be read means any."""
    kind, outcome = args.get("kind", ""), args.get("outcome", "")
    return Chosen(
        words=args.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH],
        kind=kind if kind in subject_kinds() else "",
        record=id_in(args.get("record", "")),
        outcome=outcome if outcome in OUTCOMES else "",
        since=_day(args.get("since", "")),
        until=_day(args.get("until", "")),
        before=id_in(args.get("before", "")),
    )


def subject_kinds() -> list[str]:
    """Return the kinds of records that entries are about, as the trail names them."""
    return sorted(
        mapper.class_.__name__
        for mapper in Base.registry.mappers
        if mapper.class_.__name__.lower() in KINDS
    )


def lines(session: Session, actor: User, chosen: Chosen, most: int) -> list[Line]:
    """Return the newest `most` entries that fit, in three queries.

    Of what they are about, users and organizations alone are named: an auditor reads no business.
    """
    entries = session.scalars(_fitting(actor, chosen).limit(most)).all()
    users = _users(session, [entry.actor_id for entry in entries] + _about(entries, User))
    named = sa.select(Organization.id, Organization.name).where(
        Organization.id.in_(_about(entries, Organization))
    )
    names = {(User.__name__, user.id): user.name for user in users.values()} | {
        (Organization.__name__, row.id): row.name for row in session.execute(named)
    }
    return [
        Line(
            entry,
            users.get(entry.actor_id or 0),
            names.get((entry.subject_kind, entry.subject_id or 0), ""),
            is_whole(entry),
        )
        for entry in entries
    ]


def last_check(session: Session) -> Job | None:
    """Return the newest check of the whole trail that has ended or is under way."""
    newest = sa.select(Job).where(Job.kind == CHECK, Job.started_at.is_not(None))
    return session.scalar(newest.order_by(Job.id.desc()).limit(1))


def _fitting(actor: User, chosen: Chosen) -> sa.Select[AuditEntry]:
    statement = sa.select(AuditEntry).where(sa.literal(Permission.AUDIT_READ in granted(actor)))
    if chosen.words:
        named = sa.select(User.id).join(User.organization).where(*where_named(chosen.words))
        statement = statement.where(AuditEntry.actor_id.in_(named))
    if chosen.kind:
        statement = statement.where(AuditEntry.subject_kind == chosen.kind)
    if chosen.record:
        statement = statement.where(AuditEntry.subject_id == chosen.record)
    if chosen.outcome:
        statement = statement.where(AuditEntry.outcome == chosen.outcome)
    if chosen.since:
        statement = statement.where(AuditEntry.at >= _midnight(chosen.since))
    if chosen.until:
        statement = statement.where(AuditEntry.at < _midnight(chosen.until + timedelta(days=1)))
    if chosen.before:
        statement = statement.where(AuditEntry.id < chosen.before)
    return statement.order_by(AuditEntry.id.desc())


def _about(entries: Sequence[AuditEntry], kind: type[User | Organization]) -> list[int | None]:
    return [entry.subject_id for entry in entries if entry.subject_kind == kind.__name__]


def _users(session: Session, ids: Iterable[int | None]) -> dict[int, User]:
    found = sa.select(User).where(User.id.in_({each for each in ids if each}))
    return {user.id: user for user in session.scalars(found.options(joinedload(User.organization)))}


def _midnight(day: date) -> datetime:
    """Return the moment at which a day begins in China."""
    return datetime.combine(day, time.min, CHINA).astimezone(UTC)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
