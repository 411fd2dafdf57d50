"""Administrative regions by GB/T 2260 code."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record, enum_column
from models.enums import RegionLevel


class Region(Record, Base):
    """A province, city or county; the code's leading digits name the regions above it."""

    __tablename__ = "region"

    code: Mapped[str] = mapped_column(sa.String(6), unique=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    level: Mapped[RegionLevel] = mapped_column(enum_column(RegionLevel, "level"))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("region.id"), index=True)

    parent: Mapped[Region | None] = relationship(remote_side="Region.id")

    @property
    def subtree_prefix(self) -> str:
        """The digits that every code in this region's subtree begins with (GB/T 2260)."""
        digits = {RegionLevel.PROVINCE: 2, RegionLevel.CITY: 4, RegionLevel.COUNTY: 6}
        return self.code[: digits[self.level]]

    @property
    def codes_upwards(self) -> tuple[str, str, str]:
        """The codes of the region and of those above it (GB/T 2260); one may stand there twice."""
        return self.code, f"{self.code[:4]}00", f"{self.code[:2]}0000"
