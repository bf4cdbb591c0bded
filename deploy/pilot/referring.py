"""Part of chapter six: graduates are referred, with their consent, to those who take them further.

To a service of a PLUT, to an incubator, to hours on a line of a production house, and to a bank.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from deploy.pilot.api import Caller, RefusedError
from deploy.pilot.centers import Center, PlannedClass
from deploy.pilot.heads import who_runs
from deploy.pilot.names import SYNTHETIC
from deploy.pilot.people import Person
from deploy.pilot.play import ADMIN, MSME, Play, applicant, operator_of
from deploy.pilot.start import list_class
from deploy.problems import CommandError
from shared.schemas.base import Message
from shared.schemas.registry import FacilityKind, ReferralKind

_AT_ONCE: Final = 4
_MOST: Final = 24
# Of eight who are proposed one does not want to be referred.
_TURNS: Final = 8
_UNWILLING: Final = 7
_KINDS: Final = tuple(ReferralKind)
# Hours on a line: mornings and afternoons of three working days, by the clock of the house.
_HOURS: Final = (time(9), time(13))
_LASTS: Final = timedelta(hours=3)
_DAYS: Final = 3
_CONSENT: Final = "2026-1"
_OUTCOMES: Final = {
    ReferralKind.PLUT_SERVICE: "SERVICE_RECEIVED",
    ReferralKind.INCUBATOR: "TENANT_JOINED",
    ReferralKind.PRODUCTION_SLOT: "SLOT_USED",
    ReferralKind.BANK: "FINANCING_GRANTED",
}
_POLL_S: Final = 0.25
_POLLS: Final = 80


class HoursMissingError(CommandError):
    """The hours of a referral were not confirmed."""


class _Made(Message):
    """The answer to whatever was created; that it is there is all that matters."""


class _Referral(Message):
    """How a referral stands."""

    state: str
    booking_id: UUID | None = None
    booked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Referred:
    """A graduate who is referred, the `number`-th of all."""

    number: int
    kind: ReferralKind
    person: Person
    planned: PlannedClass
    enrollment_id: UUID


def house_of(play: Play, kind: FacilityKind) -> Center:
    """Return the first facility of a kind; there is one of each."""
    return next(center for center in play.centers if center.kind is kind)


async def open_doors(play: Play) -> None:
    """Bring into the registry what graduates can be referred to."""
    seeds, api = play.seeds, play.api
    plut = house_of(play, FacilityKind.PLUT)
    house = house_of(play, FacilityKind.PRODUCTION_HOUSE)
    bank = {
        "id": _target(play, ReferralKind.BANK),
        "code": f"{seeds.label}-BANK",
        "name": f"Bank Contoh ({SYNTHETIC})",
        "kind": "BANK",
    }
    at = "/registry/v1/facilities"
    for name, path, body, caller in (
        ("service", f"{at}/{plut.id}/services", _service(play), operator_of(plut)),
        ("incubator", f"{at}/{plut.id}/incubators", _incubator(play), MSME),
        ("line", f"{at}/{house.id}/spaces", _line(play), operator_of(house)),
        ("bank", "/registry/v1/institutions", bank, ADMIN),
    ):
        await api.must_post(path, body, _Made, caller=caller, key=seeds.key_of(f"door-{name}"))


def _target(play: Play, kind: ReferralKind) -> UUID:
    return play.seeds.id_of(f"target {kind}")


def _service(play: Play) -> dict[str, Any]:
    return {
        "id": _target(play, ReferralKind.PLUT_SERVICE),
        "code": "LEGALITAS",
        "kind": "LEGALITY",
        "name": f"Pendampingan legalitas ({SYNTHETIC})",
        "unit": "per konsultasi",
        "price": 0,
        "offered_from": play.calendar.signed_on,
        "synthetic": True,
    }


def _incubator(play: Play) -> dict[str, Any]:
    return {
        "id": _target(play, ReferralKind.INCUBATOR),
        "decree_number": f"KEP/{play.seeds.label}",
        "decreed_on": play.calendar.signed_on,
        "valid_from": play.calendar.signed_on,
        "valid_to": play.calendar.valid_to,
        "capacity": _MOST,
        "synthetic": True,
    }


def _line(play: Play) -> dict[str, Any]:
    return {
        "id": _target(play, ReferralKind.PRODUCTION_SLOT),
        "name": "Lini Produksi Bersama",
        "kind": "PRODUCTION_LINE",
        "capacity": 8,
    }


async def refer(play: Play) -> None:
    """Refer some graduates; most agree, are received, and something comes of it."""
    chosen = await _chosen(play)
    willing = [each for each in chosen if each.number % _TURNS != _UNWILLING]
    play.api.set_time(play.calendar.referred_at)
    await play.crowd("referrals", chosen, lambda each: _propose(play, each), at_once=_AT_ONCE)
    play.api.set_time(play.calendar.received_at)
    await play.crowd("results", willing, lambda each: _conclude(play, each), at_once=_AT_ONCE)
    came = play.journal.outcomes("referral-result")
    play.tell(
        f"  {len(willing)} of {len(chosen)} graduates agree to be referred:"
        f" {came['SERVICE_RECEIVED']} get a service of a PLUT, {came['TENANT_JOINED']} join an"
        f" incubator, {came['SLOT_USED']} use a production line, {came['FINANCING_GRANTED']} get"
        " financing."
    )


async def _chosen(play: Play) -> list[Referred]:
    """Return whom the centres refer: some of those who completed, to each kind in turn."""
    people = {person.id: person for person in play.people}
    found: list[tuple[Person, PlannedClass, UUID]] = []
    for planned in play.drawn:
        rows = await list_class(play, planned, state="COMPLETED")
        found += [(people[row.participant_id], planned, row.id) for row in rows]
        if len(found) >= _MOST:
            break
    found.sort(key=lambda each: each[0].number)
    return [
        Referred(number, _KINDS[number % len(_KINDS)], *each)
        for number, each in enumerate(found[:_MOST])
    ]


async def _propose(play: Play, referred: Referred) -> None:
    """Propose, let the person agree, and send; or let him say no."""
    if play.journal.find("referral-accept", referred.number) is not None:
        return
    person, centre = referred.person, who_runs(play, referred.planned.center)
    path = f"/enrollment/v1/participants/{person.id}/referrals"
    await _post(play, referred, "propose", path, _proposal(play, referred), caller=centre)
    if referred.number % _TURNS == _UNWILLING:
        reason = {"reason": "Belum mau dirujuk"}
        await _turn(play, referred, "withdraw", reason, caller=applicant(person))
        return
    await _turn(play, referred, "consent", {"version": _CONSENT}, caller=applicant(person))
    await _turn(play, referred, "send", {}, caller=centre)
    await _turn(play, referred, "accept", {}, caller=_receiver(play, referred))


def _proposal(play: Play, referred: Referred) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": _id(play, referred),
        "class_id": referred.planned.id,
        "enrollment_id": referred.enrollment_id,
        "kind": referred.kind,
        "target_id": _target(play, referred.kind),
    }
    if referred.kind is ReferralKind.BANK:
        body["financing"] = "KUR_SYARIAH" if referred.number % 2 else "KUR"
    if referred.kind is ReferralKind.PRODUCTION_SLOT:
        starts_at = _hours(play, referred)
        body["people"] = 2
        body["slots"] = [
            {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + _LASTS).isoformat()}
        ]
    return body


def _hours(play: Play, referred: Referred) -> datetime:
    """Return when somebody uses the line: each in hours of his own."""
    turn = referred.number // len(_KINDS)
    day, half = divmod(turn % (_DAYS * len(_HOURS)), len(_HOURS))
    zone = house_of(play, FacilityKind.PRODUCTION_HOUSE).district.time_zone
    # The hour of the start of the waves in this zone is 08:00 by its clocks.
    eight = play.calendar.start_in(zone)
    days = (play.calendar.hours_from - play.calendar.starts_on).days + day
    return (eight + timedelta(days=days, hours=_HOURS[half].hour - 8)).astimezone(UTC)


def _receiver(play: Play, referred: Referred) -> Caller:
    """Return who receives somebody; what a bank says is written down by those who refer."""
    match referred.kind:
        case ReferralKind.BANK:
            return who_runs(play, referred.planned.center)
        case ReferralKind.PRODUCTION_SLOT:
            return operator_of(house_of(play, FacilityKind.PRODUCTION_HOUSE))
        case _:
            return operator_of(house_of(play, FacilityKind.PLUT))


async def _conclude(play: Play, referred: Referred) -> None:
    """Say what came of it: the tenant joins first, the hours are used first."""
    if play.journal.find("referral-result", referred.number) is not None:
        return
    result: dict[str, Any] = {
        "outcome": _OUTCOMES[referred.kind],
        "on": play.calendar.received_at.date(),
    }
    if referred.kind is ReferralKind.INCUBATOR:
        result["tenant_id"] = await _join(play, referred)
    if referred.kind is ReferralKind.PRODUCTION_SLOT:
        await _use_hours(play, referred)
    await _turn(play, referred, "result", result, caller=_receiver(play, referred))


async def _join(play: Play, referred: Referred) -> UUID:
    tenant = play.seeds.id_of("tenant", referred.number)
    await play.api.must_post(
        f"/registry/v1/incubators/{_target(play, ReferralKind.INCUBATOR)}/tenants",
        {
            "id": tenant,
            "participant_id": referred.person.id,
            "joined_on": play.calendar.received_at.date(),
        },
        _Made,
        caller=MSME,
        key=play.seeds.key_of("tenant", referred.number),
    )
    return tenant


async def _use_hours(play: Play, referred: Referred) -> None:
    """Let the house say that the line was used, once the hours are confirmed.

    Raises:
        HoursMissingError: when they are not confirmed after a while.
    """
    receiver = _receiver(play, referred)
    path = f"/enrollment/v1/referrals/{_id(play, referred)}"
    for _ in range(_POLLS):
        known = await play.api.get(path, _Referral, caller=receiver)
        if known.booked_at is not None:
            break
        await asyncio.sleep(_POLL_S)
    else:
        raise HoursMissingError(f"The hours of referral {_id(play, referred)} are not confirmed.")
    await play.api.must_post(
        f"/registry/v1/bookings/{known.booking_id}/slots/0/use",
        {},
        _Made,
        caller=receiver,
        key=play.seeds.key_of("line-use", referred.number),
    )


def _id(play: Play, referred: Referred) -> UUID:
    return play.seeds.id_of("referral", referred.number)


async def _turn(
    play: Play, referred: Referred, turn: str, body: dict[str, Any], *, caller: Caller
) -> None:
    path = f"/enrollment/v1/referrals/{_id(play, referred)}/{turn}"
    await _post(play, referred, turn, path, body, caller=caller)


async def _post(
    play: Play, referred: Referred, turn: str, path: str, body: dict[str, Any], *, caller: Caller
) -> None:
    """Take one turn of a referral.

    Raises:
        RefusedError: when it was refused.
    """
    step = f"referral-{turn}"
    key = play.seeds.key_of(step, referred.number)
    answer = await play.api.post(path, body, caller=caller, key=key)
    if answer.status >= HTTPStatus.BAD_REQUEST:
        raise RefusedError(f"{turn} of referral {referred.number}", answer)
    state = _Referral.model_validate_json(answer.body).state
    outcome = str(body.get("outcome", state))
    play.note(step, referred.number, answer, outcome=outcome, kind=referred.kind.value)
