"""HTTP face of changes of classes, and of their timetables."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

import httpx
from fastapi import APIRouter, Body, Depends, Header, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment import gateways
from services.enrollment.base import Idempotency
from services.enrollment.class_changes import operations, queries, rules
from services.enrollment.class_changes.operations import Wish
from services.enrollment.class_changes.rules import ChangeMode
from services.enrollment.class_changes.schemas import (
    ChangeConsequences,
    ClassChanges,
    Timetable,
    TimetableSession,
)
from services.enrollment.classes import rules as class_rules
from services.enrollment.classes.operations import settle_later
from services.enrollment.classes.queries import get_class, lock_class
from services.enrollment.classes.tables import Class, Meeting
from services.enrollment.waves.rules import ZONES, SelectionApprovedError
from shared.db.session import transaction
from shared.errors import PreconditionRequiredError, ServiceError, StaleError
from shared.http.client import RegistryUnavailableError
from shared.schemas.registry import ClassReserved, TimeZone
from shared.scope import Permission
from shared.web.auth import Caller, Public, Requires
from shared.web.etag import check_match, etag_of, not_modified
from shared.web.now import Now
from shared.web.once import OnceDep, OnceRequest, answer_once
from shared.web.openapi import problems
from shared.web.problems import language_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/classes/{class_id}", tags=["classes"])

ClassId: TypeAlias = Annotated[UUID, Path(description="The class.")]
ClassWriter: TypeAlias = Annotated[Caller, Depends(Requires(Permission.CLASSES_WRITE))]
Version: TypeAlias = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="ETag of the class whose consequences you have seen; mode=commit needs it.",
        examples=['"3"'],
    ),
]
_EXAMPLE: Final = {
    "space_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11",
    "capacity": 20,
    "sessions": [
        {"starts_at": "2027-02-08T01:00:00Z", "ends_at": "2027-02-08T09:00:00Z"},
        {"starts_at": "2027-02-10T01:00:00Z", "ends_at": "2027-02-10T09:00:00Z"},
    ],
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A change, and by whom it is asked for."""

    state: dict[str, Any]
    caller: Caller
    class_id: UUID
    body: ClassChanges
    now: datetime

    @property
    def registry(self) -> httpx.AsyncClient:
        registry: httpx.AsyncClient = self.state["registry"]
        return registry

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        return transaction(
            self.state["sessions"],
            scope=self.caller.scope,
            actor=self.caller.actor,
            ring=self.state["ring"],
        )

    def wish(self, reserved: ClassReserved | None) -> Wish:
        return Wish(
            class_id=self.class_id,
            body=self.body,
            reserved=reserved,
            scope=self.caller.scope,
            now=self.now,
        )


@router.post(
    "/changes",
    response_model=ChangeConsequences,
    responses=problems(
        RegistryUnavailableError,
        PreconditionRequiredError,
        class_rules.ClassUnknownError,
        class_rules.OutsideScopeError,
        class_rules.ClassNotPlannedError,
        class_rules.CapacityBelowTakenError,
        class_rules.ReserveBelowWaitingError,
        class_rules.CapacityAboveSpaceError,
        SelectionApprovedError,
        rules.WaveStartFixedError,
        rules.NothingChangesError,
    ),
)
async def change_class_plan(
    *,
    request: Request,
    caller: ClassWriter,
    once: OnceDep,
    now: Now,
    class_id: ClassId,
    body: Annotated[ClassChanges, Body(examples=[_EXAMPLE])],
    mode: Annotated[
        ChangeMode, Query(description="validate tells what would follow and changes nothing.")
    ] = ChangeMode.VALIDATE,
    if_match: Version = None,
) -> Response:
    """Move, resize or call off a planned class; by default only tell what would follow.

    `mode=validate` answers with what would follow and with everything that stands against it, from
    both services, as if it had been done; its key counts for nothing. `mode=commit` takes If-Match
    with the version that was told, does it in one transaction and has people told. The registry
    gives up the old hours and room only for the new ones.
    """
    # No SessionDep: the registry is asked before the transaction.
    asked = _Asked(request.scope["state"], caller, class_id, body, now)
    if mode is ChangeMode.VALIDATE:
        told = await _foresee(asked, request)
        headers = {"ETag": etag_of(told.version)}
        return Response(told.model_dump_json(), media_type="application/json", headers=headers)
    if if_match is None:
        raise PreconditionRequiredError
    return await _commit(asked, once=once, if_match=if_match)


