"""Adding and taking away documents of a locked application."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.application_documents import queries, rules
from services.enrollment.application_documents.schemas import DocumentCreate
from services.enrollment.applications.operations import Locked, touch
from services.enrollment.applications.rules import check_editable
from services.enrollment.applications.tables import Application, ApplicationDocument
from services.enrollment.base import Event
from shared.db.events import emit
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.enrollment import ApplicationDocumentMoved, Topic


async def add_document(
    session: AsyncSession, locked: Locked, body: DocumentCreate, *, now: datetime
) -> ApplicationDocument:
    """Add a document to an application whose wave is open.

    Raises:
        ApplicationStateError: when it has been withdrawn, refused or decided.
        DocumentExistsError, DocumentIdTakenError: when it has the file, or the id, already.
        TooManyDocumentsError: when it has as many as it may have.
    """
    row = locked.row
    check_editable(row.state)
    there = await queries.list_documents(session, row)
    for each in there:
        if each.sha256 == body.sha256:
            raise rules.DocumentExistsError(extra={"document_id": str(each.id)})
        if each.id == body.id:
            raise rules.DocumentIdTakenError(pointer="/id")
    rules.check_room(len(there))
    added = ApplicationDocument(
        **{
            **body.model_dump(),
            "participant_id": row.participant_id,
            "application_id": row.id,
            "id": body.id or new_id(),
            "added_at": now,
        }
    )
    session.add(added)
    await touch(session, row, now=now)
    await _tell(session, row, added, topic=Topic.APPLICATION_DOCUMENT_ADDED, now=now)
    return added


async def remove_document(
    session: AsyncSession,
    locked: Locked,
    document_id: UUID,
    *,
    check: Callable[[int], None],
    now: datetime,
) -> Application:
    """Take a document away from an application whose wave is open; `check` refuses a stale version.

    Raises:
        What `check` raises.
        ApplicationStateError: when it has been withdrawn, refused or decided.
        DocumentUnknownError: when it has no such document.
    """
    row = locked.row
    check_editable(row.state)
    gone = await queries.get_document(session, row, document_id)
    check(row.version)
    await session.delete(gone)
    await touch(session, row, now=now)
    await _tell(session, row, gone, topic=Topic.APPLICATION_DOCUMENT_REMOVED, now=now)
    return row


async def _tell(
    session: AsyncSession,
    row: Application,
    document: ApplicationDocument,
    *,
    topic: Topic,
    now: datetime,
) -> None:
    await emit(
        session,
        Event,
        topic=topic,
        stream_id=row.participant_id,
        event=ApplicationDocumentMoved(
            application_id=row.id,
            document_id=document.id,
            participant_id=row.participant_id,
            kind=document.kind.value,
            sha256=document.sha256,
        ),
        place=place_of(row),
        occurred_at=now,
        version=row.version,
    )
