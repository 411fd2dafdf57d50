"""A province's worth of records, written in bulk: what the pages are timed on.

As many needs as results, in every state, with their revisions and notices, and the matches between
those published; posted by organizations in all counties, of which some have far more than others.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from matchmaker.disclosure import fold
from models import (
    Base,
    CooperationMode,
    Event,
    Industry,
    Match,
    MatchConsent,
    MatchGrade,
    MatchStatus,
    Need,
    NeedMode,
    NoticeKind,
    Notification,
    Organization,
    OrganizationKind,
    OrganizationStatus,
    PostingStatus,
    Region,
    RegionLevel,
    Result,
    ResultMode,
    Revision,
    RevisionStatus,
    Role,
    StatusChange,
    User,
    Visibility,
    now,
    place_matches,
    write_bigrams,
)
from tests import factories
from tests.benchmarks import projects
from tests.benchmarks.bulk import CHUNK, Rows, drawn, insert, table
from tests.benchmarks.corpus import generate

POSTINGS = 100_000
MATCHES = 1_000_000
REVISIONS = 4_000
NOTICES = 500
OWN_NEEDS = 300
BROKERS = 40
COUNTY, CITY, PROVINCE = "340123", "340200", "340000"

ENTERPRISES, UNIVERSITIES = 6_000, 300
STATUSES = {
    PostingStatus.PUBLISHED: 72,
    PostingStatus.SUBMITTED: 6,
    PostingStatus.DRAFT: 5,
    PostingStatus.EXPIRED: 5,
    PostingStatus.WITHDRAWN: 4,
    PostingStatus.RETURNED: 3,
    PostingStatus.FULFILLED: 2,
    PostingStatus.REJECTED: 1,
    PostingStatus.SUSPENDED: 1,
    PostingStatus.INTERNAL_REVIEW: 1,
}
WERE_PUBLISHED = {
    PostingStatus.PUBLISHED,
    PostingStatus.EXPIRED,
    PostingStatus.WITHDRAWN,
    PostingStatus.FULFILLED,
    PostingStatus.SUSPENDED,
}
VISIBILITIES = {Visibility.PUBLIC: 85, Visibility.MASKED: 15}
MODES = {
    CooperationMode.JOINT: 400,
    CooperationMode.COMMISSION: 300,
    CooperationMode.TRANSFER: 150,
    CooperationMode.LICENCE: 100,
    CooperationMode.CONSULTING: 40,
    CooperationMode.SERVICE: 9,
    CooperationMode.CO_BUILD: 1,
}
MATCH_STATUSES = {
    MatchStatus.PROPOSED: 900,
    MatchStatus.RECOMMENDED: 30,
    MatchStatus.DISMISSED: 30,
    MatchStatus.DECLINED: 20,
    MatchStatus.LAPSED: 10,
    MatchStatus.AGREED: 10,
}
REASONS = [{"term": f"术语{number}", "share": 0.12} for number in range(8)]

ChoiceT = TypeVar("ChoiceT")


@dataclass(frozen=True, slots=True)
class People:
    """Who looks at the pages."""

    county_officer: User
    city_officer: User
    province_officer: User
    director: User
    member: User
    researcher: User
    broker: User


def fill(engine: Engine, session: Session, size: int = POSTINGS, pairs: int = MATCHES) -> People:
    """Fill a database that holds regions and industries; return who reads it."""
    rng = random.Random(7)  # noqa: S311 (drawn alike each time)
    people, brokers = _people(session)
    session.rollback()
    with engine.begin() as connection:
        _prepare(connection)
        industries = _weighed(rng, connection.scalars(sa.select(Industry.id)).all())
        owners = {kind: _organizations(rng, connection, kind) for kind in (Need, Result)}
        needs = _postings(rng, Need, size, people.member, owners[Need], industries)
        results = _postings(rng, Result, size, people.researcher, owners[Result], industries)
        for kind, rows in ((Need, needs), (Result, results)):
            _write_postings(connection, rng, kind, rows)
        needs, results = ([row for row in rows if _is_live(row)] for rows in (needs, results))
        insert(connection, Revision, _revisions(rng, needs[:REVISIONS], people.member))
        with _without_indexes(connection, Match):
            insert(connection, Match, _matches(rng, needs, results, brokers, pairs))
            place_matches(connection)
        insert(connection, MatchConsent, _consents(connection, people.member))
        insert(connection, Notification, _notices(rng, people, needs))
        projects.fill(connection, people.county_officer, people.member, people.broker)
    session.rollback()
    _settle(engine)
    return people


def _people(session: Session) -> tuple[People, list[int]]:
    factories.use(session)

    def official(role: Role, region: str) -> User:
        bureau = factories.organization(kind=OrganizationKind.GOVERNMENT, region=region)
        return factories.user(role, organization=bureau, region=region)

    def at(kind: OrganizationKind, *roles: Role) -> User:
        return factories.user(*roles, organization=factories.organization(kind=kind))

    service = factories.organization(kind=OrganizationKind.SERVICE)
    brokers = [factories.user(Role.BROKER, organization=service) for _ in range(BROKERS)]
    people = People(
        county_officer=official(Role.OFFICER, COUNTY),
        city_officer=official(Role.OFFICER, CITY),
        province_officer=official(Role.OFFICER, PROVINCE),
        director=official(Role.DIRECTOR, PROVINCE),
        member=at(OrganizationKind.ENTERPRISE, Role.MEMBER),
        researcher=at(OrganizationKind.UNIVERSITY, Role.MANAGER),
        broker=brokers[0],
    )
    return people, [broker.id for broker in brokers]


def _organizations(
    rng: random.Random, connection: Connection, kind: type[Need | Result]
) -> dict[tuple[int, int], int]:
    """Make the organizations of one side; return the weight of each id with its region's."""
    of, count, level = (
        (OrganizationKind.ENTERPRISE, ENTERPRISES, RegionLevel.COUNTY)
        if kind is Need
        else (OrganizationKind.UNIVERSITY, UNIVERSITIES, RegionLevel.CITY)
    )
    regions = sa.select(Region.id).where(Region.level == level).order_by(Region.code)
    places = drawn(rng, _weighed(rng, connection.scalars(regions).all()))
    first = (connection.scalar(sa.select(sa.func.max(Organization.id))) or 0) + 1
    rows: Rows = [
        {
            "id": first + number,
            "kind": of,
            "name": f"基准测试机构{first + number}",
            "uscc": factories.uscc(first + number + 1_000_000),
            "region_id": next(places),
            "status": OrganizationStatus.APPROVED,
        }
        for number in range(count)
    ]
    insert(connection, Organization, rows)
    return _weighed(rng, [(int(row["id"]), int(row["region_id"])) for row in rows])


