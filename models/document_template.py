"""Edited templates of the documents that are filled from records."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record, enum_column
from models.project_enums import DocumentKind
from models.user import User


class DocumentTemplate(Record, Base):
    """A template that an administrator put in force; the newest of a kind is.

    The file is kept outside of the database under its `key`. Without one the platform's own
    template is in force again.
    """

    __tablename__ = "document_template"
    __table_args__ = (
        sa.CheckConstraint("(key IS NULL) = (sha256 IS NULL)", name="one_file"),
        sa.Index("ix_document_template_kind", "kind", "id"),
    )

    kind: Mapped[DocumentKind] = mapped_column(enum_column(DocumentKind, "kind"))
    name: Mapped[str] = mapped_column(sa.String(120), default="")
    key: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    sha256: Mapped[str | None] = mapped_column(sa.String(64))
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))

    author: Mapped[User] = relationship()
