"""Reads of documents."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.application_documents.rules import DocumentUnknownError
from services.enrollment.applications.tables import Application, ApplicationDocument


async def list_documents(session: AsyncSession, row: Application) -> Sequence[ApplicationDocument]:
    """Return the documents of an application, in the order in which they were added."""
    statement = (
        select(ApplicationDocument)
        .where(
            ApplicationDocument.participant_id == row.participant_id,
            ApplicationDocument.application_id == row.id,
        )
        .order_by(ApplicationDocument.added_at, ApplicationDocument.id)
    )
    return (await session.scalars(statement)).all()


async def get_document(
    session: AsyncSession, row: Application, document_id: UUID
) -> ApplicationDocument:
    """Return one document of an application.

    Raises:
        DocumentUnknownError: when it has none with this id.
    """
    found = await session.get(ApplicationDocument, (row.participant_id, row.id, document_id))
    if found is None:
        raise DocumentUnknownError
    return found
