"""Reads of participants."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.identities.tables import IdentityClaim
from services.enrollment.merged_participants.queries import find_stays
from services.enrollment.participants import rules
from services.enrollment.participants.rules import ParticipantMergedError, ParticipantUnknownError
from services.enrollment.participants.tables import Participant, ParticipantRevision
from services.enrollment.programs.rules import PersonFacts
from shared.db.within import within
from shared.scope import Place, Scope


async def get_participant(
    session: AsyncSession, participant_id: UUID, *, scope: Scope
) -> Participant:
    """Return one person.

    Raises:
        ParticipantMergedError: when the person was merged into another one.
        ParticipantUnknownError: when there is none within the caller's scope.
    """
    found = await _find(session, participant_id, scope=scope)
    if found is None:
        await check_not_merged(session, participant_id, scope=scope)
        raise ParticipantUnknownError
    return found


async def get_standing(session: AsyncSession, participant_id: UUID, *, scope: Scope) -> Participant:
    """Return one person; for the id of somebody who was merged, the one who stays.

    Raises:
        ParticipantUnknownError: when there is none within the caller's scope.
    """
    stays = await find_stays(session, participant_id)
    return await get_participant(session, stays or participant_id, scope=scope)


async def _find(session: AsyncSession, participant_id: UUID, *, scope: Scope) -> Participant | None:
    statement = select(Participant).where(
        Participant.id == participant_id, within(scope, Participant)
    )
    return await session.scalar(statement)


async def check_not_merged(session: AsyncSession, participant_id: UUID, *, scope: Scope) -> None:
    """Refuse a change to somebody who was merged, and name who stays to those who may know him.

    Raises:
        ParticipantMergedError: when the person was merged into one within the caller's scope.
    """
    stays = await find_stays(session, participant_id)
    if stays is not None and await _find(session, stays, scope=scope) is not None:
        raise ParticipantMergedError(extra={"participant_id": str(stays)})


async def get_for_change(
    session: AsyncSession, participant_id: UUID, *, scope: Scope
) -> Participant:
    """Return one person, locked, whom the caller may change: himself, or somebody of his area.

    Raises:
        ParticipantMergedError: when the person was merged into another one.
        ParticipantUnknownError: when there is none within the caller's scope.
    """
    statement = (
        select(Participant)
        .where(Participant.id == participant_id, within(scope, Participant, write=True))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = await session.scalar(statement)
    if found is None:
        await check_not_merged(session, participant_id, scope=scope)
        raise ParticipantUnknownError
    return found


def named(key: str, *, scope: Scope, limit: int) -> Select[Participant]:
    """Return the statement of those whose names begin with `key`, by name."""
    return (
        select(Participant)
        .where(Participant.name_key.startswith(key, autoescape=True), within(scope, Participant))
        .order_by(Participant.name_key, Participant.id)
        .limit(limit)
    )


def born_on(birth_date: date, *, scope: Scope, limit: int) -> Select[Participant]:
    """Return the statement of those who were born on a day."""
    return (
        select(Participant)
        .where(Participant.birth_date == birth_date, within(scope, Participant))
        .order_by(Participant.name_key, Participant.id)
        .limit(limit)
    )


async def list_revisions(
    session: AsyncSession, participant_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[ParticipantRevision]:
    """Return up to `limit` changes of a person whom the caller may see, the newest first."""
    statement = select(ParticipantRevision).where(
        ParticipantRevision.participant_id == participant_id
    )
    if before is not None:
        statement = statement.where(ParticipantRevision.id < before)
    statement = statement.order_by(ParticipantRevision.id.desc()).limit(limit)
    return (await session.scalars(statement)).all()


async def check_guarded(session: AsyncSession, participant_id: UUID, *, on: date) -> None:
    """Refuse to give a minor a seat for good before a guardian has consented.

    Raises:
        GuardianMissingError: when the person is a minor and no guardian has.
    """
    statement = select(Participant.birth_date, Participant.guardian_consent_at).where(
        Participant.id == participant_id
    )
    found = (await session.execute(statement)).one()
    rules.check_guarded(found.birth_date, found.guardian_consent_at, on=on)


def guarded_by(on: date) -> ColumnElement[bool]:
    """Return the condition that a person is no minor, or that a guardian has consented."""
    adult = Participant.birth_date <= rules.last_adult_birth(on)
    return adult | Participant.guardian_consent_at.is_not(None)


async def unguarded_of(session: AsyncSession, ids: Collection[UUID], *, on: date) -> set[UUID]:
    """Return who of these is a minor for whom no guardian has consented."""
    statement = select(Participant.id).where(Participant.id.in_(ids), ~guarded_by(on))
    return set(await session.scalars(statement))


async def find_by_nik(
    session: AsyncSession, nik_index: bytes, *, scope: Scope
) -> Participant | None:
    """Return the person with a NIK, looked up by its blind index."""
    statement = (
        select(Participant)
        .join(IdentityClaim, IdentityClaim.participant_id == Participant.id)
        .where(IdentityClaim.nik_index == nik_index, within(scope, Participant))
    )
    return await session.scalar(statement)


async def get_facts(
    session: AsyncSession, participant_id: UUID, *, scope: Scope, host: Place
) -> PersonFacts:
    """Return what eligibility needs to know of a person.

    Whoever runs the class at `host` may ask about anybody; others about those they may see.

    Raises:
        ParticipantUnknownError: when there is none that the caller may ask about.
        PersonRestrictedError: when the person's data may not be processed.
    """
    statement = select(
        Participant.birth_date,
        Participant.entrant_kind,
        Participant.kind_by_capital,
        Participant.kind_by_sales,
        Participant.home_province_code,
        Participant.home_regency_code,
        Participant.restricted_at,
    ).where(Participant.id == participant_id)
    if not scope.admits(host, write=True):
        statement = statement.where(within(scope, Participant))
    found = (await session.execute(statement)).one_or_none()
    if found is None:
        raise ParticipantUnknownError
    rules.check_unrestricted(found.restricted_at)
    return PersonFacts(
        birth_date=found.birth_date,
        entrant_kind=found.entrant_kind,
        kind_by_capital=found.kind_by_capital,
        kind_by_sales=found.kind_by_sales,
        home_province_code=found.home_province_code,
        home_regency_code=found.home_regency_code,
    )
