"""What is said of businesses, and the size class that a person has because of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.businesses import queries, rules
from services.enrollment.businesses.rules import SizeStep
from services.enrollment.businesses.schemas import BusinessStatement
from services.enrollment.businesses.tables import ParticipantBusiness
from services.enrollment.participants.operations import note_change
from services.enrollment.participants.rules import (
    BusinessFacts,
    SizeClass,
    Sized,
    place_of,
    size_entrant,
)
from services.enrollment.participants.tables import Participant
from services.enrollment.programs.rules import SIZE_RULE_VERSION
from shared.db.events import emit
from shared.ids import new_id
from shared.schemas.enrollment import BusinessStated, EntrantKind, Topic

_SAID: Final = (
    "nib", "kbli", "kbli_scheme", "founded_on", "capital_rupiah", "annual_sales_rupiah",
)  # fmt: skip
_SIZED: Final = ("entrant_kind", "kind_by_capital", "kind_by_sales")
_OF_PERSON: Final = (*_SAID, *_SIZED, "size_criterion", "rule_version")


@dataclass(frozen=True, slots=True)
class Stated:
    """What became of a statement: `present` tells that the person's size class follows from it."""

    business: ParticipantBusiness
    present: bool
    step: SizeStep
    warnings: tuple[str, ...]


async def state_business(
    session: AsyncSession,
    person: Participant,
    body: BusinessStatement,
    *,
    registered_on: date,
    now: datetime,
    today: date,
) -> Stated:
    """Keep what is said of the business of a locked person; the latest decides the size class.

    What the person said when registering, on `registered_on`, becomes the first of the history.

    Raises:
        StatedInFutureError: when it is of a day to come.
        BusinessUnexpectedError, FoundedInFutureError, SizeUnknownError, BusinessTooLargeError:
            when the size class cannot be told.
    """
    rules.check_as_of(body.as_of, today=today)
    facts = BusinessFacts(body.founded_on, body.capital_rupiah, body.annual_sales_rupiah)
    sized = size_entrant(business=facts, declared=body.entrant_kind, today=body.as_of)
    await _keep_what_was_registered(session, person, on=registered_on)
    made = _made(session, person, body, sized, now=now)
    session.add(made)
    await session.flush()
    history = await _before_and_after(session, made)
    was = person.entrant_kind
    present = history[0].id == made.id
    if present:
        await _follow(session, person, made, now=now, today=today)
    await _tell(session, person, made, was=was, now=now)
    earlier = next((each for each in history if _key(each) < _key(made)), None)
    step = rules.size_step(None if earlier is None else earlier.entrant_kind, made.entrant_kind)
    return Stated(made, present, step, sized.warnings)


def _key(business: ParticipantBusiness) -> tuple[date, UUID]:
    return business.as_of, business.id


async def _before_and_after(
    session: AsyncSession, made: ParticipantBusiness
) -> list[ParticipantBusiness]:
    """Return the latest statement, and the one before `made`."""
    latest = await queries.list_businesses(session, made.participant_id, limit=1)
    before = await queries.list_businesses(session, made.participant_id, before=_key(made), limit=1)
    return [*latest, *before]


def registered_business(person: Participant, *, on: date) -> ParticipantBusiness | None:
    """Return what a person who has said nothing since said of the business when registering."""
    if person.founded_on is None:
        return None
    return ParticipantBusiness(
        participant_id=person.id,
        id=person.id,
        as_of=on,
        employees=None,
        recorded_at=person.created_at,
        recorded_by="registered",
        **{name: getattr(person, name) for name in _OF_PERSON},
    )


async def _keep_what_was_registered(
    session: AsyncSession, person: Participant, *, on: date
) -> None:
    registered = registered_business(person, on=on)
    if registered is not None and not await queries.list_businesses(session, person.id, limit=1):
        session.add(registered)


def _made(
    session: AsyncSession,
    person: Participant,
    body: BusinessStatement,
    sized: Sized,
    *,
    now: datetime,
) -> ParticipantBusiness:
    return ParticipantBusiness(
        participant_id=person.id,
        id=new_id(),
        as_of=body.as_of,
        employees=body.employees,
        recorded_at=now,
        recorded_by=session.info["actor"].name,
        size_criterion=sized.criterion,
        rule_version=SIZE_RULE_VERSION,
        **{name: getattr(body, name) for name in _SAID},
        **{name: _plain(getattr(sized, name)) for name in _SIZED},
    )


def _plain(size: EntrantKind | SizeClass | None) -> Any:  # noqa: ANN401 - a column's own
    return size.value if isinstance(size, SizeClass) else size


async def _follow(
    session: AsyncSession,
    person: Participant,
    made: ParticipantBusiness,
    *,
    now: datetime,
    today: date,
) -> None:
    changed = [each for each in _OF_PERSON if getattr(person, each) != getattr(made, each)]
    for name in changed:
        setattr(person, name, getattr(made, name))
    if changed:
        await note_change(session, person, changed, now=now, today=today)


async def _tell(
    session: AsyncSession,
    person: Participant,
    made: ParticipantBusiness,
    *,
    was: EntrantKind,
    now: datetime,
) -> None:
    await emit(
        session,
        Event,
        topic=Topic.BUSINESS_STATED,
        stream_id=person.id,
        event=BusinessStated(
            participant_id=person.id,
            as_of=made.as_of,
            before=was,
            entrant_kind=made.entrant_kind,
            rule_version=made.rule_version,
        ),
        place=place_of(person.id, home_area_code=person.home_area_code),
        occurred_at=now,
    )
