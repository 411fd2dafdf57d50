"""Projects, second half of the trail: contracts, tracking, key projects, incentives."""

import sqlalchemy as sa
from alembic import op

revision = "7c2e94d1b6a3"
down_revision = "3b96e2c8d751"
branch_labels = None
depends_on = None

OLD_EVENTS = (
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
    "matches_proposed",
    "search_found",
    "message_written",
    "posting_invited",
    "posting_expiring",
    "review_assigned",
)
NEW_EVENTS = (
    "project_opened",
    "project_advanced",
    "project_terminated",
    "project_issue_raised",
    "report_due",
    "report_overdue",
    "order_issued",
    "order_answered",
    "order_returned",
    "order_closed",
    "order_climbed",
    "key_nominated",
    "key_reserved",
    "key_designated",
    "key_removal_proposed",
    "key_removed",
    "claim_estimated",
    "claim_drafted",
    "claim_submitted",
    "claim_returned",
    "claim_rejected",
    "claim_reviewed",
    "claim_on_notice",
    "notice_ended",
    "claim_approved",
    "claim_paid",
    "claim_clawed_back",
)
OLD_NOTICES = ("review", "match", "message", "reminder", "subscription")
NEW_NOTICES = ("project", "claim")
TABLES = (
    "project_party",
    "contract",
    "contract_version",
    "payment",
    "milestone",
    "progress_report",
    "project_issue",
    "supervision_order",
    "acceptance",
    "key_designation",
    "snapshot",
    "policy",
    "policy_version",
    "budget",
    "claim",
    "public_notice",
    "objection",
)


def upgrade() -> None:
    _change_project()
    _allow(OLD_EVENTS + NEW_EVENTS, OLD_NOTICES + NEW_NOTICES)
    _create_project_party()
    _create_contract()
    _create_contract_version()
    _create_payment()
    _create_milestone()
    _create_progress_report()
    _create_project_issue()
    _create_supervision_order()
    _create_acceptance()
    _create_key_designation()
    _create_snapshot()
    _create_policy()
    _create_policy_version()
    _create_budget()
    _create_claim()
    _create_public_notice()
    _create_objection()
    _name_the_parties()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    for table, column, words in (
        ("notification", "event", NEW_EVENTS),
        ("notification", "kind", NEW_NOTICES),
        ("notice_setting", "kind", NEW_NOTICES),
    ):
        op.execute(f"DELETE FROM {table} WHERE {_one_of(column, words)}")  # noqa: S608
    _allow(OLD_EVENTS, OLD_NOTICES)
    with op.batch_alter_table("project") as batch:
        for index in ("light", "officer", "stage"):
            batch.drop_index(f"ix_project_{index}")
        batch.drop_constraint(op.f("uq_project_reference"), type_="unique")
        batch.drop_constraint(op.f("ck_project_light"), type_="check")
        for column in (*_PROJECT_COLUMNS, "light_lines", "no_policy", "reminders_sent"):
            batch.drop_column(column)


_PROJECT_COLUMNS = ("reference", "light", "light_on", "reminded_month")


