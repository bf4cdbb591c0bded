"""Changes to agreements, each within the caller's transaction."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import check_within
from services.registry.agreements import queries, rules
from services.registry.agreements.rules import (
    AgreementIdTakenError,
    AgreementNumberTakenError,
    CoveredFacilityUnknownError,
)
from services.registry.agreements.schemas import AgreementCreate, AgreementRead
from services.registry.agreements.tables import Agreement, AgreementParty
from services.registry.base import Event
from services.registry.facilities.queries import known_ids as known_facilities
from services.registry.institutions.queries import known_ids as known_institutions
from services.registry.institutions.rules import InstitutionUnknownError
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import AgreementSigned, Topic
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_agreement": AgreementIdTakenError,
    "uq_agreement_number": AgreementNumberTakenError,
}
# Thousands of facilities in one statement with one parameter.
_COVER: Final = text(
    "INSERT INTO registry.agreement_facility (agreement_id, facility_id)"
    " SELECT CAST(:agreement_id AS uuid), unnest(CAST(:facility_ids AS uuid[]))"
)


async def sign_agreement(
    session: AsyncSession, body: AgreementCreate, *, scope: Scope, now: datetime
) -> AgreementRead:
    """Keep an agreement that was signed, with its parties and the facilities it covers.

    Its first two ministries are its owner and co-owner; the caller speaks for one of them.

    Raises:
        AgreementPartiesInvalidError, AgreementPeriodInvalidError, AgreementBasisRefusedError:
            when it is not sound.
        OutOfScopeError: when none of its ministries is the caller's.
        InstitutionUnknownError, CoveredFacilityUnknownError: when it names what is not there.
        AgreementIdTakenError, AgreementNumberTakenError: when it is kept already.
    """
    agreement = _new_agreement(body, now=now)
    check_within(scope, place_of(agreement))
    await _check(session, body)
    session.add(agreement)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await session.execute(insert(AgreementParty), _parties(agreement.id, body))
    facility_ids = sorted(set(body.facility_ids))
    await session.execute(_COVER, {"agreement_id": agreement.id, "facility_ids": facility_ids})
    await _announce(session, agreement, facilities=len(facility_ids), now=now)
    return await queries.get_agreement(session, agreement.id)


def _new_agreement(body: AgreementCreate, *, now: datetime) -> Agreement:
    ministries = [party.ministry for party in body.parties if party.ministry is not None]
    rules.check_parties(body.parties, ministries=ministries)
    rules.check_period(valid_from=body.valid_from, valid_to=body.valid_to)
    return Agreement(
        **{
            **body.model_dump(exclude={"parties", "facility_ids"}),
            "id": body.id or new_id(),
            "owner_ministry": ministries[0],
            "co_ministry": ministries[1] if len(ministries) > 1 else None,
            "created_at": now,
        }
    )


async def _check(session: AsyncSession, body: AgreementCreate) -> None:
    basis = None
    if body.follows_from_id is not None:
        basis = await queries.basis_of(session, body.follows_from_id)
        if basis is None:
            raise rules.AgreementBasisRefusedError(pointer="/follows_from_id")
    rules.check_basis(body.kind, valid_from=body.valid_from, basis=basis)
    institutions = {party.institution_id for party in body.parties} - {None}
    known = await known_institutions(session, (each for each in institutions if each))
    for place, party in enumerate(body.parties):
        if party.institution_id is not None and party.institution_id not in known:
            raise InstitutionUnknownError(pointer=f"/parties/{place}/institution_id")
    facilities = await known_facilities(session, body.facility_ids)
    for place, facility_id in enumerate(body.facility_ids):
        if facility_id not in facilities:
            raise CoveredFacilityUnknownError(pointer=f"/facility_ids/{place}")


def _parties(agreement_id: UUID, body: AgreementCreate) -> list[dict[str, Any]]:
    return [
        {"agreement_id": agreement_id, "position": place, **party.model_dump()}
        for place, party in enumerate(body.parties)
    ]


async def _announce(
    session: AsyncSession, agreement: Agreement, *, facilities: int, now: datetime
) -> None:
    await emit(
        session,
        Event,
        topic=Topic.AGREEMENT_SIGNED,
        stream_id=agreement.id,
        event=AgreementSigned(
            agreement_id=agreement.id,
            kind=agreement.kind,
            number=agreement.number,
            facilities=facilities,
        ),
        place=place_of(agreement),
        occurred_at=now,
    )
