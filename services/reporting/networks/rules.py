"""What is kept of networks and of the memberships of facilities."""

from datetime import date
from typing import Final

from services.reporting.folding.rules import (
    Folded,
    Foldings,
    Keeping,
    Recorded,
    Source,
    written,
)
from shared.schemas.registry import NetworkMembership, NetworkStated, Topic

NETWORKS: Final = Keeping("network_now", Source.REGISTRY, "network_id", ("code", "name"))
MEMBERS: Final = Keeping(
    "network_member",
    Source.REGISTRY,
    "member_id",
    ("network_id", "facility_id", "valid_from", "valid_to"),
)
KEEPINGS: Final = (NETWORKS, MEMBERS)

# What stands between the networks of a facility that is in several.
AND: Final = "+"


def _fold_network(folded: Folded, event: Recorded) -> None:
    stated = NetworkStated.model_validate(event.payload)
    [key, *present] = written((stated.network_id, stated.code, stated.name))
    folded.keep(NETWORKS, key, event.version, tuple(present))


def _fold_member(folded: Folded, event: Recorded) -> None:
    told = NetworkMembership.model_validate(event.payload)
    [key, *present] = written(
        (event.stream_id, told.network_id, told.facility_id, told.valid_from, told.valid_to)
    )
    folded.keep(MEMBERS, key, _version(told.valid_to), tuple(present))


def _version(last_day: date | None) -> int:
    """Return what rises as a membership is shortened, which is all that happens to one."""
    return 0 if last_day is None else date.max.toordinal() - last_day.toordinal()


FOLDINGS: Final[Foldings] = {
    Topic.NETWORK_STATED: {1: _fold_network},
    Topic.NETWORK_JOINED: {1: _fold_member},
    Topic.NETWORK_LEFT: {1: _fold_member},
}
