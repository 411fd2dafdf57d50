"""The matcher: one object over needs and results that answers every question of fit."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from matching import pairs
from matching.documents import (
    Document,
    Explanation,
    Grade,
    Judgements,
    MatchingError,
    Ranked,
    Scored,
)
from matching.explain import Described, explain
from matching.feedback import Shift, learn_shift
from matching.pairs import PairTable
from matching.ranker import FLOORS, Floats, Ranker, expected_levels, grades, levels, scores
from matching.sides import Side
from matching.text import load_segmenter
from matching.topk import Progress, best_of, best_pairs, warm_kernel
from matching.vectors import Rows, Vectorizer

Places = NDArray[np.intp]
METHOD = "chargram-1"
NOTHING_SAID = Explanation((), 1.0)
_PAIR_BLOCK = 4096


class Matcher:
    """Needs and results, indexed once and read-only afterwards, so threads may share it.

    Without feedback the order is that of the exact text cosine, equal ones in the order the
    documents came. Raises MatchingError when two documents of a side share an id, or a
    judgement is not a level from 1 to 4.
    """

    def __init__(
        self, needs: Sequence[Document], results: Sequence[Document], ranker: Ranker | None = None
    ) -> None:
        self._ranker = ranker or _shipped_ranker()
        self._vectorizer, rows = Vectorizer.fit([*needs, *results])
        self._needs = Side("need", needs, rows[: len(needs)])
        self._results = Side("result", results, rows[len(needs) :])

    @property
    def version(self) -> str:
        """What the scores came from: the method and the coefficients of its ranker."""
        return f"{METHOD}-{self._ranker.fingerprint[:8]}"

    def match(
        self,
        top: int = 10,
        judgements: Judgements | None = None,
        progress: Progress | None = None,
        threads: int = 2,
        *,
        result_side_from: Grade | None = Grade.WEAK,
    ) -> list[Ranked]:
        """Return each pair among the `top` of its need or of its result, by need, best first.

        A pair that only its result's list holds is left out below the grade `result_side_from`;
        with None all of these are.
        `progress` is called with the number of pairs explained so far and of all pairs.
        """
        of_needs, of_results = best_pairs(self._needs.rows, self._results.rows, top, threads)
        shifts = self._shifts(judgements or {})
        for need, shift in shifts.items():
            text_scores = self._results.products(self._needs.rows[need : need + 1])
            best = best_of(self._shifted_levels(text_scores, shift), top)
            of_needs.indices[need, : len(best)] = best
            of_needs.scores[need, : len(best)] = text_scores[best]
        table = pairs.union(of_needs, of_results)
        probabilities = self._probabilities(table.need, table.result, table.text_score, shifts)
        if shifts:
            pairs.rerank_results(table, scores(probabilities))
        floor = np.inf if result_side_from is None else FLOORS[result_side_from]
        kept = (table.need_rank > 0) | (probabilities[:, 1] >= floor)
        table, probabilities = pairs.chosen(table, kept), probabilities[kept]
        ranked = self._ranked(
            self._needs.described, self._results.described, table, probabilities, progress
        )
        by_need = np.lexsort((table.result, -scores(probabilities), table.need))
        return [ranked[at] for at in by_need.tolist()]

    def search(
        self,
        need: Document,
        top: int = 10,
        judged: Mapping[str, int] | None = None,
        *,
        reasons: bool = True,
    ) -> list[Ranked]:
        """Return the best results for a need, typed or posted; `judged` is level by result id.

        Without `reasons` they are left empty, for callers that explain texts of their own.
        """
        row = self._vectorizer.transform([need])
        text_scores = self._results.products(row)
        shift = self._shift(text_scores, judged or {})
        order = text_scores if shift is None else self._shifted_levels(text_scores, shift)
        best = best_of(order, top)
        table = pairs.of_need(best, text_scores[best].astype(np.float64))
        shifts = {} if shift is None else {0: shift}
        probabilities = self._probabilities(table.need, table.result, table.text_score, shifts)
        asked = Described.of(need, row, 0)
        return self._ranked(
            lambda _: asked, self._results.described, table, probabilities, reasons=reasons
        )

    def search_needs(
        self, result: Document, top: int = 10, *, reasons: bool = True
    ) -> list[Ranked]:
        """Return the best needs for a result, typed or posted; see `search`."""
        row = self._vectorizer.transform([result])
        text_scores = self._needs.products(row)
        best = best_of(text_scores, top)
        table = pairs.of_result(best, text_scores[best].astype(np.float64))
        probabilities = self._ranker.probabilities(table.text_score)
        offered = Described.of(result, row, 0)
        return self._ranked(
            self._needs.described, lambda _: offered, table, probabilities, reasons=reasons
        )

    def score(
        self, wanted: Collection[tuple[str, str]], judgements: Judgements | None = None
    ) -> list[Scored]:
        """Return the scores of pairs of ids, in their order.

        Raises MatchingError for an id that is not in the corpus.
        """
        need = self._needs.places_of(need for need, _ in wanted)
        result = self._results.places_of(result for _, result in wanted)
        text_scores = _pair_cosines(self._needs.rows, self._results.rows, need, result)
        shifts = self._shifts(judgements or {})
        probabilities = self._probabilities(need, result, text_scores, shifts)
        columns = zip(
            wanted,
            text_scores.tolist(),
            scores(probabilities).tolist(),
            probabilities.tolist(),
            levels(probabilities).tolist(),
            grades(probabilities),
            strict=True,
        )
        return [
            Scored(ids[0], ids[1], text, score, (p[0], p[1], p[2]), level, grade)
            for ids, text, score, p, level, grade in columns
        ]

    def explain(self, need: Document, result: Document) -> Explanation:
        """Return why two texts fit, computed from exactly the texts given.

        Pass what the reader may see of a document, and nothing else can show through.
        """
        return self.explain_pairs([(need, result)])[0]

    def explain_pairs(self, wanted: Sequence[tuple[Document, Document]]) -> list[Explanation]:
        """Return why the texts of each pair of need and result fit; see `explain`."""
        documents = list(dict.fromkeys(document for pair in wanted for document in pair))
        rows = self._vectorizer.transform(documents)
        described = {
            document: Described.of(document, rows, at) for at, document in enumerate(documents)
        }
        return [
            explain(
                self._vectorizer,
                described[need],
                described[result],
                described[need].cosine(described[result]),
            )
            for need, result in wanted
        ]

    def _ranked(
        self,
        need_at: Callable[[int], Described],
        result_at: Callable[[int], Described],
        table: PairTable,
        probabilities: Floats,
        progress: Progress | None = None,
        *,
        reasons: bool = True,
    ) -> list[Ranked]:
        """Return the pairs of a table, in its order, with score, grade and reasons.

        They are explained result by result, so that each result is cut into words once.
        """
        score = scores(probabilities)
        grade = grades(probabilities)
        found: dict[int, Ranked] = {}
        by_result = np.lexsort((table.need, table.result)).tolist()
        for done, at in enumerate(by_result, start=1):
            need, result = need_at(table.need[at]), result_at(table.result[at])
            why = NOTHING_SAID
            if reasons:
                why = explain(self._vectorizer, need, result, float(table.text_score[at]))
            found[at] = Ranked(
                need.document.id,
                result.document.id,
                float(score[at]),
                grade[at],
                why.reasons,
                int(table.need_rank[at]) or None,
                int(table.result_rank[at]) or None,
            )
            if progress:
                progress(done, len(by_result))
        return [found[at] for at in range(len(found))]

    def _shifts(self, judgements: Judgements) -> dict[int, Shift]:
        """Return what was learnt for each judged need; a repost shares in it."""
        shifts = {}
        for place, judged in self._needs.shared_judgements(judgements).items():
            shift = self._shift(self._results.products(self._needs.rows[place : place + 1]), judged)
            if shift is not None:
                shifts[place] = shift
        return shifts

    def _shift(self, text_scores: NDArray[np.float32], judged: Mapping[str, int]) -> Shift | None:
        """Learn from judgements of one need, given its text scores over all results."""
        known = [result for result in judged if result in self._results.places]
        if not known:
            return None
        places = self._results.places_of(known)
        given = np.array([judged[result] for result in known], np.float64)
        if not ((given >= 1) & (given <= 4)).all():
            raise MatchingError("Levels must be from 1 (none) to 4 (strong).")
        expected = expected_levels(self._ranker.probabilities(text_scores[places]))
        return learn_shift(self._results.rows[places], given - expected)

    def _shifted_levels(self, text_scores: NDArray[np.float32], shift: Shift) -> Floats:
        """Return the expected level of every result for one need after feedback."""
        expected = expected_levels(self._ranker.probabilities(text_scores))
        return expected + shift.common + self._results.products(shift.direction)

    def _probabilities(
        self, need: Places, result: Places, text_scores: Floats, shifts: Mapping[int, Shift]
    ) -> Floats:
        """Return P(level ≥ 2, 3, 4) of pairs, moved by what was learnt of their needs."""
        probabilities = self._ranker.probabilities(text_scores)
        order = np.argsort(need, kind="stable")
        for place, shift in shifts.items():
            at = order[slice(*np.searchsorted(need[order], [place, place + 1]))]
            expected = expected_levels(probabilities[at]) + shift.of(self._results.rows[result[at]])
            probabilities[at] = self._ranker.probabilities_at(expected)
        return probabilities


def _pair_cosines(needs: Rows, results: Rows, need: Places, result: Places) -> Floats:
    """Return the cosine of need[i] with result[i], a block at a time."""
    found = np.zeros(len(need))
    for start in range(0, len(need), _PAIR_BLOCK):
        part = slice(start, start + _PAIR_BLOCK)
        found[part] = needs[need[part]].multiply(results[result[part]]).sum(axis=1)
    return found


@cache
def _shipped_ranker() -> Ranker:
    return Ranker.load()


def warm() -> None:
    """Load what the first call would wait for: jieba's dictionary and the compiled kernel."""
    load_segmenter()
    warm_kernel()
