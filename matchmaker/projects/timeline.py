"""What happened to a project and to everything that hangs on it: who did what, and when.

Moves are read from the status changes, which say why; the rest from the trail that every write
leaves. A reader is told of the claims that they see, and of all else. People of other
organizations are named to the bureau alone, but for those who look after the project.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.i18n import _
from matchmaker.i18n import lazy_gettext as _l
from matchmaker.labels import label
from matchmaker.moments import Moment
from matchmaker.project_relations import is_regional
from matchmaker.web.display import yuan
from models import (
    AuditEntry,
    Claim,
    ClaimStatus,
    Contract,
    KeyDesignation,
    KeyStatus,
    Light,
    Match,
    MatchStatus,
    Milestone,
    OrderStatus,
    Organization,
    Payment,
    Project,
    ProjectIssue,
    ProjectStage,
    PublicNotice,
    Record,
    StatusChange,
    SupervisionOrder,
    User,
    Verdict,
)

STATES: Mapping[type[Record], type[StrEnum]] = {
    Claim: ClaimStatus,
    KeyDesignation: KeyStatus,
    Match: MatchStatus,
    Project: ProjectStage,
    SupervisionOrder: OrderStatus,
}
"""What changes its status on the way of a project."""

EVENTS: Mapping[str, object] = {
    "contract:amended": _l("%(record)s amended: now %(amount)s yuan"),
    "contract:cancel_payment": _l("%(record)s cancelled: %(amount)s yuan"),
    "contract:pay": _l("%(record)s: %(amount)s yuan paid"),
    "contract:register": _l("%(record)s registered under %(number)s"),
    "contract:signed": _l("%(record)s signed: %(amount)s yuan"),
    "contract:terminated": _l("%(record)s terminated"),
    "keydesignation:propose_removal": _l("%(record)s: removal proposed"),
    "match:consent": _l("One side agrees to the match"),
    "milestone:reach": _l("%(record)s reached"),
    "milestone:take_back": _l("%(record)s not reached after all"),
    "project:accept": _l("Acceptance: %(verdict)s"),
    "project:add_party": _l("%(organization)s takes part"),
    "project:assign": _l("Given to: %(people)s"),
    "project:light": _l("Light: %(after)s"),
    "project:no_policy": _l("Recorded that no policy applies"),
    "project:plan": _l("Plan of %(steps)s milestones"),
    "project:remind": _l("Reminded of the report of %(month)s"),
    "project:remove_party": _l("%(organization)s takes part no longer"),
    "project:report": _l("Report of %(month)s: %(percent)s%% done"),
    "projectissue:raise": _l("%(record)s raised"),
    "projectissue:resolve": _l("%(record)s resolved"),
    "publicnotice:announce": _l("Public notice begun"),
    "publicnotice:end": _l("Public notice over"),
    "supervisionorder:climb": _l("%(record)s handed up, since nobody answered in time"),
}
"""What else is told of, by the name it has in the trail."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A moment of which it is not decided yet whom it names."""

    at: datetime
    what: str
    reason: str
    person: User | None
    organization: str


def timeline(
    session: Session, actor: User, project: Project, claims: Sequence[Claim], most: int
) -> list[Moment]:
    """Return the last `most` things that happened to a project, newest first.

    `claims` are those that the reader sees; what becomes of one for a whole year is told on its own
    page. However much happened, the number of queries is the same where the parts of the project
    are loaded.
    """
    known = {(type(one).__name__, one.id): one for one in _subjects(session, project, claims)}
    found = [*_moves(session, known, most), *_events(session, known, most)]
    newest = sorted(found, key=lambda one: one.at, reverse=True)[:most]
    return [Moment(one.at, one.what, _who(actor, project, one), one.reason) for one in newest]


def _subjects(session: Session, project: Project, claims: Sequence[Claim]) -> Iterator[Record]:
    """Yield the project and what hangs on it, as far as its timeline tells of it."""
    yield project
    if project.match:
        yield project.match
    yield from (one for one in claims if one.project_id == project.id)
    for part in (
        project.contracts,
        project.milestones,
        project.issues,
        project.orders,
        project.acceptances,
        project.designations,
    ):
        yield from part
    paid = sa.select(Payment).join(Payment.contract).where(Contract.project_id == project.id)
    yield from session.scalars(paid)
    announced = sa.or_(
        PublicNotice.designation_id.in_([each.id for each in project.designations]),
        PublicNotice.claim_id.in_([claim.id for claim in claims]),
    )
    yield from session.scalars(sa.select(PublicNotice).where(announced))


