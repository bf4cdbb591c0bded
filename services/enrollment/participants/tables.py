"""SQL tables of participants."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.participants.rules import LegalBasis
from services.enrollment.programs.rules import SizeCriterion
from shared.schemas.enrollment import EntrantKind, Sex


def _by_name(name: str, *before: str) -> Index:
    """Return the index of people by the beginning of their names, nation-wide or in a region."""
    return Index(name, *before, "name_key", "id")


def _shared(column: str, where: str) -> Index:
    """Return the index of people who share what one person should have alone."""
    return Index(f"ix_participant_{column}", column, postgresql_where=text(where))


class Participant(Base):
    """A person; the NIK is sealed, and `nik_index` finds it without revealing it.

    `entrant_kind` is the size class by the figure that the law names for a business of this age, or
    what the person declared when that figure is missing; `size_criterion` names the figure that
    decided, null when none did. `kind_by_capital` and `kind_by_sales` are the size class by either
    figure (MICRO, SMALL, MEDIUM or LARGE), null when it was not given: a programme may name its
    own criterion. `consents` is a list of {purpose, given, version, at}. `warnings` are codes.
    `language` is that of notices. `name_key` is the name as it is compared. A contact that was
    proved by a code has its `*_verified_at`. `guardian_consent_at` is since when somebody answers
    for a minor. Who lives in the area of an office is that office's to change: the home is where
    the row lies.
    """

    __tablename__ = "participant"
    __scope_columns__: ClassVar[dict[str, str]] = {
        "participant_id": "id",
        "province_code": "home_province_code",
        "regency_code": "home_regency_code",
    }
    __table_args__ = (
        CheckConstraint("octet_length(nik_index) = 32", name="nik_index"),
        CheckConstraint(
            "(entrant_kind = 'PROSPECTIVE') = (founded_on IS NULL)", name="business_or_prospective"
        ),
        CheckConstraint("language IN ('id', 'en')", name="language"),
        # Whoever is born on a day, by name: people of one day are compared.
        Index("ix_participant_birth_date", "birth_date", "name_key", "id"),
        _shared("phone", "phone_verified_at IS NOT NULL"),
        _shared("email", "email_verified_at IS NOT NULL"),
        _shared("nib", "nib IS NOT NULL"),
        _by_name("ix_participant_name"),
        _by_name("ix_participant_province_name", "home_province_code"),
        _by_name("ix_participant_regency_name", "home_regency_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    nik_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    nik_key_id: Mapped[str]
    nik_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    nik_masked: Mapped[str]
    name: Mapped[str]
    birth_date: Mapped[date]
    sex: Mapped[Sex]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    entrant_kind: Mapped[EntrantKind]
    nib: Mapped[str | None]
    kbli: Mapped[str | None]
    kbli_scheme: Mapped[str | None]
    founded_on: Mapped[date | None]
    capital_rupiah: Mapped[int | None] = mapped_column(BigInteger)
    annual_sales_rupiah: Mapped[int | None] = mapped_column(BigInteger)
    kind_by_capital: Mapped[str | None]
    kind_by_sales: Mapped[str | None]
    size_criterion: Mapped[SizeCriterion | None]
    rule_version: Mapped[str]
    legal_basis: Mapped[LegalBasis]
    consents: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    home_area_code: Mapped[str]
    home_province_code: Mapped[str]
    home_regency_code: Mapped[str]
    warnings: Mapped[list[str]]
    synthetic: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]
    language: Mapped[str] = mapped_column(server_default=text("'id'"))
    disability: Mapped[bool] = mapped_column(server_default=text("false"))
    restricted_at: Mapped[datetime | None]
    # In the order of bytes an index finds the beginning of a name, whatever the database's order.
    name_key: Mapped[str] = mapped_column(String(collation="C"), server_default=text("''"))
    phone_verified_at: Mapped[datetime | None]
    email_verified_at: Mapped[datetime | None]
    guardian_consent_at: Mapped[datetime | None]


class ParticipantRevision(Base):
    """That somebody changed members of a person, and which; what they were is kept nowhere."""

    __tablename__ = "participant_revision"

    participant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    members: Mapped[list[str]]
    actor: Mapped[str]
    version: Mapped[int]
    at: Mapped[datetime]
