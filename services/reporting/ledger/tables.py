"""SQL tables of the ledger and of what is folded from it.

Every folded row belongs to a `generation`. The live one stands in `fold`; a rebuild folds the
ledger into a generation of its own beside it, and a swap is one update of `fold`.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Subquery, Table, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.ledger.rules import Source
from shared.schemas.enrollment import (
    AgeBand,
    ClassState,
    EnrollmentState,
    EntrantKind,
    Presence,
    Sex,
)
from shared.schemas.registry import FacilityKind, FacilityStatus, TimeZone
from shared.schemas.reporting import OutcomeStatus


class Fold(Base):
    """How far a source is folded: one row per source, locked by whoever folds it.

    `position` is the ledger's last folded number. `era` counts the restores of the source: its
    earlier eras stay in the ledger but are no longer folded.
    """

    __tablename__ = "fold"

    source: Mapped[Source] = mapped_column(primary_key=True)
    era: Mapped[int]
    generation: Mapped[int]
    next_generation: Mapped[int]
    position: Mapped[int] = mapped_column(BigInteger)


class Entry(Base):
    """One event that moves a figure or that follow-ups need, kept for good.

    `seq` counts the events of one source and era in the order in which they were folded.
    """

    __tablename__ = "ledger"
    __table_args__ = (UniqueConstraint("source", "era", "id"),)

    source: Mapped[Source] = mapped_column(primary_key=True)
    era: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[UUID]
    stream_id: Mapped[UUID]
    topic: Mapped[str]
    schema: Mapped[int]
    version: Mapped[int]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    day: Mapped[date]
    payload: Mapped[dict[str, Any]]


class _Counted:
    """A row of sums. `cell` is `rules.cell_id` of the row's members."""

    generation: Mapped[int] = mapped_column(primary_key=True)
    cell: Mapped[UUID] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)


# Sums change in place: half-filled pages keep their updates on the page (HOT).
_ROOM = {"postgresql_with": {"fillfactor": 70}}


class FacilityCube(_Counted, Base):
    """Facilities by cell and by the day recorded."""

    __tablename__ = "facility_cube"
    __table_args__ = _ROOM

    day: Mapped[date]
    facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    facility_kind: Mapped[FacilityKind]
    owner_ministry: Mapped[str]
    status: Mapped[FacilityStatus]


class ClassSummary(_Counted, Base):
    """Classes by what the public may see of them."""

    __tablename__ = "class_summary"
    __table_args__ = _ROOM

    program_id: Mapped[UUID]
    wave_id: Mapped[UUID]
    province_code: Mapped[str]
    time_zone: Mapped[TimeZone]
    host_ministry: Mapped[str]
    starts_at: Mapped[datetime]
    state: Mapped[ClassState]


class ClassCube(_Counted, Base):
    """Classes by cell and by the day recorded."""

    __tablename__ = "class_cube"
    __table_args__ = _ROOM

    day: Mapped[date]
    program_id: Mapped[UUID]
    wave_id: Mapped[UUID]
    facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    time_zone: Mapped[TimeZone]
    facility_kind: Mapped[FacilityKind]
    host_ministry: Mapped[str]
    starts_at: Mapped[datetime]
    state: Mapped[ClassState]


class EnrollmentSummary(_Counted, Base):
    """Enrollments by what the public may see of them."""

    __tablename__ = "enrollment_summary"
    __table_args__ = _ROOM

    program_id: Mapped[UUID]
    wave_id: Mapped[UUID]
    province_code: Mapped[str]
    home_province_code: Mapped[str]
    host_ministry: Mapped[str]
    state: Mapped[EnrollmentState]
    waited: Mapped[bool]
    presence: Mapped[Presence]


class _PersonMembers:
    """What enrollments and outcomes are both cut by."""

    program_id: Mapped[UUID]
    wave_id: Mapped[UUID]
    facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    home_province_code: Mapped[str]
    home_regency_code: Mapped[str]
    facility_kind: Mapped[FacilityKind]
    host_ministry: Mapped[str]
    sex: Mapped[Sex]
    age_band: Mapped[AgeBand]
    entrant_kind: Mapped[EntrantKind]


class EnrollmentCube(_Counted, _PersonMembers, Base):
    """Enrollments by cell and by the day recorded."""

    __tablename__ = "enrollment_cube"
    __table_args__ = (
        Index(None, "generation", "wave_id"),
        Index(None, "generation", "province_code", "regency_code"),
        Index("ix_enrollment_cube_home", "generation", "home_province_code", "home_regency_code"),
        Index(None, "generation", "facility_id"),
        _ROOM,
    )

    day: Mapped[date]
    state: Mapped[EnrollmentState]
    waited: Mapped[bool]
    presence: Mapped[Presence]
    disability: Mapped[bool] = mapped_column(server_default=text("false"))