async def _foresee(asked: _Asked, request: Request) -> ChangeConsequences:
    refused, reserved = None, None
    async with asked.transaction() as session:
        class_ = await lock_class(session, asked.class_id, scope=asked.caller.scope)
        wanted = await operations.wanted_of(session, class_, asked.body)
        possible = await _judged(session, class_, asked.body)
    if wanted is not None and possible:
        try:
            reserved = await gateways.try_class(asked.registry, asked.class_id, wanted)
        except ServiceError as error:
            if isinstance(error, RegistryUnavailableError):
                raise
            refused = error
    async with asked.transaction() as session:
        return await operations.foresee_change(
            session, asked.wish(reserved), refused=refused, language=language_of(request)
        )


async def _judged(session: AsyncSession, class_: Class, body: ClassChanges) -> bool:
    try:
        await operations.judge_change(session, class_, body)
    except ServiceError:
        return False
    return True


async def _commit(asked: _Asked, *, once: OnceRequest, if_match: str) -> Response:
    reserved = await _reserved(asked, if_match=if_match)

    async def work(session: AsyncSession) -> ChangeConsequences:
        if isinstance(reserved, ServiceError):
            raise reserved
        class_ = await lock_class(session, asked.class_id, scope=asked.caller.scope)
        check_match(if_match, class_.version)
        if reserved is None and await operations.wanted_of(session, class_, asked.body):
            raise StaleError
        done = await operations.change_class(session, asked.wish(reserved))
        if reserved is not None:
            await settle_later(session, [asked.class_id])
        return done

    try:
        async with asked.transaction() as session:
            return await answer_once(
                session,
                Idempotency,
                once,
                lambda: work(session),
                etag=lambda done: etag_of(done.version),
            )
    except ServiceError:
        if isinstance(reserved, ClassReserved):
            await _settle_otherwise(asked)
        raise


async def _settle_otherwise(asked: _Asked) -> None:
    """Have the registry hold again what the class says: the change has not come about.

    If even this fails, or the process ends before, the cron of the classes does the same.
    """
    async with asked.transaction() as session:
        await settle_later(session, [asked.class_id])


async def _reserved(asked: _Asked, *, if_match: str) -> ClassReserved | ServiceError | None:
    """Return what the registry holds for the changed class, what refuses it, or None."""
    try:
        async with asked.transaction() as session:
            class_ = await lock_class(session, asked.class_id, scope=asked.caller.scope)
            check_match(if_match, class_.version)
            await operations.judge_change(session, class_, asked.body)
            wanted = await operations.wanted_of(session, class_, asked.body)
            if wanted is None:
                return None
            await operations.try_change(session, asked.wish(None))
            class_ = await lock_class(session, asked.class_id, scope=asked.caller.scope)
            await operations.open_reservation(session, class_)
    except ServiceError as error:
        return error
    try:
        return await gateways.reserve_class(asked.registry, asked.class_id, wanted)
    except ServiceError as error:
        await _settle_otherwise(asked)
        return error


@router.get(
    "/timetable", response_model=Timetable, responses=problems(class_rules.ClassUnknownError)
)
async def get_class_timetable(
    request: Request, session: SessionDep, _: Public, class_id: ClassId
) -> Response:
    """Return all sessions of a class at once, by the clock of its place and in UTC."""
    class_ = await get_class(session, class_id)
    etag = etag_of(class_.version)
    same = not_modified(request, etag)
    if same is not None:
        return same
    rows = await queries.timetable_of(session, class_id)
    table = Timetable(
        class_id=class_.id,
        label=class_.label,
        facility_name=class_.facility_name,
        space_name=class_.space_name,
        time_zone=class_.time_zone,
        module_title=class_.module_title,
        module_hours=class_.module_hours,
        version=class_.version,
        sessions=[_session(row, class_.time_zone) for row in rows],
    )
    return Response(table.model_dump_json(), media_type="application/json", headers={"ETag": etag})


def _session(row: Meeting, zone: TimeZone) -> TimetableSession:
    begins, ends = (each.astimezone(ZONES[zone]) for each in (row.starts_at, row.ends_at))
    return TimetableSession(
        position=row.position,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        day=begins.date().isoformat(),
        begins=begins.strftime("%H:%M"),
        ends=ends.strftime("%H:%M"),
    )
