"""The lives of postings and matches: revisions, restrictions, projects, notifications."""

import sqlalchemy as sa
from alembic import op

revision = "2d8e5b9c41f7"
down_revision = "6f1c2b7d9a40"
branch_labels = None
depends_on = None

POSTINGS = ("need", "result")
OLD_STATUS = (
    "draft",
    "submitted",
    "returned",
    "published",
    "suspended",
    "fulfilled",
    "expired",
    "withdrawn",
)
NEW_STATUS = (*OLD_STATUS, "internal_review", "rejected")
OPEN = sa.text("status IN ('draft', 'internal_review', 'submitted', 'returned')")


def upgrade() -> None:
    for table in POSTINGS:
        _change_posting(table)
    _change_match()
    _create_restriction()
    _create_revision()
    _create_project()
    _create_notification()


def downgrade() -> None:
    for table in ("notification", "project", "revision", "integrity_restriction"):
        op.drop_table(table)
    with op.batch_alter_table("match") as batch:
        batch.drop_index("ix_match_waiting")
        batch.drop_index(op.f("ix_match_broker_id"))
        batch.drop_constraint(op.f("fk_match_broker_id"), type_="foreignkey")
        batch.drop_constraint(op.f("fk_match_recommended_by_id"), type_="foreignkey")
        for column in ("broker_id", "recommended_by_id", "recommended_on", "reminders_sent"):
            batch.drop_column(column)
    for table in POSTINGS:
        _restore_posting(table)


def _change_posting(table: str) -> None:
    with op.batch_alter_table(table) as batch:
        batch.add_column(sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("author_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f(f"fk_{table}_author_id"), "user", ["author_id"], ["id"])
        batch.drop_constraint(op.f(f"ck_{table}_status"), type_="check")
        batch.create_check_constraint(op.f(f"ck_{table}_status"), _one_of("status", NEW_STATUS))
        batch.create_index(f"ix_{table}_inbox", ["status", "submitted_at", "id"])
        batch.create_index(f"ix_{table}_expiry", ["status", "valid_until"])


def _restore_posting(table: str) -> None:
    """Bring the table back; what is in a state that is no more becomes a draft."""
    postings = sa.table(table, sa.column("status"))
    op.execute(postings.update().where(postings.c.status.not_in(OLD_STATUS)).values(status="draft"))
    with op.batch_alter_table(table) as batch:
        batch.drop_index(f"ix_{table}_expiry")
        batch.drop_index(f"ix_{table}_inbox")
        batch.drop_constraint(op.f(f"ck_{table}_status"), type_="check")
        batch.create_check_constraint(op.f(f"ck_{table}_status"), _one_of("status", OLD_STATUS))
        batch.drop_constraint(op.f(f"fk_{table}_author_id"), type_="foreignkey")
        batch.drop_column("author_id")
        batch.drop_column("submitted_at")


def _change_match() -> None:
    with op.batch_alter_table("match") as batch:
        batch.add_column(sa.Column("broker_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("recommended_by_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("recommended_on", sa.Date(), nullable=True))
        batch.add_column(
            sa.Column("reminders_sent", sa.Integer(), nullable=False, server_default="0")
        )
        batch.create_foreign_key(op.f("fk_match_broker_id"), "user", ["broker_id"], ["id"])
        batch.create_foreign_key(
            op.f("fk_match_recommended_by_id"), "user", ["recommended_by_id"], ["id"]
        )
        batch.create_index(op.f("ix_match_broker_id"), ["broker_id"])
        batch.create_index("ix_match_waiting", ["status", "recommended_on"])
    with op.batch_alter_table("match") as batch:
        batch.alter_column("reminders_sent", server_default=None)


def _create_restriction() -> None:
    op.create_table(
        "integrity_restriction",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("ground", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("source_document", sa.String(length=200), nullable=False),
        *_record("integrity_restriction"),
        sa.CheckConstraint(
            "starts_on <= ends_on", name=op.f("ck_integrity_restriction_term_order")
        ),
        *_foreign_keys("integrity_restriction", organization_id="organization"),
    )
    _index("integrity_restriction", "organization_id")


def _create_revision() -> None:
    op.create_table(
        "revision",
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("result_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        _enum(
            "status", "draft", "internal_review", "submitted", "returned", "approved", "withdrawn"
        ),
        *_record("revision"),
        sa.CheckConstraint(
            "(need_id IS NULL) <> (result_id IS NULL)", name=op.f("ck_revision_one_subject")
        ),
        *_foreign_keys("revision", need_id="need", result_id="result", author_id="user"),
    )
    op.create_index("ix_revision_inbox", "revision", ["status", "id"])
    for column in ("need_id", "result_id"):
        _index("revision", column)
        op.create_index(
            f"uq_revision_open_{column}",
            "revision",
            [column],
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )


def _create_project() -> None:
    op.create_table(
        "project",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        _enum("origin", "match", "manual", "event", "challenge"),
        _enum("stage", "lead", "matchmaking", "tracking", "incentive", "completed", "terminated"),
        sa.Column("match_id", sa.Integer(), nullable=True),
        sa.Column("need_id", sa.Integer(), nullable=True),
        sa.Column("result_id", sa.Integer(), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("broker_id", sa.Integer(), nullable=True),
        *_record("project"),
        sa.UniqueConstraint("code", name=op.f("uq_project_code")),
        sa.UniqueConstraint("match_id", name=op.f("uq_project_match_id")),
        *_foreign_keys(
            "project",
            match_id="match",
            need_id="need",
            result_id="result",
            region_id="region",
            officer_id="user",
            broker_id="user",
        ),
    )
    op.create_index("ix_project_board", "project", ["region_id", "stage", "id"])
    for column in ("need_id", "result_id", "broker_id"):
        _index("project", column)


def _create_notification() -> None:
    op.create_table(
        "notification",
        sa.Column("user_id", sa.Integer(), nullable=False),
        _enum("kind", "review", "match", "message", "reminder", "subscription"),
        _enum(
            "event",
            "posting_to_endorse",
            "posting_submitted",
            "posting_returned",
            "posting_rejected",
            "posting_published",
            "posting_suspended",
            "posting_resumed",
            "posting_expired",
            "revision_to_endorse",
            "revision_submitted",
            "revision_returned",
            "revision_approved",
            "match_assigned",
            "match_recommended",
            "match_consented",
            "match_agreed",
            "match_declined",
            "match_lapsed",
            "match_closed",
            "match_unanswered",
        ),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        *_record("notification"),
        *_foreign_keys("notification", user_id="user"),
    )
    op.create_index("ix_notification_unread", "notification", ["user_id", "read_at", "id"])
    op.create_index("ix_notification_subject", "notification", ["subject_kind", "subject_id"])


def _record(table: str) -> list[sa.schema.SchemaItem]:
    """Return the columns and keys that every record has."""
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
    ]


def _foreign_keys(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]


def _index(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _enum(column: str, *words: str) -> sa.Column[str]:
    kind = sa.Enum(*words, name=column, native_enum=False, create_constraint=True, length=24)
    return sa.Column(column, kind, nullable=False)


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"
