"""What refuses a referral, without a database."""

from datetime import date

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text
from shared.schemas.registry import FacilityKind


class ServiceNotOfferedError(ConflictError):
    """The service is not offered on that day, or not any more."""

    code = "service-not-offered"
    title = Text("Layanan tidak ditawarkan saat ini.", "The service is not offered at present.")


class NotProductionHouseError(InvalidError):
    """Entrepreneurs are given hours at production houses only."""

    code = "not-production-house"
    title = Text(
        "Ruang ini bukan milik rumah produksi bersama.",
        "This space is not a production house's.",
    )


class NotBankError(InvalidError):
    """The institution is no bank."""

    code = "institution-not-bank"
    title = Text("Lembaga ini bukan bank.", "The institution is not a bank.")


class TenantUnknownError(NotFoundError):
    """The incubator has no such tenant, or the tenant is somebody else."""

    code = "tenant-unknown"
    title = Text(
        "Inkubator tidak mempunyai tenan ini untuk peserta ini.",
        "The incubator has no such tenant for this participant.",
    )


def check_offered(*, offered_from: date, ended_on: date | None, today: date) -> None:
    """Refuse a service on a day on which it is not offered; `ended_on` is its last day.

    Raises:
        ServiceNotOfferedError
    """
    if today < offered_from or (ended_on is not None and ended_on < today):
        raise ServiceNotOfferedError(pointer="/target_id")


def check_production_house(kind: FacilityKind) -> None:
    """Refuse a facility of another kind.

    Raises:
        NotProductionHouseError
    """
    if kind is not FacilityKind.PRODUCTION_HOUSE:
        raise NotProductionHouseError(pointer="/target_id")
