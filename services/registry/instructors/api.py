"""HTTP face of instructors; their list stands beside engagements, which say who is free."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.base import Idempotency
from services.registry.facilities.rules import FacilityClosedError
from services.registry.institutions.rules import InstitutionUnknownError
from services.registry.instructors import operations, queries, rules
from services.registry.instructors.rules import InstructorNotFoundError
from services.registry.instructors.schemas import (
    CertificateCreate,
    CertificateRead,
    CertificateRevoke,
    InstructorChange,
    InstructorCreate,
    InstructorRead,
)
from services.registry.instructors.tables import Instructor
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

router = APIRouter(prefix="/instructors", tags=["instructors"])

InstructorId = Annotated[UUID, Path(description="The instructor's identifier.")]
CertificateId = Annotated[UUID, Path(description="The certificate's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
InstructorWriter = Annotated[Caller, Depends(Requires(Permission.INSTRUCTORS_WRITE))]

_HOME_REFUSED: Final = (rules.HomeFacilityUnknownError, OutOfScopeError, FacilityClosedError)
_EXAMPLE: Final = {
    "code": "INS-0001",
    "name": "Contoh Instruktur (DATA SINTETIS)",
    "home_facility_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11",
    "competences": ["BAKERY"],
    "synthetic": True,
}
_CERTIFICATE: Final = {
    "scheme": "Pembuat roti (DATA SINTETIS)",
    "number": "SINTETIS-0001",
    "issuer": "LSP Contoh",
    "competences": ["BAKERY"],
    "valid_from": "2026-01-15",
    "valid_to": "2029-01-14",
}


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=InstructorRead,
    responses=problems(
        *_HOME_REFUSED, rules.InstructorIdTakenError, rules.InstructorCodeTakenError
    ),
)
async def register_instructor(
    session: SessionDep,
    caller: InstructorWriter,
    once: OnceDep,
    now: Now,
    body: Annotated[InstructorCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Register an instructor at a facility within the caller's scope."""

    async def work() -> InstructorRead:
        instructor = await operations.register_instructor(
            session, body, scope=caller.scope, now=now
        )
        return InstructorRead.model_validate(instructor)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda instructor: f"/v1/instructors/{instructor.id}",
        etag=lambda instructor: etag_of(instructor.version),
    )


@router.get(
    "/{instructor_id}",
    response_model=InstructorRead,
    responses={**problems(InstructorNotFoundError), 304: {"description": "Not Modified"}},
)
async def get_instructor(
    request: Request, session: SessionDep, caller: RegistryReader, instructor_id: InstructorId
) -> Response:
    """Return one instructor within the caller's scope."""
    instructor = await queries.get_instructor(session, instructor_id, scope=caller.scope)
    return not_modified(request, etag_of(instructor.version)) or _answer(instructor)


@router.patch(
    "/{instructor_id}",
    response_model=InstructorRead,
    responses=problems(InstructorNotFoundError, *_HOME_REFUSED),
)
async def correct_instructor(
    session: SessionDep,
    caller: InstructorWriter,
    instructor_id: InstructorId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[
        InstructorChange,
        Body(
            media_type="application/merge-patch+json",
            examples=[{"competences": ["BAKERY", "C.10ROT00.001.1"], "employment": "FREELANCE"}],
        ),
    ],
) -> Response:
    """Change what the merge patch names; a new home facility is within the caller's scope too."""
    instructor = await queries.get_instructor_for_change(session, instructor_id, scope=caller.scope)
    check_match(if_match, instructor.version)
    await operations.correct_instructor(session, instructor, body, scope=caller.scope, now=now)
    return _answer(instructor)


@router.get(
    "/{instructor_id}/certificates",
    responses=problems(InstructorNotFoundError, CursorInvalidError),
)
async def list_instructor_certificates(
    request: Request,
    session: SessionDep,
    caller: RegistryReader,
    page: PageArgs,
    instructor_id: InstructorId,
) -> Page[CertificateRead]:
    """List the certificates of an instructor within the caller's scope, the oldest first."""
    instructor = await queries.get_instructor(session, instructor_id, scope=caller.scope)
    rows = await queries.list_certificates(
        session,
        instructor.id,
        after=_after(page),
        limit=page.fetch,
    )
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [str(row.valid_from), str(row.id)],
        read=CertificateRead,
    )


@router.post(
    "/{instructor_id}/certificates",
    status_code=status.HTTP_201_CREATED,
    response_model=CertificateRead,
    responses=problems(
        InstructorNotFoundError,
        OutOfScopeError,
        rules.CertificatePeriodInvalidError,
        InstitutionUnknownError,
        rules.CertificateIdTakenError,
        rules.CertificateNumberTakenError,
    ),
)
async def certify_instructor(
    session: SessionDep,
    caller: InstructorWriter,
    once: OnceDep,
    now: Now,
    instructor_id: InstructorId,
    body: Annotated[CertificateCreate, Body(examples=[_CERTIFICATE])],
) -> Response:
    """Record a certificate of competence that an LSP issued to an instructor."""

    async def work() -> CertificateRead:
        certificate = await operations.certify_instructor(
            session, instructor_id, body, scope=caller.scope, now=now
        )
        return CertificateRead.model_validate(certificate)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda _: f"/v1/instructors/{instructor_id}/certificates",
    )


@router.post(
    "/{instructor_id}/certificates/{certificate_id}/revoke",
    response_model=CertificateRead,
    responses=problems(
        InstructorNotFoundError,
        OutOfScopeError,
        rules.CertificateNotFoundError,
        rules.CertificateRevokedError,
    ),
)
async def revoke_instructor_certificate(
    *,
    session: SessionDep,
    caller: InstructorWriter,
    once: OnceDep,
    now: Now,
    instructor_id: InstructorId,
    certificate_id: CertificateId,
    body: Annotated[CertificateRevoke, Body(examples=[{"reason": "Dicabut oleh LSP."}])],
) -> Response:
    """Revoke a certificate from today on; what was engaged on its strength stands."""

    async def work() -> CertificateRead:
        certificate = await operations.revoke_certificate(
            session,
            certificate_id,
            instructor_id=instructor_id,
            reason=body.reason,
            scope=caller.scope,
            now=now,
            today=ledger_day(now),
        )
        return CertificateRead.model_validate(certificate)

    return await answer_once(session, Idempotency, once, work)


def _after(page: PageRequest) -> tuple[date, UUID] | None:
    if page.after is None:
        return None
    return date.fromisoformat(str(page.after[0])), UUID(str(page.after[1]))


def _answer(instructor: Instructor) -> Response:
    return Response(
        InstructorRead.model_validate(instructor).model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(instructor.version)},
    )
