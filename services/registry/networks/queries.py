"""Reads of networks; they are nation-wide, for their facts are not personal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import check_within
from services.registry.facilities.tables import Facility
from services.registry.networks.rules import MemberNotFoundError, NetworkNotFoundError
from services.registry.networks.schemas import MemberRead
from services.registry.networks.tables import Network, NetworkMember
from shared.db.within import place_of
from shared.scope import Scope


async def list_networks(
    session: AsyncSession, *, steward_id: UUID | None, after: str | None, limit: int
) -> Sequence[Network]:
    """Return up to `limit` networks that follow code `after`, in the order of their codes."""
    statement = select(Network).order_by(Network.code).limit(limit)
    if steward_id is not None:
        statement = statement.where(Network.steward_id == steward_id)
    if after is not None:
        statement = statement.where(Network.code > after)
    return (await session.scalars(statement)).all()


async def get_network(session: AsyncSession, network_id: UUID) -> Network:
    """Return one network.

    Raises:
        NetworkNotFoundError: when there is none of this id.
    """
    network = await session.get(Network, network_id)
    if network is None:
        raise NetworkNotFoundError
    return network


async def get_network_for_change(
    session: AsyncSession, network_id: UUID, *, scope: Scope
) -> Network:
    """Return one network that the caller may change, locked until the transaction ends.

    Raises:
        NetworkNotFoundError: when there is none of this id.
        OutOfScopeError: when its ministry is not the caller's.
    """
    statement = select(Network).where(Network.id == network_id).with_for_update()
    network = (await session.scalars(statement)).one_or_none()
    if network is None:
        raise NetworkNotFoundError
    check_within(scope, place_of(network))
    return network


@dataclass(frozen=True, slots=True)
class MemberFilter:
    """What a list of members is narrowed to; `on` is a day on which they are members."""

    network_id: UUID | None = None
    facility_id: UUID | None = None
    area: str | None = None
    on: date | None = None


async def list_members(
    session: AsyncSession, wanted: MemberFilter, *, after: UUID | None, limit: int
) -> Sequence[MemberRead]:
    """Return up to `limit` memberships that follow id `after`, in the order of joining."""
    statement = (
        select(NetworkMember, Facility.code, Facility.name, Facility.kind)
        .join(Facility, Facility.id == NetworkMember.facility_id)
        .order_by(NetworkMember.id)
        .limit(limit)
    )
    if wanted.network_id is not None:
        statement = statement.where(NetworkMember.network_id == wanted.network_id)
    if wanted.facility_id is not None:
        statement = statement.where(NetworkMember.facility_id == wanted.facility_id)
    if wanted.area is not None:
        column = NetworkMember.regency_code if "." in wanted.area else NetworkMember.province_code
        statement = statement.where(column == wanted.area)
    if wanted.on is not None:
        statement = statement.where(
            NetworkMember.valid_from <= wanted.on,
            NetworkMember.valid_to.is_(None) | (NetworkMember.valid_to >= wanted.on),
        )
    if after is not None:
        statement = statement.where(NetworkMember.id > after)
    return [_read(row) for row in (await session.execute(statement)).all()]


def _read(row: Any) -> MemberRead:  # noqa: ANN401 - a row of the statement above
    member, code, name, kind = row
    return MemberRead(
        id=member.id,
        network_id=member.network_id,
        facility_id=member.facility_id,
        facility_code=code,
        facility_name=name,
        facility_kind=kind,
        province_code=member.province_code,
        regency_code=member.regency_code,
        valid_from=member.valid_from,
        valid_to=member.valid_to,
    )


async def get_membership_for_change(
    session: AsyncSession, network_id: UUID, facility_id: UUID, *, on: date
) -> NetworkMember:
    """Return the membership of a facility on a day, locked until the transaction ends.

    Raises:
        MemberNotFoundError: when it is no member on that day.
    """
    statement = (
        select(NetworkMember)
        .where(
            NetworkMember.network_id == network_id,
            NetworkMember.facility_id == facility_id,
            NetworkMember.valid_from <= on,
            NetworkMember.valid_to.is_(None) | (NetworkMember.valid_to >= on),
        )
        .with_for_update()
    )
    member = (await session.scalars(statement)).one_or_none()
    if member is None:
        raise MemberNotFoundError
    return member
