"""Participant merges: people who may be one, and what becomes of those who are."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "a00000000020"
down_revision: str | Sequence[str] | None = "a00000000019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_S = "enrollment"


def _instant(name: str, *, nullable: bool = False) -> "sa.Column[sa.DateTime]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _id(name: str) -> "sa.Column[sa.Uuid]":
    return sa.Column(name, sa.Uuid(), nullable=False)


def upgrade() -> None:
    _add_duplicates()
    _add_merges()
    _add_aliases()
    _let_two_logins_act()
    _find_like_people()


def _add_duplicates() -> None:
    op.create_table(
        "participant_duplicate",
        _id("id"),
        _id("a_id"),
        _id("b_id"),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "OPEN",
                "MERGED",
                "DISTINCT",
                name="duplicatestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("decided_by", sa.String(), nullable=True),
        _instant("decided_at", nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _instant("found_at"),
        sa.CheckConstraint("a_id < b_id", name=op.f("ck_participant_duplicate_pair")),
        sa.CheckConstraint("score BETWEEN 1 AND 100", name=op.f("ck_participant_duplicate_score")),
        sa.CheckConstraint(
            "(state = 'OPEN') = (decided_by IS NULL)"
            " AND (decided_by IS NULL) = (decided_at IS NULL)",
            name=op.f("ck_participant_duplicate_decided"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant_duplicate")),
        sa.UniqueConstraint("a_id", "b_id", name="uq_participant_duplicate_a_id_b_id"),
        schema=_S,
    )
    op.create_index(
        "ix_participant_duplicate_state_score_id",
        "participant_duplicate",
        ["state", sa.text("score DESC"), "id"],
        schema=_S,
    )
    op.create_index("ix_participant_duplicate_b_id", "participant_duplicate", ["b_id"], schema=_S)


def _add_merges() -> None:
    op.create_table(
        "participant_merge",
        _id("participant_id"),
        _id("id"),
        _id("gone_id"),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("consequences", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _instant("merged_at"),
        _instant("settled_at", nullable=True),
        sa.CheckConstraint("participant_id <> gone_id", name=op.f("ck_participant_merge_other")),
        sa.PrimaryKeyConstraint("participant_id", "id", name=op.f("pk_participant_merge")),
        sa.UniqueConstraint("gone_id", name="uq_participant_merge_gone_id"),
        schema=_S,
    )
    op.create_index(
        "ix_participant_merge_unsettled",
        "participant_merge",
        ["merged_at"],
        schema=_S,
        postgresql_where=sa.text("settled_at IS NULL"),
    )


def _add_aliases() -> None:
    op.create_table(
        "merged_participant",
        _id("old_id"),
        _id("participant_id"),
        sa.Column("nik_index", sa.LargeBinary(length=32), nullable=False),
        _instant("merged_at"),
        sa.CheckConstraint("old_id <> participant_id", name=op.f("ck_merged_participant_other")),
        sa.CheckConstraint(
            "octet_length(nik_index) = 32", name=op.f("ck_merged_participant_nik_index")
        ),
        sa.PrimaryKeyConstraint("old_id", name=op.f("pk_merged_participant")),
        schema=_S,
    )
    op.create_index(
        "ix_merged_participant_participant_id",
        "merged_participant",
        ["participant_id"],
        schema=_S,
    )


_ONE_LOGIN = "uq_login_binding_participant_id"


def _let_two_logins_act() -> None:
    op.add_column("login_binding", sa.Column("merged_from", sa.Uuid()), schema=_S)
    _bind_one("unbound_at IS NULL AND merged_from IS NULL")


def _bind_one(where: str) -> None:
    op.drop_index(_ONE_LOGIN, "login_binding", schema=_S)
    op.create_index(
        _ONE_LOGIN,
        "login_binding",
        ["participant_id"],
        unique=True,
        schema=_S,
        postgresql_where=sa.text(where),
    )


def _find_like_people() -> None:
    op.drop_index("ix_participant_birth_date", "participant", schema=_S)
    op.create_index(
        "ix_participant_birth_date", "participant", ["birth_date", "name_key", "id"], schema=_S
    )
    for column, where in _SHARED:
        op.create_index(
            f"ix_participant_{column}",
            "participant",
            [column],
            schema=_S,
            postgresql_where=sa.text(where),
        )


_SHARED = (
    ("phone", "phone_verified_at IS NOT NULL"),
    ("email", "email_verified_at IS NOT NULL"),
    ("nib", "nib IS NOT NULL"),
)


def downgrade() -> None:
    for column, _ in _SHARED:
        op.drop_index(f"ix_participant_{column}", "participant", schema=_S)
    op.drop_index("ix_participant_birth_date", "participant", schema=_S)
    op.create_index("ix_participant_birth_date", "participant", ["birth_date"], schema=_S)
    _bind_one("unbound_at IS NULL")
    op.drop_column("login_binding", "merged_from", schema=_S)
    for name in ("merged_participant", "participant_merge", "participant_duplicate"):
        op.drop_table(name, schema=_S)
