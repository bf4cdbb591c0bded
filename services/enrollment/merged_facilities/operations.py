"""Move classes and their enrollments to the facility that stays."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.application_relocations.operations import move_choices
from services.enrollment.base import Job
from services.enrollment.certificate_relocations.operations import move_certificates
from services.enrollment.classes.operations import tell_moved
from services.enrollment.classes.queries import cell_of, get_class
from services.enrollment.classes.tables import Class
from services.enrollment.merged_facilities import queries
from services.enrollment.merged_facilities.schemas import MoveClasses
from services.enrollment.merged_facilities.tables import MergedFacility
from services.enrollment.referral_relocations.operations import Successor, move_referrals
from shared.db.jobs import add_job
from shared.logging import current_request_id
from shared.schemas.enrollment import Topic
from shared.schemas.registry import FacilityMerged, FacilityStays

# All enrollments of one class, whatever their state, with their events: two statements a class.
_MOVE_ENROLLMENTS: Final = text(
    """
    WITH moved AS (
        UPDATE enrollment.enrollment AS e
        SET facility_id = :facility_id, province_code = :province_code,
            regency_code = :regency_code, host_ministry = :owner_ministry, version = e.version + 1
        WHERE e.class_id = :class_id
        RETURNING e.*, old.facility_id AS left_facility_id, old.province_code AS left_province_code,
            old.regency_code AS left_regency_code, old.host_ministry AS left_host_ministry
    )
    INSERT INTO enrollment.event (stream_id, id, topic, schema, version, province_code,
        regency_code, facility_id, owner_ministry, co_ministry, host_ministry, participant_id,
        occurred_at, actor, request_id, payload)
    SELECT class_id, uuidv7(), :topic, 1, version, province_code, regency_code, facility_id,
        owner_ministry, co_ministry, host_ministry, participant_id, :now, :actor, :request_id,
        jsonb_build_object('enrollment_id', id, 'class_id', class_id,
            'participant_id', participant_id,
            'before', cell || jsonb_build_object('facility_id', left_facility_id,
                'province_code', left_province_code, 'regency_code', left_regency_code,
                'host_ministry', left_host_ministry, 'facility_kind', CAST(:left_kind AS text)),
            'after', cell || jsonb_build_object('facility_id', facility_id,
                'province_code', province_code, 'regency_code', regency_code,
                'host_ministry', host_ministry, 'facility_kind', CAST(:kind AS text)))
    FROM moved CROSS JOIN LATERAL (
        SELECT jsonb_build_object('program_id', program_id, 'wave_id', wave_id,
            'home_province_code', home_province_code, 'home_regency_code', home_regency_code,
            'sex', sex, 'age_band', age_band, 'entrant_kind', entrant_kind, 'state', state,
            'waited', waited, 'presence', presence, 'disability', disability,
            'trade', CAST(:trade AS text), 'applied', applied) AS cell
    ) AS same
    """
)
_COPIED: Final = ("facility_id", "province_code", "regency_code", "latitude", "longitude")


async def note_merge(session: AsyncSession, merged: FacilityMerged, *, now: datetime) -> None:
    """Keep which facility was merged into which; those merged into it before follow."""
    stays, gone = merged.stays.model_dump(mode="json"), str(merged.from_id)
    spaces = {str(key): name for key, name in merged.spaces.items()}
    await session.execute(
        update(MergedFacility)
        .where(MergedFacility.stays["facility_id"].astext == gone)
        .values(stays=stays, spaces=MergedFacility.spaces.op("||")(spaces))
        .execution_options(synchronize_session=False)
    )
    row = {"facility_id": merged.from_id, "stays": stays, "spaces": spaces, "merged_at": now}
    statement = insert(MergedFacility).values(row)
    await session.execute(statement.on_conflict_do_update(index_elements=["facility_id"], set_=row))


async def forget_merges(session: AsyncSession) -> None:
    """Forget which facilities were merged: the registry tells it again."""
    await session.execute(delete(MergedFacility))


async def order_moving(session: AsyncSession) -> None:
    """Queue the moving of classes."""
    await add_job(session, Job, kind=MoveClasses.kind, payload=MoveClasses())


async def order_moving_if_needed(session: AsyncSession) -> bool:
    """Queue it for what came to be while its facility was merged; tell whether."""
    needed = bool(
        await queries.left_behind(session, limit=1)
        or await queries.referrals_left_behind(session, limit=1)
    )
    if needed:
        await order_moving(session)
    return needed


async def move_class(session: AsyncSession, class_id: UUID, *, now: datetime) -> bool:
    """Move a class with its enrollments, and who chose it, and tell it; False when it has moved."""
    found = await get_class(session, class_id, for_update=True)
    merged = await session.get(MergedFacility, found.facility_id)
    if merged is None:
        return False
    stays = FacilityStays.model_validate(merged.stays)
    before = cell_of(found)
    left = found.facility_id
    _relocate(found, stays, merged.spaces)
    await session.flush()
    await session.execute(
        _MOVE_ENROLLMENTS,
        {
            "class_id": class_id,
            "facility_id": stays.facility_id,
            "province_code": stays.province_code,
            "regency_code": stays.regency_code,
            "owner_ministry": stays.owner_ministry,
            "left_kind": before.facility_kind.value,
            "kind": stays.kind.value,
            "trade": found.trade,
            "topic": Topic.RELOCATED.value,
            "now": now,
            "actor": session.info["actor"].name,
            "request_id": current_request_id(),
        },
    )
    await tell_moved(session, found, topic=Topic.CLASS_RELOCATED, before=before, now=now)
    await move_certificates(session, class_id, stays=stays, now=now)
    await move_choices(session, wave_id=found.wave_id, left=left, stays=stays, now=now)
    referrals = await queries.referrals_of_class(session, class_id, facility_id=left)
    await move_referrals(session, referrals, merged={left: _successor(merged)}, now=now)
    return True


async def move_left_referrals(session: AsyncSession, *, limit: int, now: datetime) -> int:
    """Move up to `limit` referrals that no class took along: who receives has none, mostly."""
    rows = await queries.referrals_left_behind(session, limit=limit)
    named = {each.facility_id for each in rows} | {each.to_facility_id for each in rows}
    found = await session.scalars(
        select(MergedFacility)
        .where(MergedFacility.facility_id.in_(named))
        .order_by(MergedFacility.facility_id)
    )
    merged = {each.facility_id: _successor(each) for each in found}
    return await move_referrals(session, rows, merged=merged, now=now)


def _successor(merged: MergedFacility) -> Successor:
    return Successor(FacilityStays.model_validate(merged.stays), merged.spaces)


def _relocate(found: Class, stays: FacilityStays, spaces: Mapping[str, str]) -> None:
    for name in _COPIED:
        setattr(found, name, getattr(stays, name))
    found.facility_code = stays.code
    found.facility_name = stays.name
    found.facility_kind = stays.kind
    found.host_ministry = stays.owner_ministry
    found.space_name = spaces.get(str(found.space_id), found.space_name)
    found.version += 1
