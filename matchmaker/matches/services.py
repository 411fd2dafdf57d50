"""Use cases of matches; each is one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matching import Grade, Matcher, Ranked
from matchmaker import audit
from matchmaker.db import exclusive, transaction
from matchmaker.matches import corpus
from models import (
    Job,
    JobStatus,
    Match,
    MatchStatus,
    Need,
    PostingStatus,
    Result,
    StatusChange,
    User,
    new_public_id,
    now,
)

JOB = "propose"
TOP = 10
REASONS_KEPT = 8

Progress = Callable[[int, int], None]
Pair = tuple[int, int]


class NotPublishedError(Exception):
    """Only a published need is matched."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one run of the matcher came to."""

    needs: int
    results: int
    added: int
    changed: int
    removed: int


def propose(
    session: Session,
    actor: User | None,
    need: Need | None = None,
    progress: Progress | None = None,
) -> Proposal:
    """Match one need, or all, with the published results and keep the pairs as proposals.

    A pair is proposed when it is among the ten best of its need, or at least fair and among the
    ten best of its result: weak ones would drown a result's owner. Pairs already proposed get
    their new score; those no longer among the best are removed. A pair that anybody has acted on
    stays as it is. The matcher runs without a transaction; what was withdrawn meanwhile is left
    out.

    Raises:
        NotPublishedError: the need is not published.
    """
    if need is not None and need.status is not PostingStatus.PUBLISHED:
        raise NotPublishedError(need.public_id)
    with transaction(session):
        job = Job(kind=JOB, status=JobStatus.RUNNING, started_at=now())
        session.add(job)
    wanted = str(need.id) if need else None
    try:
        needs, results = corpus.published(session, full=True)
        session.rollback()
        matcher = Matcher(needs, results)
        ranked = matcher.match(TOP, progress=progress, result_side_from=Grade.FAIR)
        ranked = [pair for pair in ranked if wanted in (None, pair.need_id)]
        with transaction(session):
            added, changed, removed = _store(session, ranked, matcher.version, need)
            counts: dict[str, Any] = {"added": added, "changed": changed, "removed": removed}
            job.status, job.outcome, job.finished_at = JobStatus.DONE, counts, now()
            audit.record(session, actor, "match:propose", need, **counts)
    except BaseException as error:
        with transaction(session):
            job.status, job.error, job.finished_at = JobStatus.FAILED, type(error).__name__, now()
        raise
    return Proposal(1 if need else len(needs), len(results), added, changed, removed)


def has_run(session: Session) -> bool:
    """Return whether the matcher has ever come to its end."""
    done = sa.select(Job.id).where(Job.kind == JOB, Job.status == JobStatus.DONE)
    return session.scalar(done.limit(1)) is not None


def _store(
    session: Session, ranked: Sequence[Ranked], version: str, need: Need | None
) -> tuple[int, int, int]:
    """Bring the proposals in the database to what was ranked, in a few bulk statements.

    Returns how many were added, changed and removed.
    """
    exclusive(session, JOB)
    present = sa.select(Match.id, Match.need_id, Match.result_id, Match.status)
    if need is not None:
        present = present.where(Match.need_id == need.id)
    known: dict[Pair, tuple[int, MatchStatus]] = {
        (row.need_id, row.result_id): (row.id, row.status) for row in session.execute(present)
    }
    needs, results = (
        set(session.scalars(sa.select(kind.id).where(kind.status == PostingStatus.PUBLISHED)))
        for kind in (Need, Result)
    )
    keyed = (((int(pair.need_id), int(pair.result_id)), pair) for pair in ranked)
    wanted = {key: pair for key, pair in keyed if key[0] in needs and key[1] in results}
    added = [_row(key, pair, version) for key, pair in wanted.items() if key not in known]
    changed = [
        {"row_id": known[key][0], **_values(pair, version)}
        for key, pair in wanted.items()
        if key in known and known[key][1] is MatchStatus.PROPOSED
    ]
    removed = [
        row_id
        for key, (row_id, status) in known.items()
        if key not in wanted and status is MatchStatus.PROPOSED
    ]
    row_is_named = Match.id == sa.bindparam("row_id")
    connection = session.connection()
    if added:
        ids = session.scalars(sa.insert(Match).returning(Match.id), added).all()
        session.execute(sa.insert(StatusChange), [_change(i, None, "proposed") for i in ids])
    if changed:
        update = sa.update(Match).where(row_is_named).values(version=Match.version + 1)
        connection.execute(update, changed)
    if removed:
        delete = sa.delete(Match).where(row_is_named)
        changes = [_change(row_id, "proposed", "removed") for row_id in removed]
        session.execute(sa.insert(StatusChange), changes)
        connection.execute(delete, [{"row_id": row_id} for row_id in removed])
    return len(added), len(changed), len(removed)


def _values(pair: Ranked, version: str) -> dict[str, Any]:
    return {
        "score": pair.score,
        "grade": pair.grade.value,
        "need_rank": pair.need_rank,
        "result_rank": pair.result_rank,
        "reasons": [
            {"term": reason.term, "share": round(reason.share, 4)}
            for reason in pair.reasons[:REASONS_KEPT]
        ],
        "engine_version": version,
        "updated_at": now(),
    }


def _row(key: Pair, pair: Ranked, version: str) -> dict[str, Any]:
    need_id, result_id = key
    return {
        "public_id": new_public_id(),
        "need_id": need_id,
        "result_id": result_id,
        "status": MatchStatus.PROPOSED,
        **_values(pair, version),
    }


def _change(match_id: int, source: str | None, target: str) -> dict[str, Any]:
    return {
        "subject_kind": Match.__name__,
        "subject_id": match_id,
        "source": source,
        "target": target,
        "action": "propose",
    }
