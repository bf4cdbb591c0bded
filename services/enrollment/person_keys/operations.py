"""Sealing something of a person, opening it again, and destroying what opens it."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.identities.rules import NONCE_BYTES, NikKeys
from services.enrollment.person_keys import queries, rules
from services.enrollment.person_keys.tables import PersonKey


@dataclass(frozen=True, slots=True)
class Sealed:
    """Something that was sealed for a person and a place."""

    participant_id: UUID
    where: str
    content: bytes


async def seal_for(
    session: AsyncSession, keys: NikKeys, participant_id: UUID, where: str, plain: bytes
) -> bytes:
    """Encrypt something under a person's key, which is made with the first that is sealed.

    `where` names table, column and row: what is moved elsewhere does not open.

    Raises:
        PersonErasedError: when the person's key was destroyed.
    """
    data_key = await _key_of(session, keys, participant_id)
    return rules.seal(
        data_key,
        plain,
        participant_id=participant_id,
        where=where,
        nonce=secrets.token_bytes(NONCE_BYTES),
    )


async def _key_of(session: AsyncSession, keys: NikKeys, participant_id: UUID) -> bytes:
    found = await queries.get_wrapped(session, [participant_id])
    if participant_id not in found:
        await _make_key(session, keys, participant_id)
        found = await queries.get_wrapped(session, [participant_id])
    wrapped = found[participant_id]
    if wrapped is None:
        raise rules.PersonErasedError
    return rules.unwrap_key(keys, wrapped, participant_id=participant_id)


async def _make_key(session: AsyncSession, keys: NikKeys, participant_id: UUID) -> None:
    """Make the person's key; of two requests at a time the second waits and takes the first's."""
    wrapped = rules.wrap_key(
        keys,
        secrets.token_bytes(rules.DATA_KEY_BYTES),
        participant_id=participant_id,
        nonce=secrets.token_bytes(NONCE_BYTES),
    )
    await session.execute(
        insert(PersonKey)
        .values(participant_id=participant_id, wrapped_key=wrapped.cipher, key_id=wrapped.key_id)
        .on_conflict_do_nothing()
    )


async def open_for(
    session: AsyncSession, keys: NikKeys, participant_id: UUID, where: str, sealed: bytes
) -> bytes | None:
    """Decrypt something that was sealed for a person; None once the person's key is destroyed.

    Raises:
        cryptography.exceptions.InvalidTag: when it was sealed for another person or place.
    """
    return (await open_each(session, keys, [Sealed(participant_id, where, sealed)]))[0]


async def open_each(
    session: AsyncSession, keys: NikKeys, sealed: Iterable[Sealed]
) -> list[bytes | None]:
    """Decrypt many things with one statement; None where the person's key is destroyed.

    Raises:
        cryptography.exceptions.InvalidTag: when one was sealed for another person or place.
    """
    wanted = list(sealed)
    wrapped = await queries.get_wrapped(session, {each.participant_id for each in wanted})
    opened = {
        participant_id: rules.unwrap_key(keys, key, participant_id=participant_id)
        for participant_id, key in wrapped.items()
        if key is not None
    }
    return [_open(opened.get(each.participant_id), each) for each in wanted]


def _open(data_key: bytes | None, sealed: Sealed) -> bytes | None:
    if data_key is None:
        return None
    return rules.open_sealed(
        data_key, sealed.content, participant_id=sealed.participant_id, where=sealed.where
    )


async def destroy_key(session: AsyncSession, participant_id: UUID, now: datetime) -> None:
    """Destroy a person's key for good: nothing sealed under it opens again, nor is more sealed.

    What was destroyed before keeps its hour.
    """
    gone = insert(PersonKey).values(
        participant_id=participant_id, wrapped_key=None, key_id=None, destroyed_at=now
    )
    await session.execute(
        gone.on_conflict_do_update(
            index_elements=[PersonKey.participant_id],
            set_={"wrapped_key": None, "key_id": None, "destroyed_at": now},
            where=PersonKey.destroyed_at.is_(None),
        )
    )