def _moves(session: Session, known: Mapping[Any, Record], most: int) -> Iterator[_Told]:
    for change, person, organization in _newest(session, StatusChange, known, most):
        record = known[change.subject_kind, change.subject_id]
        if change.at < record.created_at:  # of a removed record that had the same id
            continue
        status = label(STATES[type(record)](change.target))
        what = _("%(record)s: %(status)s", record=_name(record), status=status)
        yield _Told(change.at, what, change.reason, person, organization)


def _events(session: Session, known: Mapping[Any, Record], most: int) -> Iterator[_Told]:
    done = AuditEntry.action.in_(EVENTS), AuditEntry.outcome == "done"
    found = _newest(session, AuditEntry, known, most, *done)
    named = _named(session, [entry.detail for entry, _person, _organization in found])
    for entry, person, organization in found:
        record = known[entry.subject_kind, entry.subject_id]
        if entry.at < record.created_at:
            continue
        words = str(EVENTS[entry.action]) % _values(record, entry.detail, named)
        yield _Told(entry.at, words, _reason(record, entry.action), person, organization)


def _newest(
    session: Session,
    kind: type[StatusChange | AuditEntry],
    known: Iterable[tuple[str, int]],
    most: int,
    *conditions: sa.ColumnElement[bool],
) -> Sequence[Any]:
    """Return the last rows that tell of the records, each with who it was and for whom."""
    return session.execute(
        sa.select(kind, User, Organization.name)
        .outerjoin(User, User.id == kind.actor_id)
        .outerjoin(Organization, Organization.id == User.organization_id)
        .where(_about(kind, known), *conditions)
        .order_by(kind.id.desc())
        .limit(most)
    ).all()


def _who(actor: User, project: Project, told: _Told) -> str:
    person = told.person
    if person is None:
        return ""
    known = is_regional(actor, project) or person.organization_id == actor.organization_id
    charged = person.id in (project.officer_id, project.broker_id)
    return person.name if known or charged else told.organization


def _about(kind: Any, known: Iterable[tuple[str, int]]) -> sa.ColumnElement[bool]:
    """Return the condition that a row tells of one of the records, by the index on both columns."""
    ids: dict[str, list[int]] = {}
    for name, record_id in known:
        ids.setdefault(name, []).append(record_id)
    return sa.or_(
        *(sa.and_(kind.subject_kind == name, kind.subject_id.in_(ids[name])) for name in ids)
    )


def _named(session: Session, details: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the names of the organizations and people that some entries are about."""
    names: dict[str, str] = {}
    for kind, parts in ((Organization, ("organization",)), (User, ("officer", "broker"))):
        wanted = {detail[part] for detail in details for part in parts if detail.get(part)}
        rows = session.execute(
            sa.select(kind.public_id, kind.name).where(kind.public_id.in_(wanted))
        )
        names |= {row[0]: row[1] for row in rows}
    return names


def _values(
    record: Record, detail: Mapping[str, Any], named: Mapping[str, str]
) -> dict[str, object]:
    """Return what the words of an event name, as the reader reads it."""
    values = dict(detail) | {"record": _name(record)}
    if "amount" in values:
        values["amount"] = yuan(values["amount"])
    if "month" in values:
        values["month"] = values["month"][:7]
    if "after" in values:
        values["after"] = label(Light(values["after"]))
    if "verdict" in values:
        values["verdict"] = label(Verdict(values["verdict"]))
    values["organization"] = named.get(values.get("organization", ""), "")
    people = (named.get(values.get(part, "")) for part in ("officer", "broker"))
    return values | {"people": _(", ").join(filter(None, people))}


def _reason(record: Record, action: str) -> str:
    if isinstance(record, Project) and action == "project:no_policy":
        return record.no_policy
    if isinstance(record, ProjectIssue):
        return record.resolution if action == "projectissue:resolve" else record.text
    if isinstance(record, Payment):
        return record.cancelled_because
    proposed = action == "keydesignation:propose_removal"
    return record.reason if proposed and isinstance(record, KeyDesignation) else ""


def _name(record: Record) -> str:
    """Return what a record is called on the timeline."""
    if isinstance(record, Contract):
        return _("Contract %(number)s", number=record.number)
    if isinstance(record, Milestone):
        return _("Milestone “%(name)s”", name=record.name)
    if isinstance(record, Claim):
        return _(
            "Claim of %(organization)s for %(year)s, “%(policy)s”",
            organization=record.organization.name,
            year=record.year,
            policy=record.policy.title,
        )
    if isinstance(record, KeyDesignation):
        return _("Key projects of %(year)s", year=record.year)
    return str(_NAMES.get(type(record), ""))


_NAMES: Mapping[type[Record], object] = {
    Match: _l("Match"),
    Payment: _l("Payment"),
    Project: _l("Project"),
    ProjectIssue: _l("Issue"),
    SupervisionOrder: _l("Supervision order"),
}
