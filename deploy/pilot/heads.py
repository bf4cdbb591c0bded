"""The head of a community centre: invited by code, with a login of his own and no token of ours."""

from datetime import datetime
from typing import Final
from uuid import UUID

from deploy.pilot.api import Caller
from deploy.pilot.centers import Center
from deploy.pilot.networks import community_centers
from deploy.pilot.play import Play, operator_of
from shared.clock import JAKARTA
from shared.schemas.base import Message
from shared.scope import Grant, Role

_INVITATIONS: Final = "/registry/v1/invitations"


class _Made(Message):
    """The answer to whatever was created; that it is there is all that matters."""


class _Issued(Message):
    """An invitation, with the code that is shown once."""

    id: UUID
    code: str


class _Assignment(Message):
    """What a login may act as."""

    facilities: list[UUID]
    state: str


class _Me(Message):
    """What a login is told of itself."""

    assignments: list[_Assignment]


def headed_center(play: Play) -> Center | None:
    """Return the community centre whose head is invited: the first that holds a class."""
    holding = {planned.center.number for planned in play.classes}
    return next((each for each in community_centers(play) if each.number in holding), None)


def head_of(center: Center) -> Caller:
    """Return the login of a centre's head: what he may do, the registry says."""
    return Caller(f"pilot:head:{center.code}", login=True)


def who_runs(play: Play, center: Center) -> Caller:
    """Return who acts for a centre: its invited head, elsewhere the holder of a token."""
    return head_of(center) if center == headed_center(play) else operator_of(center)


async def invite_head(play: Play) -> None:
    """Let the office of the province invite the head, who claims the code and is approved.

    Assignments hold by the real clock: nobody is let in because somebody played another day.
    """
    center = headed_center(play)
    if center is None:
        return
    seeds, api = play.seeds, play.api
    office = Caller(
        f"pilot:office:{center.district.province_code}",
        (Grant(Role.REGIONAL_OFFICER, areas=(center.district.province_code,)),),
    )
    expires = datetime.combine(play.calendar.starts_on, datetime.min.time(), JAKARTA)
    wanted = {"facility_id": center.id, "expires_at": expires.isoformat()}
    issued = await api.must_post(
        _INVITATIONS, wanted, _Issued, caller=office, key=seeds.key_of("invitation")
    )
    await api.must_post(
        "/registry/v1/me/invitations",
        {"code": issued.code},
        _Made,
        caller=head_of(center),
        key=seeds.key_of("invitation-claim"),
    )
    await api.must_post(
        f"{_INVITATIONS}/{issued.id}/approve",
        {},
        _Made,
        caller=office,
        key=seeds.key_of("invitation-approve"),
    )
    play.tell(f"  The head of {center.name} is invited, and acts by a login of his own.")


async def count_heads(play: Play) -> int:
    """Return how many invited heads run their centre, as they are told themselves."""
    center = headed_center(play)
    if center is None:
        return 0
    me = await play.api.get("/registry/v1/me", _Me, caller=head_of(center))
    return sum(each.state == "IN_FORCE" and center.id in each.facilities for each in me.assignments)
