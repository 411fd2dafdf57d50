"""Sessions, second factors, links by mail, invitations and notice settings."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "9b3f6e0d72c5"
down_revision = "2d8e5b9c41f7"
branch_labels = None
depends_on = None

ROLES = ("member", "manager", "broker", "officer", "director", "admin", "auditor")
OLD_STATUS = ("pending", "approved", "suspended")
NEW_STATUS = (*OLD_STATUS, "refused")
NEW_TABLES = (
    "email_token",
    "user_session",
    "totp_secret",
    "recovery_code",
    "notice_setting",
    "invitation",
    "attempts",
)


def upgrade() -> None:
    _change_status(NEW_STATUS)
    with op.batch_alter_table("user") as batch:
        batch.add_column(sa.Column("password_changed_at", _moment(), nullable=True))
        batch.alter_column("password_hash", existing_type=sa.String(200), nullable=True)
        batch.drop_constraint(op.f("uq_user_session_key"), type_="unique")
        batch.drop_column("session_key")
        batch.drop_column("second_factor_secret")
    _create_signing_in()
    _create_invitations()


def downgrade() -> None:
    for table in NEW_TABLES:
        op.drop_table(table)
    with op.batch_alter_table("user") as batch:
        batch.add_column(sa.Column("second_factor_secret", sa.String(64), nullable=True))
        batch.add_column(sa.Column("session_key", sa.String(16), nullable=True))
        batch.drop_column("password_changed_at")
    _fill_users()
    with op.batch_alter_table("user") as batch:
        batch.alter_column("session_key", existing_type=sa.String(16), nullable=False)
        batch.alter_column("password_hash", existing_type=sa.String(200), nullable=False)
        batch.create_unique_constraint(op.f("uq_user_session_key"), ["session_key"])
    organizations = sa.table("organization", sa.column("status"))
    refused = organizations.c.status == "refused"
    op.execute(organizations.update().where(refused).values(status="suspended"))
    _change_status(OLD_STATUS)


def _change_status(words: tuple[str, ...]) -> None:
    with op.batch_alter_table("organization") as batch:
        batch.drop_constraint(op.f("ck_organization_status"), type_="check")
        listed = ", ".join(repr(word) for word in words)
        batch.create_check_constraint(op.f("ck_organization_status"), f"status IN ({listed})")


def _fill_users() -> None:
    """Give every user a session key; who had no password yet gets none that opens anything."""
    users = sa.table("user", *map(sa.column, ("id", "session_key", "password_hash")))
    connection = op.get_bind()
    for user_id in connection.scalars(sa.select(users.c.id)).all():
        key = secrets.token_urlsafe(12)
        connection.execute(users.update().where(users.c.id == user_id).values(session_key=key))
    op.execute(users.update().where(users.c.password_hash.is_(None)).values(password_hash=""))


def _create_signing_in() -> None:
    op.create_table(
        "user_session",
        sa.Column("key_digest", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("browser", sa.String(200), nullable=False),
        sa.Column("second_factor_at", _moment(), nullable=True),
        sa.Column("opened_at", _moment(), nullable=True),
        sa.Column("confirmed_at", _moment(), nullable=False),
        *_record("user_session"),
        sa.UniqueConstraint("key_digest", name=op.f("uq_user_session_key_digest")),
        _foreign_key("user_session", "user_id", "user"),
    )
    op.create_index(op.f("ix_user_session_user_id"), "user_session", ["user_id"])
    op.create_table(
        "totp_secret",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(32), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_totp_secret")),
        _foreign_key("totp_secret", "user_id", "user"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "digest", name=op.f("pk_recovery_code")),
        _foreign_key("recovery_code", "user_id", "user"),
    )
    op.create_table(
        "attempts",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.Column("began_at", _moment(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempts")),
    )


def _create_invitations() -> None:
    op.create_table(
        "invitation",
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        _enum("role", *ROLES),
        sa.Column("inviter_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", _moment(), nullable=True),
        *_record("invitation"),
        _foreign_key("invitation", "organization_id", "organization"),
        _foreign_key("invitation", "inviter_id", "user"),
    )
    op.create_index(op.f("ix_invitation_organization_id"), "invitation", ["organization_id"])
    op.create_table(
        "email_token",
        _enum("purpose", "register", "invitation", "password", "email"),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("invitation_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", _moment(), nullable=False),
        sa.Column("used_at", _moment(), nullable=True),
        *_record("email_token"),
        _foreign_key("email_token", "user_id", "user"),
        _foreign_key("email_token", "invitation_id", "invitation"),
    )
    for column in ("user_id", "invitation_id"):
        op.create_index(op.f(f"ix_email_token_{column}"), "email_token", [column])
    op.create_table(
        "notice_setting",
        sa.Column("user_id", sa.Integer(), nullable=False),
        _enum("kind", "review", "match", "message", "reminder", "subscription"),
        _enum("delivery", "at_once", "daily", "none"),
        sa.PrimaryKeyConstraint("user_id", "kind", name=op.f("pk_notice_setting")),
        _foreign_key("notice_setting", "user_id", "user"),
    )


def _record(table: str) -> list[sa.schema.SchemaItem]:
    """Return the columns and keys that every record has."""
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(16), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("updated_at", _moment(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
    ]


def _foreign_key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _enum(column: str, *words: str) -> sa.Column[str]:
    kind = sa.Enum(*words, name=column, native_enum=False, create_constraint=True, length=24)
    return sa.Column(column, kind, nullable=False)


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)
