"""Texts for invited organizations: matched in full, with those organizations' own texts alone."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from matching import Document, Grade, Judgements, Matcher, Ranked
from matchmaker.matches import corpus
from matchmaker.matches.proposals import TOP
from models import Need, PostingInvitation, PostingStatus, Result, Visibility

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Guarded:
    """The pairs of which one text is for invited organizations and the other is one of theirs.

    `needs` and `results` hold the full texts of both sides by id.
    """

    pairs: tuple[Key, ...]
    needs: dict[str, Document]
    results: dict[str, Document]


def load(session: Session, need: Need | None = None) -> Guarded:
    """Return the pairs that invitations allow, of one need or of all."""
    pairs = session.execute(_allowed(need)).all()
    needs = corpus.in_full(session, Need, {row[0] for row in pairs})
    results = corpus.in_full(session, Result, {row[1] for row in pairs})
    return Guarded(
        tuple((str(need_id), str(result_id)) for need_id, result_id in pairs),
        {document.id: document for document in needs},
        {document.id: document for document in results},
    )


def merged(
    matcher: Matcher, ranked: Sequence[Ranked], guarded: Guarded, judged: Judgements
) -> list[Ranked]:
    """Return what was ranked with the guarded pairs in their places on both sides.

    The lists of the texts that these concern are numbered anew by the score. As everywhere, a pair
    is listed when it is among the `TOP` of its need, or at least fair and among those of its
    result.
    """
    if not guarded.pairs:
        return list(ranked)
    whole = matcher.added(
        [text for text in guarded.needs.values() if not matcher.has_need(text.id)],
        [text for text in guarded.results.values() if not matcher.has_result(text.id)],
    )
    fresh = [
        Ranked(pair.need_id, pair.result_id, pair.score, pair.grade, (), (), TOP, TOP)
        for pair in whole.score(guarded.pairs, judged)
        if pair.text_score > 0
    ]
    by_need = _places((pair for pair in [*ranked, *fresh] if pair.need_rank), "need_id")
    by_result = _places((pair for pair in [*ranked, *fresh] if pair.result_rank), "result_id")
    placed = [
        replace(pair, need_rank=by_need.get(_key(pair)), result_rank=by_result.get(_key(pair)))
        if pair.need_id in guarded.needs or pair.result_id in guarded.results
        else pair
        for pair in [*ranked, *fresh]
    ]
    listed = [
        pair
        for pair in placed
        if pair.need_rank or (pair.result_rank and pair.grade is not Grade.WEAK)
    ]
    return _explained(whole, listed, guarded)


def _places(pairs: Iterable[Ranked], side: str) -> dict[Key, int]:
    """Return the place of each pair among those of its text, as far as the `TOP` go."""
    lists: dict[str, list[Ranked]] = defaultdict(list)
    for pair in sorted(pairs, key=lambda pair: -pair.score):
        lists[getattr(pair, side)].append(pair)
    return {
        _key(pair): place
        for pairs_of_text in lists.values()
        for place, pair in enumerate(pairs_of_text[:TOP], start=1)
    }


def _explained(matcher: Matcher, pairs: Sequence[Ranked], guarded: Guarded) -> list[Ranked]:
    keys = set(guarded.pairs)
    plain = [pair for pair in pairs if _key(pair) in keys]
    texts = [(guarded.needs[pair.need_id], guarded.results[pair.result_id]) for pair in plain]
    why = dict(zip(map(_key, plain), matcher.explain_pairs(texts), strict=True))
    return [
        replace(pair, reasons=why[_key(pair)].reasons, topics=why[_key(pair)].topics)
        if _key(pair) in why
        else pair
        for pair in pairs
    ]


def _key(pair: Ranked) -> Key:
    return pair.need_id, pair.result_id


def _allowed(need: Need | None) -> sa.Select[int, int]:
    """Select the ids of the published pairs in which each text that asks for it invites the other.

    Whoever invites comes first in each half, so that the invitations lead to the pairs.
    """
    pairs = sa.union(_invited_by(Need, Result), _invited_by(Result, Need)).subquery()
    allowed = sa.select(pairs.c.need_id, pairs.c.result_id)
    if need is not None:
        allowed = allowed.where(pairs.c.need_id == need.id)
    return allowed.order_by(pairs.c.need_id, pairs.c.result_id)


def _invited_by(host: Any, guest: Any) -> sa.Select[int, int]:
    """Select the pairs of texts of one kind with texts of those whom they invite."""
    to_host = PostingInvitation.need_id if host is Need else PostingInvitation.result_id
    back = aliased(PostingInvitation)
    back_to = back.need_id if guest is Need else back.result_id
    invites_back = (
        sa.select(back.id)
        .where(back_to == guest.id, back.organization_id == host.organization_id)
        .exists()
    )
    return (
        sa.select(Need.id.label("need_id"), Result.id.label("result_id"))
        .select_from(PostingInvitation)
        .join(host, to_host == host.id)
        .join(guest, guest.organization_id == PostingInvitation.organization_id)
        .where(
            host.visibility == Visibility.INVITED,
            host.status == PostingStatus.PUBLISHED,
            guest.status == PostingStatus.PUBLISHED,
            sa.or_(guest.visibility != Visibility.INVITED, invites_back),
        )
    )
