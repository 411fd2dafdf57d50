"""The lexicon is well formed, and its terms are found where they stand."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import Document, Matcher
from matching.text import normalise
from matching.topics import find_terms, topics
from matching.vectors import TOPIC_SHARE, Vectorizer

ROOT = Path(__file__).parents[2]
TERMS = {term for topic in topics() for term in topic.terms}
LONGEST = max(map(len, TERMS))


def test_every_topic_belongs_to_a_branch_of_industry_and_has_terms_enough() -> None:
    industries = json.loads((ROOT / "seed" / "industries.json").read_text(encoding="utf-8"))
    branches = {industry["code"] for industry in industries if industry["parent"]}
    assert {topic.industry for topic in topics()} == branches
    for topic in topics():
        assert 20 <= len(topic.terms) <= 60, topic.name
        assert all(2 <= len(term) <= 16 for term in topic.terms), topic.name


def test_no_two_topics_share_a_name() -> None:
    names = [topic.name for topic in topics()]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("磷", []),
        ("磷酸铁锂", ["磷酸铁锂"]),
        ("mes", ["mes"]),
        ("times", []),
        ("上mes、pa66", ["mes", "pa66"]),
    ],
)
def test_terms_are_found_whole(text: str, terms: list[str]) -> None:
    assert [term for _, term in find_terms(text)] == terms


@given(st.lists(st.one_of(st.sampled_from(sorted(TERMS)), st.text(max_size=4))).map("".join))
def test_at_each_place_the_longest_term_that_stands_alone_is_found(text: str) -> None:
    text = normalise(text)
    assert find_terms(text) == _found_by_looking_everywhere(text)


def _found_by_looking_everywhere(text: str) -> list[tuple[int, str]]:
    found = []
    for start in range(len(text)):
        for end in range(min(start + LONGEST, len(text)), start + 1, -1):
            if text[start:end] in TERMS and _stands_alone(text, start, end):
                found.append((start, text[start:end]))
                break
    return found


def _stands_alone(text: str, start: int, end: int) -> bool:
    latin = [character.isascii() and character.isalnum() for character in f" {text} "]
    return not (latin[start] and latin[start + 1]) and not (latin[end] and latin[end + 1])


def test_texts_of_one_topic_meet_without_a_common_character() -> None:
    need = Document("n", "污水")
    results = [Document("other", "茶叶杀青"), Document("same", "曝气脱氮")]
    assert [pair.result_id for pair in Matcher([need], results).search(need)] == ["same"]


def test_topics_have_their_share_of_a_row_where_there_are_any() -> None:
    documents = [Document("both", "磷酸铁锂"), Document("none", "呵呵"), Document("empty", "")]
    vectorizer, rows = Vectorizer.fit(documents)
    table = rows.toarray() ** 2
    assert table.sum(axis=1) == pytest.approx([1, 1, 0])
    spoken = table[:, len(vectorizer.keys) :].sum(axis=1)
    assert spoken == pytest.approx([TOPIC_SHARE, 0, 0])
    assert np.allclose(vectorizer.transform(documents).toarray(), rows.toarray())
