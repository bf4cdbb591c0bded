"""Giving all that a person has to another person, within the caller's transaction."""

import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.identities.rules import NONCE_BYTES, NikKeys, SealedNik
from services.enrollment.notices.rules import token_bound_to
from services.enrollment.notices.tables import Notice
from services.enrollment.person_keys.operations import open_for, seal_for
from services.enrollment.person_keys.rules import PersonErasedError
from services.enrollment.person_moves import queries
from services.enrollment.person_moves.rules import Fate, Reference, of_fate, sealed_in


async def move_things(session: AsyncSession, keys: NikKeys, *, gone: UUID, stays: UUID) -> None:
    """Give the rows of every table that go over by their table alone; what is sealed, anew.

    Done again, it takes along what has come since.

    Raises:
        PersonErasedError: when the key of either was destroyed.
    """
    await session.flush()
    ends = {"from_id": gone, "into_id": stays}
    copied = of_fate(Fate.COPY)
    for reference in copied:
        await session.execute(queries.copy_statement(reference), ends)
    for reference in of_fate(Fate.MOVE):
        await _move(session, keys, reference, ends)
    for reference in (*reversed(copied), *of_fate(Fate.DROP)):
        await session.execute(queries.drop_statement(reference), ends)


async def _move(
    session: AsyncSession, keys: NikKeys, reference: Reference, ends: dict[str, UUID]
) -> None:
    if reference.drops is not None:
        await session.execute(queries.drop_statement(reference), ends)
    if reference.table == Notice.__tablename__:
        await _reseal_tokens(session, keys, ends)
    if reference.sealed:
        await _reseal(session, keys, reference, ends)
    else:
        await session.execute(queries.move_statement(reference), ends)


async def _reseal(
    session: AsyncSession, keys: NikKeys, reference: Reference, ends: dict[str, UUID]
) -> None:
    """Open each sealed row with the key of the one who goes, and seal it with the other."""
    rows = await session.execute(queries.sealed_statement(reference), ends)
    for row in rows.mappings().all():
        changes: dict[str, Any] = {}
        for column in reference.sealed:
            where = sealed_in(reference.table, column, row["id"])
            changes[column] = await _again(session, keys, where, row[column], ends)
        given = {**ends, "id": row["id"], **changes}
        await session.execute(queries.reseal_statement(reference), given)


async def _again(
    session: AsyncSession,
    keys: NikKeys,
    where: str,
    sealed: bytes | None,
    ends: dict[str, UUID],
) -> bytes | None:
    if sealed is None:
        return None
    plain = await open_for(session, keys, ends["from_id"], where, sealed)
    if plain is None:
        raise PersonErasedError
    return await seal_for(session, keys, ends["into_id"], where, plain)


async def _reseal_tokens(session: AsyncSession, keys: NikKeys, ends: dict[str, UUID]) -> None:
    """Bind the tokens of letters that have not left to the person who gets them now."""
    statement = select(Notice).where(
        Notice.participant_id == ends["from_id"], Notice.token_cipher.is_not(None)
    )
    for notice in await session.scalars(statement.execution_options(populate_existing=True)):
        if notice.token_cipher is None or notice.token_key_id is None:
            continue
        old, new = (token_bound_to(ends[end], notice.occasion_id) for end in ("from_id", "into_id"))
        token = keys.unseal_text(SealedNik(notice.token_cipher, notice.token_key_id), bound_to=old)
        sealed = keys.seal_text(token, bound_to=new, nonce=secrets.token_bytes(NONCE_BYTES))
        notice.token_cipher, notice.token_key_id = sealed.cipher, sealed.key_id
    await session.flush()
