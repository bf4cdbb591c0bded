"""HTTP face of training certificates."""

from http import HTTPStatus
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response

from services.enrollment.base import Audit, Idempotency
from services.enrollment.certificates import operations, queries, rules
from services.enrollment.certificates.schemas import (
    CertificateRead,
    CertificateReissued,
    CertificateRevoked,
    CertificatesOrdered,
)
from services.enrollment.certificates.tables import TrainingCertificate
from services.enrollment.classes.queries import get_class
from services.enrollment.classes.rules import ClassUnknownError, OutsideScopeError
from services.enrollment.openings.rules import RollRefusedError
from services.enrollment.participants.rules import is_self
from services.enrollment.person_keys.operations import open_for
from shared.db.audit import note_read
from shared.schemas.jobs import JobRead
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import etag_of
from shared.web.jobs import job_path, job_read
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, PageRequest, page_of
from shared.web.session import SessionDep

router = APIRouter(tags=["certificates"])

Reader: TypeAlias = Annotated[Caller, Depends(Requires(Permission.ENROLLMENTS_READ))]
Issuer: TypeAlias = Annotated[Caller, Depends(Requires(Permission.CERTIFICATES_ISSUE))]
Revoker: TypeAlias = Annotated[Caller, Depends(Requires(Permission.CERTIFICATES_REVOKE))]
ClassId: TypeAlias = Annotated[UUID, Path(description="The class.")]
ParticipantId: TypeAlias = Annotated[UUID, Path(description="The participant.")]
CertificateId: TypeAlias = Annotated[UUID, Path(description="The certificate.")]

_SIGNATORY: Final = {"name": "Drs. Contoh", "title": "Kepala Balai"}
_UNKNOWN: Final = (rules.CertificateUnknownError,)
_TURNED: Final = (*_UNKNOWN, OutsideScopeError, rules.CertificateStateError)
_PDF: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "PDF/A",
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_PRIVATE: Final = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


def _read(request: Request, row: TrainingCertificate) -> CertificateRead:
    return queries.read_of(row, public_url=request.scope["state"]["settings"].public_url)


def _after(page: PageRequest) -> UUID | None:
    return None if page.after is None else UUID(str(page.after[0]))


@router.post(
    "/classes/{class_id}/certificates",
    status_code=HTTPStatus.ACCEPTED,
    response_model=JobRead,
    responses=problems(
        ClassUnknownError, OutsideScopeError, RollRefusedError, rules.ClassNotTrainedError
    ),
)
async def issue_certificates(
    *,
    request: Request,
    session: SessionDep,
    caller: Issuer,
    class_id: ClassId,
    once: OnceDep,
    now: Now,
    body: Annotated[CertificatesOrdered, Body(examples=[{"signatory": _SIGNATORY}])],
) -> Response:
    """Issue certificates by a job, to all who completed and have none or to those named.

    Sent again it issues what is missing: nobody holds two valid certificates of one class.
    """

    async def work() -> JobRead:
        job = await operations.order_certificates(
            session,
            class_id=class_id,
            wanted=body,
            scope=caller.scope,
            ordered_by=caller.actor.name,
            now=now,
        )
        return job_read(request, job)

    return await answer_once(
        session, Idempotency, once, work, status=HTTPStatus.ACCEPTED, location=job_path
    )


@router.get(
    "/classes/{class_id}/certificates", responses=problems(ClassUnknownError, CursorInvalidError)
)
async def list_class_certificates(
    request: Request, session: SessionDep, caller: Reader, class_id: ClassId, page: PageArgs
) -> Page[CertificateRead]:
    """List the certificates of a class that the caller may see, without names."""
    await get_class(session, class_id)
    rows = await queries.list_of_class(
        session, class_id, scope=caller.scope, after=_after(page), limit=page.fetch
    )
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [str(row.id)],
        read=lambda row: _read(request, row),
    )


