"""Merges of facilities, as the registry states them."""

from uuid import UUID

from shared.schemas.base import Message
from shared.schemas.registry.facilities import FacilityKind


class FacilityStays(Message):
    """The facility that stays: what others copy of a facility."""

    facility_id: UUID
    code: str
    name: str
    kind: FacilityKind
    owner_ministry: str
    province_code: str
    regency_code: str
    latitude: float | None
    longitude: float | None


class FacilityMerged(Message):
    """Event: a facility is closed and another one stays, with all that both had.

    `spaces` are those that have another name now; `moved` counts what has moved, by table.
    """

    merge_id: UUID
    from_id: UUID
    from_code: str
    stays: FacilityStays
    spaces: dict[UUID, str]
    moved: dict[str, int]


class DuplicatesScanned(Message):
    """Event: facilities were compared; so many pairs of them are to be looked at."""

    facilities: int
    open_pairs: int


class DuplicateDismissed(Message):
    """Event: somebody has found that two facilities are two."""

    duplicate_id: UUID
    a_id: UUID
    b_id: UUID
