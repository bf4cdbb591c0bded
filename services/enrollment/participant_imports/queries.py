"""Who is registered already, of many people at once."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, any_, cast, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.expression import literal
from sqlalchemy.types import LargeBinary, NullType, TypeEngine, Uuid

from services.enrollment.base import Event
from services.enrollment.identities.tables import IdentityClaim
from services.enrollment.participants.tables import Participant
from shared.db.within import within
from shared.schemas.enrollment import Topic
from shared.scope import Scope


class Present(NamedTuple):
    """Somebody who is registered; `seen` tells whether the sender may know it."""

    participant_id: UUID
    birth_date: date
    name_key: str
    seen: bool


def array_of(values: Sequence[Any], kind: TypeEngine[Any]) -> ColumnElement[Any]:
    """Return values as an array that goes to the driver as it is: thousands at once."""
    return cast(literal(values, NullType()), ARRAY(kind))


async def find_present(
    session: AsyncSession, indexes: Collection[bytes], *, scope: Scope
) -> dict[bytes, Present]:
    """Return those of the NIKs, by their blind indexes, who are registered."""
    wanted = array_of(sorted(indexes), LargeBinary())
    statement = (
        select(
            IdentityClaim.nik_index,
            Participant.id,
            Participant.birth_date,
            Participant.name_key,
            within(scope, Participant),
        )
        .join(Participant, Participant.id == IdentityClaim.participant_id)
        .where(IdentityClaim.nik_index == any_(wanted))
    )
    return {row[0]: Present(*row[1:]) for row in await session.execute(statement)}


async def find_taken(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    """Return those of the ids that somebody has."""
    if not ids:
        return set()
    wanted = array_of(sorted(ids), Uuid())
    return set(await session.scalars(select(Participant.id).where(Participant.id == any_(wanted))))


async def find_claimed(session: AsyncSession, indexes: Sequence[bytes]) -> set[UUID]:
    """Return who has the claims to these NIKs."""
    statement = select(IdentityClaim.participant_id).where(
        IdentityClaim.nik_index == any_(array_of(indexes, LargeBinary()))
    )
    return set(await session.scalars(statement))


async def registered_by(
    session: AsyncSession, ids: Collection[UUID], *, request_id: str
) -> set[UUID]:
    """Return those of the people whom one request or job has registered."""
    if not ids:
        return set()
    wanted = array_of(sorted(ids), Uuid())
    statement = select(Event.stream_id).where(
        Event.stream_id == any_(wanted),
        Event.topic == Topic.PARTICIPANT_REGISTERED,
        Event.request_id == request_id,
    )
    return set(await session.scalars(statement))
