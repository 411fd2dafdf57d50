"""Near-duplicates: reposts in other words are found, template siblings are not.

`near_duplicates.json` holds made-up needs, each with a repost and with a sibling that has the same
frame, firm or field and is about something else. The half "held out" was written after the measure
had been chosen on the other one.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Document, Matcher
from matching.duplicates import NearDuplicates
from matching.text import normalise
from matching.vectors import Vectorizer
from tests.matching.corpora import any_texts, documents
from tests.matching.demo_texts import demo_texts

CASES = json.loads(Path(__file__).with_name("near_duplicates.json").read_text(encoding="utf-8"))


def _document(name: str, case: dict[str, Any]) -> Document:
    return Document(name, case["title"], case["body"])


def _known(corpus: list[Document]) -> NearDuplicates:
    vectorizer, rows = Vectorizer.fit(corpus)
    return NearDuplicates(vectorizer, corpus, rows)


@pytest.fixture(scope="module")
def known() -> NearDuplicates:
    """Give the demo's texts and the needs of all cases."""
    needs = [_document(str(place), case) for place, case in enumerate(CASES)]
    return _known([*demo_texts("needs"), *demo_texts("results"), *needs])


@pytest.mark.parametrize("half", ["tuning", "held out"])
def test_most_reposts_are_found_and_nothing_else_is(known: NearDuplicates, half: str) -> None:
    cases = {str(place): case for place, case in enumerate(CASES) if case["half"] == half}
    found = {
        name: [same.id for same in known.of(_document("typed", case["duplicate"]))]
        for name, case in cases.items()
    }
    assert all(ids in ([], [name]) for name, ids in found.items())
    assert sum(map(bool, found.values())) >= 0.85 * len(cases)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_a_sibling_about_something_else_is_no_duplicate(
    known: NearDuplicates, case: dict[str, Any]
) -> None:
    assert known.of(_document("typed", case["sibling"])) == ()


def test_no_two_texts_of_the_demo_are_duplicates(known: NearDuplicates) -> None:
    assert list(known.pairs()) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("皖江钢管有限公司", "淮河管业股份公司"),
        lambda text: f"您好！{text}欢迎来电洽谈，不胜感激。",
        lambda text: text.replace("12", "１５").replace("6秒", "5秒"),
        lambda text: "".join(reversed(text.split("，"))),
    ],
    ids=["another firm", "pleasantries", "other figures", "clauses the other way round"],
)
def test_a_repost_is_found_whatever_was_touched_up(known: NearDuplicates, change: Any) -> None:
    place, case = next((i, c) for i, c in enumerate(CASES) if "锌瘤" in c["title"])
    repost = Document("typed", case["title"], change(case["body"]))
    assert [same.id for same in known.of(repost)] == [str(place)]


def test_what_was_copied_is_shown(known: NearDuplicates) -> None:
    case = next(case for case in CASES if case["duplicate"]["how"] == "verbatim, other title")
    (same,) = known.of(_document("typed", case["duplicate"]))
    assert same.figures == 1.0
    assert same.passages
    for passage in same.passages:
        assert passage in normalise(case["body"])
        assert passage in normalise(case["duplicate"]["body"])


def test_pairs_of_a_corpus_are_those_that_each_text_finds() -> None:
    corpus = [
        _document(f"{name}{place}", text)
        for place, case in enumerate(CASES)
        for name, text in (("need", case), ("repost", case["duplicate"]))
    ]
    known = _known(corpus)
    pairs = {(first.id, second.id, second.likeness) for first, second in known.pairs()}
    places = {text.id: place for place, text in enumerate(corpus)}
    one_by_one = {
        (text.id, same.id, same.likeness)
        for text in corpus
        for same in known.of(text)
        if places[text.id] < places[same.id]
    }
    assert pairs == one_by_one
    assert len(pairs) >= 0.9 * len(CASES)


@settings(deadline=None)
@given(documents("d"), st.tuples(any_texts, any_texts))
def test_any_text_goes_through(corpus: list[Document], texts: tuple[str, str]) -> None:
    known = _known(corpus)
    for same in known.of(Document("typed", *texts)):
        assert 0.7 <= same.likeness <= 1.0 + 1e-9
    assert all(first.id < same.id for first, same in known.pairs())


@settings(deadline=None)
@given(documents("d"), st.text("锂电池隔膜涂层耐热", min_size=2, max_size=30))
def test_a_copy_is_wholly_alike(corpus: list[Document], text: str) -> None:
    known = _known([*corpus, Document("original", text)])
    found = {same.id: same.likeness for same in known.of(Document("typed", text))}
    assert found["original"] == pytest.approx(1.0)


def test_a_matcher_finds_them_among_what_it_has_now() -> None:
    cases = [case for case in CASES if case["half"] == "tuning"][:6]
    needs = [_document(str(place), case) for place, case in enumerate(cases)]
    reposts = [_document("typed", case["duplicate"]) for case in cases]
    matcher = Matcher(needs[:3], [])
    first = [same.id for same in matcher.needs_like(reposts[0])]
    assert first == ["0"]
    assert matcher.results_like(reposts[0]) == ()
    changed = matcher.without(["0"]).added(needs[3:])
    assert changed.needs_like(reposts[0]) == ()
    assert [[same.id for same in changed.needs_like(one)] for one in reposts[1:]] == [
        [same.id for same in changed.merged().needs_like(one)] for one in reposts[1:]
    ]
