"""Reads of agreements; they are nation-wide."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Uuid, any_, exists, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreements.rules import AgreementKind, AgreementNotFoundError
from services.registry.agreements.schemas import AgreementRead, PartyRead
from services.registry.agreements.tables import Agreement, AgreementFacility, AgreementParty


def _with_facilities() -> Select[Agreement, int]:
    covered = (
        select(func.count())
        .where(AgreementFacility.agreement_id == Agreement.id)
        .correlate(Agreement)
        .scalar_subquery()
    )
    return select(Agreement, func.coalesce(covered, 0).label("facilities"))


async def list_agreements(
    session: AsyncSession,
    *,
    kind: AgreementKind | None,
    facility_id: UUID | None,
    after: str | None,
    limit: int,
) -> list[AgreementRead]:
    """Return up to `limit` agreements that follow number `after`, in the order of their numbers.

    `facility_id` narrows them to those that cover a facility.
    """
    statement = _with_facilities().order_by(Agreement.number).limit(limit)
    if kind is not None:
        statement = statement.where(Agreement.kind == kind)
    if facility_id is not None:
        statement = statement.where(covers(facility_id))
    if after is not None:
        statement = statement.where(Agreement.number > after)
    return await _read(session, (await session.execute(statement)).all())


def covers(facility_id: UUID) -> ColumnElement[bool]:
    """Return the condition that an agreement covers a facility."""
    return exists().where(
        AgreementFacility.agreement_id == Agreement.id,
        AgreementFacility.facility_id == facility_id,
    )


async def get_agreement(session: AsyncSession, agreement_id: UUID) -> AgreementRead:
    """Return one agreement with its parties.

    Raises:
        AgreementNotFoundError: when there is none of this id.
    """
    statement = _with_facilities().where(Agreement.id == agreement_id)
    found = await _read(session, (await session.execute(statement)).all())
    if not found:
        raise AgreementNotFoundError
    return found[0]


async def _read(session: AsyncSession, rows: Sequence[Row[Agreement, int]]) -> list[AgreementRead]:
    parties = await _parties(session, [row.Agreement.id for row in rows])
    return [
        AgreementRead(
            id=row.Agreement.id,
            kind=row.Agreement.kind,
            number=row.Agreement.number,
            title=row.Agreement.title,
            follows_from_id=row.Agreement.follows_from_id,
            parties=parties.get(row.Agreement.id, []),
            facilities=row.facilities,
            signed_on=row.Agreement.signed_on,
            valid_from=row.Agreement.valid_from,
            valid_to=row.Agreement.valid_to,
            synthetic=row.Agreement.synthetic,
        )
        for row in rows
    ]


async def _parties(
    session: AsyncSession, agreement_ids: Iterable[UUID]
) -> dict[UUID, list[PartyRead]]:
    wanted = literal(list(agreement_ids), ARRAY(Uuid()))
    statement = (
        select(AgreementParty)
        .where(AgreementParty.agreement_id == any_(wanted))
        .order_by(AgreementParty.agreement_id, AgreementParty.position)
    )
    parties: dict[UUID, list[PartyRead]] = {}
    for party in (await session.scalars(statement)).all():
        parties.setdefault(party.agreement_id, []).append(PartyRead.model_validate(party))
    return parties


async def basis_of(session: AsyncSession, agreement_id: UUID) -> tuple[AgreementKind, date] | None:
    """Return kind and first day of the agreement that another follows from."""
    statement = select(Agreement.kind, Agreement.valid_from).where(Agreement.id == agreement_id)
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else (row.kind, row.valid_from)
