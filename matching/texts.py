"""Documents as a few flat arrays, to be kept in files and read one by one; no meaning, no rows."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from itertools import accumulate
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from matching.documents import Document, MatchingError

_NAMES = tuple(field.name for field in fields(Document))


@dataclass(frozen=True, slots=True)
class Lookup:
    """Where some keys stand: the hashes of the keys, ascending, and their places."""

    hashes: NDArray[np.uint64]
    places: NDArray[np.int32]

    @classmethod
    def of(cls, keys: Iterable[str]) -> Self:
        """Note the places of some keys, in their order."""
        hashes = np.fromiter(map(_hash, keys), np.uint64)
        order = np.argsort(hashes, kind="stable")
        return cls(hashes[order], order.astype(np.int32))

    def candidates(self, key: str) -> list[int]:
        """Return the places, ascending, that may hold a key: all those that do, hardly others."""
        wanted = np.uint64(_hash(key))
        first = np.searchsorted(self.hashes, wanted)
        last = np.searchsorted(self.hashes, wanted, side="right")
        found: list[int] = self.places[first:last].tolist()
        return found


@dataclass(frozen=True, slots=True)
class Texts:
    """Documents in their order, read-only.

    Document i is the JSON of its fields in `blob[ends[i]:ends[i + 1]]`; `lengths` are in
    characters.
    """

    blob: NDArray[np.uint8]
    ends: NDArray[np.int64]
    lengths: NDArray[np.int32]
    ids: Lookup
    wordings: Lookup

    @classmethod
    def of(cls, kind: str, documents: Iterable[Document]) -> Self:
        """Pack documents of a kind; raises MatchingError when two of them share an id."""
        kept = tuple(documents)
        parts = [_packed(document) for document in kept]
        texts = cls(
            np.frombuffer(b"".join(parts), np.uint8),
            np.fromiter(accumulate(map(len, parts), initial=0), np.int64),
            np.fromiter((document.length for document in kept), np.int32),
            Lookup.of(document.id for document in kept),
            Lookup.of(map(_wording, kept)),
        )
        same = np.flatnonzero(texts.ids.hashes[1:] == texts.ids.hashes[:-1])
        for place in texts.ids.places[same].tolist():
            if len(texts._holders(kept[place].id)) > 1:
                twice = kept[place].id
                raise MatchingError(f"Two {kind}s have the id {twice!r}; ids must be unique.")
        return texts

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, place: int) -> Document:
        text = self.blob[self.ends[place] : self.ends[place + 1]].tobytes()
        values: list[Any] = json.loads(text.decode("utf-8", "surrogatepass"))
        return Document(*map(_frozen, values))

    def __iter__(self) -> Iterator[Document]:
        return map(self.__getitem__, range(len(self)))

    def place(self, id_: str) -> int | None:
        """Return the place of a document, None where it is not here."""
        return next(iter(self._holders(id_)), None)

    def twins(self, document: Document) -> list[int]:
        """Return the places of the documents that have exactly the same text."""
        wording = _wording(document)
        return [at for at in self.wordings.candidates(wording) if _wording(self[at]) == wording]

    def tables(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name; see `from_tables`."""
        return {
            "blob": self.blob,
            "ends": self.ends,
            "lengths": self.lengths,
            "id_hashes": self.ids.hashes,
            "id_places": self.ids.places,
            "wording_hashes": self.wordings.hashes,
            "wording_places": self.wordings.places,
        }

    @classmethod
    def from_tables(cls, tables: Mapping[str, NDArray[Any]]) -> Self:
        """Return the documents whose arrays these are."""
        return cls(
            tables["blob"],
            tables["ends"],
            tables["lengths"],
            Lookup(tables["id_hashes"], tables["id_places"]),
            Lookup(tables["wording_hashes"], tables["wording_places"]),
        )

    def _holders(self, id_: str) -> list[int]:
        return [at for at in self.ids.candidates(id_) if self[at].id == id_]


def _packed(document: Document) -> bytes:
    values = [getattr(document, name) for name in _NAMES]
    return json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _wording(document: Document) -> str:
    return repr((document.title, document.body, document.keywords))


def _hash(key: str) -> int:
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")
