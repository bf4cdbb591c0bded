"""Moving referrals to the facility that stays, on the side that refers and on the receiving one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.referrals.queries import cell_of
from services.enrollment.referrals.tables import Referral
from shared.db.events import Draft, emit_all
from shared.db.within import place_of
from shared.schemas.enrollment import ReferralCell, ReferralMoved, Topic
from shared.schemas.registry import FacilityStays


@dataclass(frozen=True, slots=True)
class Successor:
    """The facility that stays, and the spaces of the other that have another name there, by id."""

    stays: FacilityStays
    spaces: Mapping[str, str]


async def move_referrals(
    session: AsyncSession,
    rows: Sequence[Referral],
    *,
    merged: Mapping[UUID, Successor],
    now: datetime,
) -> int:
    """Let locked referrals name the facilities that stay; return how many there were.

    Who sees them, who decides on them and where they count follows from it.
    """
    drafts = []
    for row in rows:
        before = cell_of(row)
        _relocate(row, merged)
        drafts.append(_moved(row, before=before, now=now))
    await session.flush()
    await emit_all(session, Event, drafts)
    return len(drafts)


def _relocate(row: Referral, merged: Mapping[UUID, Successor]) -> None:
    refers = merged.get(row.facility_id)
    if refers is not None:
        row.facility_id = refers.stays.facility_id
        row.facility_kind = refers.stays.kind
        row.province_code = refers.stays.province_code
        row.regency_code = refers.stays.regency_code
        row.host_ministry = refers.stays.owner_ministry
    receives = None if row.to_facility_id is None else merged.get(row.to_facility_id)
    if receives is not None:
        row.target = receives.spaces.get(str(row.target_id), row.target)
        row.to_facility_id = receives.stays.facility_id
        row.to_facility_name = receives.stays.name
        row.to_province_code = receives.stays.province_code
        row.to_regency_code = receives.stays.regency_code
        row.to_ministry = receives.stays.owner_ministry
    row.version += 1


def _moved(row: Referral, *, before: ReferralCell, now: datetime) -> Draft:
    return Draft(
        topic=Topic.REFERRAL_RELOCATED,
        stream_id=row.id,
        event=ReferralMoved(
            referral_id=row.id,
            enrollment_id=row.enrollment_id,
            class_id=row.class_id,
            participant_id=row.participant_id,
            target=row.target,
            before=before,
            after=cell_of(row),
        ),
        place=place_of(row),
        occurred_at=now,
        version=row.version,
    )
