"""HTTP face of recorded certificates of competence."""

from http import HTTPStatus
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response

from services.enrollment.base import Audit, Idempotency
from services.enrollment.classes.rules import OutsideScopeError
from services.enrollment.competence_certificates import operations, queries, rules
from services.enrollment.competence_certificates.schemas import (
    CompetenceCreate,
    CompetenceJudged,
    CompetenceRead,
    CompetenceReceipt,
)
from services.enrollment.enrollments.rules import EnrollmentUnknownError
from services.enrollment.person_keys.operations import Sealed, open_each
from services.enrollment.person_keys.rules import PersonErasedError
from shared.clock import ledger_day
from shared.db.audit import note_read
from shared.schemas.enrollment import VerificationState
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(tags=["competence-certificates"])

Reader: TypeAlias = Annotated[Caller, Depends(Requires(Permission.ENROLLMENTS_READ))]
Recorder: TypeAlias = Annotated[Caller, Depends(Requires(Permission.CERTIFICATES_ISSUE))]
Judge: TypeAlias = Annotated[Caller, Depends(Requires(Permission.CERTIFICATES_REVOKE))]
ClassId: TypeAlias = Annotated[UUID, Path(description="The class.")]
EnrollmentId: TypeAlias = Annotated[UUID, Path(description="The enrollment.")]
ParticipantId: TypeAlias = Annotated[UUID, Path(description="The participant.")]
CertificateId: TypeAlias = Annotated[UUID, Path(description="The certificate of competence.")]

_TURNED: Final = (rules.CompetenceUnknownError, OutsideScopeError, rules.CompetenceStateError)
_EXAMPLE: Final = {
    "lsp_name": "LSP Contoh",
    "lsp_license": "BNSP-LSP-000-ID",
    "scheme_name": "Pembuat roti",
    "number": "10710 7512 3 0000001 2027",
    "level": 2,
    "issued_on": "2027-02-20",
    "valid_until": "2030-02-20",
    "evidence": {"reference": "arsip/2027/0001.pdf", "sha256": "0" * 64},
}


@router.post(
    "/classes/{class_id}/enrollments/{enrollment_id}/competence-certificates",
    status_code=HTTPStatus.CREATED,
    response_model=CompetenceReceipt,
    responses=problems(
        EnrollmentUnknownError,
        OutsideScopeError,
        PersonErasedError,
        rules.CompetenceUntrainedError,
        rules.CompetenceDatesError,
        rules.CompetenceIdTakenError,
        rules.CompetenceNumberTakenError,
    ),
)
async def record_competence_certificate(
    *,
    request: Request,
    session: SessionDep,
    caller: Recorder,
    class_id: ClassId,
    enrollment_id: EnrollmentId,
    once: OnceDep,
    now: Now,
    body: Annotated[CompetenceCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Record a certificate that an LSP has issued to somebody who was trained in a class."""

    async def work() -> CompetenceReceipt:
        row = await operations.record_competence(
            session,
            at=(class_id, enrollment_id),
            body=body,
            keys=request.scope["state"]["nik_keys"],
            scope=caller.scope,
            recorded_by=caller.actor.name,
            now=now,
        )
        return CompetenceReceipt.model_validate(row)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=HTTPStatus.CREATED,
        location=lambda read: f"/v1/competence-certificates/{read.id}",
        etag=lambda read: etag_of(read.version),
    )


@router.get(
    "/participants/{participant_id}/competence-certificates",
    responses=problems(CursorInvalidError),
)
async def list_competence_certificates(
    *,
    request: Request,
    session: SessionDep,
    caller: Reader,
    participant_id: ParticipantId,
    now: Now,
    page: PageArgs,
) -> Page[CompetenceRead]:
    """List the certificates of competence of a person; that somebody else did so is noted."""
    after = None if page.after is None else UUID(str(page.after[0]))
    rows = await queries.list_of_person(
        session, participant_id, scope=caller.scope, after=after, limit=page.fetch
    )
    sealed = [
        Sealed(row.participant_id, rules.sealed_details(row.id), row.details_cipher) for row in rows
    ]
    opened = await open_each(session, request.scope["state"]["nik_keys"], sealed)
    if rows and not _is_himself(caller, participant_id):
        await note_read(
            session, Audit, action="competence-certificates.list", subject_id=participant_id
        )
    today = ledger_day(now)
    return page_of(
        request,
        list(zip(rows, opened, strict=True)),
        page.limit,
        key=lambda pair: [str(pair[0].id)],
        read=lambda pair: queries.read_of(pair[0], pair[1], today=today),
    )


def _is_himself(caller: Caller, participant_id: UUID) -> bool:
    return any(each.participant_id == participant_id for each in caller.scope.reaches)


@router.get(
    "/competence-certificates/{certificate_id}", responses=problems(rules.CompetenceUnknownError)
)
async def get_competence_certificate(
    *,
    request: Request,
    session: SessionDep,
    caller: Reader,
    certificate_id: CertificateId,
    now: Now,
    response: Response,
) -> CompetenceRead:
    """Read a certificate of competence; that somebody else than the person did so is noted."""
    row = await queries.get_competence(session, certificate_id, scope=caller.scope)
    sealed = Sealed(row.participant_id, rules.sealed_details(row.id), row.details_cipher)
    (details,) = await open_each(session, request.scope["state"]["nik_keys"], [sealed])
    if not _is_himself(caller, row.participant_id):
        await note_read(
            session,
            Audit,
            action="competence-certificate.read",
            subject_id=row.participant_id,
            detail={"certificate_id": str(row.id)},
        )
    response.headers["ETag"] = etag_of(row.version)
    return queries.read_of(row, details, today=ledger_day(now))


async def _judge(
    session: SessionDep,
    once: OnceDep,
    *,
    certificate_id: UUID,
    state: VerificationState,
    reason: str | None,
    caller: Caller,
    now: Now,
) -> Response:
    async def work() -> CompetenceReceipt:
        row = await operations.judge_competence(
            session,
            certificate_id,
            state=state,
            reason=reason,
            scope=caller.scope,
            judged_by=caller.actor.name,
            now=now,
        )
        return CompetenceReceipt.model_validate(row)

    return await answer_once(
        session, Idempotency, once, work, etag=lambda read: etag_of(read.version)
    )


@router.post(
    "/competence-certificates/{certificate_id}/verify",
    response_model=CompetenceReceipt,
    responses=problems(*_TURNED),
)
async def verify_competence_certificate(
    session: SessionDep, caller: Judge, certificate_id: CertificateId, once: OnceDep, now: Now
) -> Response:
    """Say that the evidence of a certificate of competence is good: it counts from now on."""
    return await _judge(
        session,
        once,
        certificate_id=certificate_id,
        state=VerificationState.VERIFIED,
        reason=None,
        caller=caller,
        now=now,
    )


@router.post(
    "/competence-certificates/{certificate_id}/reject",
    response_model=CompetenceReceipt,
    responses=problems(*_TURNED),
)
async def reject_competence_certificate(
    *,
    session: SessionDep,
    caller: Judge,
    certificate_id: CertificateId,
    once: OnceDep,
    now: Now,
    body: Annotated[CompetenceJudged, Body(examples=[{"reason": "Nomor tidak dikenal LSP"}])],
) -> Response:
    """Say that the evidence of a certificate of competence is not good, and why."""
    return await _judge(
        session,
        once,
        certificate_id=certificate_id,
        state=VerificationState.REJECTED,
        reason=body.reason,
        caller=caller,
        now=now,
    )
