"""Reads of the cockpit: public dimensions only, for the whole country."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.class_facts.tables import LiveClassNow, LiveClassSummary
from services.reporting.cockpit.rules import Counts, by_zone, shown
from services.reporting.cockpit.schemas import (
    CockpitFigures,
    CockpitWaveRead,
    CountsRead,
    CourseRead,
    ProvinceCountsRead,
    ZoneCountsRead,
)
from services.reporting.enrollment_facts.tables import LiveEnrollmentSummary
from services.reporting.folding.queries import sum_of
from services.reporting.phase_facts.rules import course_of
from services.reporting.phase_facts.tables import LiveProgramPhases
from services.reporting.program_names.queries import names_of
from services.reporting.programs.queries import find_wave, list_programs
from services.reporting.programs.tables import Wave
from services.reporting.signups.queries import read_speed
from services.reporting.signups.rules import Cut, WaveUnknownError
from services.reporting.signups.schemas import SpeedRead
from shared.schemas.enrollment import HOLDS_SEAT, ClassState, Presence

_OPENED: Final = (ClassState.OPENED, ClassState.COMPLETED)
_MOST_PROGRAMS: Final = 20


async def read_cockpit(
    session: AsyncSession,
    *,
    wave_id: UUID | None,
    zones: Mapping[str, str],
    synthetic_waves: frozenset[str],
    now: datetime,
    today: date,
) -> CockpitFigures:
    """Return what the cockpit shows of a wave, or of all; `zones` names that of each province.

    Raises:
        WaveUnknownError: when no such wave was published.
    """
    wave = None if wave_id is None else await find_wave(session, wave_id)
    if wave_id is not None and wave is None:
        raise WaveUnknownError
    provinces = await _counts(session, wave_id, now)
    speed = await read_speed(session, Cut(wave_id), now=now)
    return CockpitFigures(
        wave=None if wave is None else await _wave(session, wave),
        synthetic=bool(synthetic_waves) if wave is None else str(wave.id) in synthetic_waves,
        next_start=await _next_start(session, wave_id, now),
        total=CountsRead.model_validate(shown(Counts.of(provinces.values()))),
        zones=[
            ZoneCountsRead.model_validate({"zone": zone, **shown(counts)})
            for zone, counts in by_zone(provinces, zones).items()
        ],
        provinces=[
            ProvinceCountsRead.model_validate(
                {"province": code, "zone": zones.get(code), **shown(counts)}
            )
            for code, counts in sorted(provinces.items())
            if not counts.nothing
        ],
        signups=SpeedRead.model_validate(speed),
        programs=await _courses(session, None if wave is None else wave.program_id, today),
    )


async def _wave(session: AsyncSession, wave: Wave) -> CockpitWaveRead:
    names = await names_of(session, [wave.id])
    return CockpitWaveRead(
        id=wave.id,
        program_id=wave.program_id,
        code=wave.code,
        name=names.get(wave.id, wave.name),
    )


async def _counts(session: AsyncSession, wave_id: UUID | None, now: datetime) -> dict[str, Counts]:
    """Return the figures of each province."""
    provinces: dict[str, Counts] = {}
    for statement in (_classes(wave_id, now), _people(wave_id), _silent_centres(wave_id, now)):
        for row in (await session.execute(statement)).mappings():
            sums = {name: value for name, value in row.items() if name != "province_code"}
            provinces.setdefault(row["province_code"], Counts()).add(sums)
    return provinces


def _of_wave(live: Any, wave_id: UUID | None) -> ColumnElement[bool]:  # noqa: ANN401 - any of three
    return true() if wave_id is None else live.wave_id == wave_id


def _classes(wave_id: UUID | None, now: datetime) -> Select[*tuple[Any, ...]]:
    live: Any = LiveClassSummary
    planned, due = live.state != ClassState.CANCELLED, live.starts_at <= now
    return (
        select(
            live.province_code,
            sum_of(live.n, planned).label("classes_planned"),
            sum_of(live.n, live.state.in_(_OPENED)).label("classes_opened"),
            sum_of(live.n, planned, due).label("classes_due"),
            sum_of(live.n, live.state == ClassState.PLANNED, due).label("classes_silent"),
        )
        .where(_of_wave(live, wave_id))
        .group_by(live.province_code)
    )


def _people(wave_id: UUID | None) -> Select[*tuple[Any, ...]]:
    live: Any = LiveEnrollmentSummary
    held = live.state.in_(HOLDS_SEAT)
    return (
        select(
            live.province_code,
            sum_of(live.n, held).label("seated"),
            sum_of(live.n, held, live.presence != Presence.UNREPORTED).label("reported"),
            sum_of(live.n, held, live.presence == Presence.PRESENT).label("present"),
        )
        .where(_of_wave(live, wave_id))
        .group_by(live.province_code)
    )


def _silent_centres(wave_id: UUID | None, now: datetime) -> Select[*tuple[Any, ...]]:
    live: Any = LiveClassNow
    return (
        select(
            live.province_code,
            func.count(live.facility_id.distinct()).label("centres_silent"),
        )
        .where(_of_wave(live, wave_id), live.state == ClassState.PLANNED, live.starts_at <= now)
        .group_by(live.province_code)
    )


async def _next_start(
    session: AsyncSession, wave_id: UUID | None, now: datetime
) -> datetime | None:
    """Return when the next classes start that have not started, whatever hour was played."""
    live: Any = LiveClassSummary
    ahead = (
        select(live.starts_at)
        .where(_of_wave(live, wave_id), live.starts_at > now, live.state == ClassState.PLANNED)
        .group_by(live.starts_at)
        .having(func.sum(live.n) > 0)
        .order_by(live.starts_at)
        .limit(1)
    )
    return (await session.scalars(ahead)).first()


async def _courses(session: AsyncSession, program_id: UUID | None, today: date) -> list[CourseRead]:
    """Return how far the programmes have come that are not over, the next to end first."""
    programs = await list_programs(session, program_id)
    live: Any = LiveProgramPhases
    ids = [program.id for program in programs]
    told = await session.execute(
        select(live.program_id, live.phases).where(live.program_id.in_(ids))
    )
    courses = {row.program_id: course_of(row.phases, today=today) for row in told}
    names = await names_of(session, ids)
    present = [
        CourseRead.model_validate(
            {
                "program_id": program.id,
                "code": program.code,
                "name": names.get(program.id, program.code),
                **asdict(course),
            }
        )
        for program in programs
        if (course := courses.get(program.id)) is not None and course.ends_on >= today
    ]
    return sorted(present, key=lambda course: (course.ends_on, course.code))[:_MOST_PROGRAMS]
