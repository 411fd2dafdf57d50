"""Normalisation keeps its way back to the original; words are whole words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Document
from matching.text import document_words, find_term, normalise, original_offsets, words
from tests.matching.corpora import any_texts


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("ＡＢＣ，１２", "abc,12"),
        ("ﬁbre ㎜", "fibre mm"),
        ("e\u0301", "é"),
        ("锂\u200b电\u00ad池", "锂电池"),
        ("a\x00b\nc\ud800", "a b c "),
        ("𠮷😀", "𠮷😀"),
        ("葛\U000e0100", "葛"),
    ],
)
def test_normal_form(written: str, normal: str) -> None:
    assert normalise(written) == normal


@given(any_texts)
def test_every_normal_character_has_its_place_in_the_original(text: str) -> None:
    starts, ends = original_offsets(text)
    normal = normalise(text)
    assert len(starts) == len(ends) == len(normal)
    assert all(0 <= s < e <= len(text) for s, e in zip(starts, ends, strict=True))
    assert list(starts) == sorted(starts)


@given(st.lists(any_texts, max_size=3), any_texts)
@settings(deadline=None)
def test_every_span_holds_its_term(keywords: list[str], body: str) -> None:
    document = Document("d", "锂离子电池，ＡＩ ﬁbre", body, tuple(keywords))
    for term in document_words(document):
        for field, start, end in find_term(document, term):
            assert normalise(document.text(field)[start:end]) == term


def test_a_span_points_into_the_field_as_written() -> None:
    document = Document("d", "😀𠮷 锂\u200b电池", "ＢＭＳ电池", ("磷酸铁锂", "锂电池"))
    assert find_term(document, "电池") == (("title", 5, 7), ("keywords", 6, 8), ("body", 3, 5))
    assert find_term(document, "锂电池") == (("title", 3, 7), ("keywords", 5, 8))
    assert find_term(document, "bms") == (("body", 0, 3),)


def test_half_a_ligature_is_not_pointed_at() -> None:
    assert find_term(Document("d", "ﬁbre"), "ibre") == ()
    assert find_term(Document("d", "ﬁbre"), "fibre") == (("title", 0, 4),)


def test_words_are_whole_words_without_stop_words_and_bare_numbers() -> None:
    found = words("一种锂离子电池的研究与应用2023 pvdf")
    assert {"锂离子", "电池", "pvdf"} <= found
    assert found.isdisjoint({"一种", "研究", "应用", "2023", "的"})


def test_words_of_the_trade_stay_whole() -> None:
    assert "石墨烯" in words("石墨烯散热膜开裂")


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("鋰電池隔膜塗覆與乾燥", "锂电池隔膜涂覆与干燥"),
        ("頭髮發展", "头发发展"),
        ("二噁英", "二恶英"),
    ],
)
def test_traditional_characters_take_their_simplified_form(
    traditional: str, simplified: str
) -> None:
    assert normalise(traditional) == normalise(simplified) == simplified
