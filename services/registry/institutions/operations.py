"""Changes to institutions, each within the caller's transaction."""

from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import check_within
from services.registry.areas.queries import known_codes
from services.registry.areas.rules import AreaUnknownError, level_of
from services.registry.base import Event
from services.registry.institutions import queries
from services.registry.institutions.rules import (
    InstitutionCodeTakenError,
    InstitutionEndedError,
    InstitutionIdTakenError,
    InstitutionUnknownError,
    check_end,
    check_parent,
)
from services.registry.institutions.schemas import InstitutionChange, InstitutionCreate
from services.registry.institutions.tables import Institution
from shared.db.base import translate
from shared.db.events import Draft, emit, emit_all
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.registry import (
    AreaLevel,
    InstitutionChanged,
    InstitutionRegistered,
    Topic,
)
from shared.scope import Scope


def new_institution(body: InstitutionCreate, *, now: datetime) -> Institution:
    """Return the institution that `body` describes; its area's code says where it lies."""
    institution = Institution(
        id=body.id or new_id(),
        code=body.code,
        name=body.name,
        kind=body.kind,
        ministry=body.ministry,
        parent_id=body.parent_id,
        ended_on=None,
        version=1,
        created_at=now,
        updated_at=now,
    )
    _lay(institution, body.area_code)
    return institution


def _lay(institution: Institution, area: str | None) -> None:
    """Say where an institution sits; the code says which province and regency that is."""
    province_only = area is None or level_of(area) is AreaLevel.PROVINCE
    institution.area_code = area
    institution.province_code = area[:2] if area else None
    institution.regency_code = None if province_only or area is None else area[:5]


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
        InstitutionUnknownError, InstitutionParentRefusedError: when the parent is none.
        InstitutionIdTakenError, InstitutionCodeTakenError: when it is registered already.
    """
    institution = new_institution(body, now=now)
    check_within(scope, place_of(institution))
    if body.area_code and not await known_codes(session, [body.area_code], on=today):
        raise AreaUnknownError(pointer="/area_code")
    await _check_parent(session, institution)
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


async def _check_parent(session: AsyncSession, institution: Institution) -> None:
    if institution.parent_id is None:
        return
    await queries.lock_lines(session)
    line = await queries.line_of(session, institution.parent_id)
    if not line:
        raise InstitutionUnknownError(pointer="/parent_id")
    check_parent(institution.id, line=line)


async def correct_institution(
    session: AsyncSession,
    institution: Institution,
    change: InstitutionChange,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> bool:
    """Change the facts that the patch names of a locked institution; tell whether any changed.

    Raises:
        InstitutionEndedError: when it has been dissolved.
        OutOfScopeError: when it would leave the caller's area or ministry.
        AreaUnknownError: when the list has no such area.
        InstitutionUnknownError, InstitutionParentRefusedError: when the parent is none.
    """
    if institution.ended_on is not None:
        raise InstitutionEndedError
    wanted = change.model_dump(exclude_unset=True)
    if all(getattr(institution, name) == value for name, value in wanted.items()):
        return False
    area = wanted.pop("area_code", institution.area_code)
    moves = area != institution.area_code
    with session.no_autoflush:
        for name, value in wanted.items():
            setattr(institution, name, value)
        _lay(institution, area)
        check_within(scope, place_of(institution))
        if moves and area and not await known_codes(session, [area], on=today):
            raise AreaUnknownError(pointer="/area_code")
        if "parent_id" in wanted:
            await _check_parent(session, institution)
    await _tell_changed(session, institution, now=now)
    return True


async def relocate_institution(
    session: AsyncSession, institution: Institution, area_code: str, *, now: datetime
) -> None:
    """Let a locked institution sit in the area that its own went over into."""
    _lay(institution, area_code)
    await _tell_changed(session, institution, now=now)


async def end_institution(
    session: AsyncSession, institution: Institution, *, ended_on: date, now: datetime, today: date
) -> None:
    """Dissolve a locked institution; what it was part of stays as history.

    Raises:
        InstitutionEndedError: when it has been dissolved already.
        InstitutionEndRefusedError: when the day lies in the future.
    """
    if institution.ended_on is not None:
        raise InstitutionEndedError
    check_end(ended_on, today=today)
    institution.ended_on = ended_on
    await _tell_changed(session, institution, now=now)


async def _tell_changed(session: AsyncSession, institution: Institution, *, now: datetime) -> None:
    institution.version += 1
    institution.updated_at = now
    await session.flush()
    await emit(
        session,
        Event,
        topic=Topic.INSTITUTION_CHANGED,
        stream_id=institution.id,
        event=InstitutionChanged(
            institution_id=institution.id,
            code=institution.code,
            name=institution.name,
            ended_on=institution.ended_on,
        ),
        place=place_of(institution),
        occurred_at=now,
        version=institution.version,
    )
