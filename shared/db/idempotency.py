"""Idempotency keys: a request that is sent again has one effect and gets the same answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, SmallInteger, and_, delete, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import sqlstate
from shared.errors import ConflictError, InvalidError
from shared.i18n import Text

LOCK_NOT_AVAILABLE: Final = "55P03"


class KeyInFlightError(ConflictError):
    """The same key is being answered at this moment."""

    code = "idempotency-key-in-flight"
    title = Text(
        "Permintaan dengan kunci yang sama sedang diproses.",
        "A request with this key is being answered.",
    )


class KeyReusedError(InvalidError):
    """The key belongs to another request."""

    code = "idempotency-key-reused"
    title = Text(
        "Kunci ini sudah dipakai untuk permintaan dengan isi lain.",
        "The key has been used for a request with another body.",
    )


class IdempotencyColumns:
    """Columns of a service's table of keys; `status` is null until the answer is known."""

    stream_id: Mapped[UUID] = mapped_column(primary_key=True)
    caller: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[bytes]
    status: Mapped[int | None] = mapped_column(SmallInteger())
    body: Mapped[bytes | None]
    headers: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"), index=True)


KeyTable = TypeVar("KeyTable", bound=IdempotencyColumns)


@dataclass(frozen=True, slots=True)
class Once:
    """What makes a request the same request; `stream_id` is where its key is kept."""

    caller: str
    operation: str
    key: str
    body_hash: bytes
    stream_id: UUID


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer that the first request got."""

    status: int
    body: bytes
    headers: dict[str, str]


def _is(table: type[KeyTable], once: Once) -> ColumnElement[bool]:
    return and_(
        table.stream_id == once.stream_id,
        table.caller == once.caller,
        table.operation == once.operation,
        table.key == once.key,
    )


async def _insert(session: AsyncSession, table: type[KeyTable], once: Once) -> bool:
    """Insert the key and tell whether it was new; wait for whoever is inserting it."""
    statement = (
        upsert(table)
        .values(
            stream_id=once.stream_id,
            caller=once.caller,
            operation=once.operation,
            key=once.key,
            body_hash=once.body_hash,
        )
        .on_conflict_do_nothing()
        .returning(table.key)
    )
    try:
        return await session.scalar(statement) is not None
    except DBAPIError as error:
        if sqlstate(error) == LOCK_NOT_AVAILABLE:
            raise KeyInFlightError(retry_after_s=1) from error
        raise


async def claim_key(
    session: AsyncSession, table: type[KeyTable], once: Once
) -> StoredAnswer | None:
    """Take the key for this transaction, or return the answer that it stands for.

    Waits for the engine's `lock_timeout` while another transaction holds the key.

    Raises:
        KeyInFlightError: when the other transaction does not end in time.
        KeyReusedError: when the key came with another body.
    """
    if await _insert(session, table, once):
        return None
    found = (
        await session.execute(
            select(table.body_hash, table.status, table.body, table.headers).where(_is(table, once))
        )
    ).one_or_none()
    if found is None or found.status is None:
        raise KeyInFlightError(retry_after_s=1)
    if found.body_hash != once.body_hash:
        raise KeyReusedError
    return StoredAnswer(found.status, found.body or b"", found.headers or {})


async def is_answered(session: AsyncSession, table: type[KeyTable], once: Once) -> bool:
    """Tell whether a key stands for an answer already, be it to another body."""
    statement = select(table.status).where(_is(table, once))
    return await session.scalar(statement) is not None


async def keep_answer(
    session: AsyncSession,
    table: type[KeyTable],
    once: Once,
    *,
    status: int,
    body: bytes,
    headers: dict[str, str],
) -> None:
    """Store the answer under the key that this transaction has claimed."""
    await session.execute(
        update(table)
        .where(_is(table, once))
        .values(status=status, body=body, headers=headers or None)
        .execution_options(synchronize_session=False)
    )


async def expire_keys(
    session: AsyncSession, table: type[KeyTable], *, before: datetime, limit: int
) -> int:
    """Forget up to `limit` keys that are older than `before`, and return how many."""
    columns = (table.stream_id, table.caller, table.operation, table.key)
    oldest = (
        select(*columns).where(table.created_at < before).order_by(table.created_at).limit(limit)
    )
    result = await session.execute(
        delete(table)
        .where(tuple_(*columns).in_(oldest))
        .returning(table.key)
        .execution_options(synchronize_session=False)
    )
    return len(result.all())
