"""HTTP face of accreditations and licences."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.accreditations import operations, queries, rules
from services.registry.accreditations.queries import AccreditationFilter
from services.registry.accreditations.rules import AccreditationKind, AccreditationStatus
from services.registry.accreditations.schemas import (
    AccreditationCreate,
    AccreditationRead,
    Revocation,
)
from services.registry.areas.schemas import RegionCode
from services.registry.base import Idempotency
from services.registry.facilities.queries import get_facility
from services.registry.facilities.rules import FacilityClosedError, FacilityNotFoundError
from services.registry.facilities.schemas import TradeCode
from shared.clock import ledger_day
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(tags=["accreditations"])

FacilityId = Annotated[UUID, Path(description="The facility's identifier.")]
AccreditationId = Annotated[UUID, Path(description="Identifier of the accreditation or licence.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
AccreditationWriter = Annotated[Caller, Depends(Requires(Permission.ASSESSMENTS_WRITE))]
On = Annotated[
    date | None, Query(description="The day for which the status is told; by default today.")
]

_EXAMPLE: Final = {
    "kind": "ACCREDITATION",
    "number": "LALPK/CONTOH/2025",
    "issuer": "LA-LPK",
    "decree_number": "KEP.1/CONTOH/2025",
    "trade": "GARMENT",
    "standards": dict.fromkeys(rules.Standard, "MET"),
    "valid_from": "2025-01-01",
    "valid_to": "2027-12-31",
    "document": {"reference": "arsip/2025/0001", "sha256": "0" * 64},
    "synthetic": True,
}
_REVOCATION: Final = {"revoked_on": "2025-06-01", "reason": "Sarana tidak lagi memenuhi standar."}


@router.get("/accreditations", responses=problems(CursorInvalidError))
async def list_accreditations(
    *,
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    now: Now,
    page: PageArgs,
    area: Annotated[RegionCode | None, Query()] = None,
    kind: Annotated[AccreditationKind | None, Query()] = None,
    trade: Annotated[TradeCode | None, Query()] = None,
    status: Annotated[AccreditationStatus | None, Query(description="On the day `on`.")] = None,
    expires_before: Annotated[
        date | None, Query(description="Its last day lies before this one.")
    ] = None,
    on: On = None,
) -> Page[AccreditationRead]:
    """List accreditations and licences of the whole country: those that end first come first."""
    day = on or ledger_day(now)
    wanted = AccreditationFilter(
        on=day, area=area, kind=kind, trade=trade, status=status, expires_before=expires_before
    )
    rows = await queries.list_accreditations(
        session, wanted, after=_after(page.after), limit=page.fetch
    )
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [row.valid_to.isoformat() if row.valid_to else None, str(row.id)],
        read=lambda row: queries.read(row, on=day),
    )


def _after(values: list[str | int | float | None] | None) -> tuple[date | None, UUID] | None:
    if values is None:
        return None
    ends_on, id_ = values
    return None if ends_on is None else date.fromisoformat(str(ends_on)), UUID(str(id_))


@router.get(
    "/facilities/{facility_id}/accreditations",
    responses=problems(FacilityNotFoundError, CursorInvalidError),
)
async def list_facility_accreditations(
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    now: Now,
    facility_id: FacilityId,
    page: PageArgs,
    on: On = None,
) -> Page[AccreditationRead]:
    """List a facility's accreditations and licences in the order of their beginnings."""
    day = on or ledger_day(now)
    await get_facility(session, facility_id)
    after = page.after and (date.fromisoformat(str(page.after[0])), UUID(str(page.after[1])))
    rows = await queries.accreditations_of(
        session, facility_id, after=after or None, limit=page.fetch
    )
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [row.valid_from.isoformat(), str(row.id)],
        read=lambda row: queries.read(row, on=day),
    )


@router.post(
    "/facilities/{facility_id}/accreditations",
    status_code=status.HTTP_201_CREATED,
    response_model=AccreditationRead,
    responses=problems(
        FacilityNotFoundError,
        OutOfScopeError,
        FacilityClosedError,
        rules.StandardsInvalidError,
        rules.DecreeMissingError,
        rules.AccreditationPeriodInvalidError,
        rules.AccreditationOverlapError,
        rules.AccreditationIdTakenError,
    ),
)
async def record_accreditation(
    session: SessionDep,
    caller: AccreditationWriter,
    once: OnceDep,
    now: Now,
    facility_id: FacilityId,
    body: Annotated[AccreditationCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Keep an accreditation or a licence of a facility within the caller's scope.

    It is a document of its issuer, and does not change: one that was entered wrongly is revoked
    from its first day, and recorded anew for the same days.
    """

    async def work() -> AccreditationRead:
        row = await operations.record_accreditation(
            session, facility_id, body, scope=caller.scope, now=now
        )
        return queries.read(row, on=ledger_day(now))

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda made: f"/v1/accreditations/{made.id}",
        etag=lambda made: etag_of(made.version),
    )


@router.get(
    "/accreditations/{accreditation_id}", responses=problems(rules.AccreditationNotFoundError)
)
async def get_accreditation(
    session: SessionDep,
    _: RegistryReader,
    now: Now,
    accreditation_id: AccreditationId,
    on: On = None,
) -> AccreditationRead:
    """Return one accreditation or licence with its status on a day."""
    row = await queries.get_accreditation(session, accreditation_id)
    return queries.read(row, on=on or ledger_day(now))


@router.post(
    "/accreditations/{accreditation_id}/revoke",
    response_model=AccreditationRead,
    responses=problems(
        rules.AccreditationNotFoundError,
        OutOfScopeError,
        rules.AccreditationRevokedError,
        rules.RevocationDayInvalidError,
    ),
)
async def revoke_accreditation(
    session: SessionDep,
    caller: AccreditationWriter,
    once: OnceDep,
    now: Now,
    accreditation_id: AccreditationId,
    body: Annotated[Revocation, Body(examples=[_REVOCATION])],
) -> Response:
    """Revoke an accreditation or a licence from a day on, and say why."""

    async def work() -> AccreditationRead:
        row = await operations.revoke_accreditation(
            session, accreditation_id, body, scope=caller.scope, now=now
        )
        return queries.read(row, on=ledger_day(now))

    return await answer_once(
        session, Idempotency, once, work, etag=lambda changed: etag_of(changed.version)
    )
