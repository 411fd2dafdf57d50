"""The figure of key projects against its target; nothing here names a project."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from matchmaker.clock import today
from matchmaker.grants import Permission, granted
from matchmaker.indicators import counting, targets
from matchmaker.indicators.counter import count_toward_year
from matchmaker.indicators.targets import Target
from models import Region, User

FULL = 100


@dataclass(frozen=True, slots=True)
class Gauge:
    """How many projects of a region count in a year, and how many were to."""

    year: int
    region: Region
    counted: int
    target: Target | None

    @property
    def percent(self) -> int:
        """How much of the target is reached, from 0 to 100; 0 without a target."""
        if self.target is None:
            return 0
        return min(FULL, FULL * self.counted // self.target.figure)


def of_this_year(session: Session, actor: User | None) -> list[Gauge]:
    """Return the gauges of the regions with a target and, for bureau staff, of their own."""
    year = today().year
    codes = [target.region for target in targets.in_force(year)]
    if actor and actor.region and Permission.INDICATOR_READ in granted(actor):
        codes.append(actor.region.code)
    regions = session.scalars(
        sa.select(Region).where(Region.code.in_(codes)).order_by(Region.code)
    ).all()
    told = counting.facts(session)
    return [
        Gauge(
            year,
            region,
            count_toward_year(told, year, region.subtree_prefix).counted,
            targets.target_of(region.code, year),
        )
        for region in regions
    ]
