"""Which of some published texts fit what somebody typed, by what everybody may read of them."""

from collections.abc import Collection
from typing import TypeVar

from sqlalchemy.orm import Session

from matching import Document, Grade
from matchmaker.matches import corpus
from matchmaker.matches.queries import public_matcher
from models import Need, Result

PostingT = TypeVar("PostingT", Need, Result)

MOST_FITTING = 100


class Fitting:
    """Some published needs or results, to be asked again and again which of them fit.

    They are weighed as the home page weighs a typed text, words by how rare they are among all
    texts. Made once it asks the database no more.
    """

    def __init__(self, session: Session, kind: type[PostingT], ids: Collection[int]) -> None:
        texts = corpus.published_among(session, kind, ids)
        matcher = public_matcher(session).emptied()
        self._needs = kind is Need
        self._matcher = matcher.added(needs=texts) if self._needs else matcher.added(results=texts)

    def ids(self, typed: str) -> list[int]:
        """Return the ids of the texts that fit at least fairly, best first."""
        asked = Document(id="", title=typed)
        search = self._matcher.search_needs if self._needs else self._matcher.search
        ranked = search(asked, MOST_FITTING, reasons=False)
        return [
            int(pair.need_id if self._needs else pair.result_id)
            for pair in ranked
            if pair.grade is not Grade.WEAK
        ]