def _postings(
    rng: random.Random,
    kind: type[Need | Result],
    size: int,
    reader: User,
    owners: Mapping[tuple[int, int], int],
    industries: Mapping[int, int],
) -> Rows:
    owner, branch = drawn(rng, owners), drawn(rng, industries)
    status, visibility = drawn(rng, STATUSES), drawn(rng, VISIBILITIES)
    own = (reader.organization_id, reader.organization.region_id)
    body = "problem" if kind is Need else "abstract"
    rows = []
    for number, text in enumerate(generate(size, 320 if kind is Need else 250, 3, "p"), 1):
        organization_id, region_id = own if number <= OWN_NEEDS else next(owner)
        written = now() - timedelta(days=365 * (1 - number / size), seconds=rng.randrange(3600))
        row = {
            "id": number,
            "title": text.title,
            body: text.body,
            "public_summary": text.title,
            "organization_id": organization_id,
            "region_id": region_id,
            "industry_id": next(branch),
            "status": next(status),
            "visibility": next(visibility),
            "created_at": written,
            "updated_at": written,
            "submitted_at": written + timedelta(hours=1),
            "valid_until": date(2027, 12, 31),
        }
        public = row["visibility"] is Visibility.PUBLIC
        row["search_text"] = fold(f"{text.title}\n{text.body}" if public else text.title)
        published = row["status"] in WERE_PUBLISHED
        row["published_at"] = written + timedelta(days=1) if published else None
        if kind is Need:
            row["deadline"] = date(2026, 12, 1) + timedelta(days=rng.randrange(500))
            row["budget_max"] = rng.choice((None, 10, 50, 100, 500)) or None
        else:
            row["trl"] = rng.choice((None, *range(1, 10)))
        rows.append(row)
    return rows