@router.get("/participants/{participant_id}/certificates", responses=problems(CursorInvalidError))
async def list_person_certificates(
    request: Request,
    session: SessionDep,
    caller: Reader,
    participant_id: ParticipantId,
    page: PageArgs,
) -> Page[CertificateRead]:
    """List the certificates of a person that the caller may see; who else looks is noted."""
    rows = await queries.list_of_person(
        session, participant_id, scope=caller.scope, after=_after(page), limit=page.fetch
    )
    if rows and not is_self(participant_id, scope=caller.scope):
        await note_read(session, Audit, action="certificates.list", subject_id=participant_id)
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [str(row.id)],
        read=lambda row: _read(request, row),
    )


@router.get("/certificates/{certificate_id}", responses=problems(*_UNKNOWN))
async def get_certificate(
    request: Request,
    session: SessionDep,
    caller: Reader,
    certificate_id: CertificateId,
    response: Response,
) -> CertificateRead:
    """Read a certificate, without the person's name."""
    row = await queries.get_certificate(session, certificate_id, scope=caller.scope)
    response.headers["ETag"] = etag_of(row.version)
    return _read(request, row)


@router.get(
    "/certificates/{certificate_id}/pdf",
    response_class=Response,
    responses={
        **problems(*_UNKNOWN, rules.PaperNotReadyError, rules.PaperErasedError),
        **_PDF,
    },
)
async def get_certificate_pdf(
    request: Request, session: SessionDep, caller: Reader, certificate_id: CertificateId
) -> Response:
    """Download a certificate; that somebody else than the person did so is noted."""
    row = await queries.get_certificate(
        session, certificate_id, scope=caller.scope, with_paper=True
    )
    if row.pdf_cipher is None:
        raise rules.PaperNotReadyError(retry_after_s=2)
    keys = request.scope["state"]["nik_keys"]
    where = rules.sealed_paper(row.id)
    pdf = await open_for(session, keys, row.participant_id, where, row.pdf_cipher)
    if pdf is None:
        raise rules.PaperErasedError
    if not any(each.participant_id == row.participant_id for each in caller.scope.reaches):
        await note_read(
            session,
            Audit,
            action="certificate.pdf",
            subject_id=row.participant_id,
            detail={"certificate_id": str(row.id)},
        )
    name = f'attachment; filename="{row.number}.pdf"'
    return Response(
        pdf, media_type="application/pdf", headers={**_PRIVATE, "Content-Disposition": name}
    )


@router.post(
    "/certificates/{certificate_id}/revoke",
    response_model=CertificateRead,
    responses=problems(*_TURNED),
)
async def revoke_certificate(
    *,
    request: Request,
    session: SessionDep,
    caller: Revoker,
    certificate_id: CertificateId,
    once: OnceDep,
    now: Now,
    body: Annotated[CertificateRevoked, Body(examples=[{"reason": "Terbit karena kekeliruan"}])],
) -> Response:
    """Revoke a certificate: whoever verifies it is told so from now on."""

    async def work() -> CertificateRead:
        row = await operations.revoke_certificate(
            session, certificate_id, scope=caller.scope, reason=body.reason, now=now
        )
        return _read(request, row)

    return await answer_once(
        session, Idempotency, once, work, etag=lambda read: etag_of(read.version)
    )


@router.post(
    "/certificates/{certificate_id}/reissue",
    status_code=HTTPStatus.ACCEPTED,
    response_model=JobRead,
    responses=problems(*_TURNED),
)
async def reissue_certificate(
    *,
    request: Request,
    session: SessionDep,
    caller: Issuer,
    certificate_id: CertificateId,
    once: OnceDep,
    now: Now,
    body: Annotated[CertificateReissued, Body(examples=[{"reason": "Ejaan nama dibetulkan"}])],
) -> Response:
    """Issue a certificate anew by a job, with the person's name as it is now.

    It has a number of its own; the old one points to it.
    """

    async def work() -> JobRead:
        job = await operations.order_reissue(
            session,
            certificate_id,
            wanted=body,
            scope=caller.scope,
            ordered_by=caller.actor.name,
            now=now,
        )
        return job_read(request, job)

    return await answer_once(
        session, Idempotency, once, work, status=HTTPStatus.ACCEPTED, location=job_path
    )
