"""Chapter two: a programme of two ministries, its wave and classes, and the people who register."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from deploy.pilot.api import RefusedError
from deploy.pilot.centers import SEATS, PlannedClass
from deploy.pilot.ground import RowsRefusedError, check_rows
from deploy.pilot.names import SYNTHETIC
from deploy.pilot.people import Person
from deploy.pilot.play import ADMIN, MANPOWER, MSME, Play, applicant
from shared.clock import ledger_day
from shared.schemas.base import Message
from shared.schemas.enrollment import EntrantKind

RESERVE: Final = 2
MIN_POST_SCORE: Final = 60
PROGRAM_CODE: Final = "SERENTAK"
WAVE_CODE: Final = "GELOMBANG-1"
_CLASSES_AT_ONCE: Final = 4
_PEOPLE_AT_ONCE: Final = 24
# These classes are planned one by one, the others by a file.
_ONE_BY_ONE_SHARE: Final = 0.2
# Some come to a second counter with the same NIK.
_TWIN_SHARE: Final = 0.01
_CSV_COLUMNS: Final = (
    "program_code",
    "wave_code",
    "code",
    "label",
    "facility_id",
    "space_id",
    "agreement_id",
    "module_id",
    "instructor_ids",
    "starts_on",
    "capacity",
    "reserve_capacity",
    "synthetic",
)


class _ClassSeen(Message):
    """A class in a list."""

    id: UUID
    code: str


class _Made(Message):
    """The answer to whatever was created; that it is there is all that matters."""


class _Phase(Message):
    """A phase of the programme, both days included."""

    id: UUID
    kind: str
    name: str
    starts_on: date
    ends_on: date


class _Phases(Message):
    """All of them, by their first days."""

    phases: list[_Phase]


async def publish(play: Play) -> None:
    """Publish the programme, its phases, its wave and its classes."""
    play.api.set_time(play.calendar.prepared_at)
    play.tell(
        "[bold]2 Program.[/] One start, at 08:00 on every wall clock from Sabang to Merauke on"
        f" {play.calendar.starts_on:%A %d %B %Y}."
    )
    await play.api.must_post(
        "/enrollment/v1/programs",
        _program(play),
        _Made,
        caller=MANPOWER,
        key=play.seeds.key_of("program"),
    )
    await _set_phases(play)
    await play.api.must_post(
        "/enrollment/v1/waves", _wave(play), _Made, caller=MSME, key=play.seeds.key_of("wave")
    )
    await _plan_classes(play)


def _program(play: Play) -> dict[str, Any]:
    return {
        "id": play.seeds.id_of("program"),
        "code": f"{play.seeds.label}-{PROGRAM_CODE}",
        "name": f"Pelatihan kewirausahaan serentak ({SYNTHETIC})",
        "owner_ministry": "MANPOWER",
        "co_ministry": "MSME",
        "entrant_kinds": [EntrantKind.MICRO, EntrantKind.SMALL, EntrantKind.PROSPECTIVE],
        "min_age": 18,
        "max_age": 60,
        "size_criterion": "BY_FOUNDING",
        "default_capacity": SEATS,
        "default_reserve_capacity": RESERVE,
        "min_post_score": MIN_POST_SCORE,
        "synthetic": True,
    }


async def _set_phases(play: Play) -> None:
    """Give the programme its phases, unless it has them: whoever sets phases tells everybody."""
    path = f"/enrollment/v1/programs/{play.seeds.id_of('program')}/phases"
    wanted = _phases(play)
    if (await play.api.get(path, _Phases)).phases != wanted:
        body = {"phases": [each.model_dump(mode="json") for each in wanted]}
        await play.api.must_put(path, body, caller=MANPOWER)


def _phases(play: Play) -> list[_Phase]:
    """Return the phases of the pilot's three months, by their first days."""
    calendar = play.calendar
    first, last = calendar.pilot_days
    opens_on, draw_closes_on = ledger_day(calendar.opens_at), ledger_day(calendar.draw_closes_at)
    days = (
        ("PREPARATION", "Persiapan", first, opens_on - timedelta(days=1)),
        ("REGISTRATION", "Pendaftaran", opens_on, ledger_day(calendar.closes_at)),
        ("SELECTION", "Seleksi", draw_closes_on, ledger_day(calendar.decided_at)),
        ("TRAINING", "Pelatihan", calendar.starts_on, last),
    )
    return [
        _Phase(
            id=play.seeds.id_of("phase", number),
            kind=kind,
            name=f"{name} ({SYNTHETIC})",
            starts_on=starts_on,
            ends_on=ends_on,
        )
        for number, (kind, name, starts_on, ends_on) in enumerate(days)
    ]


def _wave(play: Play) -> dict[str, Any]:
    return {
        "id": play.seeds.id_of("wave"),
        "program_id": play.seeds.id_of("program"),
        "code": WAVE_CODE,
        "name": f"Gelombang 1 ({SYNTHETIC})",
        "opens_at": play.calendar.opens_at.isoformat(),
        "closes_at": play.calendar.closes_at.isoformat(),
        "start_rule": "SAME_LOCAL_TIME",
        "starts_local": play.calendar.starts_local.isoformat(),
        "synthetic": True,
    }


