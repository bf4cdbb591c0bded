"""Reads of assignments, each within a scope: an assignment tells of a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Uuid,
    and_,
    any_,
    exists,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assignments.rules import AssignmentNotFoundError
from services.registry.assignments.tables import Assignment, AssignmentPlace
from services.registry.facilities.tables import Facility
from shared.db.grants import holder_of
from shared.db.within import place_of, within
from shared.schemas.registry import FacilityStatus
from shared.scope import Place, Role, Scope

_NAMES_DISPLACED: Final = text(
    """
    EXISTS (
        SELECT FROM unnest(assignment.areas) AS named (code)
        WHERE NOT EXISTS (
            SELECT FROM registry.area
            WHERE area.code = named.code AND area.valid_from <= :on
                AND (area.valid_to IS NULL OR area.valid_to > :on)
        )
    )
    """
)


@dataclass(frozen=True, slots=True)
class AssignmentFilter:
    """What a list of assignments is narrowed to; `on` to those in force on a day."""

    role: Role | None = None
    facility_id: UUID | None = None
    on: date | None = None


def in_force(on: date) -> ColumnElement[bool]:
    """Return the condition that an assignment holds on a day."""
    return and_(
        Assignment.revoked_at.is_(None),
        Assignment.valid_from <= on,
        or_(Assignment.valid_to.is_(None), Assignment.valid_to >= on),
    )


def _reaches_into(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that an assignment has a place within `scope`."""
    return exists().where(
        AssignmentPlace.assignment_id == Assignment.id, within(scope, AssignmentPlace)
    )


def list_statement(
    scope: Scope, wanted: AssignmentFilter, *, after: UUID | None, limit: int
) -> Select[Assignment]:
    """Return the statement of `list_assignments`."""
    statement = select(Assignment).order_by(Assignment.id).limit(limit)
    if not scope.national:
        statement = statement.where(_reaches_into(scope))
    if wanted.role is not None:
        statement = statement.where(Assignment.role == wanted.role)
    if wanted.facility_id is not None:
        at = select(AssignmentPlace.assignment_id).where(
            AssignmentPlace.facility_id == wanted.facility_id
        )
        statement = statement.where(Assignment.id.in_(at))
    if wanted.on is not None:
        statement = statement.where(in_force(wanted.on))
    return statement if after is None else statement.where(Assignment.id > after)


async def list_assignments(
    session: AsyncSession,
    wanted: AssignmentFilter,
    *,
    scope: Scope,
    after: UUID | None,
    limit: int,
) -> Sequence[Assignment]:
    """Return up to `limit` assignments that reach into `scope`, in the order of their ids."""
    return (await session.scalars(list_statement(scope, wanted, after=after, limit=limit))).all()


async def get_assignment(
    session: AsyncSession, assignment_id: UUID, *, scope: Scope, for_update: bool = False
) -> Assignment:
    """Return one assignment; with `for_update` locked until the transaction ends.

    Raises:
        AssignmentNotFoundError: when there is none of this id that reaches into `scope`.
    """
    statement = select(Assignment).where(Assignment.id == assignment_id)
    if not scope.national:
        statement = statement.where(_reaches_into(scope))
    if for_update:
        statement = statement.with_for_update(of=Assignment)
    found = await session.scalar(statement)
    if found is None:
        raise AssignmentNotFoundError
    return found


async def assignments_of(
    session: AsyncSession, *, issuer: str, subject: str
) -> Sequence[Assignment]:
    """Return what a login is or was assigned and has not been revoked, in the order of ids."""
    statement = (
        select(Assignment)
        .where(Assignment.holder == holder_of(issuer, subject), Assignment.revoked_at.is_(None))
        .order_by(Assignment.id)
    )
    return (await session.scalars(statement)).all()


async def operators_of(
    session: AsyncSession, facility_id: UUID, *, on: date
) -> Sequence[Assignment]:
    """Return the assignments in force of those who run one facility and no other."""
    at = select(AssignmentPlace.assignment_id).where(AssignmentPlace.facility_id == facility_id)
    statement = (
        select(Assignment)
        .where(
            Assignment.id.in_(at),
            Assignment.role == Role.FACILITY_OPERATOR,
            text("cardinality(assignment.facilities) = 1"),
            in_force(on),
        )
        .order_by(Assignment.id)
    )
    return (await session.scalars(statement)).all()


async def assigned_at(session: AsyncSession, facility_id: UUID) -> Sequence[Assignment]:
    """Return the assignments that name a facility and are not revoked, locked in key order."""
    at = select(AssignmentPlace.assignment_id).where(AssignmentPlace.facility_id == facility_id)
    statement = (
        select(Assignment)
        .where(Assignment.id.in_(at), Assignment.revoked_at.is_(None))
        .order_by(Assignment.id)
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


async def lock_displaced(
    session: AsyncSession, *, on: date, after: UUID | None, limit: int
) -> Sequence[Assignment]:
    """Return up to `limit` assignments that follow `after` and name an area that is out of force.

    Those that are revoked or over are left out. They are locked in key order.
    """
    statement = (
        select(Assignment)
        .where(
            Assignment.revoked_at.is_(None),
            text("cardinality(assignment.areas) > 0"),
            or_(Assignment.valid_to.is_(None), Assignment.valid_to >= on),
            _NAMES_DISPLACED.bindparams(on=on),
        )
        .order_by(Assignment.id)
        .limit(limit)
        .with_for_update(of=Assignment)
    )
    if after is not None:
        statement = statement.where(Assignment.id > after)
    return (await session.scalars(statement)).all()


async def has_twin(
    session: AsyncSession, assignment: Assignment, *, reach_key: str, since: date
) -> bool:
    """Tell whether the holder has the same role with another reach for part of the same time.

    Days before `since` do not count.
    """
    first = max(assignment.valid_from, since)
    statement = select(Assignment.id).where(
        Assignment.holder == assignment.holder,
        Assignment.role == assignment.role,
        Assignment.reach_key == reach_key,
        Assignment.revoked_at.is_(None),
        Assignment.id != assignment.id,
        Assignment.valid_from <= (assignment.valid_to or date.max),
        or_(Assignment.valid_to.is_(None), Assignment.valid_to >= first),
    )
    return (await session.scalars(statement.limit(1))).first() is not None


async def places_reached(session: AsyncSession, assignment_id: UUID) -> list[Place]:
    """Return every place of one ministry that an assignment reaches."""
    statement = (
        select(AssignmentPlace)
        .where(AssignmentPlace.assignment_id == assignment_id)
        .order_by(AssignmentPlace.position)
    )
    return [place_of(row) for row in (await session.scalars(statement)).all()]


async def places_of(
    session: AsyncSession, facility_ids: Iterable[UUID], *, closed: bool = False
) -> dict[UUID, Place]:
    """Return where facilities lie; with `closed` also those that are closed."""
    wanted = literal(sorted(set(facility_ids)), ARRAY(Uuid()))
    statement = select(Facility).where(Facility.id == any_(wanted))
    if not closed:
        statement = statement.where(Facility.status != FacilityStatus.CLOSED)
    rows = (await session.scalars(statement)).all()
    return {facility.id: place_of(facility) for facility in rows}
