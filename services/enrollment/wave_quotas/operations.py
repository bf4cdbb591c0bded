"""Setting the quotas of a wave, within the caller's transaction."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.areas.queries import check_known
from services.enrollment.base import Event
from services.enrollment.classes.tables import Class
from services.enrollment.programs.queries import get_program
from services.enrollment.programs.rules import check_owner
from services.enrollment.quotas.queries import quotas_of
from services.enrollment.quotas.rules import Quota, QuotaDimension
from services.enrollment.quotas.tables import WaveQuota
from services.enrollment.selections.tables import Selection
from services.enrollment.wave_quotas import rules
from services.enrollment.wave_quotas.schemas import QuotaRead, QuotasPut, WaveQuotasRead
from services.enrollment.waves.queries import get_wave
from services.enrollment.waves.rules import check_unapproved, start_instant
from services.enrollment.waves.tables import Wave
from shared.db.events import emit
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.enrollment import Topic, WaveQuotaSet, WaveQuotasSet
from shared.schemas.registry import TimeZone
from shared.scope import Scope

# Who holds a seat is counted anew under the locks of all classes: nobody moves meanwhile.
_RECOUNT = text(
    """
    UPDATE enrollment.wave_quota q SET taken = (
        SELECT count(*) FROM enrollment.class c JOIN enrollment.enrollment e ON e.class_id = c.id
        WHERE c.wave_id = q.wave_id AND e.state IN ('OFFERED', 'SEATED', 'COMPLETED', 'DROPPED_OUT')
            AND enrollment.in_quota(q.dimension, q.value, e.home_province_code, e.sex,
                e.entrant_kind, e.disability))
    WHERE q.wave_id = :wave_id
    """
)


async def read_wave_quotas(session: AsyncSession, wave_id: UUID) -> WaveQuotasRead:
    """Return the quotas of a wave, by dimension and value.

    Raises:
        WaveUnknownError: when there is no such wave.
    """
    wave = await get_wave(session, wave_id)
    rows = sorted(
        await quotas_of(session, [wave_id]), key=lambda row: (row.dimension, row.value, row.kind)
    )
    return WaveQuotasRead(
        wave_id=wave_id,
        version=wave.version,
        quotas=[QuotaRead.model_validate(row) for row in rows],
    )


async def lock_wave(session: AsyncSession, wave_id: UUID, *, scope: Scope) -> Wave:
    """Return a wave that the caller may change, locked and fresh.

    Its selection is held before it, as by whoever freezes a list: nobody approves it meanwhile.

    Raises:
        WaveUnknownError: when there is no such wave.
        NotYourMinistryError: when the caller's ministries neither own nor co-own its programme.
        SelectionApprovedError: between the approval of its selection and the announcement.
    """
    wave = await get_wave(session, wave_id)
    check_owner(place_of(await get_program(session, wave.program_id)), scope=scope)
    held = select(Selection.state).where(Selection.wave_id == wave_id).with_for_update(read=True)
    check_unapproved(await session.scalar(held))
    await session.refresh(wave, with_for_update={"key_share": True})
    return wave


async def set_quotas(
    session: AsyncSession, wave: Wave, body: QuotasPut, *, now: datetime
) -> WaveQuotasRead:
    """Give a locked wave these quotas and no others, and count who holds a seat by them.

    All classes of the wave are locked, in the order of their ids, before its quotas: as everybody
    does who gives or takes a seat.

    Raises:
        QuotaReasonError: when applications are open, or were, and no reason is given.
        QuotaValueError, QuotaReleaseError, QuotaTwiceError: when a quota cannot be.
        UnknownAreaError: when a province is not in force.
    """
    rules.check_reason(body.reason, opens_at=wave.opens_at, now=now)
    wanted = [Quota(new_id(), wave.id, **each.model_dump()) for each in body.quotas]
    rules.check_quotas(wanted, first_start=_first_start(wave))
    await _check_provinces(session, wanted)
    await _replace(session, wave.id, wanted)
    wave.version += 1
    await session.flush()
    await emit(
        session,
        Event,
        topic=Topic.WAVE_QUOTAS_SET,
        stream_id=wave.id,
        event=WaveQuotasSet(
            wave_id=wave.id,
            reason=body.reason,
            quotas=[WaveQuotaSet(**each.model_dump(mode="json")) for each in body.quotas],
        ),
        place=place_of(await get_program(session, wave.program_id)),
        occurred_at=now,
        version=wave.version,
    )
    return await read_wave_quotas(session, wave.id)


async def _replace(session: AsyncSession, wave_id: UUID, wanted: list[Quota]) -> None:
    locked = select(Class.id).where(Class.wave_id == wave_id).order_by(Class.id)
    await session.execute(locked.with_for_update(key_share=True))
    rows = await quotas_of(session, [wave_id], for_update=True)
    present = {(row.dimension, row.value, row.kind): row.id for row in rows}
    for row in rows:
        session.expunge(row)
    await session.execute(delete(WaveQuota).where(WaveQuota.wave_id == wave_id))
    if wanted:
        values = [
            {**each._asdict(), "id": rules.kept_id(present, each), "taken": 0} for each in wanted
        ]
        await session.execute(insert(WaveQuota), values)
        await session.execute(_RECOUNT, {"wave_id": wave_id})


async def _check_provinces(session: AsyncSession, wanted: list[Quota]) -> None:
    for place, quota in enumerate(wanted):
        if quota.dimension is QuotaDimension.PROVINCE:
            await check_known(session, [quota.value], pointer=f"/quotas/{place}/value")


def _first_start(wave: Wave) -> datetime:
    return start_instant(
        wave.start_rule,
        starts_at=wave.starts_at,
        starts_local=wave.starts_local,
        zone=TimeZone.WIT,
    )
