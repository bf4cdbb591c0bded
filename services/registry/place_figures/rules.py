"""Which figures of which places an event may have changed, and what is told of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import BaseModel

from shared.schemas.registry import Hours, Topic

# Months that are told without anybody having asked: those of a year past, and of a season ahead.
PAST_MONTHS: Final = 12
MONTHS_AHEAD: Final = 3
_YEAR: Final = 12
# Of a closure longer than this the rest is told as its months come.
_LONGEST: Final = 120

_OF_PLACES: Final = frozenset(
    {
        Topic.FACILITY_REGISTERED,
        Topic.FACILITY_CHANGED,
        Topic.FACILITY_STATUS_CHANGED,
        Topic.FACILITY_MERGED,
    }
)
_OF_STANDINGS: Final = frozenset(
    {
        *_OF_PLACES,
        Topic.MATURITY_ASSESSED,
        Topic.MATURITY_REVISED,
        Topic.ROADMAP_ADOPTED,
        Topic.ROADMAP_MOVED,
        Topic.MILESTONE_CHANGED,
        Topic.INCUBATOR_DESIGNATED,
        Topic.INCUBATOR_CHANGED,
        Topic.INCUBATOR_ENDED,
        Topic.TENANT_JOINED,
        Topic.TENANT_ADVANCED,
        Topic.TENANT_GRADUATED,
        Topic.TENANT_LEFT,
        Topic.DEVELOPMENT_PROPOSED,
        Topic.DEVELOPMENT_STEP_TAKEN,
        Topic.AGREEMENT_COVERAGE_ENDED,
    }
)
_OF_AGREEMENTS: Final = frozenset(
    {
        Topic.AGREEMENT_DRAFTED,
        Topic.AGREEMENT_CHANGED,
        Topic.AGREEMENT_SIGNED,
        Topic.AGREEMENT_TERMINATED,
        Topic.AGREEMENT_RENEWED,
        Topic.AGREEMENT_ACTION_PLANNED,
        Topic.AGREEMENT_ACTION_CHANGED,
        Topic.AGREEMENT_ACTION_STATUS_CHANGED,
    }
)
# With these the facilities that the agreement covers are covered, or no longer.
_OF_COVERED: Final = frozenset(
    {Topic.AGREEMENT_SIGNED, Topic.AGREEMENT_TERMINATED, Topic.AGREEMENT_RENEWED}
)
_OF_HOURS: Final = frozenset(
    {*_OF_PLACES, Topic.OPENING_HOURS_STATED, Topic.SPACE_ADDED, Topic.SPACE_CLOSED}
)
# These change the hours of the months that they name, and of no other.
_OF_MONTHS: Final = frozenset(
    {
        Topic.SPACE_CLOSURE_STATED,
        Topic.SPACE_CLOSURE_ENDED,
        Topic.BOOKING_REQUESTED,
        Topic.BOOKING_APPROVED,
        Topic.BOOKING_REFUSED,
        Topic.BOOKING_CANCELLED,
        Topic.BOOKING_LAPSED,
        Topic.BOOKING_SLOT_USED,
        Topic.BOOKING_SLOT_MISSED,
        Topic.BOOKING_SLOT_CANCELLED,
    }
)


class Told(StrEnum):
    """What is told of a subject."""

    STANDING = "STANDING"
    HOURS = "HOURS"


@dataclass(frozen=True, slots=True)
class Moment:
    """When something is told, and which day that is in Jakarta."""

    now: datetime
    today: date


@dataclass(slots=True)
class Asked:
    """Whose figures are to be told anew.

    Hours change of `hours` in every month that is told, and of `booked` in the months of `days`.
    Of the agreements with actions `acting_at` facilities the actions stand elsewhere.
    """

    standings: set[UUID] = field(default_factory=set)
    agreements: set[UUID] = field(default_factory=set)
    covered_by: set[UUID] = field(default_factory=set)
    acting_at: set[UUID] = field(default_factory=set)
    hours: set[UUID] = field(default_factory=set)
    booked: set[UUID] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    everywhere: bool = False


def asked_by(events: Iterable[tuple[str, Mapping[str, Any]]]) -> Asked:
    """Return whose figures some events, topic and payload, may have changed."""
    asked = Asked()
    for topic, payload in events:
        facilities = _facilities_of(topic, payload)
        if topic in _OF_STANDINGS or topic == Topic.AGREEMENT_COVERAGE_ADDED:
            asked.standings |= facilities
        if topic in _OF_PLACES:
            asked.acting_at |= facilities
        if topic in _OF_AGREEMENTS:
            asked.agreements.add(UUID(payload["agreement_id"]))
        if topic in _OF_COVERED:
            asked.covered_by.add(UUID(payload["agreement_id"]))
        if topic in _OF_HOURS:
            asked.hours |= facilities
        if topic in _OF_MONTHS:
            asked.booked |= facilities
            asked.days |= _days_of(payload)
        asked.everywhere |= topic == Topic.CLOSED_DAYS_STATED
    return asked


def _facilities_of(topic: str, payload: Mapping[str, Any]) -> set[UUID]:
    if topic == Topic.AGREEMENT_COVERAGE_ADDED:
        return set(map(UUID, payload["facility_ids"]))
    if topic == Topic.FACILITY_MERGED:
        return {UUID(payload["from_id"]), UUID(payload["stays"]["facility_id"])}
    found = payload.get("facility_id")
    return set() if found is None else {UUID(found)}


def _days_of(payload: Mapping[str, Any]) -> set[date]:
    named = {date.fromisoformat(f"{month}-01") for month in payload.get("minutes", ())}
    if "starts_at" not in payload or "ends_at" not in payload:
        return named
    first, last = (
        _number(datetime.fromisoformat(payload[name]).date()) for name in ("starts_at", "ends_at")
    )
    # By the clocks of the facility it may begin or end in the month beside.
    around = range(first - 1, min(last + 1, first + _LONGEST) + 1)
    return named | set(map(_first_of, around))


def months_told(today: date) -> list[date]:
    """Return the first days of the months that are told on a day without being named."""
    present = _number(today)
    return [_first_of(each) for each in range(present - PAST_MONTHS, present + MONTHS_AHEAD + 1)]


def months_of(days: Iterable[date]) -> list[date]:
    """Return the first days of the months in which days lie, in order."""
    return [_first_of(number) for number in sorted({_number(day) for day in days})]


def _number(day: date) -> int:
    return day.year * _YEAR + day.month - 1


def _first_of(number: int) -> date:
    return date(number // _YEAR, number % _YEAR + 1, 1)


Figure = TypeVar("Figure", bound=BaseModel)


def difference(told: Sequence[Figure], true: Sequence[Figure]) -> tuple[list[Figure], list[Figure]]:
    """Return which of the figures told no longer hold, and which hold that were not told."""
    known, found = dict.fromkeys(told), dict.fromkeys(true)
    return [each for each in known if each not in found], [
        each for each in found if each not in known
    ]


def with_months(
    told: Iterable[Hours], true: Iterable[Hours], months: Iterable[date]
) -> list[Hours]:
    """Return all hours of a facility: those told of other months, and the true ones of `months`."""
    named = {f"{month:%Y-%m}" for month in months}
    return [*(each for each in told if each.cell.month not in named), *true]
