"""HTTP face of incubators and of those who manage and mentor them."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.areas.schemas import RegionCode
from services.registry.base import Idempotency
from services.registry.facilities.rules import FacilityClosedError, FacilityNotFoundError
from services.registry.incubators import operations, queries, rules
from services.registry.incubators.rules import IncubatorState
from services.registry.incubators.schemas import (
    IncubatorChange,
    IncubatorDesignate,
    IncubatorEnd,
    IncubatorRead,
    PersonName,
    PersonRead,
    PersonRelease,
)
from services.registry.incubators.tables import Incubator
from services.registry.institutions.rules import InstitutionUnknownError
from shared.clock import ledger_day
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of, not_modified
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, PageRequest, page_of
from shared.web.session import SessionDep

router = APIRouter(tags=["incubators"])

FacilityId = Annotated[UUID, Path(description="The facility's identifier.")]
IncubatorId = Annotated[UUID, Path(description="The incubator's identifier.")]
PersonId = Annotated[UUID, Path(description="Identifier of somebody's task in the incubator.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
ContactsReader = Annotated[Caller, Depends(Requires(Permission.CONTACTS_READ))]
IncubatorWriter = Annotated[Caller, Depends(Requires(Permission.INCUBATORS_WRITE))]

_DESIGNATION: Final = {
    "decree_number": "KEP.7/CONTOH/2025",
    "decreed_on": "2025-06-01",
    "valid_from": "2025-07-01",
    "valid_to": "2030-06-30",
    "capacity": 10,
    "synthetic": True,
}
_PERSON: Final = {"role": "MANAGER", "name": "Contoh (DATA SINTETIS)", "since": "2025-07-01"}
_END: Final = {"ended_on": "2026-06-30", "reason": "Pengelola tidak lagi memenuhi syarat."}
_UNREACHED: Final = (rules.IncubatorNotFoundError, OutOfScopeError)
_TURN_REFUSED: Final = problems(*_UNREACHED, rules.IncubatorStateRefusedError)


def _after_id(page: PageRequest) -> UUID | None:
    return None if page.after is None else UUID(str(page.after[0]))


@router.get("/incubators", responses=problems(CursorInvalidError))
async def list_incubators(
    *,
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    now: Now,
    page: PageArgs,
    area: Annotated[RegionCode | None, Query()] = None,
    state: Annotated[IncubatorState | None, Query()] = None,
    facility_id: Annotated[UUID | None, Query(description="A facility.")] = None,
) -> Page[IncubatorRead]:
    """List incubators of the whole country in the order of their ids."""
    rows = await queries.list_incubators(
        session,
        area=area,
        state=state,
        facility_id=facility_id,
        after=_after_id(page),
        limit=page.fetch,
    )
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [str(row.id)],
        read=lambda row: queries.read(row, today=ledger_day(now)),
    )


@router.post(
    "/facilities/{facility_id}/incubators",
    status_code=status.HTTP_201_CREATED,
    response_model=IncubatorRead,
    responses=problems(
        FacilityNotFoundError,
        OutOfScopeError,
        FacilityClosedError,
        rules.IncubatorPeriodInvalidError,
        InstitutionUnknownError,
        rules.IncubatorIdTakenError,
        rules.IncubatorOverlapError,
    ),
)
async def designate_incubator(
    session: SessionDep,
    caller: IncubatorWriter,
    once: OnceDep,
    now: Now,
    facility_id: FacilityId,
    body: Annotated[IncubatorDesignate, Body(examples=[_DESIGNATION])],
) -> Response:
    """Keep the designation of a facility within the caller's scope as an incubator."""

    async def work() -> IncubatorRead:
        incubator = await operations.designate_incubator(
            session, facility_id, body, scope=caller.scope, now=now
        )
        return queries.read(incubator, today=ledger_day(now))

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda made: f"/v1/incubators/{made.id}",
        etag=lambda made: etag_of(made.version),
    )


@router.get(
    "/incubators/{incubator_id}",
    response_model=IncubatorRead,
    responses={**problems(rules.IncubatorNotFoundError), 304: {"description": "Not Modified"}},
)
async def get_incubator(
    request: Request, session: SessionDep, _: RegistryReader, now: Now, incubator_id: IncubatorId
) -> Response:
    """Return one incubator."""
    incubator = await queries.get_incubator(session, incubator_id)
    return not_modified(request, etag_of(incubator.version)) or _answer(incubator, now)


def _answer(incubator: Incubator, now: Now) -> Response:
    return Response(
        queries.read(incubator, today=ledger_day(now)).model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(incubator.version)},
    )


@router.patch(
    "/incubators/{incubator_id}",
    response_model=IncubatorRead,
    responses=problems(
        *_UNREACHED,
        rules.IncubatorStateRefusedError,
        rules.IncubatorPeriodInvalidError,
        InstitutionUnknownError,
        rules.IncubatorFullError,
        rules.IncubatorOverlapError,
    ),
)
async def change_incubator(
    session: SessionDep,
    caller: IncubatorWriter,
    incubator_id: IncubatorId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[
        IncubatorChange,
        Body(media_type="application/merge-patch+json", examples=[{"capacity": 12}]),
    ],
) -> Response:
    """Change the members that the merge patch names; If-Match carries the version that was read."""
    incubator = await queries.get_incubator_for_change(session, incubator_id, scope=caller.scope)
    check_match(if_match, incubator.version)
    await operations.change_incubator(session, incubator, body, now=now)
    return _answer(incubator, now)


