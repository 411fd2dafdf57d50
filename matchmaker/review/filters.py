"""What the inbox can be asked for, and how that is read from the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from matchmaker.postings.filters import LONGEST_SEARCH, Choices, clean, read_common
from models import Industry, Need, Region, Result, Revision

KINDS: dict[str, type[Need | Result | Revision]] = {
    "need": Need,
    "result": Result,
    "revision": Revision,
}
"""What is reviewed, by the name that addresses use."""


def choice(kind: str, public_id: str, version: int) -> str:
    """Return the value that stands in a form for a text as its page shows it."""
    return f"{kind}:{public_id}:{version}"


MINE, NOBODY = "mine", "nobody"
"""Who has a text in hand: the reader, or nobody in particular."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row after which a page begins."""

    since: datetime
    kind: str
    public_id: str

    def __str__(self) -> str:
        return f"{self.since.isoformat()}~{self.kind}~{self.public_id}"


@dataclass(frozen=True, slots=True)
class InboxFilter:
    """What the reader asked the inbox for; None and "" mean any."""

    words: str = ""
    kind: str = ""
    industry: Industry | None = None
    region: Region | None = None
    organization: str = ""
    reviewer: str = ""
    overdue: bool = False
    after: Cursor | None = None

    def chosen(self) -> dict[str, tuple[str, object]]:
        """Return by parameter name what narrows the list: the value in the URL and its meaning."""
        chosen: dict[str, tuple[str, object]] = {}
        if self.words:
            chosen["q"] = (self.words, self.words)
        if self.kind:
            chosen["kind"] = (self.kind, KINDS[self.kind])
        if self.industry:
            chosen["industry"] = (self.industry.code, self.industry)
        if self.region:
            chosen["region"] = (self.region.code, self.region)
        if self.organization:
            chosen["organization"] = (self.organization, self.organization)
        if self.reviewer:
            chosen["reviewer"] = (self.reviewer, self.reviewer)
        if self.overdue:
            chosen["overdue"] = ("1", self.overdue)
        return chosen


def read(args: Mapping[str, str], choices: Choices) -> InboxFilter:
    """Return what `args` asks for; what cannot be read means any."""
    common = read_common(args, choices, ())
    kind, reviewer = args.get("kind", ""), args.get("reviewer", "")
    return InboxFilter(
        words=common["words"],
        kind=kind if kind in KINDS else "",
        industry=common["industry"],
        region=common["region"],
        organization=clean(args.get("organization", ""))[:LONGEST_SEARCH],
        reviewer=reviewer if reviewer in (MINE, NOBODY) else "",
        overdue=args.get("overdue") == "1",
        after=_cursor(args.get("after", "")),
    )


def _cursor(text: str) -> Cursor | None:
    parts = clean(text).split("~")
    if len(parts) != 3 or parts[1] not in KINDS:
        return None
    try:
        since = datetime.fromisoformat(parts[0])
    except ValueError:
        return None
    return Cursor(since, parts[1], parts[2]) if since.tzinfo else None
