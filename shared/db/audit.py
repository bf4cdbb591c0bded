"""The audit of what leaves no event: reads of personal data, and attempts that were denied."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.session import Sessions, transaction
from shared.ids import new_id
from shared.logging import current_request_id
from shared.scope import Actor


class AuditColumns:
    """Columns of a service's audit table; the app role may only insert and select."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"), index=True)
    actor: Mapped[str]
    request_id: Mapped[str | None]
    action: Mapped[str]
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))


AuditTable = TypeVar("AuditTable", bound=AuditColumns)


async def note_read(
    session: AsyncSession,
    audit: type[AuditTable],
    *,
    action: str,
    subject_id: UUID | None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Note in the caller's transaction that its actor read personal data of `subject_id`."""
    await note_reads(session, audit, action=action, subject_ids=[subject_id], detail=detail)


async def note_reads(
    session: AsyncSession,
    audit: type[AuditTable],
    *,
    action: str,
    subject_ids: Sequence[UUID | None],
    detail: dict[str, Any] | None = None,
) -> None:
    """Note in the caller's transaction that its actor read personal data of several people."""
    told = {
        "actor": session.info["actor"].name,
        "request_id": current_request_id(),
        "action": action,
        "detail": detail,
    }
    rows = [{**told, "id": new_id(), "subject_id": each} for each in subject_ids]
    if rows:
        await session.execute(insert(audit).values(rows))


async def note_denied(
    sessions: Sessions,
    audit: type[AuditTable],
    *,
    actor: Actor,
    action: str,
    subject_id: UUID | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Note an attempt that was denied, in a transaction of its own after the refused one ended."""
    async with transaction(sessions, scope=actor.scope(), actor=actor) as session:
        await note_read(session, audit, action=action, subject_id=subject_id, detail=detail)
