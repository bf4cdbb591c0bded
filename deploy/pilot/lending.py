"""Idle hours put to use: the other ministry books rooms of a few centres, and comes."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from deploy.pilot.centers import Center, PlannedClass
from deploy.pilot.play import ADMIN, MANPOWER, MSME, Play, operator_of
from shared.schemas.base import Message

_AT_ONCE: Final = 8
_LENT: Final = 6
_PEOPLE: Final = 12
# Tuesdays and Thursdays of the two weeks that are counted in the calendar.
_WEEKDAYS: Final = (2, 4)
_SLOTS: Final = 4
_SATURDAY: Final = 6


class _Made(Message):
    """The answer to whatever was created; that it is there is all that matters."""


class _Dims(Message):
    """Of what a figure is."""

    month: str


class _Use(Message):
    """How many hours a facility was open in a month, and for how many another ministry used it."""

    dims: _Dims
    hours_open: float | None
    idle_hours_used: float


@dataclass(frozen=True, slots=True)
class Utilisation:
    """Hours of the rooms that were lent: open in those months, and used by the other ministry."""

    hours_open: float
    hours_lent: float


async def state_hours(play: Play) -> None:
    """Let the centres state when they are open."""
    week = _week(play)
    body = {"weeks": [week]}

    async def state(center: Center) -> None:
        path = f"/registry/v1/facilities/{center.id}/opening-hours"
        await play.api.must_put(path, body, caller=operator_of(center))

    await play.crowd("opening hours", play.centers, state, at_once=_AT_ONCE)


def _week(play: Play) -> dict[str, Any]:
    intervals = [
        {"weekday": day, "opens": "08:00", "closes": "17:00"} for day in range(1, _SATURDAY + 1)
    ]
    return {"valid_from": play.calendar.signed_on, "intervals": intervals}


def lent_rooms(play: Play) -> list[PlannedClass]:
    """Return classes in whose rooms the other ministry is a guest, each at another centre."""
    first = {planned.center.number: planned for planned in reversed(play.classes)}
    return [first[number] for number in sorted(first)][:_LENT]


async def lend(play: Play) -> None:
    """Let the ministries ask for each other's rooms for the weeks before the start; it is given."""
    play.api.set_time(play.calendar.prepared_at)
    rooms = lent_rooms(play)
    await play.crowd("rooms lent", rooms, lambda each: _lend(play, each), at_once=_AT_ONCE)
    play.tell(f"  {len(rooms)} rooms are lent to the other ministry for two weeks.")


async def _lend(play: Play, room: PlannedClass) -> None:
    key, number = play.seeds.key_of, room.number
    booking = booking_of(play, room)
    guest = MSME if booking["ministry"] == "MSME" else MANPOWER
    path = "/registry/v1/bookings"
    await play.api.must_post(path, booking, _Made, caller=guest, key=key("booking", number))
    await play.api.must_post(
        f"{path}/{booking['id']}/approve",
        {},
        _Made,
        caller=operator_of(room.center),
        key=key("booking-approve", number),
    )


def booking_of(play: Play, room: PlannedClass) -> dict[str, Any]:
    """Return the booking of a room for the ministry that does not own it."""
    first, last = play.calendar.lent
    return {
        "id": play.seeds.id_of("booking", room.number),
        "space_id": room.space_id,
        "ministry": "MANPOWER" if room.center.owner_ministry == "MSME" else "MSME",
        "purpose": "MINISTRY",
        "people": min(_PEOPLE, room.capacity),
        "repeat": {
            "weekdays": _WEEKDAYS,
            "from": first,
            "to": last,
            "starts": "09:00",
            "ends": "12:00",
        },
    }


async def use(play: Play) -> None:
    """Let the centres say that the guests came."""
    play.api.set_time(play.calendar.lent_until)
    visits = [(room, position) for room in lent_rooms(play) for position in range(_SLOTS)]
    await play.crowd("rooms used", visits, lambda each: _use(play, *each), at_once=_AT_ONCE)


async def _use(play: Play, room: PlannedClass, position: int) -> None:
    booking_id = play.seeds.id_of("booking", room.number)
    await play.api.must_post(
        f"/registry/v1/bookings/{booking_id}/slots/{position}/use",
        {},
        _Made,
        caller=operator_of(room.center),
        key=play.seeds.key_of("booking-use", room.number * _SLOTS + position),
    )


async def read_utilisation(play: Play) -> Utilisation:
    """Return what the figures of use say about the facilities whose rooms were lent."""
    found: list[_Use] = []

    async def read(facility_id: UUID) -> None:
        first, last = (f"{day:%Y-%m}" for day in play.calendar.lent)
        query = {"by": "facility", "facility_id": str(facility_id), "from": first, "to": last}
        path = "/registry/v1/utilisation"
        found.extend(await play.api.items(path, _Use, caller=ADMIN, query=query))

    centers = [room.center.id for room in lent_rooms(play)]
    await play.crowd("utilisation", centers, read, at_once=_AT_ONCE)
    return Utilisation(
        hours_open=sum(each.hours_open or 0.0 for each in found),
        hours_lent=sum(each.idle_hours_used for each in found),
    )
