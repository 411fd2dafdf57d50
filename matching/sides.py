"""One side of a matching, the needs or the results: documents, their rows and their places."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from matching.documents import Document, Judgements, MatchingError
from matching.duplicates import NearDuplicate, NearDuplicates
from matching.explain import Described
from matching.index import Index, best_of_table, products
from matching.texts import Texts
from matching.topk import Best
from matching.vectors import Rows, Vectorizer

Places = NDArray[np.intp]


@dataclass(frozen=True)
class Side:
    """An indexed base, what was added to it since, and what of it was removed; read-only.

    Places count through the base, removed documents too, and on through the added ones.
    `removed` are places of the base, ascending. `compared` is what near-duplicates of the base
    are found by, made when it is first asked for and shared by all sides with this base.
    """

    kind: str
    base: Index
    texts: Texts
    added_rows: Rows
    added_texts: Texts
    removed: NDArray[np.int64]
    compared: list[NearDuplicates] = field(default_factory=list, compare=False)

    @classmethod
    def of(cls, kind: str, documents: Iterable[Document], rows: Rows) -> Self:
        """Index documents and their rows, which stand in the same order.

        Raises MatchingError when two documents share an id.
        """
        return cls._settled(kind, Index.of(rows), Texts.of(kind, documents))

    @classmethod
    def from_tables(cls, kind: str, tables: Mapping[str, NDArray[Any]], width: int) -> Self:
        """Return the side whose arrays these are; `width` is the number of columns."""
        return cls._settled(kind, Index.from_tables(tables, width), Texts.from_tables(tables))

    @classmethod
    def _settled(cls, kind: str, base: Index, texts: Texts) -> Self:
        none = cast("Rows", csr_array((0, base.rows.shape[1]), dtype=np.float32))
        return cls(kind, base, texts, none, Texts.of(kind, ()), np.empty(0, np.int64))

    @property
    def changed(self) -> int:
        """The number of documents added or removed since the base was indexed."""
        return len(self.added_texts) + len(self.removed)

    def __len__(self) -> int:
        return len(self.texts) - len(self.removed) + len(self.added_texts)

    def tables(self) -> dict[str, NDArray[Any]]:
        """Return the arrays of the base by name; see `from_tables`."""
        return self.base.tables() | self.texts.tables()

    def plus(self, documents: Sequence[Document], rows: Rows) -> Self:
        """Return the side with more documents; raises MatchingError for an id it has already."""
        for document in documents:
            if self.place(document.id) is not None:
                raise MatchingError(f"There is a {self.kind} with the id {document.id!r} already.")
        texts = Texts.of(self.kind, [*self.added_texts, *documents])
        table = cast("Rows", vstack([self.added_rows, rows], format="csr"))
        return replace(self, added_rows=table, added_texts=texts)

    def minus(self, ids: Iterable[str]) -> Self:
        """Return the side without some documents; raises MatchingError for an unknown id."""
        places = self.places_of(ids)
        kept = np.setdiff1d(np.arange(len(self.added_texts)), places - len(self.texts))
        return replace(
            self,
            added_rows=self.added_rows[kept],
            added_texts=Texts.of(self.kind, [self.added_texts[at] for at in kept.tolist()]),
            removed=np.union1d(self.removed, places[places < len(self.texts)]).astype(np.int64),
        )

    def settled(self) -> Self:
        """Return the same documents and rows with nothing added and nothing removed."""
        if not self.changed:
            return self
        rows = self.rows_at(self._living)
        return self._settled(self.kind, Index.of(rows), Texts.of(self.kind, self))

    def __iter__(self) -> Iterator[Document]:
        yield from (text for place, text in enumerate(self.texts) if place not in self._gone)
        yield from self.added_texts

    def place(self, id_: str) -> int | None:
        """Return the place of a document, None where it is not here."""
        added = self.added_texts.place(id_)
        if added is not None:
            return len(self.texts) + added
        place = self.texts.place(id_)
        return None if place is None or place in self._gone else place

    def places_of(self, ids: Iterable[str]) -> Places:
        """Return the places of some ids; raises MatchingError for one that is not here."""
        return np.array([self._known_place(id_) for id_ in ids], dtype=np.intp)

    def document(self, place: int) -> Document:
        """Return the document at a place."""
        base = len(self.texts)
        return self.texts[place] if place < base else self.added_texts[place - base]

    def lengths_at(self, places: Places) -> NDArray[np.float64]:
        """Return the lengths of some documents in characters."""
        base = len(self.texts)
        lengths = np.empty(len(places))
        old = places < base
        lengths[old] = self.texts.lengths[places[old]]
        lengths[~old] = self.added_texts.lengths[places[~old] - base]
        return lengths

    def rows_at(self, places: Places) -> Rows:
        """Return the rows of some documents, in the order of the places."""
        old = places < len(self.texts)
        if old.all():
            return self.base.rows[places]
        parts = [self.base.rows[places[old]], self.added_rows[places[~old] - len(self.texts)]]
        both = cast("Rows", vstack(parts, format="csr"))
        return both[np.argsort(np.argsort(~old, kind="stable"))]

    def products(self, row: Rows, places: Places) -> NDArray[np.float32]:
        """Return the products of one row with the documents at some places; see `Index.best`."""
        found: NDArray[np.float32] = products(row, self.rows_at(places))[0]
        return found

    def best(self, asked: Rows, k: int, threads: int = 1) -> Best:
        """Return the places of the k best documents for each asked row; see `Index.best`."""
        best = self.base.best(asked, k, without=self.removed, threads=threads)
        if not len(self.added_texts):
            return best
        return best.merged(best_of_table(asked, self.added_rows, k).moved(len(self.texts)))

    def candidates(self, asked: Rows, k: int) -> Places:
        """Return the places of the k best documents for any asked row, ascending; of few, all."""
        if len(self) <= asked.shape[0] * k:
            return self._living
        found = self.best(asked, k).indices
        return np.unique(found[found >= 0]).astype(np.intp)

    def described(self, place: int) -> Described:
        """Return one document with its row."""
        base = len(self.texts)
        if place < base:
            return Described.of(self.texts[place], self.base.rows, place)
        return Described.of(self.added_texts[place - base], self.added_rows, place - base)

    def like(self, document: Document, vectorizer: Vectorizer) -> tuple[NearDuplicate, ...]:
        """Return the documents that say the same as this one; see `NearDuplicates.of`."""
        if not self.compared:
            self.compared.append(NearDuplicates(vectorizer, self.texts, self.base.rows))
        found = [same for same in self.compared[0].of(document) if self._in_base(same.id)]
        if len(self.added_texts):
            found += NearDuplicates(vectorizer, self.added_texts, self.added_rows).of(document)
        return tuple(sorted(found, key=lambda same: (-same.likeness, same.id)))

    def shared_judgements(self, judgements: Judgements) -> dict[int, Mapping[str, int]]:
        """Return judgements by place, shared among documents with the same text.

        The same problem posted twice has been judged twice; its own judgement goes first.
        """
        found: dict[int, Mapping[str, int]] = {}
        for id_ in judgements:
            place = self.place(id_)
            if place is None or place in found:
                continue
            twins = {at: self.document(at).id for at in self._twins(self.document(place))}
            shared: dict[str, int] = {}
            for twin in twins.values():
                shared.update(judgements.get(twin, {}))
            for at, twin in twins.items():
                found[at] = {**shared, **judgements.get(twin, {})}
        return {place: found[place] for place in sorted(found) if found[place]}

    def _twins(self, document: Document) -> list[int]:
        base = len(self.texts)
        old = [place for place in self.texts.twins(document) if place not in self._gone]
        return [*old, *(base + place for place in self.added_texts.twins(document))]

    def _in_base(self, id_: str) -> bool:
        """Return whether a document is still the one that was indexed."""
        place = self.place(id_)
        return place is not None and place < len(self.texts)

    @property
    def _living(self) -> Places:
        return np.setdiff1d(np.arange(len(self.texts) + len(self.added_texts)), self.removed)

    @cached_property
    def _gone(self) -> frozenset[int]:
        return frozenset(self.removed.tolist())

    def _known_place(self, id_: str) -> int:
        place = self.place(id_)
        if place is None:
            raise MatchingError(f"There is no {self.kind} with the id {id_!r}.")
        return place