async def _plan_classes(play: Play) -> None:
    """Plan some classes one by one and the rest by a file, then learn what ids they have."""
    alone = max(1, int(_ONE_BY_ONE_SHARE * len(play.classes)))
    await play.crowd(
        "classes one by one",
        play.classes[:alone],
        lambda planned: _plan_class(play, planned),
        at_once=_CLASSES_AT_ONCE,
    )
    rest = play.classes[alone:]
    bar = play.progress.add_task("classes from CSV", total=len(rest))
    job = await play.api.import_file(
        "/enrollment/v1/class-imports",
        _classes_csv(play, rest),
        caller=MSME,
        key=play.seeds.key_of("classes"),
    )
    await check_rows(play, job, service="enrollment", rows=len(rest))
    play.progress.advance(bar, len(rest))
    listed = await play.api.items(
        "/enrollment/v1/classes",
        _ClassSeen,
        caller=ADMIN,
        query={"wave_id": str(play.seeds.id_of("wave"))},
    )
    ids = {seen.code: seen.id for seen in listed}
    missing = [planned.code for planned in play.classes if planned.code not in ids]
    if missing:
        raise RowsRefusedError(f"{len(missing)} classes are not listed, the first: {missing[0]}")
    play.classes = [replace(planned, id=ids[planned.code]) for planned in play.classes]


def _plan(play: Play, planned: PlannedClass) -> dict[str, Any]:
    return {
        "code": planned.code,
        "label": planned.label,
        "facility_id": planned.center.id,
        "space_id": planned.space_id,
        "agreement_id": play.seeds.id_of("plan"),
        "module_id": play.seeds.id_of("module"),
        "starts_on": play.calendar.starts_on,
        "capacity": planned.capacity,
        "reserve_capacity": RESERVE,
    }


async def _plan_class(play: Play, planned: PlannedClass) -> None:
    body = {
        **_plan(play, planned),
        "id": planned.id,
        "wave_id": play.seeds.id_of("wave"),
        "instructor_ids": [play.seeds.id_of("instructor", planned.number)],
        "synthetic": True,
    }
    key = play.seeds.key_of("class", planned.number)
    await play.api.must_post("/enrollment/v1/classes", body, _Made, caller=MANPOWER, key=key)


def _classes_csv(play: Play, classes: list[PlannedClass]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, _CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for planned in classes:
        writer.writerow(
            {
                **_plan(play, planned),
                "program_code": f"{play.seeds.label}-{PROGRAM_CODE}",
                "wave_code": WAVE_CODE,
                "instructor_ids": play.seeds.id_of("instructor", planned.number),
                "synthetic": "true",
            }
        )
    return out.getvalue().encode()


async def register_people(play: Play) -> None:
    """Let everybody register with a token of his own, and a few a second time under one NIK."""
    play.api.set_time(play.calendar.registration_at)
    await play.crowd(
        "people register",
        play.people,
        lambda person: _register(play, person),
        at_once=_PEOPLE_AT_ONCE,
    )
    twins = [person for person in play.people[1:] if _drawn(play, person) < _TWIN_SHARE]
    await play.crowd(
        "one NIK, two counters",
        twins,
        lambda person: _register_twin(play, person),
        at_once=_PEOPLE_AT_ONCE,
    )


def _drawn(play: Play, person: Person) -> float:
    return play.seeds.choices_of("twin", person.number).random()


async def _register(play: Play, person: Person) -> None:
    if play.journal.find("register", person.number) is not None:
        return
    answer = await play.api.post(
        "/enrollment/v1/participants",
        registration_of(person),
        caller=applicant(person),
        key=play.seeds.key_of("register", person.number),
    )
    entry = play.note("register", person.number, answer, outcome="registered")
    if not entry.accepted and answer.status != HTTPStatus.CONFLICT:
        raise RefusedError(f"registering person {person.number}", answer)


async def _register_twin(play: Play, person: Person) -> None:
    """Register the same NIK for somebody else: one identity, one person."""
    if play.journal.find("twin", person.number) is not None:
        return
    twin = replace(person, id=play.seeds.id_of("twin", person.number))
    answer = await play.api.post(
        "/enrollment/v1/participants",
        registration_of(twin),
        caller=applicant(twin),
        key=play.seeds.key_of("twin", person.number),
    )
    play.note("twin", person.number, answer, outcome="registered")


def registration_of(person: Person) -> dict[str, Any]:
    """Return the body with which a person registers."""
    business = person.business
    return {
        "id": person.id,
        "nik": person.nik,
        "name": person.name,
        "birth_date": person.birth_date,
        "sex": person.sex,
        "email": f"peserta.{person.number}@contoh.example",
        "home_area_code": person.home.code,
        "entrant_kind": person.kind,
        "business": business
        and {
            "nib": business.nib,
            "kbli": business.kbli,
            "kbli_scheme": "2020",
            "founded_on": business.founded_on,
            "capital_rupiah": business.capital_rupiah,
            "annual_sales_rupiah": business.annual_sales_rupiah,
        },
        "legal_basis": "PUBLIC_TASK",
        "consents": [{"purpose": "FOLLOW_UP", "given": True, "version": "2026-1"}],
        "synthetic": True,
    }
