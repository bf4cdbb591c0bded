"""The gathering of a copy, its reading, and its end."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.access_copies import rules
from services.enrollment.access_copies.tables import AccessCopy
from services.enrollment.base import Audit
from services.enrollment.identities.rules import NikKeys, SealedNik
from services.enrollment.participants.tables import Participant
from services.enrollment.person_keys.operations import Sealed, open_each, open_for, seal_for
from services.enrollment.person_tables.queries import rows_of
from services.enrollment.person_tables.rules import PERSON_TABLES, sealed_in
from shared.db.audit import note_read
from shared.schemas.enrollment import PersonRecords


async def own_records(
    session: AsyncSession, participant_id: UUID, *, keys: NikKeys
) -> PersonRecords:
    """Return all that enrollment keeps of a person, what is sealed opened."""
    records = await rows_of(session, participant_id)
    for each in PERSON_TABLES:
        for column in each.sealed:
            await _open(session, each.name, column, records.get(each.name, []), keys=keys)
    person = await session.get(Participant, participant_id)
    if person is not None:
        sealed = SealedNik(cipher=person.nik_cipher, key_id=person.nik_key_id)
        records["participant"][0]["nik"] = keys.unseal(sealed, participant_id=participant_id)
    return PersonRecords(service="enrollment", records=records)


async def _open(
    session: AsyncSession,
    name: str,
    column: str,
    rows: Sequence[dict[str, Any]],
    *,
    keys: NikKeys,
) -> None:
    """Put what is sealed in a column into the rows; null where nothing opens it any more."""
    sealed = [
        Sealed(
            UUID(row["participant_id"]),
            sealed_in(name, column, row["id"]),
            bytes.fromhex(row[column].removeprefix("\\x")),
        )
        for row in rows
    ]
    opened = await open_each(session, keys, sealed)
    for row, plain in zip(rows, opened, strict=True):
        row[column] = None if plain is None else _told(plain)


def _told(plain: bytes) -> object:
    text = plain.decode()
    return json.loads(text) if text.startswith("{") else text


async def keep_copy(
    session: AsyncSession,
    *,
    participant_id: UUID,
    request_id: UUID,
    gathered: Mapping[str, PersonRecords],
    keys: NikKeys,
    now: datetime,
) -> None:
    """Seal what was gathered under the person's key; gathered again, the last counts.

    Raises:
        PersonErasedError: when the person was erased.
    """
    told = {
        "participant_id": str(participant_id),
        "made_at": now.isoformat(),
        "services": {name: each.records for name, each in sorted(gathered.items())},
    }
    plain = json.dumps(told, ensure_ascii=False, indent=1).encode()
    where = rules.sealed_in(request_id)
    values = {
        "content": await seal_for(session, keys, participant_id, where, plain),
        "made_at": now,
        "expires_at": now + rules.KEPT,
    }
    statement = insert(AccessCopy).values(
        participant_id=participant_id, request_id=request_id, **values
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["participant_id", "request_id"], set_=values
        )
    )


async def read_copy(
    session: AsyncSession,
    participant_id: UUID,
    request_id: UUID,
    *,
    keys: NikKeys,
    himself: bool,
    now: datetime,
) -> bytes:
    """Return a copy, and note who took it.

    Raises:
        CopyMissingError: when there is none, or none any more.
    """
    found = await session.scalar(
        select(AccessCopy).where(
            AccessCopy.participant_id == participant_id,
            AccessCopy.request_id == request_id,
            AccessCopy.expires_at > now,
        )
    )
    where = rules.sealed_in(request_id)
    plain = None
    if found is not None:
        plain = await open_for(session, keys, participant_id, where, found.content)
    if plain is None:
        raise rules.CopyMissingError
    await note_read(
        session,
        Audit,
        action="participant.copy.read",
        subject_id=participant_id,
        detail={"request_id": str(request_id), "himself": himself},
    )
    return plain


async def drop_copies(session: AsyncSession, *, now: datetime, limit: int) -> int:
    """Delete up to `limit` copies that have expired; return how many."""
    stale = select(AccessCopy.request_id).where(AccessCopy.expires_at <= now).limit(limit)
    gone = delete(AccessCopy).where(AccessCopy.request_id.in_(stale))
    returned = await session.scalars(
        gone.returning(AccessCopy.request_id).execution_options(synchronize_session=False)
    )
    return len(returned.all())
