"""What fits a text, a need or a result, as far as the reader may know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import flask
import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from matching import Document, Explanation, Matcher, Ranked, Reason, SharedTopic
from matching.conditions import Condition, conditions, ruled_out
from matching.metrics import Outcome, compare
from matching.targets import targets_in
from matchmaker.clock import today
from matchmaker.disclosure import Text, public_text, text_for
from matchmaker.matches import corpus
from matchmaker.matches.corpus import document
from matchmaker.matches.index import PublicIndex
from matchmaker.matches.interests import unwanted
from matchmaker.matches.judgements import judged_by
from matchmaker.permissions import Permission, can, may_read_text, visible
from matchmaker.postings.queries import shown_with
from matchmaker.relations import is_near
from models import (
    Match,
    MatchGrade,
    MatchStatus,
    MessageStatus,
    Need,
    OutboxMessage,
    PostingStatus,
    Project,
    Result,
    User,
)

PostingT = TypeVar("PostingT", Need, Result)
Terms = tuple[tuple[Outcome, ...], tuple[Condition, ...]]

LIVE = (MatchStatus.PROPOSED, MatchStatus.RECOMMENDED, MatchStatus.AGREED)
"""The states in which a match is still a suggestion or has become more."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[PostingT]):
    """A need or result that fits, with the reasons the reader may see.

    `document` is the text they may read of it and `asked` that of the other side; the reasons'
    offsets point into these two. `match` is the record of the pair, None for readers who see only
    what the public texts say. `outcomes` say for each metric of the need what the result's text
    says of it; `conditions` are empty where nothing but a typed text asks.
    """

    posting: PostingT
    document: Document
    asked: Document
    score: float
    grade: MatchGrade
    reasons: tuple[Reason, ...]
    topics: tuple[SharedTopic, ...]
    match: Match | None = None
    outcomes: tuple[Outcome, ...] = ()
    conditions: tuple[Condition, ...] = ()

    @property
    def ruled_out(self) -> bool:
        """Whether a hard condition is unmet."""
        return ruled_out(self.conditions)

    @property
    def marks(self) -> tuple[Reason, ...]:
        """What to mark in the texts: the shared words, and where the result states a metric."""
        places: list[Reason] = [
            Reason(self.quote(outcome), 0.0, (), (outcome.span,))
            for outcome in self.outcomes
            if outcome.span
        ]
        return (*self.reasons, *places)

    def quote(self, outcome: Outcome) -> str:
        """Return the words of the result that an outcome rests on, "" where there are none."""
        if outcome.span is None:
            return ""
        field, start, end = outcome.span
        result = self.document if isinstance(self.posting, Result) else self.asked
        return result.text(field)[start:end]


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
    return matched or _results_for(session, actor, read(actor, need), top, need)


def related_needs(
    session: Session, actor: User | None, result: Result, top: int = 10
) -> list[Answer[Need]]:
    """Return the needs that a result fits: its matches, or what a search for its text finds."""
    matched = _matched(session, actor, Need, result, top)
    return matched or _needs_for(session, actor, read(actor, result), top, result)


def explained(session: Session, actor: User, match: Match) -> Answer[Result]:
    """Return one match, explained by what the actor may read of both texts."""
    need_text, result_text = _disclosed(actor, match.need), _disclosed(actor, match.result)
    asked, offer = document(match.need, need_text), document(match.result, result_text)
    (why,) = public_matcher(session).explain_pairs([(asked, offer)])
    return Answer(
        match.result,
        offer,
        asked,
        match.score,
        match.grade,
        why.reasons,
        why.topics,
        match,
        compare(corpus.targets(match.need, need_text), offer),
        conditions(corpus.wanted(match.need), corpus.offered(match.result), today()),
    )


def being_matched(session: Session, actor: User | None, posting: Need | Result) -> bool:
    """Return whether the matcher has yet to look at a text whose matches the actor will see."""
    if posting.status is not PostingStatus.PUBLISHED or not is_near(actor, posting):
        return False
    waiting = sa.select(OutboxMessage.id).where(OutboxMessage.status == MessageStatus.WAITING)
    if isinstance(posting, Result):
        waiting = waiting.where(OutboxMessage.kind == "propose_all")
    else:
        own = OutboxMessage.payload["need_id"].as_integer() == posting.id
        waiting = waiting.where(OutboxMessage.kind == "propose", own)
    return session.scalar(waiting.limit(1)) is not None


def project_of(session: Session, actor: User, match: Match) -> Project | None:
    """Return the project that a match has led to, None if there is none the actor sees."""
    return session.scalar(visible(actor, Project).where(Project.match_id == match.id))


def read(actor: User | None, posting: Need | Result) -> Document:
    """Return as much of a posting as the actor may read."""
    return document(posting, _disclosed(actor, posting))


def _disclosed(actor: User | None, posting: Need | Result) -> Text:
    return text_for(posting, full=may_read_text(actor, posting))


