"""What keeps an agreement from ending before its time, without a database."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from services.registry.opening_hours.rules import ZONES
from shared.errors import ConflictError
from shared.i18n import Text
from shared.schemas.registry import TimeZone


class AgreementInUseError(ConflictError):
    """Classes are planned under the agreement on or after that day; `classes` names them."""

    code = "agreement-in-use"
    title = Text(
        "Masih ada kelas yang direncanakan di bawah perjanjian ini.",
        "Classes are still planned under this agreement.",
    )


class PlannedClass(NamedTuple):
    """A class that has a space under an agreement, until when, and by which clock."""

    class_id: UUID
    facility_id: UUID
    ends_at: datetime
    zone: TimeZone


def check_unused(planned: Sequence[PlannedClass], *, day: date) -> None:
    """Refuse to end an agreement on a day on which, or after which, classes still meet under it.

    Raises:
        AgreementInUseError: with the classes.
    """
    kept = [each for each in planned if each.ends_at.astimezone(ZONES[each.zone]).date() >= day]
    if kept:
        classes = [
            {"class_id": str(each.class_id), "facility_id": str(each.facility_id)} for each in kept
        ]
        raise AgreementInUseError(
            Text(
                f"{len(kept)} kelas masih direncanakan di bawah perjanjian ini.",
                f"{len(kept)} classes are still planned under this agreement.",
            ),
            pointer="/day",
            extra={"classes": classes},
        )
