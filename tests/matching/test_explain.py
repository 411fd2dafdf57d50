"""Reasons say why a pair scores: whole words, their part, where they stand, and nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Document, Matcher
from matching.explain import Described, explain
from matching.text import document_words, load_cutter, normalise
from matching.vectors import Vectorizer
from tests.growth import LINEAR, growth
from tests.matching import reference
from tests.matching.corpora import any_texts, documents, known_texts

TOLERANCE = 1e-6
MOST_REASONS = 8
LONG = 100_000
NEED = Document("n", "隔膜耐热涂层", "锂电池隔膜在高温下收缩。", ("陶瓷涂覆", "隔膜"))
RESULT = Document("r", "陶瓷涂覆隔膜", "隔膜收缩率小于百分之二。", ("锂电池",))
hostile_texts = st.one_of(any_texts, st.text(st.characters(exclude_categories=()), max_size=30))


def test_a_reason_names_the_fields_it_comes_from() -> None:
    why = Matcher([NEED], [RESULT]).explain(NEED, RESULT)
    reasons = {reason.term: reason for reason in why.reasons}
    assert reasons["隔膜"].need_spans == (("title", 0, 2), ("keywords", 5, 7), ("body", 3, 5))
    assert reasons["隔膜"].result_spans == (("title", 4, 6), ("body", 0, 2))
    assert reasons["锂电池"].need_spans == (("body", 0, 3),)
    assert reasons["锂电池"].result_spans == (("keywords", 0, 3),)


@given(documents("n", hostile_texts, most=2), documents("r", hostile_texts, most=2))
@settings(deadline=None)
def test_shares_and_remainder_are_the_whole(needs: list[Document], results: list[Document]) -> None:
    matcher = Matcher(needs, results)
    for need in needs:
        for result in results:
            why = matcher.explain(need, result)
            scored = matcher.score([(need.id, result.id)])[0].text_score
            shares = [reason.share for reason in why.reasons]
            topics = [topic.share for topic in why.topics]
            whole = 1.0 if scored > 0 else 0.0
            assert sum(shares + topics) + why.remainder == pytest.approx(whole, abs=TOLERANCE)
            assert topics == sorted(topics, reverse=True)
            assert shares == sorted(shares, reverse=True)
            assert all(0 < share <= 1 for share in shares)


@given(documents("n", known_texts, most=2), documents("r", known_texts, most=2))
@settings(deadline=None)
def test_the_reasons_are_the_words_that_contribute_most(
    needs: list[Document], results: list[Document]
) -> None:
    vectors = reference.vectors([*needs, *results])
    matcher = Matcher(needs, results)
    for need, one in zip(needs, vectors, strict=False):
        for result, other in zip(results, vectors[len(needs) :], strict=True):
            shared = set(document_words(need) & document_words(result))
            credited = reference.contributions(one, other, shared).values()
            greatest = sorted((part for part in credited if part > 0), reverse=True)[:MOST_REASONS]
            score = reference.cosine(one, other)
            found = [reason.share * score for reason in matcher.explain(need, result).reasons]
            assert found == pytest.approx(greatest, abs=TOLERANCE)


@given(hostile_texts, hostile_texts, hostile_texts)
@settings(deadline=None)
def test_a_reason_comes_from_the_texts_given_and_no_other(
    shown: str, hidden: str, answer: str
) -> None:
    full, public = Document("n", shown, hidden), Document("n", shown)
    result = Document("r", answer)
    matcher = Matcher([full], [result])
    before = matcher.explain(public, result)
    matcher.explain(full, result)
    assert matcher.explain(public, result) == before
    for reason in before.reasons:
        for document, spans in ((public, reason.need_spans), (result, reason.result_spans)):
            assert spans
            for field, start, end in spans:
                assert normalise(document.text(field)[start:end]) == reason.term


def test_a_word_the_corpus_does_not_know_is_credited_nothing() -> None:
    need, result = Document("n", "锂电池隔膜"), Document("r", "隔膜，锂电池")
    corpus = [Document("x", "锂电池")]
    reasons = Matcher([], corpus).explain(need, result).reasons
    assert [reason.term for reason in reasons] == ["锂电池"]


def test_a_traditional_text_has_the_reasons_of_its_simplified_twin() -> None:
    written, twin = Document("n", "鋰電池隔膜塗覆與乾燥"), Document("n", "锂电池隔膜涂覆与干燥")
    matcher = Matcher([], [RESULT])
    assert matcher.explain(written, RESULT) == matcher.explain(twin, RESULT)
    assert matcher.explain(written, RESULT).reasons


@pytest.mark.parametrize("piece", ["锂电池隔膜，", "25℃涂层", "e\u0301", "\u0301\u0316", "，"])
def test_the_work_of_an_explanation_grows_with_the_length(piece: str) -> None:
    load_cutter()

    def explained(length: int) -> None:
        text = (piece * length)[:length]
        need, result = Document("n", "锂电池", text), Document("r", "锂电池", text)
        vectorizer, rows = Vectorizer.fit([need, result])
        asked, offered = Described.of(need, rows, 0), Described.of(result, rows, 1)
        explain(vectorizer, asked, offered, asked.cosine(offered))

    assert growth(explained, LONG) < LINEAR
