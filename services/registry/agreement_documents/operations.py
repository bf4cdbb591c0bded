"""Changes to documents, each within the caller's transaction."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreements.operations import new_document
from services.registry.agreements.queries import get_agreement_for_change
from services.registry.agreements.rules import DocumentKeptError
from services.registry.agreements.schemas import Document
from services.registry.agreements.tables import AgreementDocument
from services.registry.base import Event
from shared.db.base import translate
from shared.db.events import Draft, emit_all
from shared.db.within import place_of
from shared.schemas.registry import AgreementDocumentAdded, Topic
from shared.scope import Scope


async def add_document(
    session: AsyncSession, agreement_id: UUID, body: Document, *, scope: Scope, now: datetime
) -> AgreementDocument:
    """Keep where a document of an agreement is, and its hash.

    Raises:
        AgreementNotFoundError, OutOfScopeError: when it is not there, or not the caller's.
        DocumentKeptError: when it has a document of this hash.
    """
    agreement = await get_agreement_for_change(session, agreement_id, scope=scope)
    document = new_document(agreement.id, body, now=now)
    session.add(document)
    agreement.version += 1
    try:
        await session.flush()
    except IntegrityError as error:
        refusals = {"uq_agreement_document_sha256": DocumentKeptError}
        raise translate(error, refusals) from error
    draft = Draft(
        topic=Topic.AGREEMENT_DOCUMENT_ADDED,
        stream_id=agreement.id,
        event=AgreementDocumentAdded(
            agreement_id=agreement.id, document_id=document.id, sha256=document.sha256
        ),
        place=place_of(agreement),
        occurred_at=now,
        version=agreement.version,
    )
    await emit_all(session, Event, [draft])
    return document
