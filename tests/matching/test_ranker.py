"""Probabilities, score and grade rise with the text score; training is honest."""

from pathlib import Path

import numpy as np
import pytest

from matching import Document, Grade, MatchingError, Ranker, train
from matching.ranker import grades, levels, scores

STEPS = np.linspace(0, 1, 1001)


@pytest.mark.parametrize("length", [1, 6, 40, 340, 100_000])
@pytest.mark.parametrize("known", [0.0, 0.3, 0.9])
def test_everything_rises_with_the_text_score_and_with_what_was_learnt(
    length: int, known: float
) -> None:
    ranker = Ranker.load()
    for probabilities in (
        ranker.probabilities(STEPS, length, 0.5 * known, known),
        ranker.probabilities(0.2, length, 4 * STEPS - 2, known),
    ):
        assert (np.diff(probabilities, axis=0) >= 0).all()
        assert (np.diff(scores(probabilities)) > 0).all()
        assert (np.diff(levels(probabilities)) >= 0).all()


def test_a_higher_level_is_never_likelier_and_the_score_stays_within_bounds() -> None:
    probabilities = Ranker.load().probabilities(STEPS, 100)
    assert (np.diff(probabilities, axis=1) <= 0).all()
    assert ((scores(probabilities) >= 0) & (scores(probabilities) <= 1)).all()


def test_strong_means_at_least_as_likely_as_not() -> None:
    probabilities = np.array([[0.9, 0.5, 0.1], [0.9, 0.49, 0.1], [0.3, 0.19, 0.1]])
    assert grades(probabilities) == [Grade.STRONG, Grade.FAIR, Grade.WEAK]


def test_the_shipped_ranker_was_right_on_half_of_its_strong_pairs_or_more() -> None:
    metrics = Ranker.load().metrics
    assert metrics is not None
    for circumstance in ("", "informed_"):
        assert metrics[f"{circumstance}strong_right"] >= 0.5
        assert metrics[f"{circumstance}calibration_error"] <= 0.02


def test_a_saved_ranker_reads_back_equal(tmp_path: Path) -> None:
    ranker = Ranker.load()
    ranker.save(tmp_path / "ranker.json")
    assert Ranker.load(tmp_path / "ranker.json") == ranker


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"features": []}', '{"intercepts": [0, 0, 0], "slopes": [1, 1, 1]}'],
)
def test_a_file_of_another_form_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "ranker.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(MatchingError, match="holds no ranker"):
        Ranker.load(path)


def _judged_corpus() -> tuple[list[Document], list[Document], dict[str, dict[str, int]]]:
    """Return needs whose judged level is, but for noise, the share of their words in a result."""
    rng = np.random.default_rng(5)
    characters = [chr(0x4E00 + i) for i in range(400)]
    needs, results = [], []
    judgements: dict[str, dict[str, int]] = {}
    for n in range(12):
        own = rng.choice(characters, 20, replace=False)
        needs.append(Document(f"n{n}", "".join(own)))
        for r in range(40):
            common = int(rng.integers(0, 20))
            title = [*own[:common], *rng.choice(characters, 20 - common)]
            results.append(Document(f"n{n}r{r}", "".join(title)))
            level = 1 + min(3, max(0, int(common / 5 + rng.normal(0, 0.7))))
            judgements.setdefault(f"n{n}", {})[f"n{n}r{r}"] = level
    return needs, results, judgements


def test_training_learns_what_the_judgements_say() -> None:
    needs, results, judgements = _judged_corpus()
    ranker = train(needs, results, judgements)
    assert ranker.metrics is not None
    assert ranker.metrics["level_accuracy"] > 0.6
    assert ranker.metrics["calibration_error"] < 0.15
    assert ranker == train(needs, results, judgements)


def test_few_judgements_move_a_ranker_less_when_it_is_held_to_another() -> None:
    needs, results, judgements = _judged_corpus()
    shipped = Ranker.load()
    near, free = train(needs, results, judgements, shipped), train(needs, results, judgements)

    def distance(ranker: Ranker) -> float:
        return float(np.abs(np.subtract(ranker.coefficients, shipped.coefficients)).sum())

    assert 0 < distance(near) < distance(free)


def test_training_names_the_data_it_saw() -> None:
    needs, results, judgements = _judged_corpus()
    other = {need: dict(judged) for need, judged in judgements.items()}
    other["n0"]["n0r0"] = 5 - other["n0"]["n0r0"]
    assert train(needs, results, judgements).fingerprint != train(needs, results, other).fingerprint


@pytest.mark.parametrize(
    ("judgements", "message"),
    [
        ({}, "Too few judgements"),
        ({"n0": {"n0r0": 5}}, "Levels must be"),
        ({"n0": {"n0r0": 1}}, "Too few judgements"),
    ],
)
def test_training_refuses_what_cannot_be_learnt_from(
    judgements: dict[str, dict[str, int]], message: str
) -> None:
    needs, results, _ = _judged_corpus()
    with pytest.raises(MatchingError, match=message):
        train(needs, results, judgements)


def test_training_refuses_levels_that_fall_with_likeness() -> None:
    needs, results, judgements = _judged_corpus()
    turned = {n: {r: 5 - level for r, level in judged.items()} for n, judged in judgements.items()}
    with pytest.raises(MatchingError, match="do not rise"):
        train(needs, results, turned)
