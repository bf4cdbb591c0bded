"""Keeping files about people sealed, and writing many rows at once."""

import secrets
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Base, Upload
from services.enrollment.identities.rules import NONCE_BYTES, NikKeys, SealedNik
from services.enrollment.people_imports import queries, rules
from services.enrollment.people_imports.tables import UploadKey, UploadPart
from shared.ids import new_id
from shared.schemas.imports import UploadEmptyError

_AT_ONCE: Final = 500
_COUNTED: Final = 1 << 12
# The two bits of a UUID's variant stand before two of a digit that was drawn.
_VARIANT: Final = dict(zip("0123456789abcdef", 4 * "89ab", strict=True))


async def begin_upload(session: AsyncSession, keys: NikKeys, *, owner: str) -> UploadKey:
    """Make room for a file, with a key of its own."""
    upload_id = new_id()
    wrapped = rules.wrap_key(
        keys,
        secrets.token_bytes(rules.KEY_BYTES),
        upload_id=upload_id,
        nonce=secrets.token_bytes(NONCE_BYTES),
    )
    await session.execute(insert(Upload).values(id=upload_id, body=b""))
    key = UploadKey(
        upload_id=upload_id,
        wrapped_key=wrapped.cipher,
        key_id=wrapped.key_id,
        owner=owner,
        closed=False,
    )
    session.add(key)
    await session.flush()
    return key


async def keep_part(
    session: AsyncSession, keys: NikKeys, key: UploadKey, *, part: int, content: bytes
) -> None:
    """Keep a part of a file, sealed, in the place of what was sent as this part before.

    Raises:
        UploadInUseError: when a job reads the file.
        UploadEmptyError: when there is nothing in it.
    """
    if key.closed:
        raise rules.UploadInUseError
    if not content:
        raise UploadEmptyError
    opened = open_key(keys, key)
    upload_id = key.upload_id
    await session.execute(
        delete(UploadPart)
        .where(UploadPart.upload_id == upload_id, UploadPart.part == part)
        .execution_options(synchronize_session=False)
    )
    for piece, plain in enumerate(rules.pieces_of(content)):
        where = rules.place_of_piece(upload_id, part, piece)
        sealed = rules.seal_piece(
            opened, plain, where=where, nonce=secrets.token_bytes(NONCE_BYTES)
        )
        await session.execute(
            insert(UploadPart).values(upload_id=upload_id, part=part, piece=piece, content=sealed)
        )


async def keep_file(session: AsyncSession, keys: NikKeys, content: bytes, *, owner: str) -> UUID:
    """Keep a file that came in one request, sealed.

    Raises:
        UploadEmptyError: when there is nothing in it.
    """
    if not content.strip():
        raise UploadEmptyError
    key = await begin_upload(session, keys, owner=owner)
    await keep_part(session, keys, key, part=0, content=content)
    key.closed = True
    return key.upload_id


async def close_upload(session: AsyncSession, upload_id: UUID, *, owner: str) -> UUID:
    """Let no more parts come to a file of the caller's that a job is about to read.

    Raises:
        UploadUnknownError: when there is none, or it is somebody else's.
        UploadEmptyError: when no part of it has come.
    """
    key = await queries.own_key(session, upload_id, owner=owner, for_update=True)
    if not await queries.list_pieces(session, upload_id):
        raise UploadEmptyError
    key.closed = True
    return upload_id


def open_key(keys: NikKeys, key: UploadKey) -> bytes:
    """Return what a file is sealed with."""
    wrapped = SealedNik(key.wrapped_key, key.key_id)
    return rules.unwrap_key(keys, wrapped, upload_id=key.upload_id)


async def copy_lines(
    session: AsyncSession, table: type[Base], names: Sequence[str], lines: Sequence[str]
) -> None:
    """Write rows, as `rules.line_of` makes them, in the caller's transaction; far the fastest way.

    A row that a constraint refuses ends the transaction.

    Raises:
        asyncpg.UniqueViolationError: when one of them is there already.
    """
    if not lines:
        return
    connection = await (await session.connection()).get_raw_connection()
    driver: Any = connection.driver_connection
    await driver.copy_to_table(
        table.__tablename__,
        schema_name=table.metadata.schema,
        columns=list(names),
        source=_written(lines),
    )


async def _written(lines: Sequence[str]) -> AsyncIterator[bytes]:
    """Yield lines a few at a time, so that PostgreSQL reads some while the next are joined."""
    for begin in range(0, len(lines), _AT_ONCE):
        yield "".join(lines[begin : begin + _AT_ONCE]).encode()


async def hold_turn(session: AsyncSession, job_id: UUID) -> None:
    """Wait for another run of the same job to end its step: of two, the second finds it done."""
    await session.execute(select(func.pg_advisory_xact_lock(job_id.int & (2**63 - 1))))


def new_ids(number: int) -> list[str]:
    """Return fresh identifiers that sort in their order: thousands cost what a few do.

    They are UUIDv7 as `shared.ids` makes them, written out, but that the twelve bits of time below
    the millisecond count instead (RFC 9562, section 6.2).
    """
    millisecond = new_id().int >> 80
    drawn = secrets.token_hex(8 * number)
    found: list[str] = []
    for first in range(0, number, _COUNTED):
        time = f"{millisecond + first // _COUNTED:012x}"
        before = f"{time[:8]}-{time[8:]}-7"
        for order in range(min(_COUNTED, number - first)):
            at = 16 * (first + order)
            variant = _VARIANT[drawn[at]]
            rest = drawn[at + 1 : at + 16]
            found.append(f"{before}{order:03x}-{variant}{rest[:3]}-{rest[3:]}")
    return found