def _write_postings(
    connection: Connection, rng: random.Random, kind: type[Need | Result], rows: Rows
) -> None:
    insert(connection, kind, rows)
    texts = ((row["id"], 1, row["search_text"]) for row in rows)
    while chunk := list(islice(texts, CHUNK)):
        write_bigrams(connection, kind, chunk)
    mode_of, key = (NeedMode, "need_id") if kind is Need else (ResultMode, "result_id")
    mode = drawn(rng, MODES)
    accepted = ({key: row["id"], "mode": choice} for row in rows for choice in {*islice(mode, 2)})
    insert(connection, mode_of, accepted)
    changes = (
        {
            "subject_kind": kind.__name__,
            "subject_id": row["id"],
            "target": row["status"],
            "action": "bench",
            "at": row["updated_at"],
        }
        for row in rows
    )
    insert(connection, StatusChange, changes)


def _revisions(rng: random.Random, needs: Rows, author: User) -> Iterator[dict[str, Any]]:
    status = drawn(rng, {RevisionStatus.SUBMITTED: 1, RevisionStatus.APPROVED: 3})
    for row in needs:
        text = {"title": row["title"], "problem": row["problem"]}
        yield {
            "need_id": row["id"],
            "author_id": author.id,
            "title": row["title"],
            "values": text,
            "before": text,
            "status": next(status),
        }


def _matches(
    rng: random.Random, needs: Rows, results: Rows, brokers: Sequence[int], pairs: int
) -> Iterator[dict[str, Any]]:
    status = drawn(rng, MATCH_STATUSES)
    each = -(-pairs // len(needs))
    for number, need in enumerate(needs):
        made = now() - timedelta(days=200 * (1 - number / len(needs)))
        for rank, result in enumerate(rng.sample(results, each), 1):
            score = rng.betavariate(2, 4)
            state = next(status)
            asked = state not in (MatchStatus.PROPOSED, MatchStatus.DISMISSED)
            yield {
                "need_id": need["id"],
                "result_id": result["id"],
                "score": score,
                "grade": MatchGrade("strong" if score > 0.6 else "fair" if score > 0.3 else "weak"),
                "need_rank": rank,
                "result_rank": None,
                "reasons": REASONS,
                "engine_version": "bench",
                "status": state,
                "recommended_on": made.date() if asked else None,
                "broker_id": rng.choice(brokers) if rng.random() < 0.02 else None,
                "created_at": made,
                "updated_at": made,
            }


def _consents(connection: Connection, user: User) -> Iterator[dict[str, Any]]:
    agreed = sa.select(Match.id).where(Match.status == MatchStatus.AGREED)
    for match_id in connection.scalars(agreed).all():
        for side in ("need", "result"):
            yield {"match_id": match_id, "side": side, "decision": "agreed", "user_id": user.id}


def _notices(rng: random.Random, people: People, needs: Rows) -> Iterator[dict[str, Any]]:
    for user in (people.county_officer, people.city_officer, people.member, people.researcher):
        for need in rng.sample(needs, NOTICES):
            yield {
                "user_id": user.id,
                "kind": NoticeKind.REVIEW,
                "event": Event.POSTING_PUBLISHED,
                "subject_kind": Need.__name__,
                "subject_id": need["id"],
                "read_at": rng.choice((None, now())),
            }


def _weighed(rng: random.Random, choices: Iterable[ChoiceT]) -> dict[ChoiceT, int]:
    """Return choices in a random order, the first far more often to be drawn than the last."""
    shuffled = list(choices)
    rng.shuffle(shuffled)
    return {choice: 1 + 10_000 // (place + 5) for place, choice in enumerate(shuffled)}


def _is_live(row: Mapping[str, Any]) -> bool:
    return row["status"] is PostingStatus.PUBLISHED


@contextmanager
def _without_indexes(connection: Connection, kind: type[Base]) -> Iterator[None]:
    """Build a table's indexes after it has been filled: that takes a tenth of the time."""
    for index in table(kind).indexes:
        index.drop(connection)
    yield
    for index in table(kind).indexes:
        index.create(connection)


def _prepare(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA cache_size=-400000")


def _settle(engine: Engine) -> None:
    """Let PostgreSQL do at once what its autovacuum would in the minutes after."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
