"""Opening hours, bookings and their slots; a space may be closed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b00000000005"
down_revision: str | Sequence[str] | None = "b00000000004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "space",
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        schema="registry",
    )
    op.create_table(
        "opening_hours",
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("facility_id"), "="),
            (sa.column("weekday"), "="),
            (sa.text("daterange(valid_from, valid_to, '[]')"), "&&"),
            (
                sa.text(
                    "int4range(CAST(extract(epoch FROM opens) AS integer),"
                    " CAST(extract(epoch FROM closes) AS integer))"
                ),
                "&&",
            ),
            using="gist",
            name="ex_opening_hours_validity",
        ),
        sa.CheckConstraint("closes > opens", name=op.f("ck_opening_hours_order")),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_opening_hours_validity")),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_opening_hours_weekday")),
        sa.ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            name="fk_opening_hours_facility",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "facility_id", "valid_from", "weekday", "opens", name=op.f("pk_opening_hours")
        ),
        schema="registry",
    )
    op.create_table(
        "closed_day",
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            name="fk_closed_day_facility",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("facility_id", "day", name=op.f("pk_closed_day")),
        schema="registry",
    )
    op.create_table(
        "national_closed_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_national_closed_day")),
        schema="registry",
    )
    op.create_table(
        "booking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("co_ministry", sa.String(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "CLASS",
                "MINISTRY",
                "ENTREPRENEUR",
                "CLOSURE",
                name="bookingpurpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("participant_id", sa.Uuid(), nullable=True),
        sa.Column("agreement_id", sa.Uuid(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "REQUESTED",
                "APPROVED",
                "REFUSED",
                "CANCELLED",
                name="bookingstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hold_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(class_id IS NOT NULL) = (purpose = 'CLASS')", name=op.f("ck_booking_class")
        ),
        sa.CheckConstraint(
            "(participant_id IS NOT NULL) = (purpose = 'ENTREPRENEUR')",
            name=op.f("ck_booking_participant"),
        ),
        sa.CheckConstraint("(people > 0) = (purpose <> 'CLOSURE')", name=op.f("ck_booking_people")),
        sa.CheckConstraint(
            "hold_until IS NULL OR state = 'APPROVED'", name=op.f("ck_booking_hold")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_booking_period")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["registry.agreement.id"], name=op.f("fk_booking_agreement_id")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            name="fk_booking_facility",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["registry.space.id"], name=op.f("fk_booking_space_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        schema="registry",
    )
    op.create_index(
        "ix_booking_agreement_id", "booking", ["agreement_id"], unique=False, schema="registry"
    )
    op.create_index(
        "ix_booking_co_ministry_starts_at_id",
        "booking",
        ["co_ministry", "starts_at", "id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_booking_facility_id_starts_at_id",
        "booking",
        ["facility_id", "starts_at", "id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_booking_hold_until",
        "booking",
        ["hold_until"],
        unique=False,
        schema="registry",
        postgresql_where=sa.text("hold_until IS NOT NULL"),
    )
    op.create_index(
        "ix_booking_province_code_starts_at_id",
        "booking",
        ["province_code", "starts_at", "id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_booking_space_id_starts_at_id",
        "booking",
        ["space_id", "starts_at", "id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_booking_starts_at_id", "booking", ["starts_at", "id"], unique=False, schema="registry"
    )
    op.create_index(
        "uq_booking_class",
        "booking",
        ["class_id"],
        unique=True,
        schema="registry",
        postgresql_where=sa.text("state IN ('REQUESTED', 'APPROVED')"),
    )
    op.create_table(
        "booking_slot",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("co_ministry", sa.String(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "CLASS",
                "MINISTRY",
                "ENTREPRENEUR",
                "CLOSURE",
                name="bookingpurpose",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "REQUESTED",
                "APPROVED",
                "USED",
                "NO_SHOW",
                "REFUSED",
                "CANCELLED",
                name="slotstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        postgresql.ExcludeConstraint(
            (sa.column("space_id"), "="),
            (sa.column("during"), "&&"),
            where=sa.text("state IN ('APPROVED', 'USED')"),
            using="gist",
            name="ex_booking_slot_space",
        ),
        sa.CheckConstraint(
            "NOT isempty(during) AND lower_inc(during) AND NOT upper_inc(during)"
            " AND NOT upper_inf(during)"
            " AND upper(during) - lower(during) <= interval '744 hours'",
            name=op.f("ck_booking_slot_during"),
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["registry.booking.id"], name=op.f("fk_booking_slot_booking_id")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            name="fk_booking_slot_facility",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["registry.space.id"], name=op.f("fk_booking_slot_space_id")
        ),
        sa.PrimaryKeyConstraint("booking_id", "position", name=op.f("pk_booking_slot")),
        schema="registry",
    )
    op.create_index(
        "ix_booking_slot_closure",
        "booking_slot",
        ["space_id"],
        unique=False,
        schema="registry",
        postgresql_where=sa.text("purpose = 'CLOSURE' AND state = 'APPROVED'"),
    )
    op.create_index(
        "ix_booking_slot_due",
        "booking_slot",
        ["purpose", sa.literal_column("upper(during)")],
        unique=False,
        schema="registry",
        postgresql_where=sa.text("state = 'APPROVED'"),
    )
    op.create_index(
        "ix_booking_slot_facility_id",
        "booking_slot",
        ["facility_id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_booking_slot_space_id_starts",
        "booking_slot",
        ["space_id", sa.literal_column("lower(during)")],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_booking_slot_starts",
        "booking_slot",
        [sa.literal_column("lower(during)")],
        unique=False,
        schema="registry",
        postgresql_where=sa.text("state IN ('APPROVED', 'USED')"),
    )
    op.create_index(
        "ix_booking_slot_class_ends",
        "booking_slot",
        [sa.literal_column("upper(during)")],
        unique=False,
        schema="registry",
        postgresql_where=sa.text("state = 'APPROVED' AND purpose = 'CLASS'"),
    )


def downgrade() -> None:
    for table in (
        "booking_slot",
        "booking",
        "national_closed_day",
        "closed_day",
        "opening_hours",
    ):
        op.drop_table(table, schema="registry")
    op.drop_column("space", "closed_at", schema="registry")
