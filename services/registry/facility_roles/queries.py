"""Reads of what institutions are to facilities; they are nation-wide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.facility_roles.rules import FacilityRole, RoleNotFoundError, Term
from services.registry.facility_roles.schemas import RoleRead
from services.registry.facility_roles.tables import FacilityInstitution
from services.registry.institutions.tables import Institution

_Table = FacilityInstitution
_Statement: TypeAlias = Select[FacilityInstitution, str]


@dataclass(frozen=True, slots=True)
class RoleFilter:
    """What a list of roles is narrowed to; `on` is a day on which they are held.

    Nothing is held by an institution after its last day.
    """

    facility_id: UUID | None = None
    institution_id: UUID | None = None
    role: FacilityRole | None = None
    on: date | None = None
    area: str | None = None


def _named() -> _Statement:
    return select(_Table, Institution.name.label("institution_name")).join(
        Institution, Institution.id == _Table.institution_id
    )


def _read(row: Any) -> RoleRead:  # noqa: ANN401 - a row of the statement above
    facts = {name: getattr(row[0], name) for name in RoleRead.model_fields if name != _NAME}
    return RoleRead(**facts, institution_name=row.institution_name)


_NAME = "institution_name"


async def list_roles(
    session: AsyncSession, wanted: RoleFilter, *, after: UUID | None, limit: int
) -> Sequence[RoleRead]:
    """Return up to `limit` roles that follow id `after`, in the order in which they were stated."""
    statement = _narrowed(_named(), wanted).order_by(_Table.id).limit(limit)
    if after is not None:
        statement = statement.where(_Table.id > after)
    return [_read(row) for row in (await session.execute(statement)).all()]


async def list_commitments(
    session: AsyncSession, wanted: RoleFilter, *, after: tuple[date, UUID] | None, limit: int
) -> Sequence[RoleRead]:
    """Return up to `limit` hiring commitments in the order of their last days."""
    statement = (
        _narrowed(_named(), wanted)
        .where(_Table.role == FacilityRole.HIRING_PARTNER)
        .order_by(_Table.hires_by, _Table.id)
        .limit(limit)
    )
    if after is not None:
        day, role_id = after
        follows = (_Table.hires_by > day) | ((_Table.hires_by == day) & (_Table.id > role_id))
        statement = statement.where(follows)
    return [_read(row) for row in (await session.execute(statement)).all()]


def _narrowed(statement: _Statement, wanted: RoleFilter) -> _Statement:
    if wanted.facility_id is not None:
        statement = statement.where(_Table.facility_id == wanted.facility_id)
    if wanted.institution_id is not None:
        statement = statement.where(_Table.institution_id == wanted.institution_id)
    if wanted.role is not None:
        statement = statement.where(_Table.role == wanted.role)
    if wanted.area is not None:
        column = _Table.regency_code if "." in wanted.area else _Table.province_code
        statement = statement.where(column == wanted.area)
    if wanted.on is not None:
        statement = statement.where(
            _Table.valid_from <= wanted.on,
            _Table.valid_to.is_(None) | (_Table.valid_to >= wanted.on),
            Institution.ended_on.is_(None) | (Institution.ended_on >= wanted.on),
        )
    return statement


async def get_role(session: AsyncSession, facility_id: UUID, role_id: UUID) -> RoleRead:
    """Return one role.

    Raises:
        RoleNotFoundError: when the facility has none of this id.
    """
    statement = _named().where(_Table.facility_id == facility_id, _Table.id == role_id)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise RoleNotFoundError
    return _read(row)


async def get_role_for_change(
    session: AsyncSession, facility_id: UUID, role_id: UUID
) -> FacilityInstitution:
    """Return one role, locked until the transaction ends.

    Raises:
        RoleNotFoundError: when the facility has none of this id.
    """
    statement = (
        select(_Table)
        .where(_Table.facility_id == facility_id, _Table.id == role_id)
        .with_for_update()
    )
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise RoleNotFoundError
    return found


async def terms_of(session: AsyncSession, facility_id: UUID, role: FacilityRole) -> list[Term]:
    """Return when a role is held at a facility, by whomever."""
    statement = select(_Table.valid_from, _Table.valid_to).where(
        _Table.facility_id == facility_id, _Table.role == role
    )
    return [Term(row.valid_from, row.valid_to) for row in (await session.execute(statement)).all()]
