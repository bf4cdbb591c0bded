"""Reads of merges: what the tables hold of a facility, and what would become of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import TextClause, any_, literal, select, text
from sqlalchemy import Uuid as SqlUuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import OutOfScopeError
from services.registry.facilities.queries import check_not_merged, stays_of
from services.registry.facilities.rules import FacilityMergedError, FacilityNotFoundError
from services.registry.facilities.tables import Facility, FacilityAlias
from services.registry.facility_merges import rules
from services.registry.facility_merges.rules import MergeCycleError, MergeTargetUnknownError
from shared.db.within import within
from shared.scope import Scope

# Of rows that stay behind or change their name so many are named; their number is always told.
_NAMED: Final = 20


async def lock_pair(
    session: AsyncSession, from_id: UUID, into_id: UUID, *, scope: Scope
) -> tuple[Facility, Facility]:
    """Return the facility that goes and the one that stays, locked in key order.

    Raises:
        FacilityNotFoundError: when there is none that could go.
        MergeTargetUnknownError: when there is none that could stay.
        OutOfScopeError: when either lies outside the caller's scope.
        FacilityMergedError: when either was merged into another one.
        MergeCycleError: when the one that should stay was merged into the other.
    """
    statement = (
        select(Facility, within(scope, Facility, write=True).label("admitted"))
        .where(Facility.id == any_(literal([from_id, into_id], ARRAY(SqlUuid()))))
        .order_by(Facility.id)
        .with_for_update()
    )
    found = {row.Facility.id: row for row in (await session.execute(statement)).all()}
    if from_id not in found:
        raise FacilityNotFoundError
    if into_id not in found:
        raise MergeTargetUnknownError(pointer="/into_id")
    if not all(row.admitted for row in found.values()):
        raise OutOfScopeError
    gone, stays = found[from_id].Facility, found[into_id].Facility
    await check_not_merged(session, gone)
    try:
        await check_not_merged(session, stays, pointer="/into_id")
    except FacilityMergedError as error:
        if await stays_of(session, stays) is gone:
            raise MergeCycleError(pointer="/into_id") from error
        raise
    return gone, stays


@dataclass(frozen=True, slots=True)
class Held:
    """How many rows of a table go where; `named` are {id, label} of those that need a look."""

    table: str
    moves: int
    renamed: int
    stays: int
    named: Sequence[dict[str, Any]]


# What features of their own see to: how many things, and how many of them end instead of moving.
_BY_FEATURE: Final = (
    """
    SELECT 'facility' AS name, count(*) AS found, 0 AS renamed, 0 AS stays,
        CAST(NULL AS jsonb) AS named
    FROM registry.facility WHERE parent_id = :from_id
    """,
    """
    SELECT 'assignment', count(DISTINCT assignment.id), 0, 0, NULL
    FROM registry.assignment
    JOIN registry.assignment_place ON assignment_place.assignment_id = assignment.id
    WHERE assignment_place.facility_id = :from_id AND assignment.revoked_at IS NULL
    """,
    """
    SELECT 'proposal', count(*), 0, count(*), NULL
    FROM registry.proposal WHERE facility_id = :from_id AND state = 'OPEN'
    """,
)


def _part(reference: rules.Reference) -> str:
    stays, renamed = reference.stays or "FALSE", reference.renamed or "FALSE"
    return f"""
    SELECT '{reference.table}', count(*), count(*) FILTER (WHERE held.renamed),
        count(*) FILTER (WHERE held.stays),
        to_jsonb((array_agg(jsonb_build_object('id', held.key, 'label', held.label)
            ORDER BY held.label) FILTER (WHERE held.stays OR held.renamed))[1:{_NAMED}])
    FROM (
        SELECT {reference.key} AS key, CAST({reference.label} AS text) AS label,
            {stays} AS stays, {renamed} AS renamed
        FROM registry.{reference.table} AS gone WHERE gone.{reference.column} = :from_id
    ) AS held
    """  # noqa: S608 - put together from constants only


@cache
def _held_statement() -> TextClause:
    return text(" UNION ALL ".join([*_BY_FEATURE, *map(_part, rules.moving())]))


async def what_is_held(session: AsyncSession, *, from_id: UUID, into_id: UUID) -> list[Held]:
    """Return what a facility has, and what becomes of it when it is merged, in one statement."""
    rows = await session.execute(_held_statement(), {"from_id": from_id, "into_id": into_id})
    return [
        Held(
            table=row.name,
            moves=row.found - row.stays,
            renamed=row.renamed,
            stays=row.stays,
            named=row.named or [],
        )
        for row in rows
        if row.found
    ]


@cache
def move_statement(reference: rules.Reference) -> TextClause:
    """Return the statement that moves all rows of a table that move."""
    changes = [f"{reference.column} = :into_id"]
    if reference.scoped:
        names = ("province_code", "regency_code", "owner_ministry")
        changes += [f"{name} = :{name}" for name in names]
    if reference.versioned:
        changes.append("version = gone.version + 1")
    return text(
        f"UPDATE registry.{reference.table} AS gone SET {', '.join(changes)}"  # noqa: S608 - as above
        f" WHERE gone.{reference.column} = :from_id AND NOT ({reference.stays or 'FALSE'})"
    )


# The suffix says where a space comes from; should somebody have used that very name, its id helps.
RENAME_SPACES: Final = text(
    """
    UPDATE registry.space AS gone
    SET name = gone.name || CASE
        WHEN EXISTS (
            SELECT FROM registry.space AS taken
            WHERE taken.facility_id IN (:from_id, :into_id)
                AND taken.name = gone.name || ' (' || :code || ')'
        )
        THEN ' (' || :code || ' ' || right(CAST(gone.id AS text), 6) || ')'
        ELSE ' (' || :code || ')'
    END
    WHERE gone.facility_id = :from_id AND EXISTS (
        SELECT FROM registry.space AS kept
        WHERE kept.facility_id = :into_id AND kept.name = gone.name
    )
    RETURNING gone.id, gone.name
    """
)


async def lock_children(session: AsyncSession, facility_id: UUID) -> Sequence[Facility]:
    """Return the facilities that belong to one, locked in key order."""
    statement = (
        select(Facility)
        .where(Facility.parent_id == facility_id)
        .order_by(Facility.id)
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


async def aliases_of(session: AsyncSession, facility_id: UUID) -> Sequence[str]:
    """Return the codes of the facilities that were merged into one, in their order."""
    statement = (
        select(FacilityAlias.alias_code)
        .where(FacilityAlias.facility_id == facility_id)
        .order_by(FacilityAlias.alias_code)
    )
    return (await session.scalars(statement)).all()
