"""Chapter three: the sign-up rush, with all that goes wrong for people on a bad network."""

import asyncio
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from deploy.pilot.centers import HOT_CLASS, LARGE_CLASS, PlannedClass
from deploy.pilot.freshness import Acknowledged
from deploy.pilot.people import Person, is_away
from deploy.pilot.play import Play, applicant
from deploy.pilot.wire import Answer
from deploy.problems import CommandError
from shared.schemas.base import Message

_AT_ONCE: Final = 48
# Of all who apply: how many ask again though they have an answer, at the same moment or later, how
# many lose the answer, how many try a second class, how many of the refused take another one.
_RETRY_SHARE: Final = 0.06
_DOUBLE_CLICK_SHARE: Final = 0.04
_LOST_SHARE: Final = 0.03
_TWICE_SHARE: Final = 0.05
_SECOND_CHOICE_SHARE: Final = 0.6
_ASKS_FIRST_SHARE: Final = 0.03
# How many of those who want neither the hot class nor the large one apply before the heroine does.
_EARLY_SHARE: Final = 0.4
FULL: Final = "class-full"
PLACED: Final = ("SEATED", "WAITLISTED")


class Seat(Message):
    """What a claim got."""

    id: UUID
    class_id: UUID
    state: str
    waitlist_number: int | None = None


class _Alternative(Message):
    """Another class that has room."""

    class_id: UUID
    facility_name: str
    distance_km: float | None = None


class _Full(Message):
    """The refusal of a class that is full."""

    alternatives: tuple[_Alternative, ...] = ()


class _Listed(Message):
    """An enrollment in a list."""

    id: UUID
    state: str


class PromiseBrokenError(CommandError):
    """The same request got two different answers, or a lost answer had two effects."""


async def rush(play: Play, acknowledged: Acknowledged) -> None:
    """Let everybody apply at once, the heroine in the middle of it."""
    play.api.set_time(play.calendar.rush_at)
    early, late = _in_turn(play)
    play.tell(
        f"[bold]3 Pendaftaran.[/] {len(early) + len(late) + 1:,} people apply; those whose network"
        " is too slow for it wait for the draw."
    )
    hall = _Hall(play, acknowledged)
    await play.crowd("first hour", early, hall.apply, at_once=_AT_ONCE)
    await _heroine(play, acknowledged)
    await play.crowd("second hour", late, hall.apply, at_once=_AT_ONCE)
    refused = [person for person in early + late if hall.takes_second_choice(person)]
    await play.crowd("second choices", refused, hall.apply_elsewhere, at_once=_AT_ONCE)


def _in_turn(play: Play) -> tuple[list[Person], list[Person]]:
    """Return who applies before the heroine and who after.

    All who want the hot class come first, so that it is full when she asks; who wants the large
    one comes after her, so that it has room.
    """
    early: list[Person] = []
    late: list[Person] = []
    choices = play.seeds.choices_of("turns")
    others = [person for person in play.people[1:] if not is_away(play.seeds, person)]
    for person in choices.sample(others, len(others)):
        soon = choices.random() < _EARLY_SHARE
        first = person.wish == HOT_CLASS or (soon and person.wish != LARGE_CLASS)
        (early if first else late).append(person)
    return early, late


