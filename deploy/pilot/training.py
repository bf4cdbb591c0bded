"""Chapter six: the drawn wave trains: roll calls by list and from a phone, tests, and the end."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from deploy.pilot.api import RefusedError
from deploy.pilot.centers import PlannedClass
from deploy.pilot.heads import head_of, headed_center, who_runs
from deploy.pilot.play import Play
from deploy.pilot.start import Listed, list_class
from deploy.problems import CommandError
from shared.schemas.base import Message
from shared.schemas.registry import TimeZone

SESSIONS: Final = 3
_AT_ONCE: Final = 8
_PROMPT: Final = timedelta(minutes=20)
# The clock of the phone that is offline is ahead by this.
_AHEAD: Final = timedelta(minutes=7)
# How somebody attends: of a hundred, who is never there, and who of the others is late or excused.
_NEVER: Final = 0.06
_LATE: Final = 0.05
_EXCUSED: Final = 0.05
_EXCUSED_FROM: Final = 2
_ABSENT: Final = 0.03
_PASSES: Final = 60
_REMEDIAL: Final = 75


class SyncRefusedError(CommandError):
    """What was done on the phone was not taken, or was taken twice."""


class _PackClass(Message):
    """A class in the pack of a centre."""

    id: UUID
    people: tuple[dict[str, Any], ...]


class _Pack(Message):
    """What a phone takes along."""

    classes: tuple[_PackClass, ...]


class _Verdict(Message):
    """What became of a change."""

    verdict: str


class _Verdicts(Message):
    """What became of all that a phone has told."""

    verdicts: tuple[_Verdict, ...]


class _Followed(Message):
    """How a class ended."""

    completed: int
    dropped_out: int


async def train(play: Play) -> None:
    """Open the classes of the drawn wave, call the roll of each session, test, and end them."""
    online = [planned for planned in play.drawn if planned != _offline(play)]
    play.tell(
        f"[bold]6 Pelatihan.[/] A week later the {len(play.drawn)} classes that were drawn begin."
    )
    phone = await _go_offline(play)
    play.api.set_time(play.calendar.training_in(TimeZone.WIB) + _PROMPT)
    await play.crowd("openings", online, lambda each: _open(play, each), at_once=_AT_ONCE)
    for session in range(1, SESSIONS + 1):
        play.api.set_time(play.calendar.evening_of(session))
        if session == 1 and phone is not None:
            await phone.tell_the_day()
        called = online if session == 1 else play.drawn
        await play.crowd(
            f"roll call {session}",
            called,
            lambda each, session=session: _call(play, each, session),  # type: ignore[misc] # bound now
            at_once=_AT_ONCE,
        )
    await play.crowd("tests", play.drawn, lambda each: _test(play, each), at_once=_AT_ONCE)
    await play.crowd("endings", play.drawn, lambda each: _end(play, each), at_once=_AT_ONCE)
    ended = list(play.journal.of("draw-end"))
    play.tell(
        f"  {sum(entry.facts['completed'] for entry in ended)} pass by attendance and test,"
        f" {sum(entry.facts['dropped_out'] for entry in ended)} do not."
    )


def _offline(play: Play) -> PlannedClass | None:
    """Return the class whose head has no network on the first day."""
    center = headed_center(play)
    return next((each for each in play.drawn if each.center == center), None)


def mark_of(play: Play, participant_id: UUID, session: int) -> dict[str, Any]:
    """Return what is said of somebody at a session."""
    if never_comes(play, participant_id):
        return {"status": "ABSENT"}
    drawn = play.seeds.choices_of(f"attendance of {participant_id}", session).random()
    if drawn < _LATE:
        return {"status": "LATE", "minutes_late": 10}
    if session == _EXCUSED_FROM and drawn < _LATE + _EXCUSED:
        return {"status": "EXCUSED", "note_code": "FAMILY"}
    return {"status": "ABSENT" if drawn > 1 - _ABSENT else "PRESENT"}


def never_comes(play: Play, participant_id: UUID) -> bool:
    """Tell whether somebody has a seat and never takes it."""
    return play.seeds.choices_of(f"never {participant_id}").random() < _NEVER


def _is_there(mark: dict[str, Any]) -> bool:
    return mark["status"] in ("PRESENT", "LATE")


def _roll(play: Play, rows: list[tuple[UUID, UUID]], session: int) -> list[dict[str, Any]]:
    """Return the roll of a session; `rows` are enrollments and their people."""
    return [
        {"enrollment_id": enrollment, **mark_of(play, person, session)}
        for enrollment, person in rows
    ]


def _opening(play: Play, planned: PlannedClass, rows: list[tuple[UUID, UUID]]) -> dict[str, Any]:
    here = {enrollment: _is_there(mark_of(play, person, 1)) for enrollment, person in rows}
    return {
        "started_at": play.calendar.training_in(planned.center.district.time_zone).isoformat(),
        "present": [each for each, there in here.items() if there],
        "absent": [each for each, there in here.items() if not there],
    }


async def _seated(play: Play, planned: PlannedClass) -> list[tuple[UUID, UUID]]:
    rows: list[Listed] = await list_class(play, planned, state="SEATED")
    return [(row.id, row.participant_id) for row in rows]


class _Phone:
    """The phone of a head who is offline for the first day; it is told to nobody until the evening.

    What is done is noted once and told twice: the second time nothing must change.
    """

    def __init__(self, play: Play, planned: PlannedClass, rows: list[tuple[UUID, UUID]]) -> None:
        self._play = play
        self._planned = planned
        self._rows = rows
        self._id = play.seeds.id_of("device")

    def _done(self) -> list[dict[str, Any]]:
        play, class_id = self._play, self._planned.id
        began = play.calendar.training_in(self._planned.center.district.time_zone)
        roll = {"class_id": class_id, "position": 1, "entries": _roll(play, self._rows, 1)}
        opening = _opening(play, self._planned, self._rows)
        # What the phone notes is by its own clock.
        opening["started_at"] = (began + _AHEAD).isoformat()
        noted = (
            ("opening.report", {"class_id": class_id, **opening}, _PROMPT),
            ("attendance.record", roll, 2 * _PROMPT),
        )
        return [
            {
                "change_id": play.seeds.id_of("change", number),
                "kind": kind,
                "made_at": (began + after + _AHEAD).isoformat(),
                "body": body,
            }
            for number, (kind, body, after) in enumerate(noted)
        ]

    async def tell_the_day(self) -> None:
        """Tell what was done, and all of it again as over a bad line.

        Raises:
            SyncRefusedError: when something was not taken, or was taken twice.
        """
        play = self._play
        first = await self._send()
        again = await self._send()
        if {each.verdict for each in again} != {"DUPLICATE"}:
            raise SyncRefusedError("What the phone told a second time was taken twice.")
        if not {each.verdict for each in first} <= {"APPLIED", "DUPLICATE"}:
            raise SyncRefusedError(f"The phone was told {[each.verdict for each in first]}.")
        play.tell(
            f"  {self._planned.center.name} was offline all day: {len(first)} reports are told in"
            " the evening, and once more; nothing is done twice."
        )

    async def _send(self) -> tuple[_Verdict, ...]:
        play = self._play
        sent_at: datetime = play.calendar.evening_of(1) + _AHEAD
        body = {"device_id": self._id, "sent_at": sent_at.isoformat(), "changes": self._done()}
        answer = await play.api.post(
            "/enrollment/v1/sync/changes",
            body,
            caller=head_of(self._planned.center),
            key=play.seeds.key_of("sync"),
        )
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise RefusedError("the phone of a head", answer)
        verdicts = _Verdicts.model_validate_json(answer.body).verdicts
        play.note("draw-sync", 0, answer, outcome="TOLD", changes=len(verdicts))
        return verdicts


async def _go_offline(play: Play) -> _Phone | None:
    """Let the head register his phone and take the class along, in the morning."""
    planned = _offline(play)
    if planned is None or play.journal.find("draw-sync") is not None:
        return None
    morning = play.calendar.training_in(planned.center.district.time_zone) - timedelta(hours=1)
    play.api.set_time(morning)
    device = {
        "id": play.seeds.id_of("device"),
        "label": "HP balai",
        "facility_id": planned.center.id,
    }
    head, key = head_of(planned.center), play.seeds.key_of("device")
    await play.api.must_post("/enrollment/v1/me/devices", device, Message, caller=head, key=key)
    path = f"/enrollment/v1/me/facilities/{planned.center.id}/pack"
    pack = await play.api.get(path, _Pack, caller=head)
    taken = next((each for each in pack.classes if each.id == planned.id), None)
    if taken is None:
        raise SyncRefusedError("The pack of the centre does not hold its class.")
    known = dict(await _seated(play, planned))
    carried = [UUID(each["enrollment_id"]) for each in taken.people]
    return _Phone(play, planned, [(each, known[each]) for each in carried if each in known])


async def _open(play: Play, planned: PlannedClass) -> None:
    if play.journal.find("draw-opening", planned.number) is not None:
        return
    answer = await play.api.post(
        f"/enrollment/v1/classes/{planned.id}/opening",
        _opening(play, planned, await _seated(play, planned)),
        caller=who_runs(play, planned.center),
        key=play.seeds.key_of("draw-opening", planned.number),
    )
    _check(answer.status, RefusedError(f"the opening of {planned.code}", answer))
    play.note("draw-opening", planned.number, answer, outcome="OPENED")


def _check(status: int, refusal: RefusedError) -> None:
    if status >= HTTPStatus.BAD_REQUEST:
        raise refusal


async def _call(play: Play, planned: PlannedClass, session: int) -> None:
    """Call the roll of a session by the list of the class."""
    number = planned.number * SESSIONS + session
    if play.journal.find("draw-roll", number) is not None:
        return
    rows = await _seated(play, planned)
    if not rows:
        return
    answer = await play.api.post(
        f"/enrollment/v1/classes/{planned.id}/sessions/{session}/attendance",
        {"entries": _roll(play, rows, session)},
        caller=who_runs(play, planned.center),
        key=play.seeds.key_of("draw-roll", number),
    )
    _check(answer.status, RefusedError(f"roll call {session} of {planned.code}", answer))
    play.note("draw-roll", number, answer, outcome="CALLED")


async def _test(play: Play, planned: PlannedClass) -> None:
    """Tell how all did who came, before and after; who failed has taken it once more."""
    if play.journal.find("draw-test", planned.number) is not None:
        return
    entries = [
        {"enrollment_id": enrollment, **_scores(play, person)}
        for enrollment, person in await _seated(play, planned)
        if not never_comes(play, person)
    ]
    if not entries:
        return
    answer = await play.api.post(
        f"/enrollment/v1/classes/{planned.id}/assessments",
        {"entries": entries},
        caller=who_runs(play, planned.center),
        key=play.seeds.key_of("draw-test", planned.number),
    )
    _check(answer.status, RefusedError(f"the tests of {planned.code}", answer))
    play.note("draw-test", planned.number, answer, outcome="TESTED", assessed=len(entries))


def _scores(play: Play, participant_id: UUID) -> dict[str, Any]:
    choices = play.seeds.choices_of(f"scores of {participant_id}")
    before = choices.randint(20, 60)
    after = min(100, before + choices.randint(10, 45))
    told: dict[str, Any] = {"pre_score": before, "post_score": after}
    if after < _PASSES:
        day = play.calendar.evening_of(SESSIONS).date()
        told["remedials"] = [{"taken_on": day, "score": choices.randint(50, _REMEDIAL)}]
    return told


async def _end(play: Play, planned: PlannedClass) -> None:
    """End a class as the programme's rule says of each."""
    if play.journal.find("draw-end", planned.number) is not None:
        return
    answer = await play.api.post(
        f"/enrollment/v1/classes/{planned.id}/completion/follow",
        {},
        caller=who_runs(play, planned.center),
        key=play.seeds.key_of("draw-end", planned.number),
    )
    _check(answer.status, RefusedError(f"the end of {planned.code}", answer))
    ended = _Followed.model_validate_json(answer.body)
    play.note(
        "draw-end",
        planned.number,
        answer,
        outcome="COMPLETED",
        completed=ended.completed,
        dropped_out=ended.dropped_out,
    )
