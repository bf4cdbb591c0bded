"""How alike two people are, stated without a database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.enrollment.person_names.rules import likeness
from shared.schemas.enrollment import Sex


class DuplicateState(StrEnum):
    """What has been decided on a pair."""

    OPEN = "OPEN"
    MERGED = "MERGED"
    DISTINCT = "DISTINCT"


class Likeness(StrEnum):
    """What two people have in common. NIKs are not compared: their blind index tells only equal."""

    NAME = "NAME"
    BIRTH_DATE = "BIRTH_DATE"
    VERIFIED_PHONE = "VERIFIED_PHONE"
    VERIFIED_EMAIL = "VERIFIED_EMAIL"
    NIB = "NIB"


# Twins have one birth date and two names; a name spelt in two ways is 85 and more.
NAME_FROM: Final = 85.0
# A contact or a business that two share is looked at whatever they are called.
_POINTS: Final = {
    Likeness.BIRTH_DATE: 40.0,
    Likeness.VERIFIED_PHONE: 30.0,
    Likeness.VERIFIED_EMAIL: 30.0,
    Likeness.NIB: 30.0,
}
_NAME_WEIGHT: Final = 0.5
_OTHER_SEX: Final = 15.0
# More of one person are a shared phone or a placeholder, not duplicates.
MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Likened:
    """What is compared of a person; a contact only when it was proved to be the person's."""

    id: UUID
    name_key: str
    birth_date: date
    sex: Sex
    phone: str | None
    email: str | None
    nib: str | None

    def __repr__(self) -> str:
        return f"Likened({self.id})"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two people, in the order of their ids, how sure it is that they are one, and why."""

    pair: tuple[UUID, UUID]
    score: int
    reasons: tuple[Likeness, ...]


def pair_of(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    """Return two people in the order in which a pair is kept."""
    return (one, other) if one < other else (other, one)


def judge(one: Likened, other: Likened) -> Candidate | None:
    """Return how sure it is that two people are one; None when nothing speaks for it.

    A name alone, or a birth date alone, says nothing.
    """
    alike = likeness(one.name_key, other.name_key)
    common = {
        Likeness.NAME: alike >= NAME_FROM,
        Likeness.BIRTH_DATE: one.birth_date == other.birth_date,
        Likeness.VERIFIED_PHONE: one.phone is not None and one.phone == other.phone,
        Likeness.VERIFIED_EMAIL: one.email is not None and one.email == other.email,
        Likeness.NIB: one.nib is not None and one.nib == other.nib,
    }
    reasons = tuple(each for each, holds in common.items() if holds)
    telling = set(reasons) - {Likeness.NAME, Likeness.BIRTH_DATE}
    if not telling and len(reasons) < len({Likeness.NAME, Likeness.BIRTH_DATE}):
        return None
    points = sum(_POINTS.get(each, 0.0) for each in reasons)
    points += alike * _NAME_WEIGHT if common[Likeness.NAME] else 0.0
    points -= 0.0 if one.sex is other.sex else _OTHER_SEX
    return Candidate(pair_of(one.id, other.id), max(1, min(100, round(points))), reasons)


def candidates(one: Likened, others: Iterable[Likened]) -> list[Candidate]:
    """Return who of `others` may be the same person, the surest first, at most 20."""
    found = [
        candidate
        for candidate in (judge(one, other) for other in others if other.id != one.id)
        if candidate is not None
    ]
    return sorted(found, key=lambda each: (-each.score, each.pair))[:MOST]
