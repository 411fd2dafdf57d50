"""The matcher: one object over needs and results that answers every question of fit."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from copy import copy
from functools import cache
from pathlib import Path
from typing import Self, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import vstack

from matching import pairs, store
from matching.documents import (
    Document,
    Explanation,
    Grade,
    Judgements,
    MatchingError,
    Ranked,
    Scored,
)
from matching.duplicates import NearDuplicate, NearDuplicates
from matching.explain import Described, explain
from matching.feedback import Shift, learn_shift
from matching.index import pair_products, warm_kernel
from matching.pairs import PairTable
from matching.ranker import FLOORS, Floats, Ranker, expected_levels, grades, levels, scores
from matching.sides import Side
from matching.text import load_cutter
from matching.topics import lexicon_version
from matching.topk import Progress
from matching.vectors import Rows, Vectorizer

Places = NDArray[np.intp]
METHOD = f"chargram-topic-2-{lexicon_version()}"
"""Changes whenever the rows of texts do; an index saved by another method is built anew."""
NOTHING_SAID = Explanation((), (), 1.0)
CANDIDATES = 200
"""Results scored in full for a judged need: as many by the text as by what was learnt."""


class Matcher:
    """Needs and results, indexed and read-only, so threads may share it.

    `added` and `without` return another matcher, which shares the index of this one; vocabulary
    and weights of terms stay as they are until `merged` learns them anew. `state` is what the
    caller noted when the matcher was saved.

    Without feedback a need's results are in the order of the exact product of their rows, equal
    ones in the order the documents came; a result's needs are in the order of the score. Raises
    MatchingError when two documents of a side share an id, or a judgement is not a level from
    1 to 4.
    """

    def __init__(
        self, needs: Sequence[Document], results: Sequence[Document], ranker: Ranker | None = None
    ) -> None:
        self.state = ""
        self._ranker = ranker or _shipped_ranker()
        self._vectorizer, rows = Vectorizer.fit([*needs, *results])
        self._needs = Side.of("need", needs, rows[: len(needs)])
        self._results = Side.of("result", results, rows[len(needs) :])

    @classmethod
    def open(cls, folder: Path, ranker: Ranker | None = None) -> Self:
        """Return the matcher that `save` wrote, its arrays mapped from the files.

        Raises UnusableIndexError where there is none, or it is damaged or of another version.
        """
        facts, tables = store.read(folder, METHOD)
        matcher = cls([], [], ranker)
        matcher.state = facts["state"]
        vectorizer = Vectorizer.from_tables(tables["terms"], int(facts["documents"]))
        matcher._vectorizer = vectorizer
        matcher._needs = Side.from_tables("need", tables["needs"], vectorizer.width)
        matcher._results = Side.from_tables("result", tables["results"], vectorizer.width)
        return matcher

    def save(self, folder: Path, state: str = "") -> None:
        """Write the matcher, all but its ranker, in place of the one in the folder.

        A reader opens the old one or the new one, never a part, whenever the writer is stopped.
        """
        tables = {
            "terms": self._vectorizer.tables(),
            "needs": self._needs.settled().tables(),
            "results": self._results.settled().tables(),
        }
        facts = {"documents": self._vectorizer.documents, "state": state}
        store.write(folder, METHOD, facts, tables)

    @property
    def size(self) -> int:
        """The number of needs and results."""
        return len(self._needs) + len(self._results)

    @property
    def changed(self) -> int:
        """The number of texts added or removed since the index was built."""
        return self._needs.changed + self._results.changed

    def added(self, needs: Sequence[Document] = (), results: Sequence[Document] = ()) -> "Matcher":
        """Return a matcher with more texts, behind the present ones.

        Raises MatchingError when an id is there already.
        """
        return self._with(
            self._needs.plus(needs, self._vectorizer.transform(needs)),
            self._results.plus(results, self._vectorizer.transform(results)),
        )

    def without(self, need_ids: Iterable[str] = (), result_ids: Iterable[str] = ()) -> "Matcher":
        """Return a matcher with some texts removed; raises MatchingError for an unknown id."""
        return self._with(self._needs.minus(need_ids), self._results.minus(result_ids))

    def emptied(self) -> "Matcher":
        """Return a matcher over no text that weighs words as this one does; see `added`."""
        none = self._vectorizer.transform([])
        return self._with(Side.of("need", (), none), Side.of("result", (), none))

    def with_ranker(self, ranker: Ranker) -> "Matcher":
        """Return the same texts with another ranker."""
        matcher = copy(self)
        vars(matcher).update(_ranker=ranker)
        return matcher

    def merged(self) -> "Matcher":
        """Return a matcher built anew from the texts there are."""
        return Matcher(tuple(self._needs), tuple(self._results), self._ranker)

    def has_need(self, id_: str) -> bool:
        """Return whether a need with this id is there."""
        return self._needs.place(id_) is not None

    def has_result(self, id_: str) -> bool:
        """Return whether a result with this id is there."""
        return self._results.place(id_) is not None

    def _with(self, needs: Side, results: Side) -> "Matcher":
        matcher = copy(self)
        vars(matcher).update(_needs=needs, _results=results)
        return matcher

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
        if self.changed:
            settled = self._with(self._needs.settled(), self._results.settled())
            return settled.match(
                top, judgements, progress, threads, result_side_from=result_side_from
            )
        of_needs = self._results.best(self._needs.base.rows, top, threads)
        of_results = self._needs.best(self._results.base.rows, top, threads)
        shifts = self._shifts(judgements or {})
        for need, shift in shifts.items():
            row, length = self._needs.base.rows[[need]], self._needs.texts.lengths[need]
            best, text_scores = self._best_told(row, float(length), shift, top)
            of_needs.indices[need, : len(best)] = best
            of_needs.scores[need, : len(best)] = text_scores
        table = pairs.union(of_needs, of_results)
        probabilities = self._probabilities(table.need, table.result, table.text_score, shifts)
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
        shift = self._shift(row, need.length, judged or {})
        if shift is None:
            best, text_scores = self._results.best(row, top).of(0)
        else:
            best, text_scores = self._best_told(row, need.length, shift, top)
        table = pairs.of_need(best, text_scores)
        told = () if shift is None else shift.of(self._results.rows_at(best))
        probabilities = self._ranker.probabilities(table.text_score, need.length, *told)
        asked = Described.of(need, row, 0)
        return self._ranked(
            lambda _: asked, self._results.described, table, probabilities, reasons=reasons
        )

    def search_needs(
        self, result: Document, top: int = 10, *, reasons: bool = True
    ) -> list[Ranked]:
        """Return the best needs for a result, typed or posted; see `search`."""
        row = self._vectorizer.transform([result])
        best, text_scores = self._needs.best(row, top).of(0)
        probabilities = self._ranker.probabilities(text_scores, self._needs.lengths_at(best))
        order = np.argsort(-scores(probabilities), kind="stable")
        table = pairs.of_result(best[order], text_scores[order])
        probabilities = probabilities[order]
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
        text_scores = pair_products(self._needs.rows_at, self._results.rows_at, need, result)
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

    def needs_like(self, need: Document) -> tuple[NearDuplicate, ...]:
        """Return the needs that say the same as a need, typed or posted, likest first."""
        return self._needs.like(need, self._vectorizer)

    def results_like(self, result: Document) -> tuple[NearDuplicate, ...]:
        """Return the results that say the same as a result, typed or posted, likest first."""
        return self._results.like(result, self._vectorizer)

    def alike(self, document: Document, others: Sequence[Document]) -> tuple[NearDuplicate, ...]:
        """Return which of some other texts say the same as a document, likest first."""
        if not others:
            return ()
        rows = self._vectorizer.transform(others)
        return NearDuplicates(self._vectorizer, others, rows).of(document)

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
                why.topics,
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
            length = self._needs.document(place).length
            shift = self._shift(self._needs.rows_at(np.array([place])), length, judged)
            if shift is not None:
                shifts[place] = shift
        return shifts

    def _shift(self, row: Rows, length: float, judged: Mapping[str, int]) -> Shift | None:
        """Learn from judgements of one need, given its row and length."""
        known = [result for result in judged if self._results.place(result) is not None]
        if not known:
            return None
        places = self._results.places_of(known)
        text_scores = self._results.products(row, places)
        given = np.array([judged[result] for result in known], np.float64)
        if not ((given >= 1) & (given <= 4)).all():
            raise MatchingError("Levels must be from 1 (none) to 4 (strong).")
        expected = expected_levels(self._ranker.probabilities(text_scores, length))
        return learn_shift(self._results.rows_at(places), given - expected)

    def _best_told(self, row: Rows, length: float, shift: Shift, top: int) -> tuple[Places, Floats]:
        """Return places and text scores of the best results for a need after feedback.

        Scored in full are the best by the text and the best by what was found to fit.
        """
        asked = cast("Rows", vstack([row, shift.attraction], format="csr"))
        places = self._results.candidates(asked, max(top, CANDIDATES))
        text_scores = self._results.products(row, places).astype(np.float64)
        told = shift.of(self._results.rows_at(places))
        order = np.argsort(
            -scores(self._ranker.probabilities(text_scores, length, *told)), kind="stable"
        )[:top]
        return places[order], text_scores[order]

    def _probabilities(
        self, need: Places, result: Places, text_scores: Floats, shifts: Mapping[int, Shift]
    ) -> Floats:
        """Return P(level ≥ 2, 3, 4) of pairs, moved by what was learnt of their needs."""
        moved, known = np.zeros(len(need)), np.zeros(len(need))
        order = np.argsort(need, kind="stable")
        for place, shift in shifts.items():
            at = order[slice(*np.searchsorted(need[order], [place, place + 1]))]
            moved[at], known[at] = shift.of(self._results.rows_at(result[at]))
        lengths = self._needs.lengths_at(need)
        return self._ranker.probabilities(text_scores, lengths, moved, known)


@cache
def _shipped_ranker() -> Ranker:
    return Ranker.load()


def warm() -> None:
    """Load what the first call would wait for: dictionary, lexicon, tables, compiled kernel."""
    load_cutter()
    Vectorizer.fit([Document("", "")])
    warm_kernel()