class OutcomeCube(_Counted, _PersonMembers, Base):
    """Outcomes by cell and by the day recorded; the measures are sums over the answers."""

    __tablename__ = "outcome_cube"
    __table_args__ = (
        Index(None, "generation", "wave_id"),
        Index(None, "generation", "province_code", "regency_code"),
        Index("ix_outcome_cube_home", "generation", "home_province_code", "home_regency_code"),
        Index(None, "generation", "facility_id"),
        _ROOM,
    )

    day: Mapped[date]
    waited: Mapped[bool]
    horizon_months: Mapped[int]
    status: Mapped[OutcomeStatus]
    businesses_started: Mapped[int] = mapped_column(BigInteger)
    businesses_running: Mapped[int] = mapped_column(BigInteger)
    people_hired: Mapped[int] = mapped_column(BigInteger)
    first_incomes: Mapped[int] = mapped_column(BigInteger)
    days_to_first_income: Mapped[int] = mapped_column(BigInteger)
    incomes_compared: Mapped[int] = mapped_column(BigInteger)
    incomes_up: Mapped[int] = mapped_column(BigInteger)


class _NowMembers(_PersonMembers):
    """What is kept of an enrollment's latest event."""

    generation: Mapped[int] = mapped_column(primary_key=True)
    enrollment_id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID]
    participant_id: Mapped[UUID]
    state: Mapped[EnrollmentState]
    waited: Mapped[bool]
    presence: Mapped[Presence]
    disability: Mapped[bool] = mapped_column(server_default=text("false"))
    version: Mapped[int]


class EnrollmentNow(_NowMembers, Base):
    """The latest that the ledger says of an enrollment: what a follow-up is recorded against."""

    __tablename__ = "enrollment_now"
    __table_args__ = _ROOM


class Program(Base):
    """A programme as enrollment published it: who owns it decides who sees its figures."""

    __tablename__ = "program"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    owner_ministry: Mapped[str]
    co_ministry: Mapped[str | None]


class Wave(Base):
    """A wave as enrollment published it; `synthetic` marks generated data."""

    __tablename__ = "wave"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    program_id: Mapped[UUID]
    code: Mapped[str]
    name: Mapped[str]
    synthetic: Mapped[bool]


class _Owned:
    """The ministries that own the programme; None until its event has come."""

    owner_ministry: Mapped[str | None]
    co_ministry: Mapped[str | None]


def _live(table: Table, source: Source, *, owned: bool) -> Subquery:
    """Return the rows of `table` that reports read, with the ministries that own the programme.

    PostgreSQL leaves the join out wherever nobody asks for the ministries.
    """
    generation = select(Fold.generation).where(Fold.source == source).scalar_subquery()
    if not owned:
        return select(table).where(table.c.generation == generation).subquery()
    return (
        select(table, Program.owner_ministry, Program.co_ministry)
        .outerjoin(Program, Program.id == table.c.program_id)
        .where(table.c.generation == generation)
        .subquery()
    )


def mapped_table(mapped: type[Base]) -> Table:
    """Return the table of a mapped class."""
    return Base.metadata.tables[f"{Base.metadata.schema}.{mapped.__tablename__}"]


class LiveFacilities(Base):
    """What reports read of facilities."""

    __table__ = _live(mapped_table(FacilityCube), Source.REGISTRY, owned=False)


class LiveClassSummary(Base):
    """What public reports read of classes."""

    __table__ = _live(mapped_table(ClassSummary), Source.ENROLLMENT, owned=True)


class LiveClasses(Base):
    """What reports read of classes."""

    __table__ = _live(mapped_table(ClassCube), Source.ENROLLMENT, owned=True)


class LiveEnrollmentSummary(Base):
    """What public reports read of enrollments."""

    __table__ = _live(mapped_table(EnrollmentSummary), Source.ENROLLMENT, owned=True)


class LiveEnrollments(Base):
    """What reports read of enrollments."""

    __table__ = _live(mapped_table(EnrollmentCube), Source.ENROLLMENT, owned=True)


class LiveOutcomes(Base):
    """What reports read of outcomes."""

    __table__ = _live(mapped_table(OutcomeCube), Source.REPORTING, owned=True)


class LiveEnrollmentNow(_NowMembers, _Owned, Base):
    """What follow-ups read of an enrollment."""

    __table__ = _live(mapped_table(EnrollmentNow), Source.ENROLLMENT, owned=True)
