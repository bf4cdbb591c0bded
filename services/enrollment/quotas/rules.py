"""What a quota says of a person, stated without a database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol
from uuid import UUID

from shared.errors import ConflictError
from shared.i18n import Text
from shared.schemas.enrollment import EntrantKind, Sex


class QuotaDimension(StrEnum):
    """What the members of a quota have in common; PROVINCE is where they live."""

    PROVINCE = "PROVINCE"
    SEX = "SEX"
    ENTRANT_KIND = "ENTRANT_KIND"
    DISABILITY = "DISABILITY"


class QuotaKind(StrEnum):
    """AT_MOST: no more members hold a seat. AT_LEAST: seats are kept for members until released."""

    AT_LEAST = "AT_LEAST"
    AT_MOST = "AT_MOST"


class QuotaFullError(ConflictError):
    """A quota of the wave leaves no seat to this person; `quota` names it and its release."""

    code = "quota-full"
    title = Text(
        "Kuota gelombang ini tidak menyisakan kursi untuk orang ini.",
        "A quota of the wave leaves no seat to this person.",
    )


class Traits(NamedTuple):
    """What quotas ask of a person."""

    province_code: str
    sex: Sex
    entrant_kind: EntrantKind
    disability: bool


class _Person(Protocol):
    """Whoever carries what quotas ask: a participant or an enrollment."""

    home_province_code: str
    sex: Sex
    entrant_kind: EntrantKind
    disability: bool


def traits_of(person: _Person) -> Traits:
    """Return what quotas ask of a participant, or of an enrollment, which copies it."""
    return Traits(
        person.home_province_code, person.sex, person.entrant_kind, bool(person.disability)
    )


class Quota(NamedTuple):
    """What a quota says, whatever has been taken."""

    id: UUID
    wave_id: UUID
    dimension: QuotaDimension
    value: str
    kind: QuotaKind
    seats: int
    release_at: datetime | None


def is_member(quota: Quota, person: Traits) -> bool:
    """Tell whether a person is one of those whom the quota is about."""
    match quota.dimension:
        case QuotaDimension.PROVINCE:
            return quota.value == person.province_code
        case QuotaDimension.SEX:
            return quota.value == person.sex
        case QuotaDimension.ENTRANT_KIND:
            return quota.value == person.entrant_kind
    return quota.value == str(person.disability).lower()


@dataclass(slots=True)
class Limit:
    """A quota and how far it is used up.

    `taken` counts its members among those who hold a seat of the wave, `held` all who do, of the
    `capacity` of its classes; the last two matter to AT_LEAST alone.
    """

    quota: Quota
    taken: int
    held: int = 0
    capacity: int = 0

    def blocks(self, person: Traits, *, now: datetime) -> bool:
        """Tell whether the quota leaves no seat to a person `now`."""
        member = is_member(self.quota, person)
        if self.quota.kind is QuotaKind.AT_MOST:
            return member and self.taken >= self.quota.seats
        released = self.quota.release_at is not None and self.quota.release_at <= now
        others = self.held - self.taken
        return not (member or released) and others >= self.capacity - self.quota.seats

    def move(self, person: Traits, by: int) -> None:
        """Count a seat that a person takes (1) or gives up (-1)."""
        self.held += by
        self.taken += by if is_member(self.quota, person) else 0


class WaveQuotas:
    """The quotas of some waves, used up as seats are given."""

    def __init__(self, limits: Iterable[Limit] = ()) -> None:
        self.limits = list(limits)

    def __bool__(self) -> bool:
        return bool(self.limits)

    def blocking(self, wave_id: UUID, person: Traits, *, now: datetime) -> Limit | None:
        """Return the first quota of a wave that leaves no seat to a person, if one does."""
        return next(
            (each for each in self._of(wave_id) if each.blocks(person, now=now)),
            None,
        )

    def move(self, wave_id: UUID, person: Traits, by: int) -> None:
        """Count a seat of a wave that a person takes (1) or gives up (-1)."""
        for each in self._of(wave_id):
            each.move(person, by)

    def trial(self) -> "WaveQuotas":
        """Return a copy on which seats can be given to see who gets one."""
        return WaveQuotas(replace(each) for each in self.limits)

    def _of(self, wave_id: UUID) -> Iterable[Limit]:
        return (each for each in self.limits if each.quota.wave_id == wave_id)


def admitted(
    line: Sequence[Traits], quotas: WaveQuotas, *, wave_id: UUID, seats: int, now: datetime
) -> list[int]:
    """Return who of a line gets one of `seats`, by place from 0: the first whom quotas admit.

    Who is blocked is passed over; a seat that is given counts for all who come after.
    """
    trial = quotas.trial()
    places: list[int] = []
    for place, person in enumerate(line):
        if len(places) == seats:
            break
        if trial.blocking(wave_id, person, now=now) is None:
            trial.move(wave_id, person, 1)
            places.append(place)
    return places


def check_admitted(quotas: WaveQuotas, person: Traits, *, wave_id: UUID, now: datetime) -> None:
    """Refuse a seat that a quota of the wave leaves to others.

    Raises:
        QuotaFullError: with the quota.
    """
    blocking = quotas.blocking(wave_id, person, now=now)
    if blocking is not None:
        raise QuotaFullError(extra={"quota": described(blocking.quota)})


def described(quota: Quota) -> dict[str, object]:
    """Return a quota as refusals name it."""
    return {
        "dimension": quota.dimension.value,
        "value": quota.value,
        "kind": quota.kind.value,
        "seats": quota.seats,
        "release_at": None if quota.release_at is None else quota.release_at.isoformat(),
    }
