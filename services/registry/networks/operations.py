"""Changes to networks, each within the caller's transaction."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Uuid, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import check_within
from services.registry.base import Event
from services.registry.facilities.tables import Facility
from services.registry.institutions.queries import known_ids as known_institutions
from services.registry.institutions.rules import InstitutionUnknownError
from services.registry.networks import rules
from services.registry.networks.schemas import (
    MemberLeave,
    MembersJoin,
    NetworkChange,
    NetworkCreate,
)
from services.registry.networks.tables import Network, NetworkMember
from shared.db.base import translate
from shared.db.events import Draft, emit, emit_all
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import NetworkMembership, NetworkStated, Topic
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_network": rules.NetworkIdTakenError,
    "uq_network_code": rules.NetworkCodeTakenError,
    "ex_network_member_same": rules.MembershipOverlapsError,
}


async def found_network(
    session: AsyncSession, body: NetworkCreate, *, scope: Scope, now: datetime
) -> Network:
    """Found a network under its steward, and tell the other services.

    Raises:
        OutOfScopeError: when its ministry is not the caller's.
        InstitutionUnknownError: when there is no such steward.
        NetworkIdTakenError, NetworkCodeTakenError: when it is there already.
    """
    network = Network(**{**body.model_dump(), "id": body.id or new_id()}, version=1, created_at=now)
    check_within(scope, place_of(network))
    await _check_steward(session, body.steward_id)
    session.add(network)
    await _flush(session)
    await _tell(session, network, now=now)
    return network


async def correct_network(
    session: AsyncSession, network: Network, change: NetworkChange, *, now: datetime
) -> bool:
    """Change the facts that the patch names of a locked network; tell whether any changed.

    Raises:
        InstitutionUnknownError: when there is no such steward.
    """
    wanted = change.model_dump(exclude_unset=True)
    if all(getattr(network, name) == value for name, value in wanted.items()):
        return False
    if "steward_id" in wanted:
        await _check_steward(session, wanted["steward_id"])
    for name, value in wanted.items():
        setattr(network, name, value)
    network.version += 1
    await _flush(session)
    await _tell(session, network, now=now)
    return True


async def _check_steward(session: AsyncSession, steward_id: UUID) -> None:
    if not await known_institutions(session, [steward_id]):
        raise InstitutionUnknownError(pointer="/steward_id")


async def _flush(session: AsyncSession) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error


async def _tell(session: AsyncSession, network: Network, *, now: datetime) -> None:
    await emit(
        session,
        Event,
        topic=Topic.NETWORK_STATED,
        stream_id=network.id,
        event=NetworkStated(
            network_id=network.id,
            code=network.code,
            name=network.name,
            steward_id=network.steward_id,
        ),
        place=place_of(network),
        occurred_at=now,
        version=network.version,
    )


async def join_network(
    session: AsyncSession, network: Network, body: MembersJoin, *, now: datetime
) -> int:
    """Let facilities join a locked network from a day on; return how many did.

    Raises:
        MembershipPeriodInvalidError: when they would leave before they join.
        MemberUnknownError: when one of the facilities does not exist.
        MembershipOverlapsError: when one of them is a member at that time already.
    """
    rules.check_period(valid_from=body.valid_from, valid_to=body.valid_to)
    wanted = literal(sorted(set(body.facility_ids)), ARRAY(Uuid()))
    found = (
        await session.scalars(
            select(Facility)
            .where(Facility.id == any_(wanted))
            .order_by(Facility.id)
            .with_for_update(read=True)
        )
    ).all()
    known = {facility.id for facility in found}
    for place, facility_id in enumerate(body.facility_ids):
        if facility_id not in known:
            raise rules.MemberUnknownError(pointer=f"/facility_ids/{place}")
    members = [_member(network, facility, body, now=now) for facility in found]
    session.add_all(members)
    await _flush(session)
    topic = Topic.NETWORK_JOINED
    await emit_all(session, Event, [_moved(each, topic=topic, now=now) for each in members])
    return len(members)


def _member(
    network: Network, facility: Facility, body: MembersJoin, *, now: datetime
) -> NetworkMember:
    return NetworkMember(
        id=new_id(),
        network_id=network.id,
        facility_id=facility.id,
        province_code=facility.province_code,
        regency_code=facility.regency_code,
        owner_ministry=facility.owner_ministry,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
        created_at=now,
    )


def _moved(member: NetworkMember, *, topic: Topic, now: datetime) -> Draft:
    return Draft(
        topic=topic,
        stream_id=member.id,
        event=NetworkMembership(
            network_id=member.network_id,
            facility_id=member.facility_id,
            valid_from=member.valid_from,
            valid_to=member.valid_to,
        ),
        place=place_of(member),
        occurred_at=now,
    )


async def leave_network(
    session: AsyncSession, member: NetworkMember, body: MemberLeave, *, now: datetime
) -> None:
    """Give a locked membership its last day, and tell the other services.

    Raises:
        MembershipPeriodInvalidError: when it would end before it begins.
    """
    rules.check_period(valid_from=member.valid_from, valid_to=body.valid_to)
    member.valid_to = body.valid_to
    await _flush(session)
    await emit_all(session, Event, [_moved(member, topic=Topic.NETWORK_LEFT, now=now)])
