"""A ranker learnt from fresh judgements replaces the present one only when it is better."""

from dataclasses import replace

import numpy as np
import pytest

from matching import Document, Ranker
from matching.retraining import TooFewError, Verdict, retrain

NEEDS = 40
RESULTS_A_NEED = 10


def _corpus(seed: int) -> tuple[list[Document], list[Document], dict[str, dict[str, int]]]:
    """Return needs, results and, for each pair judged, how many tenths of its words are shared."""
    rng = np.random.default_rng(seed)
    characters = [chr(0x4E00 + i) for i in range(600)]
    needs, results = [], []
    shared: dict[str, dict[str, int]] = {}
    for n in range(NEEDS):
        own = rng.choice(characters, 20, replace=False)
        needs.append(Document(f"n{n}", "".join(own)))
        for r in range(RESULTS_A_NEED):
            title = [*own[: 2 * r], *rng.choice(characters, 20 - 2 * r)]
            results.append(Document(f"n{n}r{r}", "".join(title)))
            shared.setdefault(f"n{n}", {})[f"n{n}r{r}"] = r
    return needs, results, shared


def _judged(
    shared: dict[str, dict[str, int]], steps: tuple[int, int, int]
) -> dict[str, dict[str, int]]:
    """Return levels that rise at these tenths of shared words, one in ten at random."""
    rng = np.random.default_rng(0)

    def level(tenths: int) -> int:
        if rng.random() < 0.1:
            return int(rng.integers(1, 5))
        return 1 + sum(tenths >= step for step in steps)

    return {
        need: {result: level(tenths) for result, tenths in own.items()}
        for need, own in shared.items()
    }


def test_judgements_that_say_something_new_lead_to_a_better_ranker() -> None:
    needs, results, shared = _corpus(1)
    judged = _judged(shared, (7, 8, 9))
    present = Ranker.load()
    done = retrain(needs, results, judged, present, prior=present)
    assert done.verdict is Verdict.BETTER
    assert done.trained is not None
    assert done.interval is not None
    assert done.trained.log_loss < done.present.log_loss
    assert done.interval[1] < 0
    assert done.ranker is not None
    assert done.ranker.made_by.startswith("matchmaker retrain: ")
    again = retrain(needs, results, judged, done.ranker, prior=present)
    assert again.verdict is Verdict.NOT_BETTER
    assert again.ranker is None


def test_random_judgements_change_nothing() -> None:
    needs, results, shared = _corpus(2)
    rng = np.random.default_rng(2)
    judged = {
        need: {result: int(rng.integers(1, 5)) for result in own} for need, own in shared.items()
    }
    blind = retrain(needs, results, judged, _calibrated_to_nothing())
    assert blind.verdict in (Verdict.NOT_BETTER, Verdict.UNLEARNABLE)
    assert blind.ranker is None


def _calibrated_to_nothing() -> Ranker:
    """Return a ranker that foretells four equally likely levels, which is all there is to know."""
    shipped = Ranker.load()
    rows = [
        [np.log(p / (1 - p)), *[1e-9] * (len(row) - 1)]
        for p, row in zip((0.75, 0.5, 0.25), shipped.coefficients, strict=True)
    ]
    one, two, three = (tuple(row) for row in rows)
    return replace(shipped, coefficients=(one, two, three))


def test_a_ranker_that_orders_worse_is_refused_however_well_it_foretells(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    needs, results, shared = _corpus(3)
    judged = _judged(shared, (7, 8, 9))
    monkeypatch.setattr("matching.retraining.NDCG_SLACK", -2.0)
    done = retrain(needs, results, judged, Ranker.load())
    assert done.interval is not None
    assert done.interval[1] < 0
    assert done.verdict is Verdict.NOT_BETTER


def test_what_is_missing_is_counted() -> None:
    needs, results, shared = _corpus(4)
    few = {need: _judged(shared, (3, 6, 8))[need] for need in ("n0", "n1")}
    with pytest.raises(TooFewError) as told:
        retrain(needs, results, few, Ranker.load())
    shortage = told.value.shortage
    assert shortage.needs == 18
    assert list(shortage.reached) == [2, 3, 4]
    assert shortage.reached[4] >= shortage.reached[3] >= shortage.reached[2] > 0
    with pytest.raises(TooFewError) as nothing:
        retrain(needs, results, {}, Ranker.load())
    assert nothing.value.shortage.needs == 20
    assert set(nothing.value.shortage.missed.values()) == {20}


def test_the_level_that_is_too_rare_is_named() -> None:
    needs, results, shared = _corpus(5)
    judged = _judged(shared, (3, 6, 9))
    strong = [(need, result) for need, own in judged.items() for result in own if own[result] == 4]
    kept = {need: dict(own) for need, own in judged.items()}
    for need, result in strong[20:]:
        kept[need][result] = 3
    with pytest.raises(TooFewError) as told:
        retrain(needs, results, kept, Ranker.load())
    assert told.value.shortage.missed == {}
    assert list(told.value.shortage.reached) == [4]
    assert 0 < told.value.shortage.reached[4] <= 20


def test_judgements_of_texts_that_are_gone_are_left_out() -> None:
    needs, results, shared = _corpus(6)
    judged = _judged(shared, (7, 8, 9))
    judged["n0"]["withdrawn"] = 4
    judged["withdrawn"] = {"n0r0": 1}
    done = retrain(needs, results, judged, Ranker.load())
    assert (done.pairs, done.needs) == (NEEDS * RESULTS_A_NEED, NEEDS)


def test_a_problem_posted_twice_is_one_need() -> None:
    needs, results, shared = _corpus(7)
    judged = _judged(shared, (7, 8, 9))
    needs.append(replace(needs[0], id="again"))
    judged["again"] = {"n1r1": 1}
    assert retrain(needs, results, judged, Ranker.load()).needs == NEEDS
