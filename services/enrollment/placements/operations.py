"""Placing people whom a selection has chosen, within the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.classes.tables import Class
from services.enrollment.enrollments.operations import deadline_in, enter_class, new_enrollment
from services.enrollment.enrollments.rules import AlreadyEnrolledError, ClassFullError
from services.enrollment.enrollments.tables import Enrollment, ProgramClaim
from services.enrollment.participants.rules import age_band
from services.enrollment.participants.tables import Participant
from services.enrollment.programs.rules import age_on
from services.enrollment.quotas.operations import lock_quotas
from services.enrollment.quotas.rules import WaveQuotas, traits_of
from services.enrollment.waves.rules import ZONES
from shared.schemas.enrollment import EnrollmentState
from shared.schemas.registry import TimeZone


class Placement(NamedTuple):
    """Whom a selection gives a seat of a class, or a place in line."""

    participant_id: UUID
    enrollment_id: UUID
    application_id: UUID
    waitlisted: bool


class Placed(NamedTuple):
    """What became of a placement; `refusal` is a code, and there is no enrollment then."""

    participant_id: UUID
    enrollment_id: UUID
    application_id: UUID
    state: EnrollmentState | None
    waitlist_number: int | None = None
    refusal: str | None = None


@dataclass(slots=True)
class _Left:
    """What a class has left while a selection is placed."""

    class_: Class
    quotas: WaveQuotas
    free: int
    room: int
    number: int
    until: datetime | None
    now: datetime

    def take(self, person: Participant, *, waitlisted: bool) -> dict[str, Any] | None:
        """Take a seat, or else a place in line, for a person; None when there is neither."""
        traits, wave_id = traits_of(person), self.class_.wave_id
        blocked = self.quotas.blocking(wave_id, traits, now=self.now) is not None
        if self.free > 0 and not waitlisted and not blocked:
            self.free -= 1
            self.quotas.move(wave_id, traits, 1)
            state = EnrollmentState.SEATED if self.until is None else EnrollmentState.OFFERED
            return {"state": state, "confirm_by": self.until}
        if self.room == 0:
            return None
        self.room -= 1
        self.number += 1
        return {"state": EnrollmentState.WAITLISTED, "waitlist_number": self.number - 1}


async def place_selected(
    session: AsyncSession, *, class_: Class, placements: Sequence[Placement], now: datetime
) -> list[Placed]:
    """Give the seats and places in line of a locked class to whom a selection has chosen, in order.

    Seats are offered where they are to be confirmed. Who holds a place in the programme elsewhere
    comes back as `already-enrolled`. Whom no seat or a quota is left for waits; who cannot even
    wait comes back as `class-full`.
    """
    chosen = [each.participant_id for each in placements]
    found = await session.scalars(select(Participant).where(Participant.id.in_(chosen)))
    people = {person.id: person for person in found}
    mine = await _claim_places(session, class_, placements, people)
    left = await _left_in(session, class_, now=now)
    rows: list[Enrollment] = []
    placed: list[Placed] = []
    for each in placements:
        if each.enrollment_id not in mine:
            placed.append(Placed(*each[:3], None, refusal=AlreadyEnrolledError.code))
            continue
        person = people[each.participant_id]
        entered = left.take(person, waitlisted=each.waitlisted)
        if entered is None:
            placed.append(Placed(*each[:3], None, refusal=ClassFullError.code))
            continue
        rows.append(
            new_enrollment(
                class_,
                each.enrollment_id,
                person,
                now=now,
                participant_id=person.id,
                application_id=each.application_id,
                age_band=age_band(age_on(person.birth_date, _day(now))),
                **entered,
            )
        )
        placed.append(Placed(*each[:3], rows[-1].state, rows[-1].waitlist_number))
    await _give_up(session, class_, placed, people)
    await enter_class(session, class_=class_, rows=rows, now=now)
    return placed


def _day(now: datetime) -> date:
    return now.astimezone(ZONES[TimeZone.WIB]).date()


async def _claim_places(
    session: AsyncSession,
    class_: Class,
    placements: Iterable[Placement],
    people: Mapping[UUID, Participant],
) -> set[UUID]:
    """Claim a place in the programme for these people; return the enrollments of who had none."""
    rows = [
        {
            "program_id": class_.program_id,
            "nik_index": people[each.participant_id].nik_index,
            "class_id": class_.id,
            "enrollment_id": each.enrollment_id,
        }
        for each in placements
        if each.participant_id in people
    ]
    if not rows:
        return set()
    statement = insert(ProgramClaim).on_conflict_do_nothing().returning(ProgramClaim.enrollment_id)
    in_order = sorted(rows, key=itemgetter("nik_index"))
    return set((await session.scalars(statement, in_order)).all())


async def _give_up(
    session: AsyncSession,
    class_: Class,
    placed: Iterable[Placed],
    people: Mapping[UUID, Participant],
) -> None:
    """Give back the claims of those for whom the class had no place."""
    left = [each for each in placed if each.refusal == ClassFullError.code]
    if left:
        await session.execute(
            delete(ProgramClaim)
            .where(
                ProgramClaim.program_id == class_.program_id,
                ProgramClaim.nik_index.in_(
                    [people[each.participant_id].nik_index for each in left]
                ),
                ProgramClaim.enrollment_id.in_([each.enrollment_id for each in left]),
            )
            .execution_options(synchronize_session=False)
        )


async def _left_in(session: AsyncSession, class_: Class, *, now: datetime) -> "_Left":
    quotas = await lock_quotas(session, [class_.wave_id], now=now)
    return _Left(
        class_,
        quotas.trial(),
        free=class_.capacity - class_.taken,
        room=class_.reserve_capacity - class_.waiting,
        number=class_.next_waitlist_number,
        until=deadline_in(class_, now=now),
        now=now,
    )
