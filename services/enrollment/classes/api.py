"""HTTP face of classes."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import httpx
from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status
from pydantic import BeforeValidator
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment import gateways
from services.enrollment.base import Idempotency
from services.enrollment.classes import operations, queries, rules
from services.enrollment.classes.queries import ClassFilter, OfferKey
from services.enrollment.classes.schemas import (
    ClassCreate,
    ClassOffer,
    ClassRead,
    EligibilityAsk,
    EligibilityRead,
    MeetingRead,
)
from services.enrollment.participants.rules import (
    ParticipantUnknownError,
    PersonRestrictedError,
)
from services.enrollment.waves.queries import get_wave
from services.enrollment.waves.rules import WaveCancelledError, WaveStartedError, WaveUnknownError
from shared.clock import ledger_day
from shared.db.session import transaction
from shared.errors import ServiceError
from shared.http.client import RegistryUnavailableError
from shared.schemas.base import AreaCode
from shared.schemas.enrollment import ClassState
from shared.schemas.paging import Page
from shared.schemas.registry import ClassCheck, ClassReserved
from shared.scope import Permission
from shared.web.auth import Caller, Public, Requires
from shared.web.etag import etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, KeyValue, PageArgs, page_of
from shared.web.problems import language_of
from shared.web.session import SessionDep

router = APIRouter(tags=["classes"])

ClassId = Annotated[UUID, Path(description="The class's identifier.")]
WaveId = Annotated[UUID, Path(description="The wave's identifier.")]
ClassWriter = Annotated[Caller, Depends(Requires(Permission.CLASSES_WRITE))]
ClassLister = Annotated[Caller, Depends(Requires(Permission.ENROLLMENTS_READ))]
EligibilityAsker = Annotated[Caller, Depends(Requires(Permission.ENROLLMENTS_WRITE))]

_ID: Final = "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11"
_EXAMPLE: Final = {
    "wave_id": _ID,
    "code": "SERENTAK-2027/33.73/01",
    "label": "Kelas 1 Salatiga (DATA SINTETIS)",
    "facility_id": _ID,
    "space_id": _ID,
    "agreement_id": _ID,
    "module_id": _ID,
    "instructor_ids": [_ID],
    "starts_on": "2027-02-08",
    "capacity": 16,
    "reserve_capacity": 2,
    "synthetic": True,
}
ClassBody = Annotated[ClassCreate, Body(examples=[_EXAMPLE])]
EligibilityBody = Annotated[EligibilityAsk, Body(examples=[{"participant_id": _ID}])]


async def _registry(request: Request) -> httpx.AsyncClient:
    registry: httpx.AsyncClient = request.scope["state"]["registry"]
    return registry


RegistryDep = Annotated[httpx.AsyncClient, Depends(_registry)]


def _split(values: object) -> object:
    """Read `A,B` as well as `A` and `B` given one by one."""
    if isinstance(values, list):
        return [part for value in values for part in str(value).split(",")]
    return values


Listed: Final = BeforeValidator(_split)


async def _filter(
    *,
    program_id: Annotated[UUID | None, Query()] = None,
    wave_id: Annotated[UUID | None, Query()] = None,
    facility_id: Annotated[UUID | None, Query()] = None,
    state: Annotated[list[ClassState] | None, Listed, Query(description="PLANNED,OPENED")] = None,
) -> ClassFilter:
    return ClassFilter(program_id=program_id, wave_id=wave_id, facility_id=facility_id, state=state)


@router.post(
    "/classes",
    status_code=status.HTTP_201_CREATED,
    response_model=ClassRead,
    responses=problems(
        RegistryUnavailableError,
        WaveUnknownError,
        WaveCancelledError,
        WaveStartedError,
        rules.OutsideScopeError,
        rules.StartsOnError,
        rules.CapacityAboveSpaceError,
        rules.ClassIdTakenError,
        rules.ClassCodeTakenError,
    ),
)
async def plan_class(
    request: Request,
    caller: ClassWriter,
    once: OnceDep,
    now: Now,
    registry: RegistryDep,
    body: ClassBody,
) -> Response:
    """Plan a class with the space and the instructors that the registry holds for it.

    The registry's refusals are passed on. It confirms what it holds a moment after the class is
    planned: see `reserved_at`. When the key stands for an answer already, that is given whatever
    the registry says by now.
    """
    # No SessionDep: the registry is asked before the transaction, and told after it.
    plan = _Plan(request.scope["state"], caller, body, now)
    reserved = await _reserved(registry, plan)

    async def work(session: AsyncSession) -> ClassRead:
        if isinstance(reserved, ServiceError):
            raise reserved
        planned = await operations.plan_class(
            session, body=body, reserved=reserved, scope=caller.scope, now=now
        )
        await operations.settle_later(session, [planned.id])
        return queries.read_of(planned)

    try:
        async with plan.transaction() as session:
            return await answer_once(
                session,
                Idempotency,
                once,
                lambda: work(session),
                status=status.HTTP_201_CREATED,
                location=lambda planned: f"/v1/classes/{planned.id}",
                etag=lambda planned: etag_of(planned.version),
            )
    except ServiceError as error:
        if isinstance(reserved, ClassReserved):
            await gateways.give_back(registry, plan.class_id, reserved, refusal=error)
        raise


@dataclass(frozen=True, slots=True)
class _Plan:
    """A class to plan, and by whom."""

    state: dict[str, Any]
    caller: Caller
    body: ClassCreate
    now: datetime

    @property
    def class_id(self) -> UUID:
        return self.body.id or rules.id_of_code(self.body.code)

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        return transaction(
            self.state["sessions"],
            scope=self.caller.scope,
            actor=self.caller.actor,
            ring=self.state["ring"],
        )


async def _reserved(registry: httpx.AsyncClient, plan: _Plan) -> ClassReserved | ServiceError:
    """Return what the registry holds for a class that nothing refuses, or what refuses it.

    Nothing is held for who may not plan the class, nor in the name of a class that is there.
    """
    try:
        resources = await gateways.check_class(registry, check_of(plan.body))
        async with plan.transaction() as session:
            judged = await operations.judge_class(
                session,
                body=plan.body,
                resources=resources,
                scope=plan.caller.scope,
                now=plan.now,
            )
        wanted = queries.reservation_of(judged, plan.body.sessions)
        return await gateways.reserve_class(registry, judged.id, wanted)
    except ServiceError as error:
        return error


def check_of(body: ClassCreate) -> ClassCheck:
    """Return what to ask the registry about a class."""
    return ClassCheck.model_validate(body.model_dump(include=set(ClassCheck.model_fields)))


@router.get("/classes", responses=problems(CursorInvalidError))
async def list_classes(
    request: Request,
    session: SessionDep,
    caller: ClassLister,
    narrowed: Annotated[ClassFilter, Depends(_filter)],
    page: PageArgs,
) -> Page[ClassRead]:
    """List the classes within the caller's area, facilities or ministries by their codes."""
    rows = await queries.list_classes(
        session, scope=caller.scope, narrowed=narrowed, after=page.after_text, limit=page.fetch
    )
    return page_of(request, rows, page.limit, key=lambda row: [row.code], read=queries.read_of)


