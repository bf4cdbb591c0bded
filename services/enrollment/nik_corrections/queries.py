"""Reads and re-keying that NIK corrections need."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Update, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.enrollments.tables import Enrollment, ProgramClaim
from services.enrollment.identities.tables import IdentityClaim
from services.enrollment.nik_corrections.tables import NikCorrection
from services.enrollment.participants.tables import Participant
from shared.db.within import within
from shared.scope import Scope


async def find_holder(session: AsyncSession, nik_index: bytes) -> UUID | None:
    """Return who has registered with a NIK, wherever that is."""
    statement = select(IdentityClaim.participant_id).where(IdentityClaim.nik_index == nik_index)
    return await session.scalar(statement)


async def may_see(session: AsyncSession, participant_id: UUID, *, scope: Scope) -> bool:
    """Tell whether somebody lies within the caller's scope."""
    statement = select(Participant.id).where(
        Participant.id == participant_id, within(scope, Participant)
    )
    return await session.scalar(statement) is not None


def rekey_claims(participant_id: UUID, *, old: bytes, new: bytes) -> Update:
    """Return the statement that lets a person's claims follow the NIK; nobody else's."""
    own = select(Enrollment.program_id).where(Enrollment.participant_id == participant_id)
    places = select(Enrollment.id).where(Enrollment.participant_id == participant_id)
    return (
        update(ProgramClaim)
        .where(
            ProgramClaim.program_id.in_(own),
            ProgramClaim.nik_index == old,
            ProgramClaim.enrollment_id.in_(places),
        )
        .values(nik_index=new)
        .execution_options(synchronize_session=False)
    )


async def unsettled(
    session: AsyncSession, *, before: datetime, limit: int
) -> Sequence[NikCorrection]:
    """Return up to `limit` locked corrections made before a moment that are not settled yet."""
    statement = (
        select(NikCorrection)
        .where(NikCorrection.old_index.is_not(None), NikCorrection.corrected_at < before)
        .order_by(NikCorrection.corrected_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(statement)).all()
