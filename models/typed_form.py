"""Forms that somebody is filling in: what was typed and has not been saved."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Record


class TypedForm(Record, Base):
    """What one user has typed into one form of a need or a result.

    `public_id` is the key that the form carries; `subject_id` is the posting that the form edits
    or has become. `fields` holds the values as typed by field name, right or wrong. A form that
    was `saved` takes no more: its fields are empty.
    """

    __tablename__ = "typed_form"
    __table_args__ = (sa.Index("ix_typed_form_user", "user_id", "subject_kind", "subject_id"),)

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    subject_kind: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int | None]
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    saved: Mapped[bool] = mapped_column(default=False)
