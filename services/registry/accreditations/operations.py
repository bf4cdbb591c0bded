"""Changes to accreditations and licences, each within the caller's transaction."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accreditations import queries, rules
from services.registry.accreditations.rules import (
    AccreditationIdTakenError,
    AccreditationOverlapError,
)
from services.registry.accreditations.schemas import AccreditationCreate, Revocation
from services.registry.accreditations.tables import Accreditation
from services.registry.base import Event
from services.registry.facilities.queries import get_facility_for_change
from services.registry.records.operations import check_open, place_columns
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import AccreditationGranted, AccreditationRevoked, Topic
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_accreditation": AccreditationIdTakenError,
    "ex_accreditation_scope": AccreditationOverlapError,
}


async def record_accreditation(
    session: AsyncSession,
    facility_id: UUID,
    body: AccreditationCreate,
    *,
    scope: Scope,
    now: datetime,
) -> Accreditation:
    """Keep an accreditation or a licence that a facility was granted.

    Raises:
        FacilityNotFoundError, OutOfScopeError, FacilityClosedError: when the facility is none
            that the caller may change.
        StandardsInvalidError, DecreeMissingError, AccreditationPeriodInvalidError: when it is not
            sound.
        AccreditationOverlapError: when the facility has one of this kind and scope for these days.
        AccreditationIdTakenError: when it is kept already.
    """
    facility = await get_facility_for_change(session, facility_id, scope=scope)
    check_open(facility)
    rules.check_grounds(
        body.kind, standards=body.standards.keys(), decree_number=body.decree_number
    )
    rules.check_period(body.kind, valid_from=body.valid_from, valid_to=body.valid_to)
    row = Accreditation(
        **{
            **body.model_dump(exclude={"document"}),
            **place_columns(facility),
            "id": body.id or new_id(),
            "document_reference": body.document.reference,
            "document_sha256": body.document.sha256,
            "version": 1,
            "created_at": now,
        }
    )
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await emit(
        session,
        Event,
        topic=Topic.ACCREDITATION_GRANTED,
        stream_id=row.id,
        event=AccreditationGranted(
            accreditation_id=row.id,
            facility_id=row.facility_id,
            kind=row.kind,
            trade=row.trade,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        ),
        place=place_of(row),
        occurred_at=now,
    )
    return row


async def revoke_accreditation(
    session: AsyncSession,
    accreditation_id: UUID,
    body: Revocation,
    *,
    scope: Scope,
    now: datetime,
) -> Accreditation:
    """Revoke an accreditation or a licence from a day on.

    Raises:
        AccreditationNotFoundError, OutOfScopeError: when it is none that the caller may change.
        AccreditationRevokedError, RevocationDayInvalidError: when it cannot be revoked that day.
    """
    row = await queries.get_accreditation_for_change(session, accreditation_id, scope=scope)
    rules.check_revocation(
        body.revoked_on,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        revoked_on=row.revoked_on,
    )
    row.revoked_on = body.revoked_on
    row.revocation_reason = body.reason
    row.version += 1
    await session.flush()
    await emit(
        session,
        Event,
        topic=Topic.ACCREDITATION_REVOKED,
        stream_id=row.id,
        event=AccreditationRevoked(
            accreditation_id=row.id,
            facility_id=row.facility_id,
            kind=row.kind,
            trade=row.trade,
            revoked_on=body.revoked_on,
        ),
        place=place_of(row),
        occurred_at=now,
        version=row.version,
    )
    return row
