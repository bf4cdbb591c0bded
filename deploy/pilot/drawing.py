"""Chapter four: a second wave whose places are drawn by lot, for whom the first one left out."""

from hashlib import sha256
from http import HTTPStatus
from random import Random
from typing import Any, Final
from uuid import UUID

from deploy.pilot.api import RefusedError
from deploy.pilot.calendar import CONFIRM_HOURS
from deploy.pilot.centers import PlannedClass
from deploy.pilot.heads import who_runs
from deploy.pilot.names import SYNTHETIC
from deploy.pilot.people import Person, is_away
from deploy.pilot.play import MANPOWER, MSME, Play, applicant
from deploy.pilot.repeat import Draw, DrawFalseError, Selection, list_digest, repeat
from deploy.pilot.rush import FULL
from deploy.problems import CommandError
from shared.schemas.base import Message

WAVE_CODE: Final = "GELOMBANG-2"
_RESERVE: Final = 4
_CLASSES_AT_ONCE: Final = 4
_PEOPLE_AT_ONCE: Final = 24
# Of those who found the first wave full, who tries the draw.
_TRIES_AGAIN_SHARE: Final = 0.05
# Who applies on paper, at a centre, and who thinks better of it.
_ASSISTED_SHARE: Final = 0.2
_WITHDRAWS_SHARE: Final = 0.03
_MOST_CHOICES: Final = 3
_SOURCE: Final = f"Kurs acuan pada hari pendaftaran ditutup, ditulis seperti 16123 ({SYNTHETIC})"
_RATES: Final = (15_500, 17_500)


class StatusWrongError(CommandError):
    """What somebody is told without a login is not what the record says."""


class _Made(Message):
    """The answer to whatever was created; that it is there is all that matters."""


class _Receipt(Message):
    """What an applicant gets in hand."""

    code: str = ""
    state: str


class _Preview(Message):
    """What was drawn, before it is given."""

    result_digest: str


class _Told(Message):
    """One part of a status."""

    state: str


class _Status(Message):
    """What the code of an application opens."""

    application: _Told
    place: _Told | None = None


def wave_path(play: Play) -> str:
    """Return the path of the drawn wave."""
    return f"/enrollment/v1/waves/{play.seeds.id_of('drawn-wave')}"


async def publish_draw(play: Play) -> None:
    """Publish the wave and its classes, and promise the seed of its draw."""
    play.api.set_time(play.calendar.prepared_at)
    key = play.seeds.key_of
    await play.api.must_post(
        "/enrollment/v1/waves", _wave(play), _Made, caller=MSME, key=key("drawn-wave")
    )
    await play.crowd(
        "classes to be drawn",
        play.drawn,
        lambda planned: _plan_class(play, planned),
        at_once=_CLASSES_AT_ONCE,
    )
    await play.api.must_post(
        f"{wave_path(play)}/selection/commit",
        {"public_source": _SOURCE},
        _Made,
        caller=MANPOWER,
        key=key("draw-commit"),
    )
    if play.journal.find("draw-promise") is None:
        answer = await play.api.fetch(f"{wave_path(play)}/selection")
        seen = Selection.model_validate_json(answer.body)
        play.note("draw-promise", 0, answer, outcome=seen.state, commitment=seen.commitment)


def _wave(play: Play) -> dict[str, Any]:
    calendar = play.calendar
    return {
        "id": play.seeds.id_of("drawn-wave"),
        "program_id": play.seeds.id_of("program"),
        "code": WAVE_CODE,
        "name": f"Gelombang 2, diundi ({SYNTHETIC})",
        "opens_at": calendar.draw_opens_at.isoformat(),
        "closes_at": calendar.draw_closes_at.isoformat(),
        "start_rule": "SAME_LOCAL_TIME",
        "starts_local": calendar.training_local.isoformat(),
        "selection": "LOTTERY",
        "confirm_hours": CONFIRM_HOURS,
        "synthetic": True,
    }


