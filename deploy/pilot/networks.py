"""Part of chapter one: the community centres of pesantren, under one association as steward."""

from typing import Final

from deploy.pilot.centers import Center
from deploy.pilot.names import SYNTHETIC
from deploy.pilot.play import ADMIN, MANPOWER, Play
from shared.schemas.base import Message
from shared.schemas.registry import FacilityKind

_NETWORKS: Final = "/registry/v1/networks"


class _Made(Message):
    """The answer to whatever was created; that it is there is all that matters."""


class _Member(Message):
    """A facility in a network."""

    facility_code: str


def community_centers(play: Play) -> list[Center]:
    """Return the community centres, which belong to pesantren here."""
    return [center for center in play.centers if center.kind is FacilityKind.BLKK]


async def join_network(play: Play) -> None:
    """Let the community centres join the network of which MES is the steward."""
    seeds, members = play.seeds, community_centers(play)
    steward = {
        "id": seeds.id_of("steward"),
        "code": f"{seeds.label}-MES",
        "name": f"Masyarakat Ekonomi Syariah ({SYNTHETIC})",
        "kind": "ASSOCIATION",
    }
    network = {
        "id": seeds.id_of("network"),
        "code": f"{seeds.label}-EKSYAR",
        "name": f"BLKK Eksyar ({SYNTHETIC})",
        "description": f"BLK Komunitas di pesantren di bawah pembinaan MES ({SYNTHETIC})",
        "steward_id": steward["id"],
        "owner_ministry": "MANPOWER",
        "synthetic": True,
    }
    joining = {
        "facility_ids": [center.id for center in members],
        "valid_from": play.calendar.signed_on,
    }
    for step, path, body, caller in (
        ("steward", "/registry/v1/institutions", steward, ADMIN),
        ("network", _NETWORKS, network, MANPOWER),
        ("network-members", f"{_NETWORKS}/{network['id']}/members", joining, MANPOWER),
    ):
        await play.api.must_post(path, body, _Made, caller=caller, key=seeds.key_of(step))
    play.tell(f"  {len(members)} community centres of pesantren join BLKK Eksyar, under MES.")


async def count_members(play: Play) -> int:
    """Return how many facilities the network has, as the API shows them."""
    path = f"{_NETWORKS}/{play.seeds.id_of('network')}/members"
    return len(await play.api.items(path, _Member, caller=ADMIN))
