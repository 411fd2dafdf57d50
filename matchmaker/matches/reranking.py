"""A need's proposals, ranked anew at once when somebody has judged one of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from matching import Document, Grade, Judgements, Matcher, Ranked
from matchmaker.disclosure import full_text
from matchmaker.matches import corpus, invited, proposals
from matchmaker.matches.corpus import document
from matchmaker.matches.judgements import judgements
from matchmaker.matches.proposals import TOP, Known
from models import Need, Result, Visibility


def rerank(session: Session, need: Need, public: Matcher) -> None:
    """Bring a published need's proposals to what its judgements say now.

    The need and the results proposed to it are matched on their full texts, as they stand; other
    results on what `public` knows of them, until all pairs are matched again. So do the results'
    own lists stay until then: a pair that only its result's list holds gets its new score and
    stays while it is at least fair. A need for invited organizations gets no results but theirs.
    Part of the transaction under way.
    """
    present = proposals.known(session, need)
    rows = {str(result_id): row for (_need_id, result_id), row in present.items()}
    asked = document(need, full_text(need))
    own = corpus.in_full(session, Result, [result_id for _need_id, result_id in present])
    judged = judgements(session, need)
    if need.visibility is Visibility.INVITED:
        guarded = invited.load(session, need)
        known = {result.id: result for result in own} | guarded.results
        matcher = _knowing(public, asked, list(known.values()))
        ranked = invited.merged(matcher, [], guarded, judged)
        best = [replace(pair, result_rank=None) for pair in ranked if pair.need_rank]
    else:
        matcher = _knowing(public, asked, own)
        best = matcher.search(asked, TOP, judged.get(asked.id))
    others = {result.id for result in own} - {pair.result_id for pair in best}
    rest = unlisted(matcher, [(asked.id, result_id) for result_id in others], judged)
    staying = [
        pair
        for pair in _with_result_ranks(rest, rows)
        if rows[pair.result_id].kept or (pair.result_rank and pair.grade is not Grade.WEAK)
    ]
    listed = _with_result_ranks(best, rows)
    proposals.store(session, present, listed, staying, matcher.version)


def unlisted(
    matcher: Matcher, pairs: Collection[tuple[str, str]], judged: Judgements
) -> list[Ranked]:
    """Return pairs that stand in no list, with their scores and without reasons."""
    return [
        Ranked(pair.need_id, pair.result_id, pair.score, pair.grade, (), (), None, None)
        for pair in matcher.score(pairs, judged)
    ]


def score_pair(session: Session, need: Need, result: Result, public: Matcher) -> Ranked:
    """Return how well two published texts fit, on their full texts and the need's judgements."""
    asked, offered = document(need, full_text(need)), document(result, full_text(result))
    matcher = _knowing(public, asked, [offered])
    (pair,) = unlisted(matcher, [(asked.id, offered.id)], judgements(session, need))
    return pair


def _knowing(public: Matcher, need: Document, results: Sequence[Document]) -> Matcher:
    """Return the matcher with these texts in place of what it has under their ids."""
    need_ids = [need.id] if public.has_need(need.id) else []
    result_ids = [result.id for result in results if public.has_result(result.id)]
    return public.without(need_ids, result_ids).added([need], results)


def _with_result_ranks(pairs: Sequence[Ranked], rows: Mapping[str, Known]) -> list[Ranked]:
    """Return the pairs with the places they have in their results' lists."""
    return [
        replace(pair, result_rank=rows[pair.result_id].result_rank)
        if pair.result_id in rows
        else pair
        for pair in pairs
    ]
