"""Grants that a service keeps itself, for callers whose tokens carry none that are believed."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Executable, Text, Uuid, delete, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.session import Sessions
from shared.schemas.events import EventRead
from shared.schemas.registry import AssignmentHeld, Topic
from shared.scope import Grant, Role

_TOPICS: Final = frozenset(
    {Topic.ASSIGNMENT_GRANTED, Topic.ASSIGNMENT_CHANGED, Topic.ASSIGNMENT_REVOKED}
)
# The places of a grant that reaches one person only: ministries, areas, facilities.
_NO_PLACES: Final = tuple(literal([], ARRAY(kind)) for kind in (Text(), Text(), Uuid()))


class HeldGrantColumns:
    """Columns of a service's table of held grants, one row an assignment.

    `valid_to` is its last day. `holder` stands for the login: no subject leaves the registry.
    """

    id: Mapped[UUID] = mapped_column(primary_key=True)
    holder: Mapped[str] = mapped_column(index=True)
    role: Mapped[Role]
    ministries: Mapped[list[str]]
    areas: Mapped[list[str]]
    facilities: Mapped[list[UUID]]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    revoked_at: Mapped[datetime | None]
    version: Mapped[int]


class BoundLoginColumns:
    """Columns of a service's table of logins that act as a person, one row a binding.

    The table names its primary key itself, and has an index that finds a holder's binding.
    """

    id: Mapped[UUID]
    participant_id: Mapped[UUID]
    holder: Mapped[str]
    unbound_at: Mapped[datetime | None]


def holder_of(issuer: str, subject: str) -> str:
    """Return what stands for a login in events and in the services that read them."""
    return hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()


def grants_in_force(
    table: type[HeldGrantColumns],
    holder: str,
    *,
    on: date,
    bound: type[BoundLoginColumns] | None = None,
) -> Executable:
    """Return the statement of what `holder` may act as on the day `on`; the index on it serves.

    `bound` is the table of logins that act as a person.
    """
    places = (table.ministries, table.areas, table.facilities)
    nobody = literal(None, Uuid()).label("participant_id")
    assigned = select(table.id.label("id"), table.role, *places, nobody).where(
        table.holder == holder,
        table.revoked_at.is_(None),
        table.valid_from <= on,
        or_(table.valid_to.is_(None), table.valid_to >= on),
    )
    if bound is None:
        return assigned.order_by(table.id)
    persons = select(
        bound.id, literal(Role.PARTICIPANT, table.role.type), *_NO_PLACES, bound.participant_id
    ).where(bound.holder == holder, bound.unbound_at.is_(None))
    return union_all(assigned, persons).order_by("id")


async def read_grants(
    sessions: Sessions,
    table: type[HeldGrantColumns],
    holder: str,
    *,
    on: date,
    bound: type[BoundLoginColumns] | None = None,
) -> tuple[Grant, ...]:
    """Return the grants that `holder` has on the day `on`, read outside of any transaction."""
    engine: AsyncEngine = sessions.kw["bind"]
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        statement = grants_in_force(table, holder, on=on, bound=bound)
        rows = (await connection.execute(statement)).all()
    return tuple(
        Grant(role, tuple(ministries), tuple(areas), tuple(facilities), participant_id)
        for _, role, ministries, areas, facilities, participant_id in rows
    )


async def follow_grants(
    session: AsyncSession, table: type[HeldGrantColumns], events: Sequence[EventRead]
) -> None:
    """Bring the copy of the registry's assignments up to date; the latest version stays."""
    told: dict[UUID, dict[str, Any]] = {}
    for event in events:
        if event.topic in _TOPICS:
            held = AssignmentHeld.model_validate(event.payload)
            if told.get(held.id, {"version": 0})["version"] < event.version:
                told[held.id] = {**held.model_dump(), "version": event.version}
    if told:
        statement = insert(table).values([told[key] for key in sorted(told)])
        names = [*AssignmentHeld.model_fields, "version"]
        await session.execute(
            statement.on_conflict_do_update(
                index_elements=["id"],
                set_={name: statement.excluded[name] for name in names if name != "id"},
                where=table.version < statement.excluded.version,
            )
        )


async def forget_grants(session: AsyncSession, table: type[HeldGrantColumns]) -> None:
    """Let nobody in any more until the registry, which was restored, has told who may."""
    await session.execute(delete(table))
