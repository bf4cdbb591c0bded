"""What a facility is and when it may change, stated without a database."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.registry.areas.rules import Location
from shared.errors import BadRequestError, ConflictError, InvalidError, NotFoundError
from shared.i18n import Text
from shared.schemas.registry import FacilityKind, FacilityStatus
from shared.scope import Place


class FacilityForm(StrEnum):
    """Forms of a central training centre (UPTP)."""

    BBPVP = "BBPVP"
    BPVP = "BPVP"
    SATPEL = "SATPEL"
    BPKK = "BPKK"


class FacilityNotFoundError(NotFoundError):
    """There is no facility of this id."""

    code = "facility-not-found"
    title = Text("Balai tidak ditemukan.", "There is no such facility.")


class FacilityIdTakenError(ConflictError):
    """The id that the caller chose is in use."""

    code = "facility-id-taken"
    title = Text("Id balai sudah dipakai.", "A facility has this id.")


class FacilityCodeTakenError(ConflictError):
    """Another facility has the code."""

    code = "facility-code-taken"
    title = Text("Kode balai sudah dipakai.", "Another facility has this code.")


class DetailIdTakenError(ConflictError):
    """The id that the caller chose for something of a facility is in use."""

    code = "facility-detail-id-taken"
    title = Text("Id ini sudah dipakai.", "This id is in use.")


class FacilityStatusRefusedError(ConflictError):
    """The facility cannot go from its present status to the one asked for."""

    code = "facility-status-refused"
    title = Text(
        "Status balai saat ini tidak mengizinkan perubahan ini.",
        "The facility's present status does not allow this change.",
    )


class FacilityClosedError(ConflictError):
    """A closed facility does not change any more."""

    code = "facility-closed"
    title = Text("Balai sudah ditutup.", "The facility is closed.")


class FacilityMergedError(ConflictError):
    """The facility has been merged into another one, which `stays` names."""

    code = "facility-merged"
    title = Text("Balai sudah digabung ke balai lain.", "The facility was merged into another.")


class FormRefusedError(InvalidError):
    """The form does not fit the kind."""

    code = "facility-form-refused"
    title = Text(
        "Bentuk hanya berlaku untuk UPTP.", "Only a central training centre (UPTP) has a form."
    )


class ParentMissingError(InvalidError):
    """A satellite (satpel) needs the facility that it belongs to."""

    code = "facility-parent-missing"
    title = Text("Satpel harus mempunyai balai induk.", "A SATPEL needs a parent facility.")


class ParentUnknownError(InvalidError):
    """The parent does not exist, is closed, or is the facility itself."""

    code = "facility-parent-unknown"
    title = Text("Balai induk tidak dikenal.", "The parent facility is not known.")


class PointIncompleteError(InvalidError):
    """Only one of latitude and longitude is given."""

    code = "facility-point-incomplete"
    title = Text(
        "Lintang dan bujur harus diisi bersama.", "Latitude and longitude belong together."
    )


class NearInvalidError(BadRequestError):
    """The point to search around does not read as `latitude,longitude`."""

    code = "near-invalid"
    title = Text(
        "Tulis near sebagai lintang,bujur; radius_km hanya bersama near.",
        "Write near as latitude,longitude; radius_km goes only with near.",
    )


_S = FacilityStatus
_NEXT: Final[dict[FacilityStatus, frozenset[FacilityStatus]]] = {
    _S.PLANNED: frozenset({_S.ACTIVE, _S.CLOSED}),
    _S.ACTIVE: frozenset({_S.SUSPENDED, _S.CLOSED}),
    _S.SUSPENDED: frozenset({_S.ACTIVE, _S.CLOSED}),
    _S.CLOSED: frozenset(),
}


def check_status_change(*, present: FacilityStatus, wanted: FacilityStatus) -> None:
    """Refuse a change of status that the life of a facility does not know.

    PLANNED > ACTIVE <> SUSPENDED > CLOSED; a plan may be closed without ever being active.

    Raises:
        FacilityStatusRefusedError: when `wanted` cannot follow `present`.
    """
    if wanted not in _NEXT[present]:
        raise FacilityStatusRefusedError(
            Text(
                f"Balai berstatus {present} tidak dapat menjadi {wanted}.",
                f"A facility that is {present} cannot become {wanted}.",
            )
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """What may be said of a facility and changed later; status and code are not among it."""

    name: str
    kind: FacilityKind
    form: FacilityForm | None
    institution_id: UUID | None
    parent_id: UUID | None
    owner_ministry: str
    location: Location
    latitude: float | None
    longitude: float | None
    trades: tuple[str, ...]
    address: str | None

    def place(self, facility_id: UUID) -> Place:
        """Return where the facility lies for scopes."""
        return Place(
            province_code=self.location.province_code,
            regency_code=self.location.regency_code,
            facility_id=facility_id,
            owner_ministry=self.owner_ministry,
        )


def check_facts(facts: Facts) -> None:
    """Refuse facts of a facility that contradict one another.

    Raises:
        FormRefusedError: when something else than a UPTP has a form.
        ParentMissingError: when a SATPEL has no parent.
        PointIncompleteError: when one coordinate is missing.
    """
    if facts.form is not None and facts.kind is not FacilityKind.UPTP:
        raise FormRefusedError(pointer="/form")
    if facts.form is FacilityForm.SATPEL and facts.parent_id is None:
        raise ParentMissingError(pointer="/parent_id")
    if (facts.latitude is None) != (facts.longitude is None):
        raise PointIncompleteError(pointer="/latitude")


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts of a facility of which a history is kept."""

    kind: FacilityKind
    form: FacilityForm | None
    owner_ministry: str
    institution_id: UUID | None
    area_code: str
    status: FacilityStatus

    def changed_since(self, before: "Standing | None") -> tuple[str, ...]:
        """Return the names of the facts that are others than before; all of a new facility."""
        names = tuple(each.name for each in fields(self))
        if before is None:
            return names
        return tuple(name for name in names if getattr(self, name) != getattr(before, name))


