"""What becomes of targets when the registry tells of agreements, partners and facilities."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.registry_targets import operations
from shared.schemas.events import EventRead
from shared.schemas.registry import (
    AgreementEnded,
    AgreementSigned,
    AgreementTargetsStated,
    FacilityMerged,
    FacilityMoved,
    FacilityRoleStated,
    Topic,
)

_ENDED: Final = frozenset({Topic.AGREEMENT_TERMINATED, Topic.AGREEMENT_RENEWED})


async def follow_targets(session: AsyncSession, events: list[EventRead]) -> None:
    """Keep what agreements and partners promise, in the log's order."""
    for event in events:
        at = event.occurred_at
        if event.topic == Topic.AGREEMENT_TARGETS_STATED:
            stated = AgreementTargetsStated.model_validate(event.payload)
            await operations.keep_promises(session, stated, version=event.version, at=at)
        elif event.topic == Topic.AGREEMENT_SIGNED:
            signed = AgreementSigned.model_validate(event.payload)
            await operations.sign_promises(session, signed.agreement_id)
        elif event.topic in _ENDED:
            ended = AgreementEnded.model_validate(event.payload)
            await operations.end_promises(session, ended.agreement_id, at=at)
        elif event.topic == Topic.FACILITY_ROLE_STATED:
            role = FacilityRoleStated.model_validate(event.payload)
            await operations.keep_commitment(session, role, version=event.version, at=at)
        else:
            await _follow_facility(session, event)


async def _follow_facility(session: AsyncSession, event: EventRead) -> None:
    if event.topic == Topic.FACILITY_CHANGED:
        moved = FacilityMoved.model_validate(event.payload)
        await operations.relocate_targets(session, moved.facility_id, moved.after)
    elif event.topic == Topic.FACILITY_MERGED:
        merged = FacilityMerged.model_validate(event.payload)
        await operations.merge_targets(session, gone=merged.from_id, stays=merged.stays.facility_id)


async def forget_targets(session: AsyncSession) -> None:
    """Forget what the registry stated: it was restored, and states it again."""
    await operations.forget_targets(session)
