"""Moving the choices of applications to the facility that stays."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import case, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.applications.operations import tell
from services.enrollment.applications.queries import was
from services.enrollment.applications.tables import Application, ApplicationChoice
from shared.schemas.enrollment import Topic
from shared.schemas.registry import FacilityStays

# Who chose both facilities keeps the choice that he wants more.
_DROP_LESS_WANTED: Final = text(
    """
    DELETE FROM enrollment.application_choice AS less
    WHERE less.wave_id = :wave_id AND less.facility_id IN (:left, :stays)
      AND EXISTS (
        SELECT FROM enrollment.application_choice more
        WHERE more.participant_id = less.participant_id
          AND more.application_id = less.application_id
          AND more.facility_id IN (:left, :stays) AND more.rank < less.rank)
    RETURNING less.participant_id, less.application_id
    """
)


async def move_choices(
    session: AsyncSession, *, wave_id: UUID, left: UUID, stays: FacilityStays, now: datetime
) -> int:
    """Let the applications of a wave name the facility that stays; return how many did not."""
    place = {
        "facility_id": stays.facility_id,
        "province_code": stays.province_code,
        "regency_code": stays.regency_code,
        "host_ministry": stays.owner_ministry,
    }
    changed = await _move(session, wave_id, left, place)
    if not changed:
        return 0
    named = (
        Application.participant_id.in_([person for person, _ in changed]),
        Application.id.in_([application for _, application in changed]),
    )
    before = {row.id: was(row) for row in await session.scalars(select(Application).where(*named))}
    # Those that figures never counted stay uncounted.
    kind = case((Application.facility_kind.is_not(None), stays.kind.value))
    await session.execute(
        update(Application)
        .where(Application.wave_id == wave_id, Application.facility_id == left)
        .values(**place, facility_kind=kind)
        .execution_options(synchronize_session=False)
    )
    rows = await session.scalars(
        update(Application)
        .where(*named)
        .values(version=Application.version + 1, updated_at=now)
        .returning(Application)
        .execution_options(populate_existing=True)
    )
    in_order = sorted(rows, key=lambda row: row.id)
    await tell(session, in_order, before=before, topic=Topic.APPLICATION_CHANGED, now=now)
    return len(in_order)


async def _move(
    session: AsyncSession, wave_id: UUID, left: UUID, place: dict[str, Any]
) -> set[tuple[UUID, UUID]]:
    """Let the choices of a wave name `place`; return whose applications, (person, id), changed."""
    dropped = await session.execute(
        _DROP_LESS_WANTED, {"wave_id": wave_id, "left": left, "stays": place["facility_id"]}
    )
    changed = {(row.participant_id, row.application_id) for row in dropped}
    moved = await session.execute(
        update(ApplicationChoice)
        .where(ApplicationChoice.wave_id == wave_id, ApplicationChoice.facility_id == left)
        .values(place)
        .returning(ApplicationChoice.participant_id, ApplicationChoice.application_id)
        .execution_options(synchronize_session=False)
    )
    return changed | {(row.participant_id, row.application_id) for row in moved}
