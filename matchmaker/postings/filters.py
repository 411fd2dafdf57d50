"""What a hall can be asked for, and how that is read from the address."""

import unicodedata
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from models import CooperationMode, Industry, PostingStatus, Region, RegionLevel

CodedT = TypeVar("CodedT", Industry, Region)
EnumT = TypeVar("EnumT", bound=StrEnum)

LONGEST_SEARCH = 100
STATUSES = (
    PostingStatus.PUBLISHED,
    PostingStatus.FULFILLED,
    PostingStatus.SUSPENDED,
    PostingStatus.EXPIRED,
    PostingStatus.WITHDRAWN,
)
"""What a hall may list: postings that have been published at some time."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The industries and regions a filter offers, in the order they are shown."""

    industries: Sequence[Industry]
    regions: Sequence[Region]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins or ends: the public ids of the rows between which pages were turned."""

    after: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class OwnFilter(Place):
    """What the reader asked their organization's own texts for; None and "" mean any."""

    words: str = ""
    status: PostingStatus | None = None


@dataclass(frozen=True, slots=True)
class HallFilter(Place):
    """What the reader asked a hall for; None and "" mean any."""

    words: str = ""
    industry: Industry | None = None
    region: Region | None = None
    mode: CooperationMode | None = None
    status: PostingStatus = PostingStatus.PUBLISHED
    invited: bool = False
    sort: str = "newest"

    def chosen(self) -> dict[str, tuple[str, object]]:
        """Return by parameter name what narrows the list: the value in the URL and its meaning."""
        chosen: dict[str, tuple[str, object]] = {}
        if self.words:
            chosen["q"] = (self.words, self.words)
        if self.industry:
            chosen["industry"] = (self.industry.code, self.industry)
        if self.region:
            chosen["region"] = (self.region.code, self.region)
        if self.mode:
            chosen["mode"] = (self.mode.value, self.mode)
        if self.status is not PostingStatus.PUBLISHED:
            chosen["status"] = (self.status.value, self.status)
        if self.invited:
            chosen["invited"] = ("1", self.invited)
        return chosen

    def parameters(self) -> dict[str, str]:
        """Return what narrows the list by parameter name, as it stands in the address."""
        return {name: value for name, (value, _meaning) in self.chosen().items()}


def load_choices(session: Session) -> Choices:
    """Return the industries, each followed by its sub-domains, and all regions from above."""
    industries = session.scalars(sa.select(Industry).order_by(Industry.position, Industry.id)).all()
    within = defaultdict[int | None, list[Industry]](list)
    for industry in industries:
        within[industry.parent_id].append(industry)
    branches = [row for parent in within[None] for row in (parent, *within[parent.id])]
    regions = session.scalars(sa.select(Region).order_by(Region.code)).all()
    with_cities = {region.parent_id for region in regions}
    home_first = sorted(
        regions, key=lambda row: row.level is RegionLevel.PROVINCE and row.id not in with_cities
    )
    return Choices(branches, home_first)


def read_common(args: Mapping[str, str], choices: Choices, sorts: Container[str]) -> dict[str, Any]:
    """Return the fields of `HallFilter` that `args` asks for; what cannot be read means any."""
    status = one_of(PostingStatus, args.get("status", ""))
    sort = args.get("sort", "")
    return {
        "words": clean(args.get("q", ""))[:LONGEST_SEARCH],
        "industry": _by_code(choices.industries, args.get("industry", "")),
        "region": _by_code(choices.regions, args.get("region", "")),
        "mode": one_of(CooperationMode, args.get("mode", "")),
        "status": status if status in STATUSES else PostingStatus.PUBLISHED,
        "invited": args.get("invited") == "1",
        "sort": sort if sort in sorts else "newest",
        "after": clean(args.get("after", "")),
        "before": clean(args.get("before", "")),
    }


def one_of(kind: type[EnumT], value: str) -> EnumT | None:
    """Return the member of `kind` with that value, None if there is none."""
    return next((member for member in kind if member.value == value), None)


def clean(text: str) -> str:
    """Return `text` without control characters (PostgreSQL refuses NUL) and outer blanks."""
    kept = (" " if unicodedata.category(char) == "Cc" else char for char in text)
    return "".join(kept).strip()


def _by_code(rows: Sequence[CodedT], code: str) -> CodedT | None:
    return next((row for row in rows if row.code == code), None)
