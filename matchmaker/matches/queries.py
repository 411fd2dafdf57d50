"""What fits a text, a need or a result, as far as the reader may know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import flask
from sqlalchemy.orm import Session, joinedload

from matching import Document, Matcher, Ranked, Reason
from matchmaker.disclosure import public_text, text_for
from matchmaker.matches.corpus import document
from matchmaker.matches.index import PublicIndex
from matchmaker.permissions import Permission, can, may_read_text, visible
from matchmaker.postings.queries import shown_with
from models import Match, MatchGrade, MatchStatus, Need, Result, User

PostingT = TypeVar("PostingT", Need, Result)

LIVE = (MatchStatus.PROPOSED, MatchStatus.RECOMMENDED, MatchStatus.AGREED)
"""The states in which a match is still a suggestion or has become more."""


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
    return _results_for(session, actor, Document(id="", title=text), top)


def related_results(
    session: Session, actor: User | None, need: Need, top: int = 10
) -> list[Answer[Result]]:
    """Return the results that fit a need: its matches, or what a search for its text finds."""
    matched = _matched(session, actor, Result, need, top)
    return matched or _results_for(session, actor, read(actor, need), top)


def related_needs(
    session: Session, actor: User | None, result: Result, top: int = 10
) -> list[Answer[Need]]:
    """Return the needs that a result fits: its matches, or what a search for its text finds."""
    matched = _matched(session, actor, Need, result, top)
    return matched or _needs_for(session, actor, read(actor, result), top)


def read(actor: User | None, posting: Need | Result) -> Document:
    """Return as much of a posting as the actor may read."""
    return document(posting, text_for(posting, full=may_read_text(actor, posting)))


def _results_for(
    session: Session, actor: User | None, asked: Document, top: int
) -> list[Answer[Result]]:
    matcher = public_matcher(session)
    ranked = {pair.result_id: pair for pair in matcher.search(asked, top, reasons=False)}
    return _found(session, actor, matcher, Result, asked, ranked)


def _needs_for(
    session: Session, actor: User | None, asked: Document, top: int
) -> list[Answer[Need]]:
    matcher = public_matcher(session)
    ranked = {pair.need_id: pair for pair in matcher.search_needs(asked, top, reasons=False)}
    return _found(session, actor, matcher, Need, asked, ranked)


def _found(
    session: Session,
    actor: User | None,
    matcher: Matcher,
    kind: type[PostingT],
    asked: Document,
    ranked: Mapping[str, Ranked],
) -> list[Answer[PostingT]]:
    """Load what a search found and explain it by the public texts as they stand now.

    The index may be some moments old; nothing of an older text shows through it.
    """
    statement = visible(actor, kind).where(kind.id.in_(map(int, ranked)))
    rows = {str(row.id): row for row in session.scalars(statement.options(*shown_with(kind)))}
    found = [(rows[key], pair) for key, pair in ranked.items() if key in rows]
    texts = [document(row, public_text(row)) for row, _pair in found]
    reasons = _reasons(matcher, kind, asked, texts)
    return [
        Answer(row, text, asked, pair.score, MatchGrade(pair.grade), why)
        for (row, pair), text, why in zip(found, texts, reasons, strict=True)
        if why
    ]


def _matched(
    session: Session, actor: User | None, kind: type[PostingT], own: Need | Result, top: int
) -> list[Answer[PostingT]]:
    """Load the live matches of one side, explained by what the actor may read of both texts."""
    if not can(actor, Permission.MATCH_READ, own):
        return []
    own_column, rank, other = (
        (Match.need_id, Match.need_rank, Match.result)
        if isinstance(own, Need)
        else (Match.result_id, Match.result_rank, Match.need)
    )
    matches = list(
        session.scalars(
            visible(actor, Match)
            .where(own_column == own.id, Match.status.in_(LIVE))
            .order_by(rank.is_(None), rank, Match.score.desc(), Match.id)
            .limit(top)
            .options(joinedload(other).options(*shown_with(kind)))
        ).unique()
    )
    postings: list[PostingT] = [
        match.result if isinstance(own, Need) else match.need  # type: ignore[misc]
        for match in matches
    ]
    asked = read(actor, own)
    texts = [read(actor, posting) for posting in postings]
    reasons = _reasons(public_matcher(session), kind, asked, texts)
    return [
        Answer(posting, text, asked, match.score, match.grade, why, match)
        for match, posting, text, why in zip(matches, postings, texts, reasons, strict=True)
    ]


def _reasons(
    matcher: Matcher, kind: type[PostingT], asked: Document, texts: Sequence[Document]
) -> list[tuple[Reason, ...]]:
    pairs = [(asked, text) if kind is Result else (text, asked) for text in texts]
    return [explanation.reasons for explanation in matcher.explain_pairs(pairs)]
