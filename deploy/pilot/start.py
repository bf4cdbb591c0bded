"""Chapter five: some cancel, others move up, and the hour of the start goes through the zones."""

from collections import defaultdict
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID

from deploy.pilot.api import RefusedError
from deploy.pilot.centers import PlannedClass
from deploy.pilot.figures import await_count
from deploy.pilot.heads import who_runs
from deploy.pilot.people import Person
from deploy.pilot.play import Play, applicant
from deploy.pilot.rush import PLACED
from shared.schemas.base import Message
from shared.schemas.registry import TimeZone

_AT_ONCE: Final = 12
_CANCEL_SHARE: Final = 0.04
_LATE_SHARE: Final = 0.12
_PRESENT_SHARE: Final = 0.94
# Who reports in time does so within minutes; the others when the network is back.
_PROMPT: Final = timedelta(minutes=20)
_LATE: Final = (timedelta(hours=3), timedelta(hours=9))
# From east to west. Source: Keppres 41/1987.
_EASTWARD_FIRST: Final = (TimeZone.WIT, TimeZone.WITA, TimeZone.WIB)
_STEPS_THAT_PLACE: Final = ("apply", "again", "elsewhere")


class Listed(Message):
    """An enrollment in the list of its class."""

    id: UUID
    participant_id: UUID
    state: str
    waitlist_number: int | None = None
    presence: str = "UNREPORTED"


async def list_class(play: Play, planned: PlannedClass, *, state: str = "") -> list[Listed]:
    """Return the enrollments of a class as its centre sees them."""
    return await play.api.items(
        f"/enrollment/v1/classes/{planned.id}/enrollments",
        Listed,
        caller=who_runs(play, planned.center),
        query={"state": state} if state else {},
    )


async def cancel_some(play: Play) -> None:
    """Let some give their place back; whoever waits longest moves up in the same moment."""
    play.api.set_time(play.calendar.cancels_at)
    leaving = [
        person
        for person in play.people[1:]
        if play.seeds.choices_of("cancel", person.number).random() < _CANCEL_SHARE
        and _place_of(play, person) is not None
    ]
    await play.crowd("cancellations", leaving, lambda each: _cancel(play, each), at_once=_AT_ONCE)


def _place_of(play: Play, person: Person) -> tuple[str, str] | None:
    """Return class and enrollment of somebody who got a place, by the client's own journal."""
    for step in _STEPS_THAT_PLACE:
        entry = play.journal.find(step, person.number)
        if entry is not None and entry.outcome in PLACED:
            return entry.facts["class"], entry.facts["enrollment"]
    return None


async def _cancel(play: Play, person: Person) -> None:
    place = _place_of(play, person)
    if place is None or play.journal.find("cancel", person.number) is not None:
        return
    class_id, enrollment_id = place
    answer = await play.api.post(
        f"/enrollment/v1/classes/{class_id}/enrollments/{enrollment_id}/cancel",
        {"reason": "Berhalangan"},
        caller=applicant(person),
        key=play.seeds.key_of("cancel", person.number),
    )
    play.note("cancel", person.number, answer, outcome="CANCELLED")


async def start(play: Play) -> None:
    """Let the classes report their opening, from the east to the west, some hours late."""
    play.tell("[bold]5 Pembukaan serentak.[/] 08:00 goes through Indonesia.")
    late: list[PlannedClass] = []
    for zone in _EASTWARD_FIRST:
        here = [each for each in play.classes if each.center.district.time_zone is zone]
        prompt = [each for each in here if not _is_late(play, each)]
        late += [each for each in here if _is_late(play, each)]
        if here:
            now = play.calendar.start_in(zone) + _PROMPT
            await _report(play, prompt, title=f"08:00 {zone}", now=now)
            await _tell_opening(play, title=f"08:20 {zone}")
    for hours in _LATE:
        turn = late[::2] if hours == _LATE[0] else late[1::2]
        if turn:
            now = play.calendar.start_in(TimeZone.WIB) + hours
            await _report(play, turn, title=f"{len(turn)} report late", now=now)
    await _tell_opening(play, title="the same evening")


def _is_late(play: Play, planned: PlannedClass) -> bool:
    return play.seeds.choices_of("late", planned.number).random() < _LATE_SHARE


async def _report(play: Play, classes: list[PlannedClass], *, title: str, now: datetime) -> None:
    play.api.set_time(now)
    await play.crowd(title, classes, lambda each: _open(play, each), at_once=_AT_ONCE)


async def _open(play: Play, planned: PlannedClass) -> None:
    """Report the opening of one class and call its roll."""
    if play.journal.find("opening", planned.number) is not None:
        return
    seated = await list_class(play, planned, state="SEATED")
    roll: dict[bool, list[UUID]] = defaultdict(list)
    for enrollment in seated:
        drawn = play.seeds.choices_of(f"presence of {enrollment.participant_id}").random()
        roll[drawn < _PRESENT_SHARE].append(enrollment.id)
    answer = await play.api.post(
        f"/enrollment/v1/classes/{planned.id}/opening",
        {
            "started_at": play.calendar.start_in(planned.center.district.time_zone).isoformat(),
            "present": roll[True],
            "absent": roll[False],
        },
        caller=who_runs(play, planned.center),
        key=play.seeds.key_of("opening", planned.number),
    )
    if answer.status != HTTPStatus.OK:
        raise RefusedError(f"the opening of {planned.code}", answer)
    facts = {"present": len(roll[True]), "absent": len(roll[False])}
    play.note("opening", planned.number, answer, outcome="OPENED", **facts)


async def _tell_opening(play: Play, *, title: str) -> None:
    """Tell what the report says, once it has heard of all that was reported."""
    opened = sum(1 for entry in play.journal.of("opening") if entry.accepted)
    wave = play.seeds.id_of("wave")
    report = await await_count(
        play.api, "opening", wave_id=wave, indicator="classes_opened", expected=opened
    )
    silent = report.count("silent")
    play.tell(
        f"  {title}: {report.count('classes_opened')} of {len(play.classes)} classes have opened,"
        f" {report.count('present'):,} people are there, {silent} centres are silent."
    )
