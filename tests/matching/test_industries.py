"""Industry suggestions: measured on the demo's texts and on hand-written short ones.

`industry_texts.tsv` holds short texts with their industry, "-" for those that belong to none.
"""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from matching import Document
from matching.industries import IndustryTerms
from matching.text import normalise
from matching.topics import Topic, topics
from tests.matching.corpora import any_texts
from tests.matching.demo_texts import demo_texts

_LINES = Path(__file__).with_name("industry_texts.tsv").read_text(encoding="utf-8").splitlines()
SHORT_TEXTS = [(code, Document("", text)) for code, text in (line.split("\t") for line in _LINES)]
SEED = Path(__file__).parents[2] / "seed" / "industries.json"


@pytest.fixture(scope="module")
def terms() -> IndustryTerms:
    """Give the terms of the lexicon and the keywords of the industries themselves."""
    industries = json.loads(SEED.read_text(encoding="utf-8"))
    keywords = {row["code"]: row["keywords"] for row in industries if row["parent"]}
    return IndustryTerms(topics(), keywords)


def _shares(terms: IndustryTerms, texts: list[tuple[str, Document]]) -> tuple[float, float, float]:
    """Return how many have their industry first, among the two, and how many have none."""
    found = [(code, [s.industry for s in terms.suggest(text)]) for code, text in texts]
    first = sum(codes[:1] == [code] for code, codes in found)
    either = sum(code in codes for code, codes in found)
    none = sum(not codes for _, codes in found)
    return first / len(texts), either / len(texts), none / len(texts)


def test_the_demo_is_filed_where_its_posters_filed_it(terms: IndustryTerms) -> None:
    texts = [(text.industry, text) for kind in ("needs", "results") for text in demo_texts(kind)]
    first, either, none = _shares(terms, texts)
    assert first >= 0.78
    assert either >= 0.87
    assert none <= 0.01


def test_a_title_is_mostly_enough(terms: IndustryTerms) -> None:
    first, either, none = _shares(terms, [item for item in SHORT_TEXTS if item[0] != "-"])
    assert first >= 0.87
    assert either >= 0.92
    assert none <= 0.05


@pytest.mark.parametrize(
    "text", [text for code, text in SHORT_TEXTS if code == "-"], ids=lambda text: text.title
)
def test_what_belongs_nowhere_is_not_filed(terms: IndustryTerms, text: Document) -> None:
    assert terms.suggest(text) == ()


def test_a_suggestion_names_the_terms_that_speak_for_it(terms: IndustryTerms) -> None:
    text = Document("", "磷酸鐵鋰電池ＢＭＳ均衡", "電芯溫差大")
    suggestion = terms.suggest(text)[0]
    assert suggestion.industry == "nev-battery"
    written = normalise(text.title + text.body)
    assert suggestion.terms
    assert all(term in written for term in suggestion.terms)


def test_the_longest_term_counts_and_latin_words_are_whole() -> None:
    terms = IndustryTerms(
        [
            Topic("food", "茶饮", ("茶籽", "茶籽油")),
            Topic("chem", "油料", ("油茶籽",)),
            Topic("it", "软件", ("mes系统", "mes")),
        ]
    )
    assert [s.industry for s in terms.suggest(Document("", "油茶籽与茶籽油"))] == ["chem", "food"]
    assert [s.industry for s in terms.suggest(Document("", "上MES"))] == ["it"]
    assert terms.suggest(Document("", "times3mes")) == ()


def test_the_title_counts_more_than_the_body(terms: IndustryTerms) -> None:
    title, body = "锂电池隔膜涂覆", "混凝土早强剂"
    assert terms.suggest(Document("", title, body))[0].industry == "nev-battery"
    assert terms.suggest(Document("", body, title))[0].industry == "building-cement"


@settings(deadline=None)
@given(any_texts, any_texts)
def test_any_text_goes_through(title: str, body: str) -> None:
    found = IndustryTerms(topics()[:40]).suggest(Document("", title, body))
    assert len(found) <= 2
    assert [s.evidence for s in found] == sorted((s.evidence for s in found), reverse=True)
