"""The plain data that goes into the matcher and comes out of it; no arithmetic."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Field = Literal["title", "body", "keywords"]
Span = tuple[Field, int, int]
Judgements = Mapping[str, Mapping[str, int]]
"""Level 1 (none) to 4 (strong) by need id, then result id."""

FIELDS: tuple[Field, ...] = ("title", "keywords", "body")


class MatchingError(ValueError):
    """Input the matcher cannot work with; the message says which and why."""


class Grade(StrEnum):
    """How sure the matcher is of a pair, in words."""

    STRONG = "strong"
    FAIR = "fair"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class Document:
    """One need or one result as text. `industry` is a code and takes no part in the text score."""

    id: str
    title: str
    body: str = ""
    keywords: tuple[str, ...] = ()
    industry: str = ""

    @property
    def length(self) -> int:
        """The characters of all fields together."""
        return sum(len(self.text(field)) for field in FIELDS)

    def text(self, field: Field) -> str:
        """Return a field as written; keywords are joined by one space, and spans count in that."""
        if field == "title":
            return self.title
        return self.body if field == "body" else " ".join(self.keywords)


@dataclass(frozen=True, slots=True)
class Reason:
    """One whole word both texts share.

    `term` is the word in normalised form and `share` its part of the text score (0..1).
    Spans are (field, start, end) in characters of the original field text.
    """

    term: str
    share: float
    need_spans: tuple[Span, ...]
    result_spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class SharedTopic:
    """One topic of the lexicon both texts speak of; `share` is its part of the text score."""

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a pair scores: the shares of reasons, topics and the remainder add up to 1.

    The remainder is what boilerplate, single characters and words cut differently contribute.
    It is 1 when nothing can be named, and the whole is empty (0) when the text score is 0.
    """

    reasons: tuple[Reason, ...]
    topics: tuple[SharedTopic, ...]
    remainder: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """A proposed pair. A rank is the 1-based place in that side's list, None outside its top."""

    need_id: str
    result_id: str
    score: float
    grade: Grade
    reasons: tuple[Reason, ...]
    topics: tuple[SharedTopic, ...]
    need_rank: int | None
    result_rank: int | None


@dataclass(frozen=True, slots=True)
class Scored:
    """A scored pair: text cosine, score (0..1), probabilities of level ≥ 2, ≥ 3, ≥ 4 and level."""

    need_id: str
    result_id: str
    text_score: float
    score: float
    probabilities: tuple[float, float, float]
    level: int
    grade: Grade
