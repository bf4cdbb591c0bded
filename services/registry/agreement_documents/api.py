"""HTTP face of documents of agreements."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.agreement_documents import operations, queries
from services.registry.agreements.queries import find_agreement
from services.registry.agreements.rules import AgreementNotFoundError, DocumentKeptError
from services.registry.agreements.schemas import Document, DocumentRead
from services.registry.base import Idempotency
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/agreements/{agreement_id}/documents", tags=["agreements"])

AgreementId = Annotated[UUID, Path(description="The agreement's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
AgreementWriter = Annotated[Caller, Depends(Requires(Permission.AGREEMENTS_WRITE))]

_DOCUMENT: Final = {
    "title": "Naskah nota kesepahaman",
    "reference": "arsip/2025/mou-contoh.pdf",
    "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "mime": "application/pdf",
}


@router.get(
    "",
    responses=problems(AgreementNotFoundError, CursorInvalidError),
)
async def list_agreement_documents(
    request: Request,
    session: SessionDep,
    caller: RegistryReader,
    agreement_id: AgreementId,
    page: PageArgs,
) -> Page[DocumentRead]:
    """List the documents of an agreement, by reference, in the order in which they were added."""
    await find_agreement(session, agreement_id, scope=caller.scope)
    after = None if page.after_text is None else UUID(page.after_text)
    rows = await queries.list_documents(session, agreement_id, after=after, limit=page.fetch)
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=DocumentRead)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=DocumentRead,
    responses=problems(AgreementNotFoundError, OutOfScopeError, DocumentKeptError),
)
async def add_agreement_document(
    session: SessionDep,
    caller: AgreementWriter,
    once: OnceDep,
    now: Now,
    agreement_id: AgreementId,
    body: Annotated[Document, Body(examples=[_DOCUMENT])],
) -> Response:
    """Keep where a document of an agreement is, and the hash that proves that it is the same."""

    async def work() -> DocumentRead:
        document = await operations.add_document(
            session, agreement_id, body, scope=caller.scope, now=now
        )
        return DocumentRead.model_validate(document)

    return await answer_once(session, Idempotency, once, work, status=status.HTTP_201_CREATED)