class _Hall:
    """Where everybody applies."""

    def __init__(self, play: Play, acknowledged: Acknowledged) -> None:
        self._play = play
        self._acknowledged = acknowledged
        self._classes: Sequence[PlannedClass] = play.classes

    async def apply(self, person: Person) -> None:
        """Apply for the class of one's choice, in one's own way."""
        if self._play.journal.find("apply", person.number) is None:
            await self._first_choice(person)
        again = self._drawn("twice", person) < _TWICE_SHARE
        if again and self._play.journal.find("again", person.number) is None:
            other = self._classes[(person.wish + 1) % len(self._classes)]
            await self._claim("again", person, other.id)

    def takes_second_choice(self, person: Person) -> bool:
        """Tell whether somebody was refused for want of room and would go elsewhere."""
        first = self._play.journal.find("apply", person.number)
        again = self._play.journal.find("again", person.number)
        return (
            first is not None
            and first.outcome == FULL
            and bool(first.facts.get("alternatives"))
            and (again is None or not again.accepted)
            and self._drawn("second choice", person) < _SECOND_CHOICE_SHARE
        )

    async def apply_elsewhere(self, person: Person) -> None:
        """Apply for the nearest class that was named as an alternative."""
        first = self._play.journal.find("apply", person.number)
        if first is None or self._play.journal.find("elsewhere", person.number) is not None:
            return
        await self._claim("elsewhere", person, UUID(first.facts["alternatives"][0]))

    async def _first_choice(self, person: Person) -> None:
        wished = self._classes[person.wish].id
        if self._drawn("asks first", person) < _ASKS_FIRST_SHARE:
            await self._ask_first(person, wished)
        if self._drawn("lost", person) < _LOST_SHARE:
            await self._play.api.lose_answer(
                *claim_of(self._play, "apply", person, wished), **_as(self._play, "apply", person)
            )
        if self._drawn("double click", person) < _DOUBLE_CLICK_SHARE:
            await asyncio.gather(self._claim("apply", person, wished), self._repeat(person, wished))
            return
        answer = await self._claim("apply", person, wished)
        if self._drawn("retry", person) < _RETRY_SHARE:
            check_same(answer, await self._repeat(person, wished))

    async def _ask_first(self, person: Person, class_id: UUID) -> None:
        """Ask whether one may join, which stores nothing."""
        await self._play.api.post(
            f"/enrollment/v1/classes/{class_id}/eligibility",
            {"participant_id": person.id},
            caller=applicant(person),
            key=self._play.seeds.key_of("eligibility", person.number),
        )

    async def _claim(self, step: str, person: Person, class_id: UUID) -> Answer:
        answer = await claim(self._play, step, person, class_id)
        if answer.status == HTTPStatus.CREATED:
            self._acknowledged.add(Seat.model_validate_json(answer.body).id, time.monotonic())
        return answer

    async def _repeat(self, person: Person, class_id: UUID) -> Answer:
        """Send the first request once more, under the same key."""
        path, body = claim_of(self._play, "apply", person, class_id)
        return await self._play.api.post(path, body, **_as(self._play, "apply", person))

    def _drawn(self, habit: str, person: Person) -> float:
        return self._play.seeds.choices_of(habit, person.number).random()


def claim_of(play: Play, step: str, person: Person, class_id: UUID) -> tuple[str, dict[str, Any]]:
    """Return path and body with which a person claims a seat."""
    body = {
        "id": play.seeds.id_of(f"enrollment/{step}", person.number),
        "participant_id": person.id,
    }
    return f"/enrollment/v1/classes/{class_id}/enrollments", body


def _as(play: Play, step: str, person: Person) -> dict[str, Any]:
    return {"caller": applicant(person), "key": play.seeds.key_of(step, person.number)}


async def claim(play: Play, step: str, person: Person, class_id: UUID) -> Answer:
    """Claim a seat and write the answer into the journal."""
    path, body = claim_of(play, step, person, class_id)
    answer = await play.api.post(path, body, **_as(play, step, person))
    if answer.status == HTTPStatus.CREATED:
        seat = Seat.model_validate_json(answer.body)
        facts = {"class": str(class_id), "enrollment": str(seat.id)}
        play.note(step, person.number, answer, outcome=seat.state, **facts)
    else:
        named = _Full.model_validate_json(answer.body).alternatives
        elsewhere = [str(each.class_id) for each in named]
        play.note(step, person.number, answer, outcome="", alternatives=elsewhere)
    return answer


def check_same(first: Answer, second: Answer) -> None:
    """Hold the service to its promise: a request that had its effect is answered alike again.

    Raises:
        PromiseBrokenError: when one was accepted and the other says something else.
    """
    if HTTPStatus.CREATED in (first.status, second.status) and first.body != second.body:
        raise PromiseBrokenError("One request under one key got two different answers.")


async def _heroine(play: Play, acknowledged: Acknowledged) -> None:
    """Let the heroine find her class full, take the next nearby, and lose the answer."""
    sari = play.people[0]
    if play.journal.find("heroine", 0) is not None:
        return
    first = await claim(play, "apply", sari, play.classes[HOT_CLASS].id)
    named = _Full.model_validate_json(first.body).alternatives
    if first.status == HTTPStatus.CREATED or not named:
        play.note("heroine", 0, first, outcome="placed at once")
        return
    near = named[0]
    play.tell(
        f"  {sari.name} finds her class full. {len(named)} others have room, the nearest"
        f" at {near.facility_name}, {max(1, round(near.distance_km or 0))} km away."
    )
    path, body = claim_of(play, "elsewhere", sari, near.class_id)
    credentials = _as(play, "elsewhere", sari)
    await play.api.lose_answer(path, body, **credentials)
    answer = await claim(play, "elsewhere", sari, near.class_id)
    acknowledged.add(Seat.model_validate_json(answer.body).id, time.monotonic())
    mine = await play.api.items(path, _Listed, caller=applicant(sari))
    if answer.status != HTTPStatus.CREATED or len(mine) != 1:
        raise PromiseBrokenError(f"{sari.name} has {len(mine)} places instead of one.")
    replayed = answer.headers.get("idempotency-replayed", "false")
    play.tell(
        f"  Her train enters a tunnel: the answer is lost. She asks again and has one seat"
        f" (replayed: {replayed})."
    )
    play.note("heroine", 0, answer, outcome=mine[0].state)
