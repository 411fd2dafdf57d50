"""What needs and results have in common: who posted them, where, how visible, in what state."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from models.base import Record, enum_column
from models.enums import PostingStatus, Visibility
from models.industry import Industry
from models.organization import Organization
from models.region import Region
from models.user import User


class Posting(Record):
    """A text that an organization offers to the other side.

    `reference` is the poster's own number for it. `search_text` holds what a visitor may read,
    NFKC-normalised and in lower case; the halls search nothing else, and no page reads it.
    `submitted_at` is when the text last reached the bureau, None for one that never did.
    `import_batch_id` is the spreadsheet that it came in. `reviewer_id` is the officer who has its
    review in hand, None for nobody in particular. `reminded_on` is the day, in China, on which the
    poster was last asked whether the text still holds. `returned_texts` is the text as each stage
    of its review last returned it, by the status it had there; only the page of a review reads it.
    Money is in fen.
    """

    title: Mapped[str] = mapped_column(sa.String(200))
    reference: Mapped[str | None] = mapped_column(sa.String(80))
    keywords: Mapped[list[Any]] = mapped_column(default=list)
    public_summary: Mapped[str] = mapped_column(sa.Text, default="")
    search_text: Mapped[str] = mapped_column(
        sa.Text, default="", deferred=True, active_history=True
    )
    returned_texts: Mapped[dict[str, Any]] = mapped_column(
        default=dict, server_default="{}", deferred=True
    )
    valid_until: Mapped[date | None]
    submitted_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    reminded_on: Mapped[date | None]
    visibility: Mapped[Visibility] = mapped_column(
        enum_column(Visibility, "visibility"), default=Visibility.PUBLIC
    )
    status: Mapped[PostingStatus] = mapped_column(
        enum_column(PostingStatus, "status"), default=PostingStatus.DRAFT
    )
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"))
    import_batch_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("import_batch.id"), index=True
    )
    industry_id: Mapped[int | None] = mapped_column(sa.ForeignKey("industry.id"))
    region_id: Mapped[int] = mapped_column(sa.ForeignKey("region.id"))
    reviewer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)

    @declared_attr
    def organization(cls) -> Mapped[Organization]:
        """The organization that posts."""
        return relationship(Organization)

    @declared_attr
    def industry(cls) -> Mapped[Industry | None]:
        """The industry, None while unclassified."""
        return relationship(Industry)

    @declared_attr
    def region(cls) -> Mapped[Region]:
        """The region whose officers review the text."""
        return relationship(Region)

    @declared_attr
    def reviewer(cls) -> Mapped[User | None]:
        """The officer who has the review in hand."""
        return relationship(User, primaryjoin=lambda: User.id == cls.reviewer_id)


def posting_indexes(table: str) -> tuple[sa.Index | sa.UniqueConstraint, ...]:
    """Return the indexes and constraints that the halls and the inboxes need on `table`."""
    return (
        sa.Index(f"ix_{table}_inbox", "status", "submitted_at", "id"),
        sa.Index(f"ix_{table}_expiry", "status", "valid_until"),
        sa.Index(f"ix_{table}_newest", "status", "published_at", "id"),
        sa.Index(f"ix_{table}_industry", "industry_id", "status"),
        sa.Index(f"ix_{table}_region", "region_id", "status"),
        sa.Index(f"ix_{table}_own", "organization_id", "updated_at", "id"),
        sa.Index(f"ix_{table}_changed", "updated_at", "id"),
        sa.Index(f"ix_{table}_title", "visibility", "title", "reference", "id"),
        sa.UniqueConstraint("organization_id", "reference", name=f"uq_{table}_reference"),
    )
