"""Use cases of matches; each is one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matching import Document, Grade, Judgements, Matcher, Ranked, Ranker
from matching.retraining import Retraining, retrain
from matchmaker import audit
from matchmaker.db import exclusive, transaction
from matchmaker.matches import corpus, invited, proposals, rankers
from matchmaker.matches.judgements import judgements
from matchmaker.matches.queries import public_matcher
from matchmaker.matches.reranking import rerank, unlisted
from matchmaker.permissions import Permission, demand
from models import (
    Job,
    JobStatus,
    Match,
    MatchJudgement,
    Need,
    PostingStatus,
    User,
    now,
)

JOB = "propose"

Progress = Callable[[int, int], None]


class NotPublishedError(Exception):
    """Only a published need is matched."""


class GoneError(Exception):
    """The match is no longer proposed: it was removed while somebody was reading it."""


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
    job: Job | None = None,
    *,
    ranker: Ranker | None = None,
) -> Proposal:
    """Match one need, or all, with the published results and keep the pairs as proposals.

    A pair is proposed when it is among the ten best of its need, or at least fair and among the
    ten best of its result: weak ones would drown a result's owner. What people have judged so far
    moves the scores of its need. Pairs already proposed get their new score; those no longer
    among the best are removed, unless an officer has judged them. A pair that anybody has decided
    on stays as it is. A text for invited organizations is paired with theirs alone.

    The matcher runs without a transaction; what was withdrawn meanwhile is left out, and a need
    judged meanwhile, which has been ranked anew at once, stays as it is. The run is kept in
    `job`, a new one unless it was queued.

    Raises:
        NotPublishedError: the need is not published.
    """
    if need is not None and need.status is not PostingStatus.PUBLISHED:
        raise NotPublishedError(need.public_id)
    with transaction(session):
        job = job or Job(kind=JOB)
        job.status, job.started_at = JobStatus.RUNNING, now()
        session.add(job)
    wanted = str(need.id) if need else None
    try:
        needs, results = corpus.published(session, full=True)
        guarded = invited.load(session)
        judged = judgements(session)
        session.rollback()
        matcher = Matcher(needs, results, ranker)
        ranked = matcher.match(proposals.TOP, judged, progress, result_side_from=Grade.FAIR)
        ranked = invited.merged(matcher, ranked, guarded, judged)
        ranked = [pair for pair in ranked if wanted in (None, pair.need_id)]
        staying = unlisted(matcher, _unlisted_pairs(judged, ranked, needs, results), judged)
        with transaction(session):
            exclusive(session, JOB)
            added, changed, removed = proposals.store_run(
                session, need, ranked, staying, judged, matcher.version
            )
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


def judge(
    session: Session, actor: User, match: Match, level: int | None, comment: str = ""
) -> None:
    """Keep how well the actor finds the two texts to fit and rank the need's proposals anew.

    `level` is 1 (none) to 4 (strong); None takes back what the actor said before. Saying the same
    twice changes nothing.

    Raises:
        GoneError: the match has been removed meanwhile.
        Refused: the actor may not judge it.
    """
    match_id = match.id
    public = public_matcher(session)
    with transaction(session):
        exclusive(session, JOB)
        found = session.get(Match, match_id, populate_existing=True)
        if found is None:
            raise GoneError
        demand(actor, Permission.MATCH_JUDGE, found)
        if _say(session, actor, found, level, comment):
            rerank(session, found.need, public)


def retrain_ranker(
    session: Session, actor: User | None, data: Path, *, dry_run: bool = False
) -> Retraining:
    """Fit the ranker to all judgements of published texts and adopt it in `data` if it is better.

    With `dry_run` nothing is written. What is proposed gets its new scores when all pairs are
    matched again.

    Raises:
        matching.retraining.TooFewError: there are too few judgements.
    """
    needs, results = corpus.published(session, full=True, invited=True)
    judged = judgements(session)
    session.rollback()
    done = retrain(needs, results, judged, rankers.in_use(data), prior=Ranker.load())
    if not dry_run:
        with transaction(session):
            audit.record(
                session,
                actor,
                "match:retrain",
                verdict=done.verdict,
                pairs=done.pairs,
                needs=done.needs,
                ranker=done.ranker.fingerprint if done.ranker else "",
            )
            if done.ranker:
                rankers.adopt(data, done.ranker)
    return done


def restore_ranker(session: Session, actor: User | None, data: Path) -> bool:
    """Put the shipped ranker back into use; return whether another one was."""
    with transaction(session):
        adopted = rankers.restore(data)
        if adopted:
            audit.record(session, actor, "match:restore_ranker")
    return adopted


def _say(session: Session, actor: User, match: Match, level: int | None, comment: str) -> bool:
    """Keep, change or take back what the actor says of a match; return whether that is new."""
    own = session.scalar(
        sa.select(MatchJudgement).where(
            MatchJudgement.match_id == match.id, MatchJudgement.user_id == actor.id
        )
    )
    before = (own.level, own.comment) if own else (None, "")
    if (level, comment if level else "") == before:
        return False
    if level is None:
        session.delete(own)
    elif own is None:
        session.add(
            MatchJudgement(match_id=match.id, user_id=actor.id, level=level, comment=comment)
        )
    else:
        own.level, own.comment = level, comment
    audit.record(session, actor, "match:judge", match, level=level, before=before[0])
    return True


def _unlisted_pairs(
    judged: Judgements,
    ranked: Sequence[Ranked],
    needs: Sequence[Document],
    results: Sequence[Document],
) -> set[tuple[str, str]]:
    """Return the judged pairs of published texts that no list holds."""
    need_ids, result_ids = {need.id for need in needs}, {result.id for result in results}
    pairs = {(need_id, result_id) for need_id in judged for result_id in judged[need_id]}
    at_hand = {pair for pair in pairs if pair[0] in need_ids and pair[1] in result_ids}
    return at_hand - {(pair.need_id, pair.result_id) for pair in ranked}
