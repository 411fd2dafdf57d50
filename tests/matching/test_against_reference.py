"""The engine agrees with an independent implementation, to 1e-6, on random corpora."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings

from matching import Document, Matcher, Ranked
from matching.text import document_words
from tests.matching import reference
from tests.matching.corpora import documents, known_texts

TOLERANCE = 1e-6
TOP = 3


@given(documents("n", known_texts), documents("r", known_texts))
@settings(max_examples=60, deadline=None)
def test_text_scores_are_those_of_the_definition(
    needs: list[Document], results: list[Document]
) -> None:
    wanted = _reference_scores(needs, results)
    scored = Matcher(needs, results).score(wanted)
    assert {(s.need_id, s.result_id): s.text_score for s in scored} == pytest.approx(
        wanted, abs=TOLERANCE
    )
    lengths = {need.id: len(need.title + " ".join(need.keywords) + need.body) for need in needs}
    assert [s.score for s in scored] == pytest.approx(
        [reference.score(s.text_score, lengths[s.need_id]) for s in scored], abs=TOLERANCE
    )


@given(documents("n", known_texts), documents("r", known_texts))
@settings(max_examples=60, deadline=None)
def test_the_lists_of_both_sides_are_the_exact_best(
    needs: list[Document], results: list[Document]
) -> None:
    scores = _reference_scores(needs, results)
    ranked = Matcher(needs, results).match(top=TOP)
    for need in needs:
        listed = [p for p in ranked if p.need_id == need.id and p.need_rank]
        listed.sort(key=lambda pair: pair.need_rank or 0)
        wanted = _best(score for (n, _), score in scores.items() if n == need.id)
        assert _scores_of(listed, scores) == pytest.approx(wanted, abs=TOLERANCE)
    for result in results:
        listed = [p for p in ranked if p.result_id == result.id and p.result_rank]
        listed.sort(key=lambda pair: pair.result_rank or 0)
        wanted = _best(score for (_, r), score in scores.items() if r == result.id)
        found = sorted(_scores_of(listed, scores), reverse=True)
        assert found == pytest.approx(wanted, abs=TOLERANCE)
        assert listed == sorted(listed, key=lambda pair: -pair.score)


@given(documents("n", known_texts, most=3), documents("r", known_texts, most=3))
@settings(max_examples=40, deadline=None)
def test_shares_are_the_contributions_and_add_up_to_the_score(
    needs: list[Document], results: list[Document]
) -> None:
    vectors = reference.vectors([*needs, *results])
    matcher = Matcher(needs, results)
    for need, one in zip(needs, vectors, strict=False):
        for result, other in zip(results, vectors[len(needs) :], strict=True):
            score = reference.cosine(one, other)
            why = matcher.explain(need, result)
            shared = document_words(need) & document_words(result)
            expected = reference.contributions(one, other, set(shared))
            found = {reason.term: reason.share * score for reason in why.reasons}
            assert found == pytest.approx({t: expected[t] for t in found}, abs=TOLERANCE)
            spoken = {topic.name: topic.share * score for topic in why.topics}
            named = reference.shared_topics(one, other)
            assert spoken == pytest.approx({t: named[t] for t in spoken}, abs=TOLERANCE)
            assert len(spoken) == min(3, len(named))
            total = sum(found.values()) + sum(spoken.values()) + why.remainder * score
            assert total == pytest.approx(score, abs=TOLERANCE)


def _reference_scores(
    needs: list[Document], results: list[Document]
) -> dict[tuple[str, str], float]:
    vectors = reference.vectors([*needs, *results])
    return {
        (need.id, result.id): reference.cosine(one, other)
        for need, one in zip(needs, vectors, strict=False)
        for result, other in zip(results, vectors[len(needs) :], strict=True)
    }


def _best(scores: Iterable[float]) -> list[float]:
    return sorted((score for score in scores if score > 0), reverse=True)[:TOP]


def _scores_of(pairs: list[Ranked], scores: dict[tuple[str, str], float]) -> list[float]:
    return [scores[pair.need_id, pair.result_id] for pair in pairs]
