"""What fits a text, a need or a result, as far as the reader may know."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import flask
import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from matching import Document, Matcher, Ranked, Reason
from matchmaker.disclosure import public_text, text_for
from matchmaker.matches.corpus import document
from matchmaker.matches.index import PublicIndex
from matchmaker.permissions import Permission, can, visible
from models import Match, MatchGrade, Need, Result, User

PostingT = TypeVar("PostingT", Need, Result)


@dataclass(frozen=True, slots=True)
class Answer(Generic[PostingT]):
    """A need or result that fits, with the reasons the reader may see.

    `document` is the text they may read of it and `asked` that of the other side; the reasons'
    offsets point into these two. `match` is the record of the pair, None for readers who see only
    what the public texts say.
    """

    posting: PostingT
    document: Document
    asked: Document
    score: float
    grade: MatchGrade
    reasons: tuple[Reason, ...]
    match: Match | None = None


def public_matcher(session: Session) -> Matcher:
    """Return the matcher over what everybody may read."""
    index: PublicIndex = flask.current_app.extensions["public_index"]
    return index.current(session)


def search_results(
    session: Session, actor: User | None, text: str, top: int = 10
) -> list[Answer[Result]]:
    """Return the published results that fit a typed problem, best first."""
    asked = Document(id="", title=text)
    ranked = public_matcher(session).search(asked, top)
    return _found(session, actor, Result, asked, [(r.result_id, r) for r in ranked if r.reasons])


def related_results(
    session: Session, actor: User | None, need: Need, top: int = 10
) -> list[Answer[Result]]:
    """Return the results that fit a need: its matches, or what its public text finds."""
    if can(actor, Permission.MATCH_READ, need):
        return _matched(session, actor, Result, need, top)
    asked = read(actor, need)
    ranked = public_matcher(session).search(asked, top)
    return _found(session, actor, Result, asked, [(r.result_id, r) for r in ranked if r.reasons])


def related_needs(
    session: Session, actor: User | None, result: Result, top: int = 10
) -> list[Answer[Need]]:
    """Return the needs that a result fits: its matches, or what its public text finds."""
    if can(actor, Permission.MATCH_READ, result):
        return _matched(session, actor, Need, result, top)
    asked = read(actor, result)
    ranked = public_matcher(session).search_needs(asked, top)
    return _found(session, actor, Need, asked, [(r.need_id, r) for r in ranked if r.reasons])


def read(actor: User | None, posting: Need | Result) -> Document:
    """Return as much of a posting as the actor may read."""
    permission = (
        Permission.NEED_READ_TEXT if isinstance(posting, Need) else Permission.RESULT_READ_TEXT
    )
    return document(posting, text_for(posting, full=bool(can(actor, permission, posting))))


def _found(
    session: Session,
    actor: User | None,
    kind: type[PostingT],
    asked: Document,
    ranked: Sequence[tuple[str, Ranked]],
) -> list[Answer[PostingT]]:
    """Load what a search found; its reasons already come from public texts."""
    statement = visible(actor, kind).where(kind.id.in_([int(key) for key, _ in ranked]))
    rows = {str(row.id): row for row in session.scalars(statement.options(*_options(kind)))}
    return [
        Answer(
            posting=rows[key],
            document=document(rows[key], public_text(rows[key])),
            asked=asked,
            score=found.score,
            grade=MatchGrade(found.grade),
            reasons=found.reasons,
        )
        for key, found in ranked
        if key in rows
    ]


def _matched(
    session: Session, actor: User | None, kind: type[PostingT], own: Need | Result, top: int
) -> list[Answer[PostingT]]:
    """Load the recorded matches of one side and explain them by what the actor may read."""
    own_column, rank, other_column, other = (
        (Match.need_id, Match.need_rank, Match.result_id, Match.result)
        if isinstance(own, Need)
        else (Match.result_id, Match.result_rank, Match.need_id, Match.need)
    )
    seen = visible(actor, kind).with_only_columns(kind.id)
    matches = session.scalars(
        sa.select(Match)
        .where(own_column == own.id, other_column.in_(seen))
        .order_by(rank.is_(None), rank, Match.score.desc(), Match.id)
        .limit(top)
        .options(*(sa.orm.joinedload(other).options(option) for option in _options(kind)))
    ).unique()
    asked = read(actor, own)
    matcher = public_matcher(session)
    answers = []
    for match in matches:
        posting: PostingT = match.result if isinstance(own, Need) else match.need  # type: ignore[assignment]
        text = read(actor, posting)
        need_text, result_text = (asked, text) if isinstance(own, Need) else (text, asked)
        answers.append(
            Answer(
                posting=posting,
                document=text,
                asked=asked,
                score=match.score,
                grade=match.grade,
                reasons=matcher.explain(need_text, result_text).reasons,
                match=match,
            )
        )
    return answers


def _options(kind: type[PostingT]) -> list[Any]:
    """Return what to load with a posting so that a list of them takes a fixed number of queries."""
    options: list[Any] = [joinedload(kind.organization), joinedload(kind.industry)]
    return [*options, joinedload(kind.region)] + (
        [selectinload(Need.metrics)] if kind is Need else []
    )
