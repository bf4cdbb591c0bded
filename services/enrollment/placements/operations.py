"""Placing people whom a selection has chosen, within the caller's transaction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from services.enrollment.classes.tables import Class
from services.enrollment.enrollments.operations import enter_classes, new_enrollment
from services.enrollment.enrollments.queries import deadline_in
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
    """Whom a selection gives a seat of a class, or a place in line; `applied`: see Enrollment."""

    participant_id: UUID
    enrollment_id: UUID
    application_id: UUID
    waitlisted: bool
    applied: bool = True


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


@dataclass(slots=True)
class _Entering:
    """Who enters a class, and what it has left meanwhile."""

    left: _Left
    rows: list[Enrollment] = field(default_factory=list)


async def place_selected(
    session: AsyncSession, *, class_: Class, placements: Sequence[Placement], now: datetime
) -> list[Placed]:
    """Give the seats and places in line of a locked class to whom a selection has chosen, in order.

    Seats are offered where they are to be confirmed. Who holds a place in the programme elsewhere
    comes back as `already-enrolled`. Whom no seat or a quota is left for waits; who cannot even
    wait comes back as `class-full`.
    """
    return await place_in_classes(session, [(class_, placements)], now=now)


async def place_in_classes(
    session: AsyncSession, wanted: Sequence[tuple[Class, Sequence[Placement]]], *, now: datetime
) -> list[Placed]:
    """Place people in locked classes as `place_selected` does, all with the same few statements.

    The first class uses the quotas up first.
    """
    all_placements = [(class_, each) for class_, some in wanted for each in some]
    people = await _people(session, [each.participant_id for _, each in all_placements])
    mine = await _claim_places(session, all_placements, people)
    entering = await _entering(session, [class_ for class_, _ in wanted], now=now)
    placed: list[Placed] = []
    for class_, each in all_placements:
        if each.enrollment_id not in mine:
            placed.append(Placed(*each[:3], None, refusal=AlreadyEnrolledError.code))
            continue
        row = _enter(entering[class_.id], people[each.participant_id], each)
        if row is None:
            placed.append(Placed(*each[:3], None, refusal=ClassFullError.code))
        else:
            placed.append(Placed(*each[:3], row.state, row.waitlist_number))
    programs = {class_.program_id for class_, _ in wanted}
    await _give_up(session, placed, people, programs=programs)
    await enter_classes(
        session, [(each.left.class_, each.rows) for each in entering.values()], now=now
    )
    return placed


async def _people(session: AsyncSession, ids: Sequence[UUID]) -> Mapping[UUID, Participant]:
    needed = load_only(
        Participant.nik_index,
        Participant.birth_date,
        Participant.sex,
        Participant.entrant_kind,
        Participant.disability,
        Participant.home_province_code,
        Participant.home_regency_code,
    )
    statement = select(Participant).options(needed).where(Participant.id.in_(ids))
    return {person.id: person for person in await session.scalars(statement)}


def _enter(entering: _Entering, person: Participant, placement: Placement) -> Enrollment | None:
    """Return the enrollment of a person in a class; None when it has neither seat nor line."""
    entered = entering.left.take(person, waitlisted=placement.waitlisted)
    if entered is None:
        return None
    now = entering.left.now
    row = new_enrollment(
        entering.left.class_,
        placement.enrollment_id,
        person,
        now=now,
        participant_id=person.id,
        application_id=placement.application_id,
        applied=placement.applied,
        age_band=age_band(age_on(person.birth_date, _day(now))),
        **entered,
    )
    entering.rows.append(row)
    return row


def _day(now: datetime) -> date:
    return now.astimezone(ZONES[TimeZone.WIB]).date()


async def _claim_places(
    session: AsyncSession,
    placements: Iterable[tuple[Class, Placement]],
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
        for class_, each in placements
        if each.participant_id in people
    ]
    if not rows:
        return set()
    statement = insert(ProgramClaim).on_conflict_do_nothing().returning(ProgramClaim.enrollment_id)
    in_order = sorted(rows, key=itemgetter("nik_index"))
    return set((await session.scalars(statement, in_order)).all())


async def _give_up(
    session: AsyncSession,
    placed: Iterable[Placed],
    people: Mapping[UUID, Participant],
    *,
    programs: Collection[UUID],
) -> None:
    """Give back the claims of those for whom their class had no place."""
    left = [each for each in placed if each.refusal == ClassFullError.code]
    if left:
        await session.execute(
            delete(ProgramClaim)
            .where(
                ProgramClaim.program_id.in_(programs),
                ProgramClaim.nik_index.in_(
                    [people[each.participant_id].nik_index for each in left]
                ),
                ProgramClaim.enrollment_id.in_([each.enrollment_id for each in left]),
            )
            .execution_options(synchronize_session=False)
        )


async def _entering(
    session: AsyncSession, classes: Sequence[Class], *, now: datetime
) -> dict[UUID, _Entering]:
    """Return what locked classes have left; they share the quotas of their wave."""
    quotas = await lock_quotas(session, {each.wave_id for each in classes}, now=now)
    trial = quotas.trial()
    return {
        each.id: _Entering(
            _Left(
                each,
                trial,
                free=each.capacity - each.taken,
                room=each.reserve_capacity - each.waiting,
                number=each.next_waitlist_number,
                until=deadline_in(each, now=now),
                now=now,
            )
        )
        for each in classes
    }
