"""Shared words are marked where they stand, and the passages that hold them are cut out."""

from markupsafe import Markup

from matching import Document, Reason
from matching.documents import Span
from matchmaker.matches.marking import PASSAGE_LENGTH, SENTENCE_LENGTH, marked, passages


def _reasons(*spans: Span) -> list[Reason]:
    return [Reason("词", 0.5, need_spans=spans, result_spans=())]


def _body(text: str) -> Document:
    return Document("1", "题目", text)


def _spans(text: str, word: str) -> list[Span]:
    starts = [at for at in range(len(text)) if text.startswith(word, at)]
    return [("body", at, at + len(word)) for at in starts]


def test_a_shared_word_is_marked() -> None:
    document = Document("1", "隔膜耐热涂层")
    assert marked(document, "title", _reasons(("title", 2, 4)), "need") == Markup(
        "隔膜<mark>耐热</mark>涂层"
    )


def test_words_that_overlap_or_touch_become_one_mark() -> None:
    document = Document("1", "锂电池隔膜涂层")
    reasons = _reasons(("title", 0, 3), ("title", 1, 5), ("title", 5, 7))
    assert marked(document, "title", reasons, "need") == "<mark>锂电池隔膜涂层</mark>"


def test_only_its_own_side_and_field_are_marked() -> None:
    document = Document("1", "隔膜", "隔膜", ("隔膜", "涂层"))
    reasons = _reasons(("keywords", 3, 5))
    assert marked(document, "title", reasons, "need") == "隔膜"
    assert marked(document, "keywords", reasons, "need") == "隔膜 <mark>涂层</mark>"
    assert marked(document, "keywords", reasons, "result") == "隔膜 涂层"


def test_what_people_wrote_stays_text() -> None:
    document = Document("1", "<b>隔膜&</b>")
    assert marked(document, "title", _reasons(("title", 3, 6)), "need") == (
        "&lt;b&gt;<mark>隔膜&amp;</mark>&lt;/b&gt;"
    )


def test_spans_beyond_the_text_do_no_harm() -> None:
    reasons = _reasons(("title", 1, 99), ("title", 50, 60))
    assert marked(Document("1", "隔膜"), "title", reasons, "need") == "隔<mark>膜</mark>"


def test_the_sentences_with_shared_words_are_shown() -> None:
    text = "背景很长。隔膜收缩严重。与此无关。涂层开裂！"
    reasons = _reasons(*_spans(text, "隔膜"), *_spans(text, "涂层"))
    assert passages(_body(text), reasons, "need") == (
        "<mark>隔膜</mark>收缩严重。 <mark>涂层</mark>开裂！"
    )


def test_a_long_sentence_is_cut_around_its_word() -> None:
    text = "甲" * 500 + "隔膜" + "乙" * 500
    shown = passages(_body(text), _reasons(*_spans(text, "隔膜")), "need")
    assert shown.startswith("…甲")
    assert shown.endswith("乙…")
    assert "<mark>隔膜</mark>" in shown
    assert len(shown.striptags()) <= SENTENCE_LENGTH + 2


def test_a_word_at_the_end_of_a_long_sentence_is_whole() -> None:
    text = "甲" * 500 + "隔膜"
    shown = passages(_body(text), _reasons(*_spans(text, "隔膜")), "need")
    assert shown.endswith("<mark>隔膜</mark>")


def test_many_sentences_are_limited() -> None:
    text = "隔膜在高温下收缩严重。" * 200
    shown = passages(_body(text), _reasons(*_spans(text, "隔膜")), "need")
    assert len(shown.striptags()) < PASSAGE_LENGTH + SENTENCE_LENGTH


def test_without_a_shared_word_the_beginning_is_shown() -> None:
    assert passages(_body("短文。"), [], "need") == "短文。"
    assert passages(_body("长" * 500), [], "need") == "长" * SENTENCE_LENGTH + "…"
    assert passages(_body(""), [], "need") == ""
    assert passages(_body("。。！"), _reasons(("body", 0, 1)), "need") == "。。！"
