"""What the match board can be asked for, and how that is read from the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.permissions import visible
from matchmaker.postings.filters import LONGEST_SEARCH, Choices, clean, one_of
from matchmaker.searching import search_words
from models import (
    Industry,
    Match,
    MatchGrade,
    MatchStatus,
    Need,
    Region,
    Result,
    User,
)

AGES = (7, 21, 30)
"""For how many days a match may be asked to be on the board at least."""
UNASSIGNED = "none"
INTERESTED, UNWANTED = "yes", "no"
SHORTEST_WORD = 2
"""A character alone is in nearly every text: it is looked for beside a longer word only."""

_BY_SCORE = (True, (Match.score, Match.id))
SORTS: dict[str, tuple[bool, tuple[sa.SQLColumnExpression[Any], ...]]] = {
    "score": _BY_SCORE,
    "grade": _BY_SCORE,
    "newest": (True, (Match.created_at, Match.id)),
    "oldest": (False, (Match.created_at, Match.id)),
    "lapsing": (False, (Match.recommended_on, Match.id)),
}
"""By what the board is sorted within a grade, and whether downwards."""


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What the reader asked the board for; None, 0 and "" mean any.

    Industry and region are those of either side, `words` stand in the text of one of them; `text`
    is one of the two itself, of whose matches those in every status are shown where `status` is
    None. `after` is the public id of the row from which the page continues.
    """

    status: MatchStatus | None = MatchStatus.PROPOSED
    words: str = ""
    text: Need | Result | None = field(default=None)
    grade: MatchGrade | None = None
    industry: Industry | None = None
    region: Region | None = None
    broker: User | None = None
    unassigned: bool = False
    interest: str = ""
    days: int = 0
    sort: str = "score"
    after: str = ""

    def chosen(self) -> dict[str, tuple[str, object]]:
        """Return by parameter name what narrows the list: the value in the URL and its meaning."""
        broker = self.broker.public_id if self.broker else ""
        text = self.text.public_id if self.text else ""
        given: dict[str, tuple[str, object]] = {
            "need" if isinstance(self.text, Need) else "result": (text, self.text),
            "q": (self.words, self.words),
            "grade": (self.grade or "", self.grade),
            "industry": (self.industry.code if self.industry else "", self.industry),
            "region": (self.region.code if self.region else "", self.region),
            "broker": (UNASSIGNED if self.unassigned else broker, self.broker),
            "interest": (self.interest, self.interest),
            "days": (str(self.days or ""), self.days),
        }
        return {name: pair for name, pair in given.items() if pair[0]}

    def parameters(self) -> dict[str, str]:
        """Return what stands in the address, without where the page begins."""
        status = {"status": self.status.value} if self.status else {}
        narrowing = {name: value for name, (value, _meaning) in self.chosen().items()}
        sort = {"sort": self.sort} if self.sort != "score" else {}
        return status | narrowing | sort


def read_filter(
    session: Session,
    actor: User,
    args: Mapping[str, str],
    choices: Choices,
    known_brokers: Sequence[User],
) -> BoardFilter:
    """Return what `args` ask for; what cannot be read means any."""
    days, sort, interest = (args.get(name, "") for name in ("days", "sort", "interest"))
    industry, region, broker = (args.get(name, "") for name in ("industry", "region", "broker"))
    text = _text(session, actor, args)
    status = one_of(MatchStatus, args.get("status", ""))
    if text is None and status is None:
        status = MatchStatus.PROPOSED
    if sort == "lapsing" and status is not MatchStatus.RECOMMENDED:
        sort = ""
    return BoardFilter(
        status=status,
        words=_searched(clean(args.get("q", ""))[:LONGEST_SEARCH]),
        text=text,
        grade=one_of(MatchGrade, args.get("grade", "")),
        industry=next((row for row in choices.industries if row.code == industry), None),
        region=next((row for row in choices.regions if row.code == region), None),
        broker=next((row for row in known_brokers if row.public_id == broker), None),
        unassigned=broker == UNASSIGNED,
        interest=interest if interest in (INTERESTED, UNWANTED) else "",
        days=next((age for age in AGES if str(age) == days), 0),
        sort=sort if sort in SORTS else "score",
        after=clean(args.get("after", "")),
    )


def words_of(text: str) -> list[str]:
    """Return the words to look for, as texts are searched, the longest first."""
    return sorted(search_words(text), key=len, reverse=True)


def _searched(text: str) -> str:
    """Return the words typed, "" where none is long enough to be looked for."""
    words = words_of(text)
    return text if words and len(words[0]) >= SHORTEST_WORD else ""


def _text(session: Session, actor: User, args: Mapping[str, str]) -> Need | Result | None:
    """Return the need or the result whose matches are asked for, if the actor sees it."""
    kinds: tuple[tuple[str, type[Need] | type[Result]], ...] = (("need", Need), ("result", Result))
    for name, kind in kinds:
        public_id = clean(args.get(name, ""))
        if public_id:
            found: Need | Result | None = session.scalar(
                visible(actor, kind).where(kind.public_id == public_id)
            )
            if found:
                return found
    return None
