"""Attachments: files of the text of a need or a result, of a part of a project, or of a claim."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Record
from models.need import Need
from models.result import Result
from models.revision import Revision


class Attachment(Record, Base):
    """A file, kept outside of the database under its `key`, a posting's once it was saved or sent.

    Before that it is part of what somebody types into the form `typed_form_id`. `attached` says
    whether it belongs to the posting's text now; `revision_id` names the change that asked last
    for it to be. The row of a file that was thrown away stays, with `deleted_at`.

    A file of a project or a claim was typed into no form: from the first it belongs to the
    project's part `subject_kind` `subject_id`, such as a payment, or proves the item `evidence` of
    the checklist of the claim's policy.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        sa.CheckConstraint("need_id IS NULL OR result_id IS NULL", name="one_subject"),
        sa.CheckConstraint(
            "NOT attached OR need_id IS NOT NULL OR result_id IS NOT NULL"
            " OR project_id IS NOT NULL OR claim_id IS NOT NULL",
            name="attached_to",
        ),
        sa.CheckConstraint(
            "(typed_form_id IS NULL) = (project_id IS NOT NULL OR claim_id IS NOT NULL)",
            name="origin",
        ),
        sa.CheckConstraint("project_id IS NULL OR claim_id IS NULL", name="one_record"),
        sa.CheckConstraint("(project_id IS NULL) = (subject_id IS NULL)", name="project_part"),
        sa.CheckConstraint("claim_id IS NULL OR evidence <> ''", name="claim_item"),
    )

    organization_id: Mapped[int] = mapped_column(sa.ForeignKey("organization.id"), index=True)
    uploaded_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    typed_form_id: Mapped[int | None] = mapped_column(sa.ForeignKey("typed_form.id"), index=True)
    need_id: Mapped[int | None] = mapped_column(sa.ForeignKey("need.id"), index=True)
    result_id: Mapped[int | None] = mapped_column(sa.ForeignKey("result.id"), index=True)
    revision_id: Mapped[int | None] = mapped_column(sa.ForeignKey("revision.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("project.id"), index=True)
    subject_kind: Mapped[str] = mapped_column(sa.String(40), default="")
    subject_id: Mapped[int | None]
    claim_id: Mapped[int | None] = mapped_column(sa.ForeignKey("claim.id"), index=True)
    evidence: Mapped[str] = mapped_column(sa.String(40), default="")
    attached: Mapped[bool] = mapped_column(default=False)
    name: Mapped[str] = mapped_column(sa.String(120))
    media_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    key: Mapped[str] = mapped_column(sa.String(40), unique=True)
    deleted_at: Mapped[datetime | None]

    @property
    def title(self) -> str:
        """The name with size and fingerprint, by which two files of one name are told apart."""
        return f"{self.name} ({self.size:,} B, {self.sha256[:8]})"

    need: Mapped[Need | None] = relationship(viewonly=True)
    result: Mapped[Result | None] = relationship(viewonly=True)
    revision: Mapped[Revision | None] = relationship(viewonly=True)
