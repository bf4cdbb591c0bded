"""HTTP face of funding."""

from collections import Counter
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.class_funding import operations, queries
from services.enrollment.class_funding.rules import FundingSource, shares
from services.enrollment.class_funding.schemas import (
    FundingRead,
    FundingsRead,
    FundingsWrite,
    FundingWrite,
)
from services.enrollment.classes.queries import lock_class
from services.enrollment.classes.rules import ClassUnknownError, OutsideScopeError
from services.enrollment.classes.tables import Class
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of
from shared.web.now import Now
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/classes/{class_id}/funding", tags=["classes"])

ClassId: TypeAlias = Annotated[UUID, Path(description="The class.")]
ClassWriter: TypeAlias = Annotated[Caller, Depends(Requires(Permission.CLASSES_WRITE))]
Staff: TypeAlias = Annotated[Caller, Depends(Requires(Permission.ENROLLMENTS_READ))]

_EXAMPLE: Final = {
    "sources": [
        {
            "source": "APBN",
            "budget_code": "026.13.DL.3826",
            "amount_rupiah": 64000000,
            "funder_name": "Kementerian Ketenagakerjaan",
        }
    ]
}


@router.get("", response_model=FundingsRead, responses=problems(ClassUnknownError))
async def get_class_funding(session: SessionDep, caller: Staff, class_id: ClassId) -> Response:
    """Return who pays for a class within the caller's scope; the ETag is that of the class."""
    class_ = await queries.get_funded(session, class_id, scope=caller.scope)
    return await _answer(session, class_)


@router.put(
    "", response_model=FundingsRead, responses=problems(ClassUnknownError, OutsideScopeError)
)
async def set_class_funding(
    *,
    session: SessionDep,
    caller: ClassWriter,
    class_id: ClassId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[FundingsWrite, Body(examples=[_EXAMPLE])],
) -> Response:
    """Say who pays for a class, all sources at once; If-Match carries the version of the class."""
    class_ = await lock_class(session, class_id, scope=caller.scope)
    check_match(if_match, class_.version)
    await operations.set_funding(session, class_, body, now=now)
    return await _answer(session, class_)


async def _answer(session: AsyncSession, class_: Class) -> Response:
    rows = await queries.funding_of(session, class_.id)
    amounts = [row.amount_rupiah for row in rows]
    by_source: Counter[FundingSource] = Counter()
    for row in rows:
        by_source[row.source] += row.amount_rupiah
    names = tuple(FundingWrite.model_fields)
    sources = [
        FundingRead(
            position=row.position,
            share_percent=share,
            **{name: getattr(row, name) for name in names},
        )
        for row, share in zip(rows, shares(amounts), strict=True)
    ]
    read = FundingsRead(
        class_id=class_.id,
        version=class_.version,
        total_rupiah=sum(amounts),
        per_seat_rupiah=sum(amounts) // class_.capacity,
        by_source=dict(by_source),
        sources=sources,
    )
    return Response(
        read.model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(class_.version)},
    )
