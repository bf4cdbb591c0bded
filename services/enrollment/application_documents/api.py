"""HTTP face of documents."""

from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Body, Path, Response

from services.enrollment.application_documents import operations, queries, rules
from services.enrollment.application_documents.schemas import (
    DocumentCreate,
    DocumentRead,
    DocumentReceipt,
)
from services.enrollment.applications.api import (
    ApplicationId,
    ApplicationReader,
    ApplicationWriter,
    ParticipantId,
)
from services.enrollment.applications.operations import lock_open
from services.enrollment.applications.queries import get_application
from services.enrollment.applications.rules import (
    ApplicationStateError,
    ApplicationUnknownError,
    WaveTakesClaimsError,
)
from services.enrollment.base import Audit, Idempotency
from services.enrollment.classes.rules import OutsideScopeError
from services.enrollment.enrollments.rules import WindowClosedError, WindowNotOpenError
from services.enrollment.participants.rules import is_self
from services.enrollment.waves.rules import WaveCancelledError
from shared.db.audit import note_read
from shared.schemas.paging import Page
from shared.web.etag import IfMatch, check_match, etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

_TAGS: Final[list[Any]] = ["applications"]
router = APIRouter(
    prefix="/participants/{participant_id}/applications/{application_id}/documents", tags=_TAGS
)

DocumentId = Annotated[UUID, Path(description="The document.")]
_EXAMPLE: Final = {
    "kind": "BUSINESS_PLAN",
    "reference": "https://arsip.example/rencana-usaha/0042.pdf",
    "sha256": "9f" * 32,
    "media_type": "application/pdf",
    "size": 184_320,
}
DocumentBody = Annotated[DocumentCreate, Body(examples=[_EXAMPLE])]
_REFUSED: Final = (
    ApplicationUnknownError,
    OutsideScopeError,
    ApplicationStateError,
    WaveCancelledError,
    WaveTakesClaimsError,
    WindowNotOpenError,
    WindowClosedError,
)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model=DocumentReceipt,
    responses=problems(
        *_REFUSED,
        rules.DocumentExistsError,
        rules.DocumentIdTakenError,
        rules.TooManyDocumentsError,
    ),
)
async def add_application_document(
    *,
    session: SessionDep,
    caller: ApplicationWriter,
    once: OnceDep,
    now: Now,
    participant_id: ParticipantId,
    application_id: ApplicationId,
    body: DocumentBody,
) -> Response:
    """Add a document by reference, with the hash that proves it, until the window closes."""

    async def work() -> DocumentReceipt:
        locked = await lock_open(
            session, participant_id, application_id, scope=caller.scope, now=now
        )
        added = await operations.add_document(session, locked, body, now=now)
        return DocumentReceipt(
            id=added.id, kind=added.kind, sha256=added.sha256, version=locked.row.version
        )

    path = f"/v1/participants/{participant_id}/applications/{application_id}/documents"
    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=HTTPStatus.CREATED,
        location=lambda receipt: f"{path}/{receipt.id}",
        etag=lambda receipt: etag_of(receipt.version),
    )


@router.get("", responses=problems(ApplicationUnknownError))
async def list_application_documents(
    session: SessionDep,
    caller: ApplicationReader,
    participant_id: ParticipantId,
    application_id: ApplicationId,
    response: Response,
) -> Page[DocumentRead]:
    """List the documents of an application, in the order they came; reading is noted."""
    row = await get_application(session, participant_id, application_id, scope=caller.scope)
    if not is_self(participant_id, scope=caller.scope):
        await note_read(
            session, Audit, action="application.documents.read", subject_id=participant_id
        )
    response.headers["Cache-Control"] = "no-store"
    found = await queries.list_documents(session, row)
    return Page(items=[DocumentRead.model_validate(each) for each in found])


@router.delete(
    "/{document_id}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problems(*_REFUSED, rules.DocumentUnknownError),
)
async def remove_application_document(
    *,
    session: SessionDep,
    caller: ApplicationWriter,
    now: Now,
    participant_id: ParticipantId,
    application_id: ApplicationId,
    document_id: DocumentId,
    if_match: IfMatch,
) -> Response:
    """Take a document away until the window closes; If-Match carries the application's version."""
    locked = await lock_open(session, participant_id, application_id, scope=caller.scope, now=now)
    row = await operations.remove_document(
        session, locked, document_id, check=partial(check_match, if_match), now=now
    )
    return Response(status_code=HTTPStatus.NO_CONTENT, headers={"ETag": etag_of(row.version)})