def _change_project() -> None:
    with op.batch_alter_table("project") as batch:
        batch.add_column(sa.Column("reference", sa.String(80), nullable=True))
        batch.add_column(sa.Column("light", sa.String(24), nullable=True))
        batch.add_column(sa.Column("light_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("light_lines", sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("no_policy", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("reminded_month", sa.Date(), nullable=True))
        batch.add_column(
            sa.Column("reminders_sent", sa.Integer(), nullable=False, server_default="0")
        )
        batch.create_unique_constraint(op.f("uq_project_reference"), ["reference"])
        batch.create_check_constraint(
            op.f("ck_project_light"), _one_of("light", ("green", "yellow", "red"))
        )
        batch.create_index("ix_project_light", ["light", "id"])
        batch.create_index("ix_project_officer", ["officer_id", "stage"])
        batch.create_index("ix_project_stage", ["stage", "id"])
    with op.batch_alter_table("project") as batch:
        for column in ("light_lines", "no_policy", "reminders_sent"):
            batch.alter_column(column, server_default=None)


def _allow(events: tuple[str, ...], notices: tuple[str, ...]) -> None:
    """Let notifications be about these events and of these kinds."""
    with op.batch_alter_table("notification") as batch:
        for column, words in (("event", events), ("kind", notices)):
            batch.drop_constraint(op.f(f"ck_notification_{column}"), type_="check")
            batch.create_check_constraint(op.f(f"ck_notification_{column}"), _one_of(column, words))
    with op.batch_alter_table("notice_setting") as batch:
        batch.drop_constraint(op.f("ck_notice_setting_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_notice_setting_kind"), _one_of("kind", notices))


def _name_the_parties() -> None:
    """Make the organizations of both sides parties of the projects that there are."""
    project, party, owner = (
        sa.table(name, *map(sa.column, columns))
        for name, columns in (
            ("project", ("id", "need_id", "result_id")),
            ("project_party", ("project_id", "organization_id", "role")),
            ("organization", ("id", "kind")),
        )
    )
    for side in ("need", "result"):
        posting = sa.table(side, sa.column("id"), sa.column("organization_id"))
        parties = (
            sa.select(project.c.id, owner.c.id, owner.c.kind)
            .join_from(project, posting, posting.c.id == project.c[f"{side}_id"])
            .join(owner, owner.c.id == posting.c.organization_id)
        )
        op.execute(party.insert().from_select(["project_id", "organization_id", "role"], parties))


def _create_project_party() -> None:
    op.create_table(
        "project_party",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        _enum(
            "role",
            "government",
            "enterprise",
            "university",
            "institute",
            "finance",
            "service",
            "adopter",
        ),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_party")),
        sa.UniqueConstraint(
            "project_id",
            "organization_id",
            "role",
            name=op.f("uq_project_party_project_id_organization_id_role"),
        ),
        *_foreign_keys("project_party", project_id="project", organization_id="organization"),
    )
    _index("project_party", "organization_id")


def _create_contract() -> None:
    op.create_table(
        "contract",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("buyer_id", sa.Integer(), nullable=False),
        sa.Column("seller_id", sa.Integer(), nullable=False),
        sa.Column("affiliated", sa.Boolean(), nullable=False),
        sa.Column("registration_no", sa.String(40), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("terminated_on", sa.Date(), nullable=True),
        _enum("kind", "development", "transfer", "licence", "consulting", "service"),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("technology_amount", sa.BigInteger(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(200), nullable=False),
        *_record("contract"),
        sa.CheckConstraint(
            "amount BETWEEN 1 AND 10000000000000", name=op.f("ck_contract_amount_range")
        ),
        sa.CheckConstraint(
            "(registration_no IS NULL) = (registered_on IS NULL)",
            name=op.f("ck_contract_registration"),
        ),
        sa.CheckConstraint("buyer_id <> seller_id", name=op.f("ck_contract_two_parties")),
        sa.CheckConstraint(
            "technology_amount BETWEEN 0 AND amount", name=op.f("ck_contract_technology_part")
        ),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_contract_term_order")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_contract_project_id_number")),
        sa.UniqueConstraint("registration_no", name=op.f("uq_contract_registration_no")),
        *_foreign_keys(
            "contract", project_id="project", buyer_id="organization", seller_id="organization"
        ),
    )
    op.create_index("ix_contract_buyer", "contract", ["buyer_id", "registered_on"])
    _index("contract", "number")
    op.create_index("ix_contract_seller", "contract", ["seller_id", "registered_on"])


def _create_contract_version() -> None:
    op.create_table(
        "contract_version",
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        _enum("change", "signed", "amended", "terminated"),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _enum("kind", "development", "transfer", "licence", "consulting", "service"),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("technology_amount", sa.BigInteger(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_version")),
        sa.CheckConstraint(
            "technology_amount BETWEEN 0 AND amount",
            name=op.f("ck_contract_version_technology_part"),
        ),
        sa.CheckConstraint(
            "amount BETWEEN 1 AND 10000000000000", name=op.f("ck_contract_version_amount_range")
        ),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_contract_version_term_order")),
        sa.UniqueConstraint(
            "contract_id", "ordinal", name=op.f("uq_contract_version_contract_id_ordinal")
        ),
        *_foreign_keys("contract_version", contract_id="contract", author_id="user"),
    )


def _create_payment() -> None:
    op.create_table(
        "payment",
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("evidence", sa.String(200), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_because", sa.Text(), nullable=False),
        *_record("payment"),
        sa.CheckConstraint(
            "amount BETWEEN 1 AND 10000000000000", name=op.f("ck_payment_amount_range")
        ),
        *_foreign_keys("payment", contract_id="contract", author_id="user"),
    )
    op.create_index("ix_payment_contract", "payment", ["contract_id", "paid_on"])


def _create_milestone() -> None:
    op.create_table(
        "milestone",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        *_record("milestone"),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name=op.f("ck_milestone_weight_range")),
        sa.CheckConstraint("starts_on <= due_on", name=op.f("ck_milestone_term_order")),
        sa.UniqueConstraint(
            "project_id", "position", name=op.f("uq_milestone_project_id_position")
        ),
        *_foreign_keys("milestone", project_id="project"),
    )
    op.create_index("ix_milestone_due", "milestone", ["done_on", "due_on"])


def _create_progress_report() -> None:
    op.create_table(
        "progress_report",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        _enum("overall", "ahead", "on_plan", "late", "stalled"),
        _enum(
            "reason",
            "funds",
            "technology",
            "people",
            "equipment",
            "partner",
            "market",
            "approval",
            "other",
            nullable=True,
        ),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("funds_in", sa.BigInteger(), nullable=False),
        sa.Column("funds_spent", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        *_record("progress_report"),
        sa.CheckConstraint(
            "funds_spent BETWEEN 0 AND 10000000000000",
            name=op.f("ck_progress_report_funds_spent_range"),
        ),
        sa.CheckConstraint(
            "funds_in BETWEEN 0 AND 10000000000000", name=op.f("ck_progress_report_funds_in_range")
        ),
        sa.CheckConstraint(
            "percent BETWEEN 0 AND 100", name=op.f("ck_progress_report_percent_range")
        ),
        sa.CheckConstraint(
            "overall IN ('ahead', 'on_plan') OR reason IS NOT NULL",
            name=op.f("ck_progress_report_delay_explained"),
        ),
        sa.UniqueConstraint(
            "project_id", "month", name=op.f("uq_progress_report_project_id_month")
        ),
        *_foreign_keys("progress_report", project_id="project", author_id="user"),
    )
    op.create_index("ix_progress_report_month", "progress_report", ["month", "project_id"])


def _create_project_issue() -> None:
    op.create_table(
        "project_issue",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raised_by_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("resolved_on", sa.Date(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=False),
        *_record("project_issue"),
        *_foreign_keys("project_issue", project_id="project", raised_by_id="user", owner_id="user"),
    )
    op.create_index(
        "ix_project_issue_owner", "project_issue", ["owner_id", "resolved_on", "due_on"]
    )
    op.create_index("ix_project_issue_project", "project_issue", ["project_id", "resolved_on"])


def _create_supervision_order() -> None:
    op.create_table(
        "supervision_order",
        sa.Column("project_id", sa.Integer(), nullable=False),
        _enum("level", "province", "city", "county"),
        _enum("status", "issued", "answered", "closed"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("issuer_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        *_record("supervision_order"),
        *_foreign_keys(
            "supervision_order", project_id="project", issuer_id="user", answered_by_id="user"
        ),
    )
    op.create_index("ix_supervision_order_due", "supervision_order", ["status", "due_on", "id"])
    op.create_index("ix_supervision_order_project", "supervision_order", ["project_id", "id"])
    _unique_where(
        "uq_supervision_order_red_light",
        "supervision_order",
        ["project_id"],
        "issuer_id IS NULL AND status <> 'closed'",
    )


def _create_acceptance() -> None:
    op.create_table(
        "acceptance",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        _enum("verdict", "passed", "failed"),
        sa.Column("experts", sa.JSON(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("document", sa.String(200), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        *_record("acceptance"),
        sa.UniqueConstraint("project_id", "held_on", name=op.f("uq_acceptance_project_id_held_on")),
        *_foreign_keys("acceptance", project_id="project", author_id="user"),
    )


def _create_key_designation() -> None:
    op.create_table(
        "key_designation",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        _enum("level", "province", "city", "county"),
        _enum("status", "nominated", "reserve", "key", "removed"),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("nominated_by_id", sa.Integer(), nullable=True),
        sa.Column("reserved_by_id", sa.Integer(), nullable=True),
        sa.Column("designated_by_id", sa.Integer(), nullable=True),
        sa.Column("designated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removal_proposed_by_id", sa.Integer(), nullable=True),
        *_record("key_designation"),
        sa.CheckConstraint(
            "year BETWEEN 2000 AND 2999", name=op.f("ck_key_designation_year_range")
        ),
        *_foreign_keys(
            "key_designation",
            project_id="project",
            nominated_by_id="user",
            reserved_by_id="user",
            designated_by_id="user",
            removal_proposed_by_id="user",
        ),
    )
    op.create_index("ix_key_designation_list", "key_designation", ["year", "status", "id"])
    op.create_index("ix_key_designation_project", "key_designation", ["project_id"])
    _unique_where(
        "uq_key_designation_open", "key_designation", ["project_id"], "status <> 'removed'"
    )


def _create_snapshot() -> None:
    op.create_table(
        "snapshot",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        *_record("snapshot"),
        sa.UniqueConstraint("year", "region_id", name=op.f("uq_snapshot_year_region_id")),
        *_foreign_keys("snapshot", region_id="region", author_id="user"),
    )
    _index("snapshot", "region_id")


def _create_policy() -> None:
    op.create_table(
        "policy",
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("issuer", sa.String(120), nullable=False),
        sa.Column("document", sa.String(200), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        *_record("policy"),
        *_foreign_keys("policy", region_id="region"),
    )
    _index("policy", "region_id")


def _create_policy_version() -> None:
    op.create_table(
        "policy_version",
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        *_record("policy_version"),
        sa.CheckConstraint("valid_from <= valid_until", name=op.f("ck_policy_version_term_order")),
        sa.UniqueConstraint(
            "policy_id", "ordinal", name=op.f("uq_policy_version_policy_id_ordinal")
        ),
        *_foreign_keys("policy_version", policy_id="policy", author_id="user"),
    )
    op.create_index("ix_policy_version_valid", "policy_version", ["published_at", "valid_from"])


def _create_budget() -> None:
    op.create_table(
        "budget",
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("committed", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        *_record("budget"),
        sa.CheckConstraint(
            "0 <= paid AND paid <= committed AND committed <= amount", name=op.f("ck_budget_cover")
        ),
        sa.UniqueConstraint("policy_id", "year", name=op.f("uq_budget_policy_id_year")),
        *_foreign_keys("budget", policy_id="policy"),
    )


def _create_claim() -> None:
    op.create_table(
        "claim",
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("policy_version_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("stacking_group", sa.String(40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("arithmetic", sa.JSON(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        _enum(
            "status",
            "estimated",
            "drafted",
            "submitted",
            "returned",
            "reviewed",
            "on_notice",
            "approved",
            "paid",
            "rejected",
            "withdrawn",
            "clawed_back",
        ),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("paid_by_id", sa.Integer(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("payment_reference", sa.String(80), nullable=False),
        *_record("claim"),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_claim_amount_range")),
        *_foreign_keys(
            "claim",
            policy_id="policy",
            policy_version_id="policy_version",
            project_id="project",
            organization_id="organization",
            region_id="region",
            reviewed_by_id="user",
            approved_by_id="user",
            paid_by_id="user",
        ),
    )
    op.create_index("ix_claim_budget", "claim", ["policy_id", "year", "status"])
    op.create_index("ix_claim_inbox", "claim", ["region_id", "status", "id"])
    op.create_index("ix_claim_organization", "claim", ["organization_id", "year"])
    op.create_index("ix_claim_project", "claim", ["project_id", "status"])
    op.create_index("ix_claim_status", "claim", ["status", "id"])
    _unique_where(
        "uq_claim_project",
        "claim",
        ["policy_id", "project_id", "organization_id", "year"],
        "project_id IS NOT NULL AND status NOT IN ('rejected', 'withdrawn', 'clawed_back')",
    )
    _unique_where(
        "uq_claim_year",
        "claim",
        ["policy_id", "organization_id", "year"],
        "project_id IS NULL AND status NOT IN ('rejected', 'withdrawn', 'clawed_back')",
    )


def _create_public_notice() -> None:
    op.create_table(
        "public_notice",
        sa.Column("designation_id", sa.Integer(), nullable=True),
        sa.Column("claim_id", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        *_record("public_notice"),
        sa.CheckConstraint(
            "(designation_id IS NULL) <> (claim_id IS NULL)",
            name=op.f("ck_public_notice_one_subject"),
        ),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_public_notice_term_order")),
        *_foreign_keys(
            "public_notice", designation_id="key_designation", claim_id="claim", author_id="user"
        ),
    )
    _index("public_notice", "claim_id")
    _index("public_notice", "designation_id")
    op.create_index("ix_public_notice_ends", "public_notice", ["ends_on", "id"])


def _create_objection() -> None:
    op.create_table(
        "objection",
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("contact", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _enum("outcome", "upheld", "dismissed", nullable=True),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        *_record("objection"),
        *_foreign_keys("objection", notice_id="public_notice", settled_by_id="user"),
    )
    _index("objection", "notice_id")


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


def _unique_where(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)


def _enum(column: str, *words: str, nullable: bool = False) -> sa.Column[str]:
    kind = sa.Enum(*words, name=column, native_enum=False, create_constraint=True, length=24)
    return sa.Column(column, kind, nullable=nullable)


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"
