"""Industry suggestions: measured on the demo's texts and on hand-written short ones.

`industry_texts.tsv` holds short texts with their industry, "-" for those that belong to none.
"""

from pathlib import Path

import pytest
from hypothesis import given, settings

from matching import Document
from matching.industries import suggest_industries
from matching.text import normalise
from tests.matching.corpora import any_texts
from tests.matching.demo_texts import demo_texts

_LINES = Path(__file__).with_name("industry_texts.tsv").read_text(encoding="utf-8").splitlines()
SHORT_TEXTS = [(code, Document("", text)) for code, text in (line.split("\t") for line in _LINES)]


def _shares(texts: list[tuple[str, Document]]) -> tuple[float, float, float]:
    """Return how many have their industry first, among the two, and how many have none."""
    found = [(code, [s.industry for s in suggest_industries(text)]) for code, text in texts]
    first = sum(codes[:1] == [code] for code, codes in found)
    either = sum(code in codes for code, codes in found)
    none = sum(not codes for _, codes in found)
    return first / len(texts), either / len(texts), none / len(texts)


def test_the_demo_is_filed_where_its_posters_filed_it() -> None:
    texts = [(text.industry, text) for kind in ("needs", "results") for text in demo_texts(kind)]
    first, either, none = _shares(texts)
    assert first >= 0.78
    assert either >= 0.87
    assert none <= 0.01


def test_a_title_is_mostly_enough() -> None:
    first, either, none = _shares([item for item in SHORT_TEXTS if item[0] != "-"])
    assert first >= 0.87
    assert either >= 0.92
    assert none <= 0.05


@pytest.mark.parametrize(
    "text", [text for code, text in SHORT_TEXTS if code == "-"], ids=lambda text: text.title
)
def test_what_belongs_nowhere_is_not_filed(text: Document) -> None:
    assert suggest_industries(text) == ()


def test_a_suggestion_names_the_terms_that_speak_for_it() -> None:
    text = Document("", "磷酸鐵鋰電池ＢＭＳ均衡", "電芯溫差大")
    suggestion = suggest_industries(text)[0]
    assert suggestion.industry == "nev-battery"
    written = normalise(text.title + text.body)
    assert suggestion.terms
    assert all(term in written for term in suggestion.terms)


def test_the_title_counts_more_than_the_body() -> None:
    title, body = "锂电池隔膜涂覆", "混凝土早强剂"
    assert suggest_industries(Document("", title, body))[0].industry == "nev-battery"
    assert suggest_industries(Document("", body, title))[0].industry == "building-cement"


@settings(deadline=None)
@given(any_texts, any_texts)
def test_any_text_goes_through(title: str, body: str) -> None:
    found = suggest_industries(Document("", title, body))
    assert len(found) <= 2
    assert [s.evidence for s in found] == sorted((s.evidence for s in found), reverse=True)
