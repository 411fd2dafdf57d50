"""Clusters: needs about one technology come together under terms that name it."""

import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Document
from matching.clusters import LIKENESS, clusters
from matching.telling import telling
from matching.text import normalise
from matching.topics import Topic, topics
from matching.vectors import Vectorizer
from tests.matching.corpora import documents
from tests.matching.demo_texts import demo_texts

FRAMES = (
    "公司现有{}在生产中不稳定，希望通过{}改进。",
    "目前采用{}，但问题突出，已尝试{}，效果有限。",
    "要求{}达到行业先进水平，{}合格率提高到98%。",
    "拟与高校合作开发{}和{}。",
)


def _need(rng: random.Random, number: int, topic: Topic) -> Document:
    """Return a text about a topic, one term in ten from anywhere."""

    def term() -> str:
        source = rng.choice(topics()) if rng.random() < 0.1 else topic
        return rng.choice(source.terms)

    body = "".join(frame.format(term(), term()) for frame in FRAMES)
    return Document(str(number), f"{term()}{term()}", body)


def _topical(seed: int, topic_count: int) -> tuple[list[Document], list[int]]:
    """Return needs about some topics, 1 to 9 of each, and the topic of each."""
    rng = random.Random(seed)  # noqa: S311
    labels = [number for number in range(topic_count) for _ in range(rng.choice([1, 1, 2, 4, 9]))]
    chosen = rng.sample(topics(), topic_count)
    return [_need(rng, i, chosen[label]) for i, label in enumerate(labels)], labels


@pytest.mark.parametrize(("seed", "topic_count"), [(1, 20), (2, 120)])
def test_groups_are_the_topics_that_texts_were_written_about(seed: int, topic_count: int) -> None:
    needs, labels = _topical(seed, topic_count)
    together = {
        pair
        for group in clusters(needs)
        for pair in combinations(sorted(map(int, group.members)), 2)
    }
    wanted = {
        (one, two) for one, two in combinations(range(len(needs)), 2) if labels[one] == labels[two]
    }
    assert len(together & wanted) >= 0.8 * len(together)
    assert len(together & wanted) >= 0.8 * len(wanted)


def test_needs_of_the_demo_that_stand_alone_are_in_no_group() -> None:
    needs = demo_texts("needs")
    grouped = [member for group in clusters(needs) for member in group.members]
    assert len(grouped) == len(set(grouped))
    assert 2 <= len(grouped) <= len(needs) / 2


def test_a_group_is_named_by_what_its_members_say_and_others_do_not() -> None:
    battery = [
        Document("a", "锂电池隔膜陶瓷涂覆脱落", "隔膜涂覆层在辊压后脱落，电池短路。"),
        Document("b", "隔膜涂覆浆料分散", "锂电池隔膜涂覆浆料沉降，涂层厚度不均。"),
        Document("c", "耐高温锂电池隔膜", "隔膜150℃收缩，需要涂覆改性。"),
    ]
    tea = [
        Document("d", "绿茶杀青温度控制", "滚筒杀青机叶温波动，焦叶多。"),
        Document("e", "茶叶杀青机热风节能", "杀青热风直排，绿茶香气低。"),
    ]
    first, second = clusters([*tea, *battery], demo_texts("needs"))
    assert set(first.members) == {"a", "b", "c"}
    assert set(second.members) == {"d", "e"}
    assert 3 <= len(first.terms) <= 5
    assert "隔膜" in "".join(first.terms)
    assert "杀青" in "".join(second.terms)
    assert not set(first.terms) & set(second.terms)


def test_latin_words_keep_their_capitals() -> None:
    needs = [Document("a", "涂装VOCs回收"), Document("b", "印刷ＶＯＣｓ回收", "VOCs浓度高")]
    (group,) = clusters(needs, demo_texts("needs"))
    assert "VOCs" in group.terms


def test_the_most_typical_member_comes_first() -> None:
    needs, _ = _topical(3, 20)
    group = clusters(needs)[0]
    _, rows = Vectorizer.fit(needs)
    likeness = (telling(rows) @ telling(rows).T).toarray()
    members = [int(member) for member in group.members]
    means = likeness[np.ix_(members, members)].mean(axis=0)
    assert means.argmax() == 0


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000))
def test_groups_are_those_of_plain_average_linkage(seed: int) -> None:
    needs, _ = _topical(seed, 6)
    groups = {frozenset(group.members) for group in clusters(needs)}
    assert groups == _plain_average_linkage(needs)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.randoms())
def test_the_order_of_the_texts_does_not_matter(seed: int, rng: random.Random) -> None:
    needs, _ = _topical(seed, 8)
    shuffled = rng.sample(needs, len(needs))
    assert {frozenset(group.members) for group in clusters(needs)} == {
        frozenset(group.members) for group in clusters(shuffled)
    }


@settings(deadline=None)
@given(documents("d"))
def test_any_text_goes_through(texts: list[Document]) -> None:
    found = clusters(texts)
    members = [member for group in found for member in group.members]
    assert len(members) == len(set(members))
    assert all(len(group.members) > 1 for group in found)
    held = normalise("\n".join(f"{text.title}\n{text.text('keywords')}" for text in texts))
    assert all(normalise(term) in held for group in found for term in group.terms)
    assert found == clusters(texts)


def _plain_average_linkage(needs: list[Document]) -> set[frozenset[str]]:
    """Join the two likest groups until none are alike enough; in plain loops."""
    _, rows = Vectorizer.fit(needs)
    cosine = (telling(rows) @ telling(rows).T).toarray()
    groups = [[place] for place in range(len(needs))]
    while len(groups) > 1:
        likeness, one, two = max(
            (float(np.mean([cosine[i, j] for i in a for j in b])), first, first + second)
            for first, a in enumerate(groups)
            for second, b in enumerate(groups[first + 1 :], 1)
        )
        if likeness < LIKENESS:
            break
        groups[one] += groups.pop(two)
    return {frozenset(str(i) for i in group) for group in groups if len(group) > 1}
