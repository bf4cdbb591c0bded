"""Part of chapter four: who was drawn confirms or not, reserves move up, and the wave is a go."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from deploy.pilot.api import RefusedError
from deploy.pilot.centers import PlannedClass
from deploy.pilot.drawing import wave_path
from deploy.pilot.heads import who_runs
from deploy.pilot.names import SYNTHETIC
from deploy.pilot.people import Person
from deploy.pilot.play import MANPOWER, MSME, Play, applicant
from deploy.pilot.start import Listed, list_class
from shared.schemas.base import Message

_AT_ONCE: Final = 12
# Of each eight who are offered a seat one declines, and one says nothing until it is too late.
_TURNS: Final = 8
_DECLINES: Final = 1
_SILENT: Final = 5
_EXPIRED: Final = "offer-expired"
_RUPIAH_A_SEAT: Final = 4_000_000


class _Readiness(Message):
    """How much of a wave was ready."""

    percent: float
    classes: int
    ready: int


class _Decision(Message):
    """Go or no-go."""

    verdict: str
    readiness: _Readiness


class Offer:
    """A seat that is held for somebody."""

    def __init__(self, play: Play, planned: PlannedClass, listed: Listed, person: Person) -> None:
        self._play = play
        self._planned = planned
        self._id = listed.id
        self.person = person

    async def confirm(self) -> str:
        """Confirm it; return the state that it has then, or the reason of the refusal."""
        return await self._post("confirm", as_centre=False, outcome="SEATED")

    async def decline(self) -> None:
        """Leave it to the next in line."""
        await self._post("decline", as_centre=False, outcome="DECLINED", reason="Sudah bekerja")

    async def take_back(self) -> None:
        """Let the centre give it to the next in line."""
        await self._post("cancel", as_centre=True, outcome="CANCELLED", reason="Lewat batas waktu")

    async def _post(self, turn: str, *, as_centre: bool, outcome: str, **body: str) -> str:
        play, person = self._play, self.person
        path = f"/enrollment/v1/classes/{self._planned.id}/enrollments/{self._id}/{turn}"
        answer = await play.api.post(
            path,
            body,
            caller=who_runs(play, self._planned.center) if as_centre else applicant(person),
            key=play.seeds.key_of(f"draw-{turn}", person.number),
        )
        known = {"class": str(self._planned.id), "enrollment": str(self._id)}
        entry = play.note(f"draw-{turn}", person.number, answer, outcome=outcome, **known)
        if not entry.accepted and entry.outcome != _EXPIRED:
            raise RefusedError(f"{turn} of person {person.number}", answer)
        return entry.outcome


async def offers_of(play: Play) -> list[Offer]:
    """Return the seats that are held at this moment, in the order of the people."""
    people = {person.id: person for person in play.people}
    found: list[Offer] = []

    async def read(planned: PlannedClass) -> None:
        rows = await list_class(play, planned, state="OFFERED")
        found.extend(Offer(play, planned, row, people[row.participant_id]) for row in rows)

    await play.crowd("offers", play.drawn, read, at_once=_AT_ONCE)
    return sorted(found, key=lambda offer: offer.person.number)


async def confirm(play: Play) -> None:
    """Let most confirm, some decline and some say nothing; their seats go to the reserve.

    The timer that ends offers goes by the real clock, for which the deadline lies ahead: here the
    centres take them back when somebody has come too late.
    """
    play.api.set_time(play.calendar.confirmed_at)
    offers = await offers_of(play)
    asked = [offer for place, offer in enumerate(offers) if place % _TURNS == _DECLINES]
    await play.crowd("declined", asked, lambda each: each.decline(), at_once=_AT_ONCE)
    asked = [
        offer for place, offer in enumerate(offers) if place % _TURNS not in (_DECLINES, _SILENT)
    ]
    await play.crowd("confirmed", asked, lambda each: each.confirm(), at_once=_AT_ONCE)
    for after in (timedelta(), timedelta(hours=1)):
        await _confirm_late(play, play.calendar.lapsed_at + after)
    late = play.journal.outcomes("draw-confirm")[_EXPIRED]
    play.tell(
        f"  {play.journal.outcomes('draw-confirm')['SEATED']} confirm,"
        f" {play.journal.outcomes('draw-decline')['DECLINED']} decline, {late} come after the"
        " deadline; the reserve moves up."
    )


async def _confirm_late(play: Play, now: datetime) -> None:
    """Let all confirm who are offered a seat; whose deadline has passed loses it."""
    play.api.set_time(now)

    async def try_it(offer: Offer) -> None:
        if await offer.confirm() == _EXPIRED:
            await offer.take_back()

    await play.crowd("after the deadline", await offers_of(play), try_it, at_once=_AT_ONCE)


async def decide(play: Play) -> None:
    """State who pays, let the centres log in, and decide that the wave starts."""
    play.api.set_time(play.calendar.decided_at)
    await play.crowd("funding", play.drawn, lambda each: _fund(play, each), at_once=_AT_ONCE)
    await play.crowd("log-ins", play.drawn, lambda each: _log_in(play, each), at_once=_AT_ONCE)
    answer = await play.api.post(
        f"{wave_path(play)}/decisions",
        {"verdict": "GO", "reason": "Dana ada, peserta sudah daftar ulang"},
        caller=MSME,
        key=play.seeds.key_of("draw-decision"),
    )
    if answer.status != HTTPStatus.CREATED:
        raise RefusedError("the decision on the drawn wave", answer)
    decided = _Decision.model_validate_json(answer.body)
    seen = decided.readiness
    play.note("draw-decision", 0, answer, outcome=decided.verdict, percent=seen.percent)
    play.tell(
        f"  {decided.verdict}: {seen.ready} of {seen.classes} classes are ready"
        f" ({seen.percent:.0f} %), and all of them are paid for."
    )


async def _fund(play: Play, planned: PlannedClass) -> None:
    """Let the state pay for three quarters of a class, and the region for the rest."""
    total = planned.capacity * _RUPIAH_A_SEAT
    region = total // 4
    sources: list[dict[str, Any]] = [
        {
            "source": "APBN",
            "budget_code": "026.13.DL.3826",
            "amount_rupiah": total - region,
            "funder_name": f"Kementerian ({SYNTHETIC})",
        },
        {
            "source": "APBD",
            "budget_code": "2.07.03.2.01",
            "amount_rupiah": region,
            "funder_name": f"Pemerintah daerah ({SYNTHETIC})",
        },
    ]
    path = f"/enrollment/v1/classes/{planned.id}/funding"
    await play.api.must_put(path, {"sources": sources}, caller=MANPOWER)


async def _log_in(play: Play, planned: PlannedClass) -> None:
    await play.api.fetch("/enrollment/v1/me", caller=who_runs(play, planned.center))
