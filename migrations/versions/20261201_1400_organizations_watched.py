"""Who imposed and who lifted an integrity restriction; organizations by their state."""

import sqlalchemy as sa
from alembic import op

revision = "a4d27e91b053"
down_revision = "f1b8d3a6c274"
branch_labels = None
depends_on = None

BY = ("imposed_by_id", "lifted_by_id")


def upgrade() -> None:
    with op.batch_alter_table("integrity_restriction") as batch:
        for column in BY:
            batch.add_column(sa.Column(column, sa.Integer(), nullable=True))
            name = op.f(f"fk_integrity_restriction_{column}")
            batch.create_foreign_key(name, "user", [column], ["id"])
        batch.add_column(sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_organization_status", "organization", ["status", "id"])


def downgrade() -> None:
    """Let what was lifted end on the day of that; what had not begun by then goes."""
    op.drop_index("ix_organization_status", table_name="organization")
    restriction = sa.table(
        "integrity_restriction",
        sa.column("starts_on", sa.Date()),
        sa.column("ends_on", sa.Date()),
        sa.column("lifted_at", sa.DateTime(timezone=True)),
    )
    on = sa.func.date(restriction.c.lifted_at)
    op.execute(sa.delete(restriction).where(restriction.c.starts_on > on))
    op.execute(
        sa.update(restriction).where(restriction.c.lifted_at.is_not(None)).values(ends_on=on)
    )
    with op.batch_alter_table("integrity_restriction") as batch:
        batch.drop_column("lifted_at")
        for column in BY:
            batch.drop_constraint(op.f(f"fk_integrity_restriction_{column}"), type_="foreignkey")
            batch.drop_column(column)