async def _plan_class(play: Play, planned: PlannedClass) -> None:
    seeds = play.seeds
    body = {
        "id": planned.id,
        "wave_id": seeds.id_of("drawn-wave"),
        "code": planned.code,
        "label": planned.label,
        "facility_id": planned.center.id,
        "space_id": planned.space_id,
        "agreement_id": seeds.id_of("plan"),
        "module_id": seeds.id_of("short-module"),
        "instructor_ids": [seeds.id_of("instructor", planned.number)],
        "starts_on": play.calendar.training_local.date(),
        "capacity": planned.capacity,
        "reserve_capacity": _RESERVE,
        "synthetic": True,
    }
    key = seeds.key_of("class", planned.number)
    await play.api.must_post("/enrollment/v1/classes", body, _Made, caller=MANPOWER, key=key)


def hopefuls(play: Play) -> list[Person]:
    """Return who applies for the draw: who was not at the rush, and some who found it full."""
    return [person for person in play.people if _hopes(play, person)]


def _hopes(play: Play, person: Person) -> bool:
    if is_away(play.seeds, person):
        return True
    asked = [play.journal.find(step, person.number) for step in ("apply", "again", "elsewhere")]
    answers = [entry for entry in asked if entry is not None]
    left_out = bool(answers) and all(entry.outcome == FULL for entry in answers)
    drawn = play.seeds.choices_of("tries again", person.number).random()
    return left_out and drawn < _TRIES_AGAIN_SHARE


async def apply_for_draw(play: Play) -> None:
    """Let them apply: most by themselves, some on paper at a centre; a few withdraw."""
    people = hopefuls(play)
    play.tell(
        f"[bold]4 Undian.[/] {len(people):,} people whom the rush left out apply for"
        f" {sum(planned.capacity for planned in play.drawn):,} seats in {len(play.drawn)} classes"
        " that are drawn by lot."
    )
    play.api.set_time(play.calendar.draw_applied_at)
    await play.crowd(
        "applications", people, lambda each: _apply(play, each), at_once=_PEOPLE_AT_ONCE
    )
    leaving = [
        person
        for person in people
        if play.seeds.choices_of("withdraws", person.number).random() < _WITHDRAWS_SHARE
        and outcome_of(play, person) == "SUBMITTED"
    ]
    await play.crowd(
        "withdrawals", leaving, lambda each: _withdraw(play, each), at_once=_PEOPLE_AT_ONCE
    )


def outcome_of(play: Play, person: Person) -> str | None:
    """Return what somebody's application came to when it was sent, by the client's own journal."""
    entry = play.journal.find("draw-apply", person.number)
    return None if entry is None else entry.outcome


async def _apply(play: Play, person: Person) -> None:
    if play.journal.find("draw-apply", person.number) is not None:
        return
    seeds = play.seeds
    choices = seeds.choices_of("application", person.number)
    wanted = _wanted(play, person, choices)
    body: dict[str, Any] = {
        "id": seeds.id_of("application", person.number),
        "participant_id": person.id,
        "choices": [_choice(planned, choices) for planned in wanted],
        "submit": True,
    }
    assisted = choices.random() < _ASSISTED_SHARE
    if assisted:
        reference = f"{seeds.label}/FORMULIR/{person.number}"
        body["paper"] = {
            "reference": reference,
            "sha256": sha256(reference.encode()).hexdigest(),
        }
    answer = await play.api.post(
        f"{wave_path(play)}/applications",
        body,
        caller=who_runs(play, wanted[0].center) if assisted else applicant(person),
        key=seeds.key_of("draw-apply", person.number),
    )
    if answer.status != HTTPStatus.CREATED:
        raise RefusedError(f"the application of person {person.number}", answer)
    receipt = _Receipt.model_validate_json(answer.body)
    play.note("draw-apply", person.number, answer, outcome=receipt.state, assisted=assisted)


def _wanted(play: Play, person: Person, choices: Random) -> list[PlannedClass]:
    """Return which classes somebody would take: those of his own province before all others."""
    many = choices.randint(1, min(_MOST_CHOICES, len(play.drawn)))
    some = choices.sample(play.drawn, many)
    home = person.home.province_code
    return sorted(some, key=lambda planned: planned.center.district.province_code != home)


def _choice(planned: PlannedClass, choices: Random) -> dict[str, UUID]:
    """Return a choice as it is told: the class itself, or the centre that holds it."""
    if choices.random() < 1 / 2:
        return {"class_id": planned.id}
    return {"facility_id": planned.center.id}


def _application(play: Play, person: Person) -> str:
    application = play.seeds.id_of("application", person.number)
    return f"/enrollment/v1/participants/{person.id}/applications/{application}"