class FacilitySort(StrEnum):
    """What facilities are sorted by: their codes, how near they are, how like the name is."""

    CODE = "code"
    DISTANCE = "distance"
    RELEVANCE = "relevance"


class FacilitySortRefusedError(BadRequestError):
    """There is nothing to sort by: no point, or no words of a name."""

    code = "facility-sort-refused"
    title = Text(
        "Urutan distance memerlukan near, relevance memerlukan q.",
        "Sorting by distance takes near, by relevance q.",
    )


def sort_of(asked: FacilitySort | None, *, near: bool, named: bool) -> FacilitySort:
    """Return what a list is sorted by: the nearest first, else the best match, else by code.

    Raises:
        FacilitySortRefusedError: when what was asked for has nothing to go by.
    """
    possible = {
        FacilitySort.DISTANCE: near,
        FacilitySort.RELEVANCE: named,
        FacilitySort.CODE: True,
    }
    if asked is not None and not possible[asked]:
        raise FacilitySortRefusedError
    return asked or next(each for each, possibly in possible.items() if possibly)


@dataclass(frozen=True, slots=True)
class Circle:
    """A point, and how far around it to look; the whole country when no radius is given."""

    latitude: float
    longitude: float
    radius_km: float | None


def circle_of(near: str | None, radius_km: float | None) -> Circle | None:
    """Return the circle that `near` ("latitude,longitude") and `radius_km` describe, if any.

    Raises:
        NearInvalidError: when there is a radius without a point, or the point does not read as
            numbers or is not on the globe.
    """
    if near is None and radius_km is None:
        return None
    try:
        latitude, longitude = (float(part) for part in (near or "").split(","))
    except ValueError as error:
        raise NearInvalidError from error
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # noqa: PLR2004 - degrees
        raise NearInvalidError
    return Circle(latitude, longitude, radius_km)
