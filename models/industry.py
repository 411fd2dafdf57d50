"""Industries in two levels, with the keywords that the matcher reads."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record


class Industry(Record, Base):
    """A strategic or traditional industry, or one sub-domain of it."""

    __tablename__ = "industry"

    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    name_en: Mapped[str] = mapped_column(sa.String(80))
    position: Mapped[int]
    keywords: Mapped[list[Any]] = mapped_column(default=list, deferred=True)  # long, seldom read
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("industry.id"), index=True)

    parent: Mapped[Industry | None] = relationship(remote_side="Industry.id")
