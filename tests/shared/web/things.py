"""Routes of a small service, one for each thing that the kernel does."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field, field_validator
from sqlalchemy import insert, select, text
from starlette.responses import Response

from shared.errors import (
    ConflictError,
    ForbiddenError,
    HiddenError,
    NotFoundError,
    PreconditionRequiredError,
    TooManyRequestsError,
    UnavailableError,
)
from shared.http.client import UpstreamRefusedError
from shared.i18n import Text
from shared.ids import new_id
from shared.schemas.base import Body, Read
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Public, Requires
from shared.web.etag import IfMatch, check_match, etag_of, not_modified
from shared.web.feed import feed_router
from shared.web.jobs import jobs_router
from shared.web.lean import lean, lean_body, lean_openapi, lean_path_id
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import PageArgs, page_of
from shared.web.session import SessionDep
from tests.shared.db.tables import Event, Idempotency, Job, Row, RowVerdict


class ThingFullError(ConflictError):
    code = "thing-full"
    title = Text("Sudah penuh.", "It is full.")


class ThingCreate(Body):
    """A thing to make."""

    name: str = Field(min_length=2, max_length=8)
    count: int = Field(default=1, ge=1, le=9)
    nik: str | None = None

    @field_validator("nik")
    @classmethod
    def _sixteen_digits(cls, value: str) -> str:
        if len(value) != 16:
            raise ValueError(Text("NIK terdiri dari 16 angka.", "A NIK has 16 digits."))
        return value


class ThingRead(Read):
    """A thing."""

    id: UUID
    name: str


Reader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
Writer = Annotated[Caller, Depends(Requires(Permission.FACILITIES_WRITE))]

REFUSALS = {
    "conflict": lambda: ThingFullError(
        Text("Kelas penuh: 40 dari 40.", "The class is full: 40 of 40."),
        extra={"alternatives": [UUID(int=1)]},
    ),
    "forbidden": ForbiddenError,
    "hidden": HiddenError,
    "missing": NotFoundError,
    "precondition": PreconditionRequiredError,
    "often": lambda: TooManyRequestsError(retry_after_s=9),
    "away": lambda: UnavailableError(retry_after_s=3),
    "upstream": lambda: UpstreamRefusedError(
        status=409, problem={"code": "facility-not-active", "title": "T", "detail": "D"}
    ),
    "pointer": lambda: ThingFullError(pointer="/starts_at"),
    "boom": lambda: RuntimeError("nik 3201020304050607"),
}

router = APIRouter(prefix="/things", tags=["things"])


@router.get("")
async def list_things(
    _: Public,
    session: SessionDep,
    request: Request,
    page: PageArgs,
    prefix: Annotated[str | None, Query()] = None,
) -> Page[ThingRead]:
    """List things in the order of their names."""
    statement = select(Row).order_by(Row.name).limit(page.fetch)
    if prefix is not None:
        statement = statement.where(Row.name.startswith(prefix))
    if page.after is not None:
        statement = statement.where(Row.name > page.after[0])
    rows = (await session.scalars(statement)).all()
    return page_of(request, rows, page.limit, key=lambda row: [row.name], read=ThingRead)


@router.post("", status_code=201, response_model=ThingRead, responses=problems(ThingFullError))
async def make_thing(_: Writer, session: SessionDep, body: ThingCreate, once: OnceDep) -> Response:
    """Make a thing.

    Raises:
        ThingFullError: when its name says so.
    """

    async def work() -> ThingRead:
        thing = ThingRead(id=new_id(), name=body.name)
        await session.execute(insert(Row).values(id=thing.id, name=thing.name))
        if body.name == "full":
            raise ThingFullError
        return thing

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=201,
        location=lambda thing: f"/v1/things/{thing.id}",
        etag=lambda _: etag_of(1),
    )


@router.post("/{class_id}/seats", status_code=201, response_model=ThingRead)
async def claim_thing(_: Writer, session: SessionDep, class_id: UUID, once: OnceDep) -> Response:
    """Make something of a class."""

    async def work() -> ThingRead:
        return ThingRead(id=class_id, name="seat")

    return await answer_once(session, Idempotency, once, work, status=201)


@router.post(
    "/{thing_id}/lean",  # noqa: FAST003 - read from the request
    status_code=201,
    response_model=ThingRead,
    responses=problems(ThingFullError),
    openapi_extra=lean_openapi(ThingCreate, path_ids=["thing_id"]),
)
@lean(Requires(Permission.ENROLLMENTS_WRITE))
async def make_lean_thing(request: Request, caller: Caller) -> Response:
    """Make a thing at little cost."""
    body = await lean_body(request, ThingCreate)
    thing_id = lean_path_id(request, "thing_id")
    if body.name == "full":
        raise ThingFullError
    if body.name == "boom":
        raise RuntimeError("boom")
    name = f"{caller.actor.subject} {thing_id}"
    return Response(name, status_code=201)


@router.get("/refusals/{kind}")
async def refuse(kind: str, _: Public) -> ThingRead:
    """Refuse in the way that is asked for."""
    refusal = REFUSALS[kind]
    raise refusal()


@router.post("/written-then/{kind}")
async def write_and_refuse(kind: str, _: Writer, session: SessionDep) -> ThingRead:
    """Write a row, then refuse in the way that is asked for."""
    await session.execute(insert(Row).values(id=new_id(), name=kind))
    refusal = REFUSALS[kind]
    raise refusal()


@router.get("/one/{version}")
async def get_thing(version: int, _: Reader, request: Request, response: Response) -> ThingRead:
    """Return a thing of a version, unless the caller has it."""
    tag = etag_of(version)
    unchanged = not_modified(request, tag)
    if unchanged is not None:
        return unchanged
    response.headers["ETag"] = tag
    return ThingRead(id=UUID(int=version), name="one")


@router.patch("/one/{version}")
async def change_thing(version: int, _: Writer, if_match: IfMatch) -> ThingRead:
    """Change a thing whose version the caller has read."""
    check_match(if_match, version)
    return ThingRead(id=UUID(int=version), name="one")


class Filters(Body):
    """What a list may be cut by."""

    area: str | None = None


@router.get("/filtered")
async def list_filtered(_: Public, filters: Annotated[Filters, Query()]) -> dict[str, str]:
    """Return the filters."""
    return {"area": filters.area or "-"}


@router.get("/now")
async def get_now(_: Public, now: Now) -> dict[str, str]:
    """Return the business time."""
    return {"now": now.isoformat()}


@router.get("/whoami")
async def get_scope(caller: Public, session: SessionDep) -> dict[str, str]:
    """Return who calls, and the scope that the database was told."""
    scope = await session.scalar(text("SELECT current_setting('app.scope')"))
    return {"actor": caller.actor.name, "scope": scope}


@router.post("/late")
async def write_late(_: Writer, session: SessionDep) -> ThingRead:
    """Write two rows of one home, which a constraint may refuse at the commit."""
    for name in ("first", "second"):
        await session.execute(insert(Row).values(id=new_id(), name=name, home_regency_code="32.73"))
    return ThingRead(id=UUID(int=1), name="second")


def routers() -> list[APIRouter]:
    return [router, jobs_router(Job, RowVerdict, Idempotency), feed_router(Event)]
