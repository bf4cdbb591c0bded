"""How long a copy is there and who may take it, stated without a database."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from shared.errors import ForbiddenError, NotFoundError
from shared.i18n import Text
from shared.schemas.enrollment import PersonRecords

KEPT: Final = timedelta(days=14)


class CopyMissingError(NotFoundError):
    """The copy is not gathered yet, or has expired."""

    code = "copy-missing"
    title = Text(
        "Salinan belum siap atau sudah kedaluwarsa; ajukan permintaan lagi.",
        "The copy is not ready yet, or has expired; ask for it again.",
    )


class CopyNotYoursError(ForbiddenError):
    """Only the person takes the copy, or a handler who hands it over on paper."""

    code = "copy-not-yours"
    title = Text(
        "Salinan hanya untuk orang itu sendiri atau petugas pelindungan data.",
        "The copy is for the person, or for a handler of such requests.",
    )


def sealed_in(request_id: UUID) -> str:
    """Return the place that what is sealed of a copy belongs to."""
    return f"access_copy|content|{request_id}"


def united(told: Sequence[PersonRecords]) -> PersonRecords:
    """Return what a service keeps under all ids of a person who was merged, by table."""
    records: dict[str, list[dict[str, Any]]] = {}
    for each in told:
        for table, rows in each.records.items():
            records.setdefault(table, []).extend(rows)
    return PersonRecords(service=told[0].service, records=records)
