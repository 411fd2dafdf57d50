"""Proposals in the database, brought to what the matcher ranked; nobody's decision is touched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matching import Judgements, Ranked
from matchmaker.matches.judgements import judgements
from models import (
    Match,
    MatchInterest,
    MatchJudgement,
    MatchStatus,
    Message,
    Need,
    PostingStatus,
    Result,
    StatusChange,
    new_public_id,
    now,
    place_matches,
)

REASONS_KEPT = 8
TOP = 10
"""How many results are proposed for a need, and needs for a result."""

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Known:
    """A pair as it stands in the database.

    `kept` is one that an officer has judged, assigned, added by hand or recommended before, or
    that has messages, or that a side has said its interest in or lack of it.
    """

    id: int
    status: MatchStatus
    result_rank: int | None
    kept: bool


def known(session: Session, need: Need | None = None) -> dict[Pair, Known]:
    """Return the matches of one need, or all, by need id and result id."""
    graded = sa.exists().where(MatchJudgement.match_id == Match.id)
    written_on = sa.exists().where(Message.match_id == Match.id)
    thought_of = sa.exists().where(MatchInterest.match_id == Match.id)
    touched = (Match.broker_id, Match.added_by_id, Match.recommended_by_id)
    kept = sa.or_(graded, written_on, thought_of, *(column.is_not(None) for column in touched))
    statement = sa.select(
        Match.need_id, Match.result_id, Match.id, Match.status, Match.result_rank, kept
    )
    if need is not None:
        statement = statement.where(Match.need_id == need.id)
    return {(row[0], row[1]): Known(*row[2:]) for row in session.execute(statement)}


def store_run(
    session: Session,
    need: Need | None,
    listed: Sequence[Ranked],
    unlisted: Sequence[Ranked],
    judged: Judgements,
    version: str,
) -> tuple[int, int, int]:
    """Store what was ranked outside of a transaction, of one need or of all; see `store`.

    What was withdrawn meanwhile is left out. A need of which the judgements are no longer those
    that were known then has been ranked anew at once, and stays as it is.
    """
    later = judgements(session)
    settled = {int(id_) for id_ in {*judged, *later} if judged.get(id_) != later.get(id_)}
    needs, results = _published(session, Need) - settled, _published(session, Result)
    present = {k: row for k, row in known(session, need).items() if k[0] not in settled}

    def still_there(pairs: Sequence[Ranked]) -> list[Ranked]:
        return [p for p in pairs if int(p.need_id) in needs and int(p.result_id) in results]

    return store(session, present, still_there(listed), still_there(unlisted), version)


def store(
    session: Session,
    present: Mapping[Pair, Known],
    listed: Sequence[Ranked],
    unlisted: Sequence[Ranked],
    version: str,
) -> tuple[int, int, int]:
    """Bring the proposals among `present` to what was ranked, in a few bulk statements.

    `listed` are the pairs to propose, `unlisted` those that only stay, with a new score and the
    reasons they had. All other proposals are removed, unless they are `kept`. A pair that anybody
    has decided on stays as it is. Returns how many were added, changed and removed.
    """
    wanted, staying = _by_key(listed), _by_key(unlisted)
    proposed = {k: row for k, row in present.items() if row.status is MatchStatus.PROPOSED}
    added = [_row(key, pair, version) for key, pair in wanted.items() if key not in present]
    changed = [
        {"row_id": proposed[key].id, "reasons": _reasons(pair), **_values(pair, version)}
        for key, pair in wanted.items()
        if key in proposed
    ]
    rescored = [
        {"row_id": proposed[key].id, **_values(pair, version)}
        for key, pair in staying.items()
        if key in proposed and key not in wanted
    ]
    removed = [
        row.id for key, row in proposed.items() if not (key in wanted or key in staying or row.kept)
    ]
    _insert(session, added)
    _update(session, changed)
    _update(session, rescored)
    _delete(session, removed)
    return len(added), len(changed) + len(rescored), len(removed)


def _published(session: Session, kind: type[Need] | type[Result]) -> set[int]:
    statement = sa.select(kind.id).where(kind.status == PostingStatus.PUBLISHED)
    return set(session.scalars(statement))


def _by_key(pairs: Sequence[Ranked]) -> dict[Pair, Ranked]:
    return {(int(pair.need_id), int(pair.result_id)): pair for pair in pairs}


def _insert(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        ids = session.scalars(sa.insert(Match).returning(Match.id), rows).all()
        place_matches(session.connection())
        session.execute(sa.insert(StatusChange), [_change(i, None, "proposed") for i in ids])


def _update(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        named = Match.id == sa.bindparam("row_id")
        update = sa.update(Match).where(named).values(version=Match.version + 1)
        session.connection().execute(update, rows)


def _delete(session: Session, ids: Sequence[int]) -> None:
    if ids:
        changes = [_change(row_id, "proposed", "removed") for row_id in ids]
        session.execute(sa.insert(StatusChange), changes)
        delete = sa.delete(Match).where(Match.id == sa.bindparam("row_id"))
        session.connection().execute(delete, [{"row_id": row_id} for row_id in ids])


def _values(pair: Ranked, version: str) -> dict[str, Any]:
    return {
        "score": pair.score,
        "grade": pair.grade.value,
        "need_rank": pair.need_rank,
        "result_rank": pair.result_rank,
        "engine_version": version,
        "updated_at": now(),
    }


def _reasons(pair: Ranked) -> list[dict[str, Any]]:
    return [
        {"term": reason.term, "share": round(reason.share, 4)}
        for reason in pair.reasons[:REASONS_KEPT]
    ]


def _row(key: Pair, pair: Ranked, version: str) -> dict[str, Any]:
    need_id, result_id = key
    return {
        "public_id": new_public_id(),
        "need_id": need_id,
        "result_id": result_id,
        "status": MatchStatus.PROPOSED,
        "reasons": _reasons(pair),
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
