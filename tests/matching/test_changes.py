"""Texts added, removed, merged, saved and opened, in any order, answer as a plain model says."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Document, Matcher, MatchingError
from matching.engine import CANDIDATES
from matching.vectors import Vectorizer
from tests.matching import reference
from tests.matching.corpora import known_texts

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.booleans(), known_texts),
        st.tuples(st.just("remove"), st.booleans(), st.integers(0, 20)),
        st.tuples(st.just("replace"), st.booleans(), known_texts),
        st.tuples(st.just("merge"), st.none(), st.none()),
        st.tuples(st.just("save"), st.none(), st.none()),
    ),
    max_size=8,
)
START = ["锂离子电池正极材料", "水处理技术", "Robot 5G 水处理", "电池"]


@dataclass
class Model:
    """The texts there are, in order, and those the vocabulary was learnt from."""

    needs: list[Document] = field(default_factory=list)
    results: list[Document] = field(default_factory=list)
    learnt: list[Document] = field(default_factory=list)
    named: int = 0

    def document(self, text: str) -> Document:
        """Return a text with an id that none had before."""
        self.named += 1
        return Document(f"d{self.named}", text)

    def scores(self) -> dict[tuple[str, str], float]:
        """Return the text score of every pair by the frozen vocabulary, in plain loops."""
        vectorizer, _ = Vectorizer.fit(self.learnt)
        needs, results = (
            [dict(zip(r.indices.tolist(), r.data.tolist(), strict=True)) for r in rows]
            for rows in (
                [vectorizer.transform([document]) for document in side]
                for side in (self.needs, self.results)
            )
        )
        return {
            (need.id, result.id): sum(value * two[at] for at, value in one.items() if at in two)
            for need, one in zip(self.needs, needs, strict=True)
            for result, two in zip(self.results, results, strict=True)
        }


@given(STEPS)
@settings(max_examples=25, deadline=None)
def test_any_sequence_of_changes_answers_as_the_model_says(
    steps: list[tuple[str, bool | None, str | int | None]],
) -> None:
    model = Model()
    model.needs = [model.document(text) for text in START]
    model.results = [model.document(text) for text in START]
    model.learnt = [*model.needs, *model.results]
    matcher = Matcher(model.needs, model.results)
    with tempfile.TemporaryDirectory() as folder:
        for kind, of_needs, what in steps:
            matcher = _changed(matcher, model, kind, of_needs is True, what, Path(folder))
            _check(matcher, model)
        listed = {(p.need_id, p.result_id) for p in matcher.match(top=3) if p.need_rank}
        searched = [matcher.search(need, top=3, reasons=False) for need in model.needs]
        assert listed == {
            (need.id, pair.result_id)
            for need, ranked in zip(model.needs, searched, strict=True)
            for pair in ranked
        }
        merged, fresh = matcher.merged(), Matcher(model.needs, model.results)
        assert merged.match(top=3) == fresh.match(top=3)
        pairs = [(need.id, result.id) for need in model.needs for result in model.results]
        assert merged.score(pairs) == fresh.score(pairs)


def _changed(
    matcher: Matcher, model: Model, kind: str, of_needs: bool, what: str | int | None, folder: Path
) -> Matcher:
    side, given_, removed = (
        (model.needs, "needs", "need_ids") if of_needs else (model.results, "results", "result_ids")
    )
    if kind == "add":
        side.append(model.document(str(what)))
        return matcher.added(**{given_: [side[-1]]})
    if kind in {"remove", "replace"} and side:
        gone = side.pop(what % len(side) if isinstance(what, int) else 0)
        matcher = matcher.without(**{removed: [gone.id]})
        if kind == "replace":
            side.append(Document(gone.id, str(what)))
            matcher = matcher.added(**{given_: [side[-1]]})
    if kind == "merge":
        model.learnt = [*model.needs, *model.results]
        return matcher.merged()
    if kind == "save":
        matcher.save(folder)
        return Matcher.open(folder)
    return matcher


def _check(matcher: Matcher, model: Model) -> None:
    wanted = model.scores()
    assert matcher.size == len(model.needs) + len(model.results)
    found = {(s.need_id, s.result_id): s.text_score for s in matcher.score(list(wanted))}
    assert found == pytest.approx(wanted, abs=1e-6)
    for need in model.needs:
        ranked = [pair.result_id for pair in matcher.search(need, top=3, reasons=False)]
        scores = [(found[need.id, r.id], -at) for at, r in enumerate(model.results)]
        best = [-at for score, at in sorted(scores, reverse=True)[:3] if score > 0]
        assert ranked == [model.results[at].id for at in best]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    needs = [Document(f"n{i}", text) for i, text in enumerate(START)]
    results = [Document(f"r{i}", text) for i, text in enumerate(START * 3)]
    return Matcher(needs, results)


def test_the_model_is_the_definition_where_nothing_has_changed() -> None:
    model = Model([Document("n", START[0])], [Document("r", START[3])])
    model.learnt = [*model.needs, *model.results]
    one, other = reference.vectors(model.learnt)
    assert model.scores()["n", "r"] == pytest.approx(reference.cosine(one, other), abs=1e-6)


def test_a_snapshot_stays_as_it_was(matcher: Matcher) -> None:
    before = matcher.search(Document("", "锂离子电池"))
    changed = matcher.without(result_ids=["r0"]).added(results=[Document("new", "锂离子电池")])
    assert changed.search(Document("", "锂离子电池"))[0].result_id == "new"
    assert matcher.search(Document("", "锂离子电池")) == before
    assert (changed.changed, matcher.changed) == (2, 0)


def test_a_removed_text_is_nowhere(matcher: Matcher) -> None:
    changed = matcher.without(need_ids=["n0"], result_ids=["r0"])
    assert not changed.has_need("n0")
    assert not changed.has_result("r0")
    assert all(pair.result_id != "r0" for pair in changed.match())
    with pytest.raises(MatchingError, match="no result with the id 'r0'"):
        changed.score([("n1", "r0")])
    with pytest.raises(MatchingError, match="no result with the id 'r0'"):
        changed.without(result_ids=["r0"])


def test_an_id_that_is_there_is_refused(matcher: Matcher) -> None:
    with pytest.raises(MatchingError, match="'r0'"):
        matcher.added(results=[Document("r0", "水处理")])
    with pytest.raises(MatchingError, match="'new'"):
        matcher.added(results=[Document("new", "水"), Document("new", "处理")])


def test_what_was_added_takes_part_in_feedback(matcher: Matcher) -> None:
    changed = matcher.added(results=[Document("new", "水处理膜"), Document("newer", "水处理膜")])
    asked = Document("", "水处理技术")
    scores = {
        bool(judged): {p.result_id: p.score for p in changed.search(asked, 20, judged)}
        for judged in ({}, {"new": 4})
    }
    assert scores[True]["newer"] > scores[False]["newer"]


def test_feedback_on_many_results_ranks_candidates_as_all_would_be_ranked() -> None:
    texts = ["锂离子电池正极材料", "水处理膜", "机器视觉检测", "茶叶杀青机", "轴承钢热处理"]
    results = [Document(f"r{i}", f"{texts[i % 5]}第{i}号") for i in range(2 * CANDIDATES + 50)]
    matcher = Matcher([Document("n", "电池检测")], results)
    judged = {"r0": 4, "r2": 1}
    found = matcher.search(Document("", "电池检测"), 10, judged, reasons=False)
    everything = matcher.score([("n", result.id) for result in results], {"n": judged})
    best = sorted(everything, key=lambda pair: -pair.score)[:10]
    assert [pair.score for pair in found] == pytest.approx([pair.score for pair in best], abs=1e-6)


def test_an_emptied_matcher_weighs_as_before() -> None:
    texts = [Document(f"r{place}", text) for place, text in enumerate(START)]
    matcher = Matcher([], texts[:3])
    asked = Document("", "锂电池正极")
    among_all = {pair.result_id: pair.score for pair in matcher.search(asked)}
    alone = matcher.emptied().added(results=texts[:1]).search(asked)
    assert [(pair.result_id, pair.score) for pair in alone] == [("r0", among_all["r0"])]
