"""Reads and moves that merges need."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.applications.tables import Application
from services.enrollment.classes.tables import Class
from services.enrollment.enrollments.tables import Enrollment, ProgramClaim
from services.enrollment.login_bindings.tables import LoginBinding
from services.enrollment.merged_participants.queries import find_stays
from services.enrollment.merged_participants.tables import MergedParticipant
from services.enrollment.participant_merges import rules
from services.enrollment.participant_merges.rules import Applied
from services.enrollment.participant_merges.tables import ParticipantMerge
from services.enrollment.participants.rules import ParticipantMergedError, ParticipantUnknownError
from services.enrollment.participants.tables import Participant
from services.enrollment.waves.tables import Wave
from shared.db.within import within
from shared.scope import Scope

_QUIETLY: Final = {"synchronize_session": False}


async def lock_pair(
    session: AsyncSession, stays_id: UUID, gone_id: UUID, *, scope: Scope
) -> tuple[Participant, Participant]:
    """Return the person who stays and the one who goes, locked in the order of their ids.

    Raises:
        ParticipantUnknownError: when one is not there or lies outside the caller's scope.
        ParticipantMergedError: when one was merged into somebody else.
        MergeCycleError: when one was merged into the other.
    """
    statement = (
        select(Participant)
        .where(Participant.id.in_([stays_id, gone_id]), within(scope, Participant, write=True))
        .order_by(Participant.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = {each.id: each for each in await session.scalars(statement)}
    for wanted, other in ((stays_id, gone_id), (gone_id, stays_id)):
        if wanted not in found:
            await _refuse(session, wanted, other, scope=scope)
    return found[stays_id], found[gone_id]


async def _refuse(session: AsyncSession, wanted: UUID, other: UUID, *, scope: Scope) -> None:
    stays = await find_stays(session, wanted)
    if stays == other:
        raise rules.MergeCycleError
    seen = select(Participant.id).where(Participant.id == stays, within(scope, Participant))
    if stays is not None and await session.scalar(seen) is not None:
        raise ParticipantMergedError(extra={"participant_id": str(stays)})
    raise ParticipantUnknownError


async def enrollments_of(
    session: AsyncSession, participant_ids: Collection[UUID]
) -> Sequence[Enrollment]:
    """Return every enrollment of some people, fresh, by class."""
    statement = (
        select(Enrollment)
        .where(Enrollment.participant_id.in_(participant_ids))
        .order_by(Enrollment.class_id, Enrollment.id)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).all()


async def lock_classes(session: AsyncSession, class_ids: Collection[UUID]) -> dict[UUID, Class]:
    """Return classes, locked in the order of their ids."""
    statement = (
        select(Class)
        .where(Class.id.in_(class_ids))
        .order_by(Class.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {each.id: each for each in await session.scalars(statement)}


async def lock_waves(session: AsyncSession, wave_ids: Collection[UUID]) -> None:
    """Lock waves in the order of their ids: whoever decides of all applications does so too."""
    await session.execute(
        select(Wave.id).where(Wave.id.in_(wave_ids)).order_by(Wave.id).with_for_update()
    )


async def applications_of(
    session: AsyncSession, participant_ids: Collection[UUID]
) -> Sequence[Applied]:
    """Return the active applications of some people."""
    statement = (
        select(
            Application.id,
            Application.participant_id,
            Application.wave_id,
            Application.state,
            Application.enrollment_id,
            func.coalesce(Application.submitted_at, Application.created_at),
        )
        .where(Application.participant_id.in_(participant_ids), Application.state.in_(rules.ACTIVE))
        .order_by(Application.id)
    )
    return [Applied(*row) for row in (await session.execute(statement)).all()]


async def lock_application(session: AsyncSession, applied: Applied) -> Application:
    """Return an application, locked and fresh."""
    return await session.get_one(
        Application,
        (applied.participant_id, applied.id),
        with_for_update=True,
        populate_existing=True,
    )


async def give_claims_back(
    session: AsyncSession,
    places: Collection[Enrollment],
    nik_indexes: Collection[bytes],
) -> None:
    """Take the claims of these places away, under whichever NIK they stand."""
    statement = delete(ProgramClaim).where(
        ProgramClaim.program_id.in_({each.program_id for each in places}),
        ProgramClaim.nik_index.in_(nik_indexes),
        ProgramClaim.enrollment_id.in_([each.id for each in places]),
    )
    await session.execute(statement.execution_options(**_QUIETLY))


async def rekey_claims(
    session: AsyncSession, places: Collection[Enrollment], *, old: bytes, new: bytes
) -> None:
    """Let the claims of these places stand under another NIK."""
    statement = (
        update(ProgramClaim)
        .where(
            ProgramClaim.program_id.in_({each.program_id for each in places}),
            ProgramClaim.nik_index == old,
            ProgramClaim.enrollment_id.in_([each.id for each in places]),
        )
        .values(nik_index=new)
    )
    await session.execute(statement.execution_options(**_QUIETLY))


async def count_logins(session: AsyncSession, participant_ids: Collection[UUID]) -> int:
    """Return how many logins act as any of some people."""
    statement = select(func.count()).where(
        LoginBinding.participant_id.in_(participant_ids), LoginBinding.unbound_at.is_(None)
    )
    return await session.scalar(statement) or 0


async def logins_of(session: AsyncSession, participant_id: UUID) -> Sequence[LoginBinding]:
    """Return every binding of a person, locked."""
    statement = (
        select(LoginBinding)
        .where(LoginBinding.participant_id == participant_id)
        .order_by(LoginBinding.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).all()


async def unsettled(session: AsyncSession, *, before: datetime, limit: int) -> Sequence[UUID]:
    """Return up to `limit` merges done before a moment beside which something was under way."""
    statement = (
        select(ParticipantMerge.gone_id)
        .where(ParticipantMerge.settled_at.is_(None), ParticipantMerge.merged_at < before)
        .order_by(ParticipantMerge.merged_at)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def lock_unsettled(
    session: AsyncSession, gone_id: UUID
) -> tuple[ParticipantMerge, Participant, bytes] | None:
    """Return a merge that is not settled, the locked person who stays, and the NIK given up."""
    statement = (
        select(ParticipantMerge, Participant, MergedParticipant.nik_index)
        .join(MergedParticipant, MergedParticipant.old_id == ParticipantMerge.gone_id)
        .join(Participant, Participant.id == MergedParticipant.participant_id)
        .where(ParticipantMerge.gone_id == gone_id, ParticipantMerge.settled_at.is_(None))
        .with_for_update(of=(ParticipantMerge, Participant))
        .execution_options(populate_existing=True)
    )
    found = (await session.execute(statement)).one_or_none()
    return None if found is None else (found[0], found[1], found[2])
