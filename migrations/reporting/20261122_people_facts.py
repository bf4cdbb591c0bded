"""People counted: applications, certificates, referrals, attendance, money."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: str = "d00000000006"
down_revision: str | Sequence[str] | None = "d00000000005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_CUT_BY_TRADE: Final = ("class_cube", "enrollment_cube", "enrollment_now", "outcome_cube")
_CUT_BY_DISABILITY: Final = ("outcome_cube",)
_CUT_BY_APPLIED: Final = ("enrollment_cube", "enrollment_now", "enrollment_summary")
_NEW: Final = (
    "application_cube",
    "application_summary",
    "attendance_cube",
    "attendance_summary",
    "certificate_cube",
    "certificate_summary",
    "class_now",
    "funding_cube",
    "program_name",
    "referral_cube",
)
_CHOICES: Final = {
    "facilitykind": ("UPTP", "UPTD", "BLKK", "LPKS", "LPK_COMPANY", "PLUT", "PRODUCTION_HOUSE"),
    "timezone": ("WIB", "WITA", "WIT"),
    "classstate": ("PLANNED", "OPENED", "COMPLETED", "CANCELLED"),
    "sex": ("FEMALE", "MALE"),
    "ageband": ("UNDER_18", "18_24", "25_34", "35_44", "45_54", "55_PLUS"),
    "entrantkind": ("MICRO", "SMALL", "MEDIUM", "PROSPECTIVE"),
    "applicationchannel": ("SELF", "ASSISTED"),
    "applicationstate": (
        "DRAFT",
        "SUBMITTED",
        "WITHDRAWN",
        "PLACED",
        "RESERVE",
        "NOT_SELECTED",
        "INELIGIBLE",
    ),
    "certificatekind": ("TRAINING", "COMPETENCE"),
    "referralkind": ("PLUT_SERVICE", "INCUBATOR", "PRODUCTION_SLOT", "BANK"),
    "referralstate": (
        "PROPOSED",
        "CONSENTED",
        "SENT",
        "ACCEPTED",
        "REFUSED",
        "RESULT",
        "WITHDRAWN",
    ),
}


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _ids(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Uuid(), nullable=False) for name in names]


def _sums(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _choice(name: str, of: str) -> sa.Column[Any]:
    kind = sa.Enum(*_CHOICES[of], name=of, native_enum=False, create_constraint=True, length=40)
    return sa.Column(name, kind, nullable=False)


def _added(name: str, kind: Any, default: str) -> sa.Column[Any]:
    return sa.Column(name, kind, server_default=sa.text(default), nullable=False)


def _disability() -> sa.Column[Any]:
    return _added("disability", sa.Boolean(), "false")


def _trade() -> sa.Column[Any]:
    return _added("trade", sa.String(), "''")


def _table(name: str, key: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        *_numbers("generation"),
        *_ids(key),
        *columns,
        sa.PrimaryKeyConstraint("generation", key, name=op.f(f"pk_{name}")),
        schema="reporting",
        postgresql_with={"fillfactor": 70},
    )


def _sums_of(name: str, *columns: sa.Column[Any], daily: bool = True) -> None:
    day = [sa.Column("day", sa.Date(), nullable=False)] if daily else []
    _table(name, "cell", *_sums("n"), *day, *columns)


def _people(name: str, *columns: sa.Column[Any]) -> None:
    """Make a cube of what comes of people, with the indexes of all such cubes."""
    _sums_of(
        name,
        *_ids("program_id", "wave_id", "facility_id"),
        *_texts("province_code", "regency_code", "home_province_code", "home_regency_code"),
        _choice("facility_kind", "facilitykind"),
        *_texts("host_ministry"),
        _choice("sex", "sex"),
        _choice("age_band", "ageband"),
        _choice("entrant_kind", "entrantkind"),
        _disability(),
        _trade(),
        *columns,
    )
    _index(name, "wave_id")
    _index(name, "province_code", "regency_code")
    _index(name, "facility_id")
    home = ["generation", "home_province_code", "home_regency_code"]
    op.create_index(f"ix_{name}_home", name, home, schema="reporting")


def _index(table: str, *columns: str) -> None:
    every = ["generation", *columns]
    op.create_index(op.f(f"ix_{table}_{'_'.join(every)}"), table, every, schema="reporting")


def _by_class(name: str, *columns: sa.Column[Any], daily: bool = True) -> None:
    _sums_of(name, *_ids("class_id"), *columns, daily=daily)
    _index(name, "class_id")


def _summary(name: str, *columns: sa.Column[Any]) -> None:
    places = _texts("province_code", "home_province_code", "host_ministry")
    _sums_of(name, *_ids("program_id", "wave_id"), *places, *columns, daily=False)


def upgrade() -> None:
    for table in _CUT_BY_TRADE:
        op.add_column(table, _trade(), schema="reporting")
    for table in _CUT_BY_DISABILITY:
        op.add_column(table, _disability(), schema="reporting")
    for table in _CUT_BY_APPLIED:
        op.add_column(table, _added("applied", sa.Boolean(), "false"), schema="reporting")
    _keep_classes()
    _table("program_name", "named_id", *_texts("name"), *_numbers("version"))
    _people(
        "application_cube",
        _choice("channel", "applicationchannel"),
        _choice("state", "applicationstate"),
    )
    _summary("application_summary", _choice("state", "applicationstate"))
    _people("certificate_cube", _choice("kind", "certificatekind"), *_texts("state"))
    _summary("certificate_summary", _choice("kind", "certificatekind"), *_texts("state"))
    _people(
        "referral_cube",
        _choice("kind", "referralkind"),
        _choice("state", "referralstate"),
        *_texts("outcome", "financing", "to_facility_id", "to_province_code", "to_regency_code"),
    )
    told = ("present", "late", "excused", "absent", "days")
    _by_class("attendance_cube", *_sums(*told))
    _by_class("attendance_summary", *_sums(*told), daily=False)
    _by_class("funding_cube", *_texts("source"), *_sums("rupiah"))


def _keep_classes() -> None:
    _table(
        "class_now",
        "class_id",
        *_ids("program_id", "wave_id", "facility_id"),
        *_texts("province_code", "regency_code"),
        _choice("time_zone", "timezone"),
        _choice("facility_kind", "facilitykind"),
        *_texts("host_ministry"),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        _choice("state", "classstate"),
        *_texts("trade", "code", "label"),
        *_numbers("capacity", "version"),
    )
    _index("class_now", "facility_id")


def downgrade() -> None:
    for table in reversed(_NEW):
        op.drop_table(table, schema="reporting")
    for table in _CUT_BY_APPLIED:
        op.drop_column(table, "applied", schema="reporting")
    for table in _CUT_BY_DISABILITY:
        op.drop_column(table, "disability", schema="reporting")
    for table in _CUT_BY_TRADE:
        op.drop_column(table, "trade", schema="reporting")
