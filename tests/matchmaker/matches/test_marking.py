"""Shared words are marked where they stand, and the passages that hold them are cut out."""

import re
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from matching import Document, Matcher, Reason
from matching.documents import FIELDS, Span
from matching.text import normalise
from matchmaker.matches.marking import PASSAGE_LENGTH, SENTENCE_LENGTH, marked, passages

hostile_texts = st.lists(
    st.one_of(
        st.sampled_from(
            ["<mark>", "</mark>", "<script>alert(1)</script>", "<!--", "]]>", "&", '"']
        ),
        st.sampled_from(["&lt;", "&#60;", "&amp;amp;", "&nbsp", "{{ 7*7 }}", "%s", "{}", "'>"]),
        st.sampled_from(
            ["锂电池", "隔膜。", "Ａｌ２Ｏ３", "鋰電池", "e\u0301", "👩\u200d🔬", "\u202e"]
        ),
        st.text(st.characters(exclude_categories=()), max_size=8),
    ),
    max_size=12,
).map("".join)


class _Marks(HTMLParser):
    """Reads marked text: its characters, and which of them stand in a mark.

    Fails on any tag but a plain mark, on a mark in a mark, and on one that is not closed.
    """

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.text = ""
        self.marks: list[tuple[int, int]] = []
        self.opened: int | None = None
        self.feed(str(markup))
        self.close()
        assert self.opened is None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert (tag, attrs, self.opened) == ("mark", [], None)
        self.opened = len(self.text)

    def handle_endtag(self, tag: str) -> None:
        assert tag == "mark"
        assert self.opened is not None
        self.marks.append((self.opened, len(self.text)))
        self.opened = None

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)


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


@given(hostile_texts, st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=6))
def test_any_text_is_shown_as_written_with_exactly_its_spans_marked(
    text: str, places: list[tuple[int, int]]
) -> None:
    spans: list[Span] = [("body", start, start + length) for start, length in places]
    shown = _Marks(marked(_body(text), "body", _reasons(*spans), "need"))
    inside = {at for _, start, end in spans for at in range(start, min(end, len(text)))}
    assert shown.text == text
    assert [at for start, end in shown.marks for at in range(start, end)] == sorted(inside)


@given(hostile_texts, st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=6))
def test_passages_of_any_text_are_parts_of_it(text: str, places: list[tuple[int, int]]) -> None:
    spans: list[Span] = [("body", start, start + length) for start, length in places]
    shown = _Marks(passages(_body(text), _reasons(*spans), "need"))
    assert all(shown.text[start:end] in text for start, end in shown.marks)
    assert all(part in text for part in re.split("[… ]", shown.text))


@given(hostile_texts, hostile_texts, st.lists(hostile_texts, max_size=2))
@settings(deadline=None)
def test_the_reasons_of_any_text_are_marked_where_they_stand(
    title: str, body: str, keywords: list[str]
) -> None:
    need = Document("n", title, body, tuple(keywords))
    result = Document("r", "锂电池隔膜 al2o3 " + body, title)
    reasons = Matcher([need], [result]).explain(need, result).reasons
    for document, side in ((need, "need"), (result, "result")):
        for field in FIELDS:
            shown = _Marks(marked(document, field, reasons, side))
            assert shown.text == document.text(field)
            for start, end in shown.marks:
                assert any(reason.term in normalise(shown.text[start:end]) for reason in reasons)
