"""Changes to institutions, each within the caller's transaction."""

from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import check_within
from services.registry.areas.queries import known_codes
from services.registry.areas.rules import AreaUnknownError, level_of
from services.registry.base import Event
from services.registry.institutions.rules import (
    InstitutionCodeTakenError,
    InstitutionIdTakenError,
)
from services.registry.institutions.schemas import InstitutionCreate
from services.registry.institutions.tables import Institution
from shared.db.base import translate
from shared.db.events import Draft, emit_all
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.registry import AreaLevel, InstitutionRegistered, Topic
from shared.scope import Scope


def new_institution(body: InstitutionCreate, *, now: datetime) -> Institution:
    """Return the institution that `body` describes; its area's code says where it lies."""
    area = body.area_code
    province_only = area is None or level_of(area) is AreaLevel.PROVINCE
    return Institution(
        id=body.id or new_id(),
        code=body.code,
        name=body.name,
        kind=body.kind,
        ministry=body.ministry,
        area_code=area,
        province_code=area[:2] if area else None,
        regency_code=None if province_only or area is None else area[:5],
        created_at=now,
    )


def registered(institution: Institution, *, now: datetime) -> Draft:
    """Return the event that tells of an institution."""
    return Draft(
        topic=Topic.INSTITUTION_REGISTERED,
        stream_id=institution.id,
        event=InstitutionRegistered(
            institution_id=institution.id, code=institution.code, name=institution.name
        ),
        place=place_of(institution),
        occurred_at=now,
    )


async def register_institution(
    session: AsyncSession, body: InstitutionCreate, *, scope: Scope, now: datetime, today: date
) -> Institution:
    """Register an institution and tell the other services.

    `today` is the day in Jakarta on which its area must be valid.

    Raises:
        OutOfScopeError: when its area or ministry is not the caller's.
        AreaUnknownError: when the list has no such area.
        InstitutionIdTakenError, InstitutionCodeTakenError: when it is registered already.
    """
    institution = new_institution(body, now=now)
    check_within(scope, place_of(institution))
    if body.area_code and not await known_codes(session, [body.area_code], on=today):
        raise AreaUnknownError(pointer="/area_code")
    session.add(institution)
    try:
        await session.flush()
    except IntegrityError as error:
        refusals = {
            "pk_institution": InstitutionIdTakenError,
            "uq_institution_code": InstitutionCodeTakenError,
        }
        raise translate(error, refusals) from error
    await emit_all(session, Event, [registered(institution, now=now)])
    return institution