def _results_for(
    session: Session, actor: User | None, asked: Document, top: int, need: Need | None = None
) -> list[Answer[Result]]:
    matcher = public_matcher(session)
    ranked = {pair.result_id: pair for pair in matcher.search(asked, top, reasons=False)}
    return _found(session, actor, matcher, Result, asked, ranked, need)


def _needs_for(
    session: Session, actor: User | None, asked: Document, top: int, result: Result
) -> list[Answer[Need]]:
    matcher = public_matcher(session)
    ranked = {pair.need_id: pair for pair in matcher.search_needs(asked, top, reasons=False)}
    return _found(session, actor, matcher, Need, asked, ranked, result)


def _found(
    session: Session,
    actor: User | None,
    matcher: Matcher,
    kind: type[PostingT],
    asked: Document,
    ranked: Mapping[str, Ranked],
    own: Need | Result | None,
) -> list[Answer[PostingT]]:
    """Load what a search found and explain it by the public texts as they stand now.

    The index may be some moments old; nothing of an older text shows through it.
    """
    statement = visible(actor, kind).where(kind.id.in_(map(int, ranked)))
    rows = {str(row.id): row for row in session.scalars(statement.options(*_weighed_with(kind)))}
    found = [(rows[key], pair) for key, pair in ranked.items() if key in rows]
    disclosed = [public_text(row) for row, _pair in found]
    texts = [document(row, text) for (row, _pair), text in zip(found, disclosed, strict=True)]
    reasons = _reasons(matcher, kind, asked, texts)
    terms = [
        _terms(actor, own, asked, row, text)
        for (row, _pair), text in zip(found, disclosed, strict=True)
    ]
    return [
        Answer(
            row,
            text,
            asked,
            pair.score,
            MatchGrade(pair.grade),
            why.reasons,
            why.topics,
            None,
            *weighed,
        )
        for (row, pair), text, why, weighed in zip(found, texts, reasons, terms, strict=True)
        if why.reasons or why.topics
    ]


def _matched(
    session: Session, actor: User | None, kind: type[PostingT], own: Need | Result, top: int
) -> list[Answer[PostingT]]:
    """Load the live matches of one side, explained by what the actor may read of both texts.

    What the actor has judged is among them even where it has fallen out of the `top`; a proposal
    that the actor's own side has called not relevant is not.
    """
    if actor is None or not can(actor, Permission.MATCH_READ, own):
        return []
    own_column, rank, other = (
        (Match.need_id, Match.need_rank, Match.result)
        if isinstance(own, Need)
        else (Match.result_id, Match.result_rank, Match.need)
    )
    live = (
        visible(actor, Match)
        .where(own_column == own.id, Match.status.in_(LIVE))
        .where(sa.or_(Match.status != MatchStatus.PROPOSED, Match.id.not_in(unwanted(actor))))
        .order_by(rank.is_(None), rank, Match.score.desc(), Match.id)
    )
    first = live.with_only_columns(Match.id).limit(top).correlate(None)
    matches = list(
        session.scalars(
            live.where(sa.or_(Match.id.in_(first), judged_by(actor))).options(
                joinedload(other).options(*_weighed_with(kind)), selectinload(Match.judgements)
            )
        ).unique()
    )
    postings: list[PostingT] = [
        match.result if isinstance(own, Need) else match.need  # type: ignore[misc]
        for match in matches
    ]
    asked = read(actor, own)
    texts = [read(actor, posting) for posting in postings]
    reasons = _reasons(public_matcher(session), kind, asked, texts)
    terms = [_terms(actor, own, asked, posting, _disclosed(actor, posting)) for posting in postings]
    return [
        Answer(
            posting, text, asked, match.score, match.grade, why.reasons, why.topics, match, *weighed
        )
        for match, posting, text, why, weighed in zip(
            matches, postings, texts, reasons, terms, strict=True
        )
    ]


def _weighed_with(kind: type[PostingT]) -> list[_AbstractLoad]:
    """Return what to load with postings so that weighing a list takes a fixed number of queries."""
    return [*shown_with(kind), selectinload(kind.mode_rows)]


def _terms(
    actor: User | None,
    own: Need | Result | None,
    asked: Document,
    posting: Need | Result,
    text: Text,
) -> Terms:
    """Return the metrics and conditions of a pair, from what the reader may see of both sides.

    `asked` is that of one's own posting, or the typed text where there is none.
    """
    if isinstance(own, Result) and isinstance(posting, Need):
        need, result, targets, offer = posting, own, corpus.targets(posting, text), asked
    elif isinstance(own, Need) and isinstance(posting, Result):
        need, result, offer = own, posting, document(posting, text)
        targets = corpus.targets(own, _disclosed(actor, own))
    else:
        return compare(targets_in(asked.title), document(posting, text)), ()
    terms = conditions(corpus.wanted(need), corpus.offered(result), today())
    return compare(targets, offer), terms


def _reasons(
    matcher: Matcher, kind: type[PostingT], asked: Document, texts: Sequence[Document]
) -> list[Explanation]:
    pairs = [(asked, text) if kind is Result else (text, asked) for text in texts]
    return matcher.explain_pairs(pairs)
