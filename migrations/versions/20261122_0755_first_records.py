"""First records."""

import sqlalchemy as sa
from alembic import op

revision = "acc61fcd90ee"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "industry",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["industry.id"], name=op.f("fk_industry_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_industry")),
        sa.UniqueConstraint("code", name=op.f("uq_industry_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_industry_public_id")),
    )
    op.create_index(op.f("ix_industry_parent_id"), "industry", ["parent_id"], unique=False)
    op.create_table(
        "job",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "queued",
                "running",
                "done",
                "failed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("public_id", name=op.f("uq_job_public_id")),
    )
    op.create_index("ix_job_kind", "job", ["kind", "id"], unique=False)
    op.create_table(
        "outbox_message",
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "waiting",
                "sent",
                "failed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("public_id", name=op.f("uq_outbox_message_public_id")),
    )
    op.create_index("ix_outbox_message_due", "outbox_message", ["status", "due_at"], unique=False)
    op.create_table(
        "region",
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "province",
                "city",
                "county",
                name="level",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["region.id"], name=op.f("fk_region_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region")),
        sa.UniqueConstraint("code", name=op.f("uq_region_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_region_public_id")),
    )
    op.create_index(op.f("ix_region_parent_id"), "region", ["parent_id"], unique=False)
    op.create_table(
        "organization",
        sa.Column(
            "kind",
            sa.Enum(
                "government",
                "enterprise",
                "university",
                "institute",
                "finance",
                "service",
                "adopter",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("tiers", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "approved",
                "suspended",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("requires_internal_review", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["region_id"], ["region.id"], name=op.f("fk_organization_region_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
        sa.UniqueConstraint("public_id", name=op.f("uq_organization_public_id")),
        sa.UniqueConstraint("uscc", name=op.f("uq_organization_uscc")),
    )
    op.create_index(op.f("ix_organization_region_id"), "organization", ["region_id"], unique=False)
    op.create_table(
        "import_batch",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sheet", sa.String(length=120), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_import_batch_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
        sa.UniqueConstraint("public_id", name=op.f("uq_import_batch_public_id")),
    )
    op.create_index(
        op.f("ix_import_batch_organization_id"), "import_batch", ["organization_id"], unique=False
    )
    op.create_index(op.f("ix_import_batch_sha256"), "import_batch", ["sha256"], unique=False)
    op.create_table(
        "need",
        sa.Column(
            "kind",
            sa.Enum(
                "technology",
                "service",
                "finance",
                "talent",
                "scenario",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("background", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("tried", sa.Text(), nullable=False),
        sa.Column("budget_min", sa.BigInteger(), nullable=True),
        sa.Column("budget_max", sa.BigInteger(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("chain_link", sa.String(length=60), nullable=False),
        sa.Column("contact", sa.JSON(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=True),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("public_summary", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "visibility",
            sa.Enum(
                "public",
                "masked",
                "invited",
                name="visibility",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "published",
                "suspended",
                "fulfilled",
                "expired",
                "withdrawn",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("industry_id", sa.Integer(), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("budget_min <= budget_max", name=op.f("ck_need_budget_order")),
        sa.ForeignKeyConstraint(["industry_id"], ["industry.id"], name=op.f("fk_need_industry_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_need_organization_id")
        ),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_need_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
        sa.UniqueConstraint("organization_id", "reference", name="uq_need_reference"),
        sa.UniqueConstraint("public_id", name=op.f("uq_need_public_id")),
    )
    op.create_index("ix_need_budget", "need", ["status", "budget_max", "id"], unique=False)
    op.create_index("ix_need_deadline", "need", ["status", "deadline", "id"], unique=False)
    op.create_index("ix_need_industry", "need", ["industry_id", "status"], unique=False)
    op.create_index("ix_need_newest", "need", ["status", "published_at", "id"], unique=False)
    op.create_index("ix_need_region", "need", ["region_id", "status"], unique=False)
    op.create_table(
        "organization_industry",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("industry_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["industry_id"], ["industry.id"], name=op.f("fk_organization_industry_industry_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organization.id"],
            name=op.f("fk_organization_industry_organization_id"),
        ),
        sa.PrimaryKeyConstraint(
            "organization_id", "industry_id", name=op.f("pk_organization_industry")
        ),
    )
    op.create_index(
        op.f("ix_organization_industry_industry_id"),
        "organization_industry",
        ["industry_id"],
        unique=False,
    )
    op.create_table(
        "result",
        sa.Column("abstract", sa.Text(), nullable=False),
        sa.Column("problem_solved", sa.Text(), nullable=False),
        sa.Column("advantage", sa.Text(), nullable=False),
        sa.Column("applications", sa.Text(), nullable=False),
        sa.Column("trl", sa.Integer(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "lab",
                "bench",
                "pilot",
                "industrial",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column(
            "attribute",
            sa.Enum(
                "basic",
                "applied",
                "soft",
                name="attribute",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("registration_no", sa.String(length=12), nullable=True),
        sa.Column("asking_price", sa.BigInteger(), nullable=True),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("contact", sa.JSON(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=True),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("public_summary", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "visibility",
            sa.Enum(
                "public",
                "masked",
                "invited",
                name="visibility",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "returned",
                "published",
                "suspended",
                "fulfilled",
                "expired",
                "withdrawn",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("industry_id", sa.Integer(), nullable=True),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("trl BETWEEN 1 AND 9", name=op.f("ck_result_trl_range")),
        sa.ForeignKeyConstraint(
            ["industry_id"], ["industry.id"], name=op.f("fk_result_industry_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_result_organization_id")
        ),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_result_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result")),
        sa.UniqueConstraint("organization_id", "reference", name="uq_result_reference"),
        sa.UniqueConstraint("public_id", name=op.f("uq_result_public_id")),
        sa.UniqueConstraint("registration_no", name=op.f("uq_result_registration_no")),
    )
    op.create_index("ix_result_industry", "result", ["industry_id", "status"], unique=False)
    op.create_index("ix_result_newest", "result", ["status", "published_at", "id"], unique=False)
    op.create_index("ix_result_region", "result", ["region_id", "status"], unique=False)
    op.create_index("ix_result_trl", "result", ["status", "trl", "id"], unique=False)
    op.create_table(
        "user",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("session_key", sa.String(length=16), nullable=False),
        sa.Column("second_factor_secret", sa.String(length=64), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_user_organization_id")
        ),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_user_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
        sa.UniqueConstraint("public_id", name=op.f("uq_user_public_id")),
        sa.UniqueConstraint("session_key", name=op.f("uq_user_session_key")),
    )
    op.create_index(op.f("ix_user_organization_id"), "user", ["organization_id"], unique=False)
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_audit_entry_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("digest", name=op.f("uq_audit_entry_digest")),
        sa.UniqueConstraint("previous", name=op.f("uq_audit_entry_previous")),
    )
    op.create_index(op.f("ix_audit_entry_actor_id"), "audit_entry", ["actor_id"], unique=False)
    op.create_index(
        "ix_audit_entry_subject", "audit_entry", ["subject_kind", "subject_id", "id"], unique=False
    )
    op.create_table(
        "match",
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column(
            "grade",
            sa.Enum(
                "strong",
                "fair",
                "weak",
                name="grade",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("need_rank", sa.Integer(), nullable=True),
        sa.Column("result_rank", sa.Integer(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("engine_version", sa.String(length=40), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "proposed",
                "recommended",
                "agreed",
                "declined",
                "lapsed",
                "dismissed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 1", name=op.f("ck_match_score_range")),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_match_need_id")),
        sa.ForeignKeyConstraint(["result_id"], ["result.id"], name=op.f("fk_match_result_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match")),
        sa.UniqueConstraint("need_id", "result_id", name=op.f("uq_match_need_id_result_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_match_public_id")),
    )
    op.create_index("ix_match_board", "match", ["status", "score", "id"], unique=False)
    op.create_index("ix_match_need_score", "match", ["need_id", "score"], unique=False)
    op.create_index("ix_match_result_score", "match", ["result_id", "score"], unique=False)
    op.create_table(
        "need_metric",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("current", sa.String(length=80), nullable=False),
        sa.Column("target", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=30), nullable=False),
        sa.Column("test_method", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_need_metric_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_metric")),
    )
    op.create_index(op.f("ix_need_metric_need_id"), "need_metric", ["need_id"], unique=False)
    op.create_table(
        "need_mode",
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "commission",
                "joint",
                "transfer",
                "licence",
                "consulting",
                "service",
                "co_build",
                name="mode",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_need_mode_need_id")),
        sa.PrimaryKeyConstraint("need_id", "mode", name=op.f("pk_need_mode")),
    )
    op.create_index(op.f("ix_need_mode_mode"), "need_mode", ["mode"], unique=False)
    op.create_table(
        "result_mode",
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "commission",
                "joint",
                "transfer",
                "licence",
                "consulting",
                "service",
                "co_build",
                name="mode",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["result_id"], ["result.id"], name=op.f("fk_result_mode_result_id")
        ),
        sa.PrimaryKeyConstraint("result_id", "mode", name=op.f("pk_result_mode")),
    )
    op.create_index(op.f("ix_result_mode_mode"), "result_mode", ["mode"], unique=False)
    op.create_table(
        "result_property",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "invention",
                "utility",
                "design",
                "software",
                "variety",
                "secret",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "granted",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["result_id"], ["result.id"], name=op.f("fk_result_property_result_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_property")),
    )
    op.create_index(
        op.f("ix_result_property_result_id"), "result_property", ["result_id"], unique=False
    )
    op.create_table(
        "status_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=24), nullable=True),
        sa.Column("target", sa.String(length=24), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_status_change_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_status_change")),
    )
    op.create_index(
        "ix_status_change_at", "status_change", ["subject_kind", "target", "at"], unique=False
    )
    op.create_index("ix_status_change_kind", "status_change", ["subject_kind", "id"], unique=False)
    op.create_index(
        "ix_status_change_subject",
        "status_change",
        ["subject_kind", "subject_id", "id"],
        unique=False,
    )
    op.create_table(
        "user_role",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "member",
                "manager",
                "broker",
                "officer",
                "director",
                "admin",
                "auditor",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_user_role_user_id")),
        sa.PrimaryKeyConstraint("user_id", "role", name=op.f("pk_user_role")),
    )
    op.create_table(
        "match_consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column(
            "side",
            sa.Enum(
                "need", "result", name="side", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column(
            "decision",
            sa.Enum(
                "agreed",
                "declined",
                name="decision",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "too_early",
                "unclear_advantage",
                "metrics_unmet",
                "price",
                "solved_otherwise",
                "irrelevant",
                "unclear_text",
                "other",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["match_id"], ["match.id"], name=op.f("fk_match_consent_match_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_match_consent_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_consent")),
        sa.UniqueConstraint("match_id", "side", name=op.f("uq_match_consent_match_id_side")),
    )


def downgrade() -> None:
    op.drop_table("match_consent")
    op.drop_table("user_role")
    op.drop_index("ix_status_change_kind", table_name="status_change")
    op.drop_index("ix_status_change_subject", table_name="status_change")
    op.drop_index("ix_status_change_at", table_name="status_change")
    op.drop_table("status_change")
    op.drop_index(op.f("ix_result_property_result_id"), table_name="result_property")
    op.drop_table("result_property")
    op.drop_index(op.f("ix_result_mode_mode"), table_name="result_mode")
    op.drop_table("result_mode")
    op.drop_index(op.f("ix_need_mode_mode"), table_name="need_mode")
    op.drop_table("need_mode")
    op.drop_index(op.f("ix_need_metric_need_id"), table_name="need_metric")
    op.drop_table("need_metric")
    op.drop_index("ix_match_result_score", table_name="match")
    op.drop_index("ix_match_need_score", table_name="match")
    op.drop_index("ix_match_board", table_name="match")
    op.drop_table("match")
    op.drop_index("ix_audit_entry_subject", table_name="audit_entry")
    op.drop_index(op.f("ix_audit_entry_actor_id"), table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_index(op.f("ix_user_organization_id"), table_name="user")
    op.drop_table("user")
    op.drop_index("ix_result_trl", table_name="result")
    op.drop_index("ix_result_region", table_name="result")
    op.drop_index("ix_result_newest", table_name="result")
    op.drop_index("ix_result_industry", table_name="result")
    op.drop_table("result")
    op.drop_index(op.f("ix_organization_industry_industry_id"), table_name="organization_industry")
    op.drop_table("organization_industry")
    op.drop_index("ix_need_region", table_name="need")
    op.drop_index("ix_need_newest", table_name="need")
    op.drop_index("ix_need_industry", table_name="need")
    op.drop_index("ix_need_deadline", table_name="need")
    op.drop_index("ix_need_budget", table_name="need")
    op.drop_table("need")
    op.drop_index(op.f("ix_import_batch_sha256"), table_name="import_batch")
    op.drop_index(op.f("ix_import_batch_organization_id"), table_name="import_batch")
    op.drop_table("import_batch")
    op.drop_index(op.f("ix_organization_region_id"), table_name="organization")
    op.drop_table("organization")
    op.drop_index(op.f("ix_region_parent_id"), table_name="region")
    op.drop_table("region")
    op.drop_index("ix_outbox_message_due", table_name="outbox_message")
    op.drop_table("outbox_message")
    op.drop_index("ix_job_kind", table_name="job")
    op.drop_table("job")
    op.drop_index(op.f("ix_industry_parent_id"), table_name="industry")
    op.drop_table("industry")
