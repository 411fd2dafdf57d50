"""One side of a matching, the needs or the results: documents, their rows and their places."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from matching.documents import Document, Judgements, MatchingError
from matching.explain import Described
from matching.vectors import Rows

Places = NDArray[np.intp]


class Side:
    """Documents and their rows, in the same order, read-only.

    Raises MatchingError when two documents share an id.
    """

    def __init__(self, kind: str, documents: Sequence[Document], rows: Rows) -> None:
        self.documents, self.rows = tuple(documents), rows
        self.places = {document.id: place for place, document in enumerate(self.documents)}
        if len(self.places) < len(self.documents):
            counts = Counter(document.id for document in self.documents)
            twice = counts.most_common(1)[0][0]
            raise MatchingError(f"Two {kind}s have the id {twice!r}; ids must be unique.")
        self._kind = kind
        self._postings = rows.T.tocsr()

    def places_of(self, ids: Iterable[str]) -> Places:
        """Return the places of some ids; raises MatchingError for one that is not here."""
        try:
            return np.array([self.places[id_] for id_ in ids], dtype=np.intp)
        except KeyError as error:
            unknown = error.args[0]
            raise MatchingError(f"There is no {self._kind} with the id {unknown!r}.") from error

    def products(self, row: Rows) -> NDArray[np.float32]:
        """Return the product of one row with each document's; for unit rows, the cosine."""
        product: NDArray[np.float32] = (row @ self._postings).toarray()[0]
        return product

    def described(self, place: int) -> Described:
        """Return one document with its row."""
        return Described.of(self.documents[place], self.rows, place)

    def shared_judgements(self, judgements: Judgements) -> dict[int, Mapping[str, int]]:
        """Return judgements by place, shared among documents with the same text.

        The same problem posted twice has been judged twice; its own judgement goes first.
        """
        by_text: dict[tuple[object, ...], dict[str, int]] = {}
        for document in self.documents:
            by_text.setdefault(_text(document), {}).update(judgements.get(document.id, {}))
        return {
            place: {**shared, **judgements.get(document.id, {})}
            for place, document in enumerate(self.documents)
            if (shared := by_text[_text(document)])
        }


def _text(document: Document) -> tuple[str, str, tuple[str, ...]]:
    return document.title, document.body, document.keywords
