"""Reads of networks: which facilities are in them on a day."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import ColumnElement, Subquery, Text, and_, any_, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.facility_facts.tables import LivePlaces
from services.reporting.networks.rules import AND
from services.reporting.networks.tables import LiveMembers, LiveNetworks

_JAKARTA: Final = "Asia/Jakarta"


def _members(now: datetime) -> Subquery:
    """Return network and facility of each membership that holds on the day of `now`.

    A facility that has been merged is a member under its own id, under which figures may stand,
    and under that of the one that stayed.
    """
    member, place = LiveMembers.__table__.c, LivePlaces.__table__.c
    today = func.to_char(func.timezone(_JAKARTA, now), "YYYY-MM-DD")
    holds = and_(member.valid_from <= today, or_(member.valid_to == "", member.valid_to >= today))
    network = cast(member.network_id, Text()).label("network")
    told = select(network, member.facility_id).where(holds)
    stays = (
        select(network, place.facility_id)
        .join_from(LiveMembers.__table__, LivePlaces.__table__, place.told_id == member.facility_id)
        .where(holds)
    )
    return told.union(stays).subquery()


def in_networks(
    facility_id: ColumnElement[Any], networks: Sequence[str], *, now: datetime
) -> ColumnElement[bool]:
    """Return the condition that a facility is in any of `networks` on the day of `now`."""
    members = _members(now).c
    wanted = members.network == any_(literal(list(networks), ARRAY(Text())))
    return facility_id.in_(select(members.facility_id).where(wanted))


def with_networks(live: Any, *, now: datetime) -> Any:  # noqa: ANN401 - a mapped class, or what stands in for it
    """Return what reads like `live`, and knows the `network` of each facility on the day of `now`.

    Of one in several it names all of them at once, so that figures by network add up.
    """
    columns: Mapping[str, Any] = (
        dict(live.__table__.c) if hasattr(live, "__table__") else vars(live)
    )
    own = {name: column for name, column in columns.items() if isinstance(column, ColumnElement)}
    members = _members(now).c
    listed = (
        select(
            members.facility_id,
            func.array_to_string(
                func.array_agg(aggregate_order_by(members.network, members.network)), AND
            ).label("network"),
        )
        .group_by(members.facility_id)
        .subquery()
    )
    facility_id = own["facility_id"]
    joined = (
        select(*own.values(), func.coalesce(listed.c.network, "").label("network"))
        .join_from(facility_id.table, listed, listed.c.facility_id == facility_id, isouter=True)
        .subquery()
    )
    renamed = getattr(live, "__scope_columns__", {})
    return SimpleNamespace(**dict(joined.c.items()), __scope_columns__=renamed)


async def network_names(session: AsyncSession, shown: Sequence[str]) -> Mapping[str, str]:
    """Return what `shown` networks are called, those of facilities that are in several too."""
    network = LiveNetworks.__table__.c
    rows = await session.execute(select(cast(network.network_id, Text()), network.name))
    names = {row[0]: row[1] for row in rows}
    each = {value: value.split(AND) for value in shown if value}
    return {
        value: f" {AND} ".join(names[part] for part in parts)
        for value, parts in each.items()
        if all(part in names for part in parts)
    }
