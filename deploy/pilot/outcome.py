"""Chapter seven: the classes end, and three months later some tell what became of them."""

import asyncio
import random
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from deploy.pilot.api import RefusedError
from deploy.pilot.centers import Center, PlannedClass
from deploy.pilot.figures import Report, await_count
from deploy.pilot.people import Person
from deploy.pilot.play import Play, applicant, operator_of
from deploy.pilot.start import list_class
from shared.schemas.base import Message

_CLASSES_AT_ONCE: Final = 8
_PEOPLE_AT_ONCE: Final = 24
_COMPLETES_SHARE: Final = 0.92
_ANSWERS_SHARE: Final = 0.62
_UNREACHED_SHARE: Final = 0.12
_HORIZON_MONTHS: Final = 3
_COHORTS: Final = "/reporting/v1/followup-cohorts"
# A class that has ended is known within a second or two.
_POLLS: Final = 150
_POLL_S: Final = 0.1
_OUTCOMES: Final = {
    "SELF_EMPLOYED": 46,
    "EMPLOYED": 18,
    "BOTH": 11,
    "SEEKING": 13,
    "STUDYING": 5,
    "INACTIVE": 7,
}
_OWN_BUSINESS: Final = ("SELF_EMPLOYED", "BOTH")


async def complete(play: Play) -> None:
    """Let every class report who completed it and who left."""
    play.api.set_time(play.calendar.completed_at)
    play.tell("[bold]7 Hasil.[/] 33 days after its start the first wave ends, too.")
    await play.crowd(
        "completions", play.classes, lambda each: _complete(play, each), at_once=_CLASSES_AT_ONCE
    )


async def _complete(play: Play, planned: PlannedClass) -> None:
    if play.journal.find("completion", planned.number) is not None:
        return
    completed: list[UUID] = []
    left: list[UUID] = []
    for enrollment in await list_class(play, planned, state="SEATED"):
        drawn = play.seeds.choices_of(f"ending of {enrollment.participant_id}").random()
        stays = enrollment.presence == "PRESENT" and drawn < _COMPLETES_SHARE
        (completed if stays else left).append(enrollment.id)
    answer = await play.api.post(
        f"/enrollment/v1/classes/{planned.id}/completion",
        {"completed": completed, "dropped_out": left},
        caller=operator_of(planned.center),
        key=play.seeds.key_of("completion", planned.number),
    )
    if answer.status != HTTPStatus.OK:
        raise RefusedError(f"the completion of {planned.code}", answer)
    play.note(
        "completion",
        planned.number,
        answer,
        outcome="COMPLETED",
        completed=[str(each) for each in completed],
        dropped_out=len(left),
    )


async def follow_up(play: Play) -> None:
    """Ask everybody who completed what became of them, and hear from some."""
    play.api.set_time(play.calendar.followed_up_at)
    graduates = _graduates(play)
    wave = play.seeds.id_of("wave")
    # A follow-up is recorded against what reporting knows: it must have heard of the completion.
    await await_count(
        play.api, "funnel", wave_id=wave, indicator="completed", expected=len(graduates)
    )
    await play.crowd(
        "follow-up cohorts", play.classes, lambda each: _ask(play, each), at_once=_CLASSES_AT_ONCE
    )
    await play.crowd(
        "follow-ups", graduates, lambda each: _follow_up(play, each), at_once=_PEOPLE_AT_ONCE
    )


class _Cohort(Message):
    """A class at one horizon, and how many of its people are asked."""

    id: UUID
    asked: int


async def _ask(play: Play, planned: PlannedClass) -> None:
    """Let a centre ask everybody who completed its class, three months later."""
    if play.journal.find("cohort", planned.number) is not None:
        return
    caller = operator_of(planned.center)
    for cohort in await _cohorts(play, planned):
        path = f"{_COHORTS}/{cohort.id}/open"
        key = play.seeds.key_of("cohort", planned.number)
        answer = await play.api.post(path, {}, caller=caller, key=key)
        if answer.status != HTTPStatus.OK:
            raise RefusedError(f"the follow-up of {planned.code}", answer)
        asked = _Cohort.model_validate_json(answer.body).asked
        play.note("cohort", planned.number, answer, outcome="OPEN", asked=asked)


async def _cohorts(play: Play, planned: PlannedClass) -> list[_Cohort]:
    """Return a class's cohort after three months, once reporting has heard of its end."""
    caller = operator_of(planned.center)
    query = {"class_id": str(planned.id), "horizon_months": str(_HORIZON_MONTHS)}
    found: list[_Cohort] = []
    for _ in range(_POLLS):
        found = await play.api.items(_COHORTS, _Cohort, caller=caller, query=query)
        if found:
            break
        await asyncio.sleep(_POLL_S)
    return found


@dataclass(frozen=True, slots=True)
class Graduate:
    """Somebody who completed a class, and where."""

    person: Person
    enrollment_id: str
    center: Center


def _graduates(play: Play) -> list[Graduate]:
    """Return who completed, with their enrollments, by the client's own journal."""
    enrolled = {
        entry.facts["enrollment"]: play.people[entry.number]
        for entry in play.journal.of("apply", "again", "elsewhere")
        if entry.accepted
    }
    return [
        Graduate(enrolled[enrollment_id], enrollment_id, play.classes[entry.number].center)
        for entry in play.journal.of("completion")
        for enrollment_id in entry.facts["completed"]
        if enrollment_id in enrolled
    ]


async def _follow_up(play: Play, graduate: Graduate) -> None:
    """Let a graduate answer, or the centre note that it could not reach him."""
    person = graduate.person
    choices = play.seeds.choices_of("outcome", person.number)
    drawn = choices.random()
    if drawn > _ANSWERS_SHARE + _UNREACHED_SHARE:
        return
    if play.journal.find("followup", person.number) is not None:
        return
    reached = drawn <= _ANSWERS_SHARE
    told = _told(choices) if reached else {"status": "UNREACHED", "source": "PROXY"}
    body = {
        "id": play.seeds.id_of("followup", person.number),
        "enrollment_id": graduate.enrollment_id,
        "horizon_months": _HORIZON_MONTHS,
        **told,
    }
    answer = await play.api.post(
        "/reporting/v1/followups",
        body,
        caller=applicant(person) if reached else operator_of(graduate.center),
        key=play.seeds.key_of("followup", person.number),
    )
    play.note("followup", person.number, answer, outcome=str(told["status"]))


async def await_answers(play: Play) -> Report:
    """Return the outcomes of the first wave once they have followed the last answer."""
    answers = [entry for entry in play.journal.of("followup") if entry.accepted]
    return await await_count(
        play.api,
        "outcomes",
        wave_id=play.seeds.id_of("wave"),
        indicator="answered",
        expected=sum(entry.outcome != "UNREACHED" for entry in answers),
        query={"horizon": _HORIZON_MONTHS},
    )


def _told(choices: random.Random) -> dict[str, Any]:
    """Return what a graduate tells of himself."""
    status = choices.choices(list(_OUTCOMES), list(_OUTCOMES.values()))[0]
    told: dict[str, Any] = {"status": status, "source": "SELF"}
    if status in _OWN_BUSINESS:
        running = choices.random() < 0.8  # noqa: PLR2004 - a share
        told |= {
            "business_started": True,
            "business_running": running,
            "people_hired": choices.choice((0, 0, 0, 1, 1, 2, 3)) if running else 0,
            "days_to_first_income": choices.randint(7, 88),
        }
    return told