async def _withdraw(play: Play, person: Person) -> None:
    if play.journal.find("draw-withdraw", person.number) is not None:
        return
    answer = await play.api.post(
        f"{_application(play, person)}/withdraw",
        {},
        caller=applicant(person),
        key=play.seeds.key_of("draw-withdraw", person.number),
    )
    play.note("draw-withdraw", person.number, answer, outcome="WITHDRAWN")


async def hold_draw(play: Play) -> None:
    """Freeze the list, draw, approve and announce; then a stranger repeats it."""
    api, path, key = play.api, f"{wave_path(play)}/selection", play.seeds.key_of
    bar = play.progress.add_task("draw, step by step", total=6)
    api.set_time(play.calendar.drawn_at)
    await api.must_post(f"{path}/close", {}, _Made, caller=MANPOWER, key=key("draw-close"))
    await _fetch_list(play)
    play.progress.advance(bar)
    rate = {"value": str(play.seeds.choices_of("rate").randint(*_RATES))}
    await api.must_post(f"{path}/public-value", rate, _Made, caller=MANPOWER, key=key("draw-value"))
    play.progress.advance(bar)
    await api.must_run(f"{path}/preview", {}, caller=MANPOWER, key=key("draw-preview"))
    play.progress.advance(bar)
    preview = await api.get(f"{path}/preview", _Preview, caller=MSME)
    approval = {
        "result_digest": preview.result_digest,
        "announce_at": play.calendar.announced_at.isoformat(),
    }
    await api.must_post(f"{path}/approve", approval, _Made, caller=MSME, key=key("draw-approve"))
    play.progress.advance(bar)
    api.set_time(play.calendar.announced_at)
    await api.must_run(f"{path}/announce", {}, caller=MANPOWER, key=key("draw-announce"))
    play.progress.advance(bar)
    await _repeat(play)
    await _look_up(play)
    play.progress.advance(bar)


async def _fetch_list(play: Play) -> None:
    """Let the stranger fetch the list as soon as it is frozen."""
    if play.journal.find("draw-list") is None:
        answer = await play.api.fetch(f"{wave_path(play)}/draw")
        frozen = list_digest(Draw.model_validate_json(answer.body)).hex()
        play.note("draw-list", 0, answer, outcome="CLOSED", digest=frozen)


async def _repeat(play: Play) -> None:
    """Let a stranger repeat the draw, with what he has read before and what is published now."""
    promise, frozen = play.journal.find("draw-promise"), play.journal.find("draw-list")
    if promise is None or frozen is None:
        raise DrawFalseError("Nobody has read the promise of the draw, or its list.")
    told = await play.api.get(f"{wave_path(play)}/selection", Selection)
    answer = await play.api.fetch(f"{wave_path(play)}/draw")
    draw = Draw.model_validate_json(answer.body)
    ranks = repeat(told, draw, promised=promise.facts["commitment"], frozen=frozen.facts["digest"])
    counted = dict.fromkeys(("PLACED", "RESERVE", "NOT_SELECTED"), 0)
    for each in draw.applications:
        if each.outcome in counted:
            counted[each.outcome] += 1
    play.note("draw-repeat", 0, answer, outcome="REPEATED", ranks=ranks, **counted)
    play.tell(
        f"  The draw is announced: {counted['PLACED']} are offered a seat,"
        f" {counted['RESERVE']} wait in reserve. A stranger repeats it from the published seed:"
        f" {ranks} ranks and places, all as announced."
    )


async def _look_up(play: Play) -> None:
    """Let somebody without a login ask how it stands, with the code and the birth date."""
    waiting = [each for each in hopefuls(play) if outcome_of(play, each) == "SUBMITTED"]
    if not waiting:
        return
    person = waiting[0]
    mine = await play.api.get(_application(play, person), _Receipt, caller=applicant(person))
    answer = await play.api.post_openly(
        "/enrollment/v1/application-status", {"code": mine.code, "birth_date": person.birth_date}
    )
    status = _Status.model_validate_json(answer.body)
    if status.application.state != mine.state:
        raise StatusWrongError("The status without a login is not that of the application.")
    place = "no place" if status.place is None else status.place.state
    play.tell(f"  Code and birth date, without a login, tell one of them: {mine.state}, {place}.")
