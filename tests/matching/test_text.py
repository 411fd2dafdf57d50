"""Normalisation keeps its way back to the original; words are whole words."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Document
from matching.text import (
    _accelerator,
    document_words,
    load_cutter,
    load_segmenter,
    locate,
    normalise,
    read,
    words,
)
from matching.wordlists import DOMAIN_WORDS
from tests.growth import LINEAR, growth
from tests.matching.corpora import any_texts

SEED = Path(__file__).parents[2] / "seed"
LONG = 100_000
mixed_texts = st.lists(
    st.one_of(
        st.sampled_from(sorted(DOMAIN_WORDS)),
        st.sampled_from(["锂电池", "的", "3.5%", "pvdf-hfp", "0.18kw·h/kg", "c++", "γ射线", "5g"]),
        st.text("锂离子电池和与了abcz019-+#&._%，。 \n\u3400\u9fd6\u9fff𠮷αя١😀", max_size=8),
        st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=8),
    ),
    max_size=12,
).map("".join)
hostile_texts = st.one_of(any_texts, st.text(st.characters(exclude_categories=()), max_size=30))


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


@given(hostile_texts)
def test_every_normal_character_has_its_place_in_the_original(text: str) -> None:
    _, normal, starts, ends = locate(text)
    assert normal == normalise(text)
    assert len(starts) == len(ends) == len(normal)
    assert all(0 <= s < e <= len(text) for s, e in zip(starts, ends, strict=True))
    assert list(starts) == sorted(starts)
    assert list(ends) == sorted(ends)


@given(hostile_texts)
def test_a_text_is_located_alike_the_first_time_and_the_second(text: str) -> None:
    first, second = locate(text), locate(text)
    assert first.normalised == second.normalised
    assert list(first.starts) == list(second.starts)
    assert list(first.ends) == list(second.ends)


@given(st.lists(hostile_texts, max_size=3), hostile_texts)
@settings(deadline=None)
def test_every_span_holds_its_term(keywords: list[str], body: str) -> None:
    document = Document("d", "锂离子电池，ＡＩ ﬁbre", body, tuple(keywords))
    for term in document_words(document):
        for field, start, end in read(document).find(term):
            assert normalise(document.text(field)[start:end]) == term


def test_a_span_points_into_the_field_as_written() -> None:
    reading = read(Document("d", "😀𠮷 锂\u200b电池", "ＢＭＳ电池", ("磷酸铁锂", "锂电池")))
    assert reading.find("电池") == (("title", 5, 7), ("keywords", 6, 8), ("body", 3, 5))
    assert reading.find("锂电池") == (("title", 3, 7), ("keywords", 5, 8))
    assert reading.find("bms") == (("body", 0, 3),)


def test_offsets_stay_true_behind_characters_that_grow_or_vanish() -> None:
    text = "25℃…锂电池，㎏\u200b隔膜 e\u0301 涂层"
    reading = read(Document("d", text))
    for word in ("锂电池", "隔膜", "涂层"):
        at = text.index(word)
        assert reading.find(word) == (("title", at, at + len(word)),)


def test_half_a_ligature_is_not_pointed_at() -> None:
    reading = read(Document("d", "ﬁbre"))
    assert reading.find("ibre") == ()
    assert reading.find("fibre") == (("title", 0, 4),)


def test_words_are_whole_words_without_stop_words_and_bare_numbers() -> None:
    found = words("一种锂离子电池的研究与应用2023 pvdf-hfp")
    assert {"锂离子", "电池", "pvdf", "hfp"} <= found
    assert found.isdisjoint({"一种", "研究", "应用", "2023", "的"})


@pytest.mark.parametrize("word", ["石墨烯", "磷酸铁锂", "晶圆", "盐雾", "二恶英"])
def test_words_of_the_trade_stay_whole(word: str) -> None:
    assert word in words(f"{word}散热膜开裂")


@given(mixed_texts)
@settings(deadline=None, max_examples=300)
def test_the_accelerator_cuts_as_the_reference_does(text: str) -> None:
    _assert_cut_alike(normalise(text))


def test_the_accelerator_cuts_the_demo_as_the_reference_does() -> None:
    for path in sorted(SEED.rglob("*.json")):
        _assert_cut_alike(normalise(json.dumps(json.loads(path.read_text()), ensure_ascii=False)))


def test_the_accelerator_knows_every_word_as_the_reference_does() -> None:
    for word in DOMAIN_WORDS:
        _assert_cut_alike(f"新{normalise(word)}的")


def test_the_reference_counts_the_added_words_once_as_the_accelerator_does() -> None:
    segmenter = load_segmenter()
    plain, total = segmenter.gen_pfdict(segmenter.get_dict_file())
    added = sum(segmenter.FREQ.values()) - sum(plain.values())
    assert segmenter.total - total == added


def _assert_cut_alike(text: str) -> None:
    reference = load_segmenter().cut_for_search(text, False)
    accelerator = _accelerator()
    assert accelerator is not None
    assert list(accelerator.cut_for_search(text, False)) == list(reference)


@pytest.fixture
def _without_accelerator(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "rjieba", None)
    _accelerator.cache_clear()
    read.cache_clear()
    yield
    _accelerator.cache_clear()


@pytest.mark.usefixtures("_without_accelerator")
def test_without_the_accelerator_the_reference_cuts() -> None:
    assert load_cutter() is load_segmenter()
    assert {"锂离子", "电池"} <= document_words(Document("d", "锂离子电池"))


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


@pytest.mark.parametrize(
    "piece",
    [
        "锂电池隔膜，",
        "a",
        "。",
        "25℃",
        "e\u0301",
        "ﷺ",
        "\u0301\u0316",
        "\u0316\u0301",
        "👩\u200d🔬",
    ],
)
def test_the_work_of_reading_grows_with_the_length(piece: str) -> None:
    load_cutter()

    def find(length: int) -> None:
        read(Document("d", "", (piece * length)[:length])).find("锂电池")

    assert growth(find, LONG) < LINEAR
