"""Reads of accreditations and licences; they are nation-wide facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import OutOfScopeError
from services.registry.accreditations.rules import (
    AccreditationKind,
    AccreditationNotFoundError,
    AccreditationStatus,
    status_on,
)
from services.registry.accreditations.schemas import AccreditationRead
from services.registry.accreditations.tables import Accreditation
from services.registry.records.queries import in_region
from services.registry.records.schemas import DocumentRead
from shared.db.within import within
from shared.scope import Scope

_A: Final = Accreditation


@dataclass(frozen=True, slots=True)
class AccreditationFilter:
    """What a list is narrowed to; `status` is that of the day `on`."""

    on: date
    area: str | None = None
    kind: AccreditationKind | None = None
    trade: str | None = None
    status: AccreditationStatus | None = None
    expires_before: date | None = None


def read(row: Accreditation, *, on: date) -> AccreditationRead:
    """Return an accreditation as callers see it on the day `on`."""
    return AccreditationRead(
        **{
            name: getattr(row, name)
            for name in AccreditationRead.model_fields
            if name not in ("document", "status")
        },
        document=DocumentRead(reference=row.document_reference, sha256=row.document_sha256),
        status=status_on(
            on, valid_from=row.valid_from, valid_to=row.valid_to, revoked_on=row.revoked_on
        ),
    )


def _has_status(status: AccreditationStatus, on: date) -> ColumnElement[bool]:
    unrevoked = or_(_A.revoked_on.is_(None), _A.revoked_on > on)
    return {
        AccreditationStatus.REVOKED: _A.revoked_on <= on,
        AccreditationStatus.UPCOMING: and_(unrevoked, _A.valid_from > on),
        AccreditationStatus.EXPIRED: and_(unrevoked, _A.valid_to < on),
        AccreditationStatus.VALID: and_(
            unrevoked, _A.valid_from <= on, or_(_A.valid_to.is_(None), _A.valid_to >= on)
        ),
    }[status]


def _conditions(wanted: AccreditationFilter) -> list[ColumnElement[bool]]:
    conditions = []
    if wanted.area is not None:
        conditions.append(in_region(_A, wanted.area))
    if wanted.kind is not None:
        conditions.append(_A.kind == wanted.kind)
    if wanted.trade is not None:
        conditions.append(_A.trade == wanted.trade)
    if wanted.status is not None:
        conditions.append(_has_status(wanted.status, wanted.on))
    if wanted.expires_before is not None:
        conditions.append(_A.valid_to < wanted.expires_before)
    return conditions


async def list_accreditations(
    session: AsyncSession,
    wanted: AccreditationFilter,
    *,
    after: tuple[date | None, UUID] | None,
    limit: int,
) -> Sequence[Accreditation]:
    """Return up to `limit` of them that follow `after`: those that end first come first."""
    statement = select(_A).where(*_conditions(wanted)).order_by(_A.valid_to, _A.id).limit(limit)
    if after is not None:
        ends_on, id_ = after
        endless = _A.valid_to.is_(None)
        if ends_on is None:
            statement = statement.where(endless, _A.id > id_)
        else:
            statement = statement.where(or_(tuple_(_A.valid_to, _A.id) > (ends_on, id_), endless))
    return (await session.scalars(statement)).all()


async def accreditations_of(
    session: AsyncSession,
    facility_id: UUID,
    *,
    after: tuple[date, UUID] | None,
    limit: int,
) -> Sequence[Accreditation]:
    """Return up to `limit` of a facility that follow `after`, in the order of their beginnings."""
    statement = (
        select(_A).where(_A.facility_id == facility_id).order_by(_A.valid_from, _A.id).limit(limit)
    )
    if after is not None:
        statement = statement.where(tuple_(_A.valid_from, _A.id) > after)
    return (await session.scalars(statement)).all()


async def get_accreditation(session: AsyncSession, accreditation_id: UUID) -> Accreditation:
    """Return one accreditation or licence.

    Raises:
        AccreditationNotFoundError: when there is none of this id.
    """
    row = await session.get(Accreditation, accreditation_id)
    if row is None:
        raise AccreditationNotFoundError
    return row


async def get_accreditation_for_change(
    session: AsyncSession, accreditation_id: UUID, *, scope: Scope
) -> Accreditation:
    """Return one that the caller may change, locked until the transaction ends.

    Raises:
        AccreditationNotFoundError: when there is none of this id.
        OutOfScopeError: when it lies outside the caller's scope.
    """
    statement = (
        select(_A, within(scope, _A, write=True).label("admitted"))
        .where(_A.id == accreditation_id)
        .with_for_update()
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise AccreditationNotFoundError
    if not row.admitted:
        raise OutOfScopeError
    found: Accreditation = row.Accreditation
    return found