@router.get("/classes/{class_id}", responses=problems(rules.ClassUnknownError))
async def get_class(
    session: SessionDep, _: Public, class_id: ClassId, response: Response
) -> ClassRead:
    """Return one class.

    The ETag is the version of what can be changed of it; seats are taken without a new version.
    """
    found = await queries.get_class(session, class_id)
    response.headers["ETag"] = etag_of(found.version)
    return queries.read_of(found)


@router.get(
    "/classes/{class_id}/sessions", responses=problems(rules.ClassUnknownError, CursorInvalidError)
)
async def list_class_sessions(
    request: Request, session: SessionDep, _: Public, class_id: ClassId, page: PageArgs
) -> Page[MeetingRead]:
    """List when a class meets, in order; of a class planned before there were timetables, none."""
    await queries.get_class(session, class_id)
    after = 0 if page.after is None else int(page.after[0] or 0)
    rows = await queries.list_meetings(session, class_id, after=after, limit=page.fetch)
    return page_of(request, rows, page.limit, key=lambda row: [row.position], read=MeetingRead)


@router.get("/waves/{wave_id}/classes", responses=problems(WaveUnknownError, CursorInvalidError))
async def list_wave_classes(
    *,
    request: Request,
    session: SessionDep,
    _: Public,
    wave_id: WaveId,
    page: PageArgs,
    now: Now,
    near: Annotated[
        AreaCode | None, Query(description="Same regency first, then same province.")
    ] = None,
    is_open: Annotated[
        bool, Query(alias="open", description="Only classes that would seat a claim now.")
    ] = False,
) -> Page[ClassOffer]:
    """List a wave's classes for somebody who looks for a place: the nearest first."""
    await get_wave(session, wave_id)
    offers = await queries.list_offers(
        session,
        wave_id=wave_id,
        near=near,
        only_open=is_open,
        after=_offer_key(page.after),
        limit=page.fetch,
        now=now,
    )
    return page_of(request, offers, page.limit, key=lambda row: row[0], read=lambda row: row[1])


def _offer_key(after: Sequence[KeyValue] | None) -> OfferKey | None:
    if after is None:
        return None
    tier, code = after
    return OfferKey(int(tier or 0), str(code))


@router.post(
    "/classes/{class_id}/eligibility",
    responses=problems(rules.ClassUnknownError, ParticipantUnknownError, PersonRestrictedError),
)
async def judge_eligibility(
    request: Request,
    session: SessionDep,
    caller: EligibilityAsker,
    class_id: ClassId,
    now: Now,
    body: EligibilityBody,
) -> EligibilityRead:
    """Tell whether a person may join a class's programme today; nothing is stored."""
    refusal = await queries.judge_eligibility(
        session,
        class_id=class_id,
        participant_id=body.participant_id,
        scope=caller.scope,
        on=ledger_day(now),
    )
    return EligibilityRead(
        class_id=class_id,
        participant_id=body.participant_id,
        eligible=refusal is None,
        refusal=refusal,
        detail=rules.refusal_detail(refusal, language=language_of(request)),
    )
