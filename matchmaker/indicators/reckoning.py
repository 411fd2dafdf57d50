"""The counter of one year and region as its page, its export and its printed list show it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from matchmaker.indicators import snapshots, targets
from matchmaker.indicators.counter import Count, Entry, Standing
from matchmaker.indicators.counting import count, recount
from matchmaker.indicators.gauge import Gauge
from matchmaker.permissions import visible
from models import KeyDesignation, Project, Region, RegionLevel, Snapshot, User

_BELOW = {RegionLevel.PROVINCE: 4, RegionLevel.CITY: 6}
"""How many digits of a code name the region one level below (GB/T 2260)."""


@dataclass(frozen=True, slots=True)
class Row:
    """An entry with its records; `same_as` is the project that counts instead of this one."""

    entry: Entry
    designation: KeyDesignation
    project: Project
    same_as: Project | None


@dataclass(frozen=True, slots=True)
class Part:
    """What a region below has on each list; `share` is its part of the most counted, in percent."""

    region: Region
    numbers: Mapping[Standing, int]
    share: int


@dataclass(frozen=True, slots=True)
class Frozen:
    """A frozen year: whether it is what was frozen, and which entries would differ today."""

    snapshot: Snapshot
    genuine: bool
    gone: Sequence[Mapping[str, Any]]
    new: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The counter of a year and region; `recounted` is the figure that the status changes give.

    `numbers` says how many entries are on each list, which may be more than there are rows.
    """

    gauge: Gauge
    numbers: Mapping[Standing, int]
    rows: Sequence[Row]
    parts: Sequence[Part]
    recounted: int
    agrees: bool
    frozen: Frozen | None

    def on(self, standing: Standing) -> list[Row]:
        """Return the rows of one list."""
        return [row for row in self.rows if row.entry.standing is standing]


def reckon(
    session: Session, actor: User, year: int, regions: Sequence[Region], most: int | None = None
) -> Reckoning:
    """Return the counter of a year for the first of `regions`; the others are those below it.

    With `most` no more rows than this come of each list.
    """
    region = regions[0]
    found, again = count(session, year, region), recount(session, year, region)
    return Reckoning(
        gauge=Gauge(year, region, found.counted, targets.target_of(region.code, year)),
        numbers=Counter(entry.standing for entry in found.entries),
        rows=_rows(session, [one for standing in Standing for one in found.on(standing)[:most]]),
        parts=_parts(found, regions),
        recounted=again.counted,
        agrees=again == found,
        frozen=_frozen(session, actor, found, region),
    )


def _rows(session: Session, entries: Sequence[Entry]) -> list[Row]:
    listed = {entry.fact.designation_id for entry in entries}
    designations = {
        each.id: each
        for each in session.scalars(
            sa.select(KeyDesignation)
            .where(KeyDesignation.id.in_(listed))
            .options(joinedload(KeyDesignation.project).joinedload(Project.region))
        )
    }
    alike = {entry.same_as for entry in entries if entry.same_as}
    others = {
        each.id: each for each in session.scalars(sa.select(Project).where(Project.id.in_(alike)))
    }
    return [
        Row(
            entry,
            designations[entry.fact.designation_id],
            designations[entry.fact.designation_id].project,
            others[entry.same_as] if entry.same_as else None,
        )
        for entry in entries
    ]


def _parts(found: Count, regions: Sequence[Region]) -> list[Part]:
    """Return the counter by the regions one level below; none below a county."""
    digits = _BELOW.get(regions[0].level)
    if digits is None:
        return []
    numbers = Counter((entry.fact.region[:digits], entry.standing) for entry in found.entries)
    below = [region for region in regions if region.parent_id == regions[0].id]
    counted = {each: numbers[each.code[:digits], Standing.COUNTED] for each in below}
    most = max(counted.values(), default=0) or 1
    return [
        Part(
            each,
            {standing: numbers[each.code[:digits], standing] for standing in Standing},
            100 * counted[each] // most,
        )
        for each in below
    ]


def _frozen(session: Session, actor: User, found: Count, region: Region) -> Frozen | None:
    own = (Snapshot.year == found.year, Snapshot.region_id == region.id)
    snapshot = session.scalar(
        visible(actor, Snapshot).where(*own).options(joinedload(Snapshot.author))
    )
    if snapshot is None:
        return None
    then = snapshot.content["entries"]
    today = snapshots.content_of(session, found, region)["entries"]
    return Frozen(
        snapshot,
        snapshots.is_genuine(snapshot),
        gone=[entry for entry in then if entry not in today],
        new=[entry for entry in today if entry not in then],
    )
