"""Changes of waves and of all their classes, each within the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.applications.operations import tell
from services.enrollment.applications.queries import was
from services.enrollment.applications.tables import Application
from services.enrollment.base import Event, Job
from services.enrollment.classes.queries import cell_of
from services.enrollment.classes.tables import Class
from services.enrollment.notice_templates.rules import NoticeKind
from services.enrollment.notices.operations import Wanted, add_notices
from services.enrollment.notices.rules import TOLD_WITHIN
from services.enrollment.openings.operations import cancel_class
from services.enrollment.programs.queries import get_program
from services.enrollment.programs.rules import check_owner
from services.enrollment.wave_changes import queries, rules
from services.enrollment.wave_changes.rules import Window
from services.enrollment.wave_changes.schemas import CancelClasses, WaveCancelledRead, WaveChange
from services.enrollment.waves.queries import get_wave
from services.enrollment.waves.rules import (
    WaveCancelledError,
    check_not_cancelled,
    check_window,
    start_instant,
)
from services.enrollment.waves.tables import Wave
from shared.db.events import Draft, emit, emit_all
from shared.db.jobs import add_job
from shared.db.within import place_of
from shared.schemas.enrollment import (
    ApplicationState,
    ClassMoved,
    Topic,
    WaveCancelled,
    WaveChanged,
)
from shared.schemas.registry import TimeZone
from shared.scope import Scope

_WINDOW: Final = ("opens_at", "closes_at", "promote_until")
_NO_REASON: Final = WaveCancelledError.code


async def get_wave_for_change(session: AsyncSession, wave_id: UUID, *, scope: Scope) -> Wave:
    """Return a wave that the caller may change, locked.

    Raises:
        WaveUnknownError: when there is no such wave.
        NotYourMinistryError: when the caller's ministries neither own nor co-own its programme.
    """
    wave = await get_wave(session, wave_id)
    check_owner(place_of(await get_program(session, wave.program_id)), scope=scope)
    await session.refresh(wave, with_for_update=True)
    return wave


async def change_wave(
    session: AsyncSession, wave: Wave, change: WaveChange, *, now: datetime
) -> None:
    """Change the name or the window of a locked wave; its planned classes follow at once.

    Raises:
        WaveCancelledError, WaveMemberFixedError, WindowShortenedError, PromotionPastError: when
            people rely on what would change.
        WindowOrderError, WindowExpiredError, PromotionEndError: when the window cannot be.
    """
    said = change.model_dump(exclude_unset=True)
    named = {name for name, value in said.items() if getattr(wave, name) != value}
    if not named:
        return
    present = Window(wave.opens_at, wave.closes_at, wave.promote_until)
    wanted = Window(*(said.get(name, getattr(wave, name)) for name in _WINDOW))
    frozen = await queries.is_frozen(session, wave.id)
    phase = rules.phase_of(present, cancelled_at=wave.cancelled_at, frozen=frozen, now=now)
    rules.check_change(named, present, wanted, phase=phase, now=now)
    if not named.isdisjoint(_WINDOW):
        _check_window(wave, wanted, closes="closes_at" in named, now=now)
    for name in sorted(named):
        setattr(wave, name, said[name])
    wave.version += 1
    await session.flush()
    classes: Sequence[Class] = []
    if not named.isdisjoint(_WINDOW):
        classes = await queries.lock_planned(session, wave.id)
        await _follow(session, classes, wanted, now=now)
    await _tell_changed(session, wave, classes=len(classes), now=now)


def _check_window(wave: Wave, wanted: Window, *, closes: bool, now: datetime) -> None:
    first = start_instant(
        wave.start_rule,
        starts_at=wave.starts_at,
        starts_local=wave.starts_local,
        zone=TimeZone.WIT,
    )
    check_window(
        opens_at=wanted.opens_at,
        closes_at=wanted.closes_at,
        first_start=first,
        promote_until=wanted.promote_until,
        # A window that has closed stays as it is: it lies in the past by right.
        now=now if closes else min(now, wanted.opens_at),
    )


async def _follow(
    session: AsyncSession, classes: Sequence[Class], window: Window, *, now: datetime
) -> None:
    """Copy the window into classes, and tell of each."""
    drafts = []
    for class_ in classes:
        for name in _WINDOW:
            setattr(class_, name, getattr(window, name))
        class_.version += 1
        cell = cell_of(class_)
        drafts.append(
            Draft(
                topic=Topic.CLASS_CHANGED,
                stream_id=class_.id,
                event=ClassMoved(
                    class_id=class_.id,
                    code=class_.code,
                    label=class_.label,
                    capacity=class_.capacity,
                    before=cell,
                    after=cell,
                ),
                place=place_of(class_),
                occurred_at=now,
                version=class_.version,
            )
        )
    await session.flush()
    await emit_all(session, Event, drafts)


async def _tell_changed(session: AsyncSession, wave: Wave, *, classes: int, now: datetime) -> None:
    await emit(
        session,
        Event,
        topic=Topic.WAVE_CHANGED,
        stream_id=wave.id,
        event=WaveChanged(
            wave_id=wave.id,
            name=wave.name,
            opens_at=wave.opens_at,
            closes_at=wave.closes_at,
            promote_until=wave.promote_until,
            classes=classes,
        ),
        place=place_of(await get_program(session, wave.program_id)),
        occurred_at=now,
        version=wave.version,
    )


async def cancel_wave(
    session: AsyncSession, wave: Wave, *, reason: str, now: datetime
) -> WaveCancelledRead:
    """Call a locked wave off; a job calls its classes off one by one.

    Their windows close at once: the desk gives no seat that the job would take back.

    Raises:
        WaveCancelledError: when it was called off.
        WaveRunningError: when a class of it has opened.
    """
    check_not_cancelled(wave.cancelled_at)
    planned = await queries.lock_planned(session, wave.id)
    rules.check_cancel(await queries.states_of(session, wave.id), cancelled_at=wave.cancelled_at)
    wave.cancelled_at = now
    wave.cancel_reason = reason
    wave.version += 1
    await session.flush()
    shut = Window(wave.opens_at, min(wave.closes_at, now), wave.promote_until)
    await _follow(session, planned, shut, now=now)
    classes = len(planned)
    await emit(
        session,
        Event,
        topic=Topic.WAVE_CANCELLED,
        stream_id=wave.id,
        event=WaveCancelled(wave_id=wave.id, program_id=wave.program_id, classes=classes),
        place=place_of(await get_program(session, wave.program_id)),
        occurred_at=now,
        version=wave.version,
    )
    job = await add_job(
        session, Job, kind=CancelClasses.kind, payload=CancelClasses(wave_id=wave.id)
    )
    return WaveCancelledRead(wave_id=wave.id, cancelled_at=now, classes=classes, job_id=job.id)


async def cancel_class_of_wave(
    session: AsyncSession, class_id: UUID, wave_id: UUID, *, scope: Scope, now: datetime
) -> None:
    """Call one class of a wave off that was called off, for the wave's reason.

    Raises:
        ClassNotPlannedError: when it has opened, ended or been cancelled meanwhile.
    """
    wave = await get_wave(session, wave_id)
    reason = wave.cancel_reason or _NO_REASON
    await cancel_class(session, scope=scope, class_id=class_id, reason=reason, now=now)


async def close_applications(
    session: AsyncSession, wave_id: UUID, ids: Sequence[UUID], *, tells: bool, now: datetime
) -> int:
    """Close applications of a wave that was called off; return how many.

    Whoever sent one gets a notice, if `tells`. What was decided since is left alone: its place
    says what became of it.
    """
    wave = await get_wave(session, wave_id)
    rows = await queries.lock_undecided(session, wave_id, ids)
    before = {row.id: was(row) for row in rows}
    for row in rows:
        row.state, row.withdrawn_at = ApplicationState.WITHDRAWN, now
        row.reasons = [WaveCancelledError.code]
        row.version += 1
        row.updated_at = now
    await session.flush()
    await tell(session, rows, before=before, topic=Topic.APPLICATION_WITHDRAWN, now=now)
    if tells:
        await add_notices(session, [_notice(row, wave, now=now) for row in rows], now=now)
    return len(rows)


def _notice(row: Application, wave: Wave, *, now: datetime) -> Wanted:
    return Wanted(
        participant_id=row.participant_id,
        kind=NoticeKind.WAVE_CANCELLED,
        occasion_id=row.id,
        version=row.version,
        params={"wave": wave.name},
        expires_at=now + TOLD_WITHIN,
    )
