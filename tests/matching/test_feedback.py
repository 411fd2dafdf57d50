"""What was judged of a need moves its other results, and only its own."""

import numpy as np
import pytest

from matching import Document, Matcher, MatchingError
from matching.feedback import COMMON_VARIANCE, NOISE_VARIANCE, SIMILAR_VARIANCE, learn_shift
from matching.vectors import Vectorizer

NEED = Document("n", "锂离子电池材料")
OTHER = Document("other", "电池负极")
RESULTS = [
    Document("anode1", "锂离子电池硅碳负极"),
    Document("anode2", "锂离子电池硅碳负极制备"),
    Document("cathode1", "锂离子电池磷酸铁锂正极"),
    Document("cathode2", "锂离子电池三元正极"),
    Document("film", "农用地膜回收"),
]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher([NEED, OTHER], RESULTS)


def _scores(matcher: Matcher, judged: dict[str, int]) -> dict[str, float]:
    return {p.result_id: p.score for p in matcher.search(NEED, judged=judged)}


def test_a_good_judgement_lifts_the_results_like_it(matcher: Matcher) -> None:
    before, after = _scores(matcher, {}), _scores(matcher, {"cathode1": 4})
    assert after["cathode1"] > before["cathode1"]
    assert after["cathode2"] > before["cathode2"]
    assert after["cathode2"] - before["cathode2"] > after["anode1"] - before["anode1"]


def test_a_bad_judgement_sinks_the_results_like_it(matcher: Matcher) -> None:
    judged = {"anode1": 1, "cathode1": 3}
    ranked = [pair.result_id for pair in matcher.search(NEED, judged=judged)]
    assert ranked.index("cathode2") < ranked.index("anode2")
    assert _scores(matcher, judged)["anode2"] < _scores(matcher, {})["anode2"]


def test_feedback_reaches_lists_and_scores_alike(matcher: Matcher) -> None:
    judgements = {"n": {"anode1": 1, "cathode1": 4}}
    typed = _scores(matcher, judgements["n"])
    listed = {
        p.result_id: p.score for p in matcher.match(judgements=judgements) if p.need_id == "n"
    }
    scored = {
        s.result_id: s.score for s in matcher.score([("n", r.id) for r in RESULTS], judgements)
    }
    assert listed == pytest.approx(typed, abs=1e-6)
    assert scored == pytest.approx(typed, abs=1e-6)


def test_another_needs_scores_stay(matcher: Matcher) -> None:
    pairs = [("other", result.id) for result in RESULTS]
    assert matcher.score(pairs, {"n": {"anode1": 4}}) == matcher.score(pairs)


def test_the_list_of_a_result_follows_the_feedback(matcher: Matcher) -> None:
    def first_need(judgements: dict[str, dict[str, int]]) -> str:
        pairs = matcher.match(judgements=judgements)
        return next(p.need_id for p in pairs if p.result_id == "anode2" and p.result_rank == 1)

    assert first_need({}) != first_need({first_need({}): {"anode2": 1, "anode1": 1}})


def test_a_repost_shares_what_was_learnt() -> None:
    repost = Document("again", NEED.title)
    matcher = Matcher([NEED, repost], RESULTS)
    judgements = {"n": {"anode1": 1, "cathode1": 4}}
    one, other = matcher.score([("n", "anode2"), ("again", "anode2")], judgements)
    assert one.score == other.score


def test_judgements_of_unknown_needs_and_results_are_passed_over(matcher: Matcher) -> None:
    assert matcher.match(judgements={"gone": {"anode1": 4}, "n": {"gone": 4}}) == matcher.match()


def test_a_level_that_is_none_is_refused(matcher: Matcher) -> None:
    with pytest.raises(MatchingError, match="from 1"):
        matcher.search(NEED, judged={"anode1": 5})


def test_one_judgement_is_believed_by_half_and_more_of_them_further() -> None:
    _, rows = Vectorizer.fit(RESULTS)
    kernel = COMMON_VARIANCE + SIMILAR_VARIANCE
    for count in (1, 2, 4):
        same = rows[np.zeros(count, int)]
        moved, _known = learn_shift(same, np.ones(count)).of(rows[:1])
        mean = count * kernel / (count * kernel + NOISE_VARIANCE)
        assert moved == pytest.approx([mean * (count + 1) / (count + 3)], abs=1e-5)


def test_the_shift_is_the_mean_of_the_gaussian_process() -> None:
    _, rows = Vectorizer.fit(RESULTS)
    similarity = (rows @ rows.T).toarray().astype(float)
    kernel = COMMON_VARIANCE + SIMILAR_VARIANCE * similarity
    residuals = np.array([1.5, -0.5])
    noisy = kernel[:2, :2] + NOISE_VARIANCE * np.eye(2)
    shift = learn_shift(rows[:2], residuals)
    moved, known = shift.of(rows)
    believed = 3 / 5  # of two judgements
    mean = kernel[:, :2] @ np.linalg.inv(noisy) @ residuals
    assert moved == pytest.approx(believed * mean, abs=1e-6)
    remaining = kernel - kernel[:, :2] @ np.linalg.inv(noisy) @ kernel[:2]
    explained = 1 - np.diag(remaining) / kernel.diagonal()
    assert known == pytest.approx(believed * explained, abs=1e-6)
    along = (rows @ shift.direction.T).toarray()[:, 0]
    assert shift.common + along == pytest.approx(moved, abs=1e-6)