@router.post(
    "/incubators/{incubator_id}/suspend", response_model=IncubatorRead, responses=_TURN_REFUSED
)
async def suspend_incubator(
    session: SessionDep, caller: IncubatorWriter, once: OnceDep, now: Now, incubator_id: IncubatorId
) -> Response:
    """Suspend an incubator: it takes no tenants until it is resumed."""

    async def work() -> IncubatorRead:
        incubator = await operations.turn_incubator(
            session, incubator_id, wanted=IncubatorState.SUSPENDED, scope=caller.scope, now=now
        )
        return queries.read(incubator, today=ledger_day(now))

    return await answer_once(
        session, Idempotency, once, work, etag=lambda turned: etag_of(turned.version)
    )


@router.post(
    "/incubators/{incubator_id}/resume", response_model=IncubatorRead, responses=_TURN_REFUSED
)
async def resume_incubator(
    session: SessionDep, caller: IncubatorWriter, once: OnceDep, now: Now, incubator_id: IncubatorId
) -> Response:
    """Let a suspended incubator go on."""

    async def work() -> IncubatorRead:
        incubator = await operations.turn_incubator(
            session, incubator_id, wanted=IncubatorState.ACTIVE, scope=caller.scope, now=now
        )
        return queries.read(incubator, today=ledger_day(now))

    return await answer_once(
        session, Idempotency, once, work, etag=lambda turned: etag_of(turned.version)
    )


@router.post(
    "/incubators/{incubator_id}/end",
    response_model=IncubatorRead,
    responses=problems(*_UNREACHED, rules.IncubatorStateRefusedError, rules.EndDayInvalidError),
)
async def end_incubator(
    session: SessionDep,
    caller: IncubatorWriter,
    once: OnceDep,
    now: Now,
    incubator_id: IncubatorId,
    body: Annotated[IncubatorEnd, Body(examples=[_END])],
) -> Response:
    """End a designation before its last day; tenants that are in it leave that day."""
    today = ledger_day(now)

    async def work() -> IncubatorRead:
        incubator = await operations.end_incubator(
            session, incubator_id, body, scope=caller.scope, now=now, today=today
        )
        return queries.read(incubator, today=today)

    return await answer_once(
        session, Idempotency, once, work, etag=lambda ended: etag_of(ended.version)
    )


@router.get(
    "/incubators/{incubator_id}/people",
    responses=problems(rules.IncubatorNotFoundError, CursorInvalidError),
)
async def list_incubator_people(
    request: Request,
    session: SessionDep,
    caller: ContactsReader,
    incubator_id: IncubatorId,
    page: PageArgs,
) -> Page[PersonRead]:
    """List who manages and mentors an incubator; nobody outside the caller's scope."""
    await queries.get_incubator(session, incubator_id)
    rows = await queries.list_people(
        session, incubator_id, scope=caller.scope, after=_after_id(page), limit=page.fetch
    )
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=PersonRead)


@router.post(
    "/incubators/{incubator_id}/people",
    status_code=status.HTTP_201_CREATED,
    response_model=PersonRead,
    responses=problems(
        *_UNREACHED,
        rules.IncubatorStateRefusedError,
        rules.PersonUnclearError,
        rules.InstructorUnknownError,
        InstitutionUnknownError,
        rules.ManagerNamedError,
    ),
)
async def name_incubator_person(
    session: SessionDep,
    caller: IncubatorWriter,
    once: OnceDep,
    now: Now,
    incubator_id: IncubatorId,
    body: Annotated[PersonName, Body(examples=[_PERSON])],
) -> Response:
    """Name who manages or mentors an incubator within the caller's scope."""

    async def work() -> PersonRead:
        return PersonRead.model_validate(
            await operations.name_person(session, incubator_id, body, scope=caller.scope, now=now)
        )

    return await answer_once(session, Idempotency, once, work, status=status.HTTP_201_CREATED)


@router.post(
    "/incubators/{incubator_id}/people/{person_id}/release",
    response_model=PersonRead,
    responses=problems(
        *_UNREACHED, rules.PersonNotFoundError, rules.PersonReleasedError, rules.DayInvalidError
    ),
)
async def release_incubator_person(
    *,
    session: SessionDep,
    caller: IncubatorWriter,
    once: OnceDep,
    now: Now,
    incubator_id: IncubatorId,
    person_id: PersonId,
    body: Annotated[PersonRelease, Body(examples=[{"until": "2026-06-30"}])],
) -> Response:
    """Say the last day of somebody who manages or mentors an incubator."""

    async def work() -> PersonRead:
        return PersonRead.model_validate(
            await operations.release_person(
                session, incubator_id, person_id, until=body.until, scope=caller.scope, now=now
            )
        )

    return await answer_once(session, Idempotency, once, work)
