"""What a service of a PLUT or a production house is, and who may offer one."""

from datetime import date
from enum import StrEnum
from typing import Final

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text
from shared.schemas.registry import FacilityKind


class ServiceKind(StrEnum):
    """What is done for a business; TOLL_MANUFACTURING is maklon."""

    CONSULTING = "CONSULTING"
    LEGALITY = "LEGALITY"
    CERTIFICATION = "CERTIFICATION"
    PACKAGING = "PACKAGING"
    DESIGN = "DESIGN"
    TESTING = "TESTING"
    TOLL_MANUFACTURING = "TOLL_MANUFACTURING"
    MARKETING = "MARKETING"
    FINANCING_ACCESS = "FINANCING_ACCESS"
    MENTORING = "MENTORING"


class Customer(StrEnum):
    """Whom a service is for: size classes of PP 7/2021, and who has no business yet."""

    MICRO = "MICRO"
    SMALL = "SMALL"
    MEDIUM = "MEDIUM"
    PROSPECTIVE = "PROSPECTIVE"


OFFERING: Final = frozenset({FacilityKind.PLUT, FacilityKind.PRODUCTION_HOUSE})


class ServiceNotFoundError(NotFoundError):
    """There is no service of this id."""

    code = "service-not-found"
    title = Text("Layanan tidak ditemukan.", "There is no such service.")


class ServiceIdTakenError(ConflictError):
    """The id that the caller chose is in use."""

    code = "service-id-taken"
    title = Text("Id layanan sudah dipakai.", "A service has this id.")


class ServiceCodeTakenError(ConflictError):
    """The facility has a service of this code."""

    code = "service-code-taken"
    title = Text("Kode layanan sudah dipakai di balai ini.", "The facility has a service so coded.")


class ServiceEndedError(ConflictError):
    """The service is no longer offered, and does not change any more."""

    code = "service-ended"
    title = Text("Layanan sudah tidak ditawarkan.", "The service is no longer offered.")


class ServiceEndRefusedError(InvalidError):
    """A service ends no earlier than it began."""

    code = "service-end-refused"
    title = Text("Layanan berakhir sebelum dimulai.", "The service ends before it begins.")


class ServiceNotOfferedHereError(InvalidError):
    """Only a PLUT and a production house are in the catalogue."""

    code = "service-not-offered-here"
    title = Text(
        "Katalog layanan hanya untuk PLUT dan rumah produksi bersama.",
        "Only a PLUT or a production house offers services.",
    )


def check_offering(kind: FacilityKind) -> None:
    """Refuse a service of a facility that offers none.

    Raises:
        ServiceNotOfferedHereError
    """
    if kind not in OFFERING:
        raise ServiceNotOfferedHereError


def check_end(*, offered_from: date, ended_on: date) -> None:
    """Refuse an end before the beginning.

    Raises:
        ServiceEndRefusedError
    """
    if ended_on < offered_from:
        raise ServiceEndRefusedError(pointer="/ended_on")
