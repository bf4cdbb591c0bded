"""What is left of a person who was erased, stated without a database."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from services.enrollment.person_tables.rules import BLANK
from shared.errors import UnavailableError
from shared.i18n import Text
from shared.schemas.enrollment import PersonErasure

_DIGEST: Final = 64
_NIK_DIGITS: Final = 16


class StillUnderWayError(UnavailableError):
    """Something that began before the person was restricted has not ended yet."""

    code = "still-under-way"
    title = Text("Masih ada proses yang berjalan.", "Something is still under way.")


def coarse_day(day: date) -> date:
    """Return the first of a day's year: what is left of a birth date."""
    return date(day.year, 1, 1)


def left_of_person(
    *, birth_date: date, founded_on: date | None, home_area_code: str, index: bytes
) -> dict[str, Any]:
    """Return the columns of a person that change; `index` are 32 random bytes.

    Sex, kind of entrant, disability yes or no and the regency stay: figures are cut by them.
    """
    emptied = (
        "phone",
        "email",
        "phone_verified_at",
        "email_verified_at",
        "nib",
        "kbli",
        "kbli_scheme",
        "capital_rupiah",
        "annual_sales_rupiah",
    )
    return {
        **dict.fromkeys(emptied),
        "name": BLANK,
        "name_key": "",
        "birth_date": coarse_day(birth_date),
        "founded_on": None if founded_on is None else coarse_day(founded_on),
        "home_area_code": home_area_code[:5],
        "nik_cipher": b"",
        "nik_key_id": BLANK,
        "nik_index": index,
        "nik_masked": "*" * _NIK_DIGITS,
        "warnings": [],
    }


def erased_holder(binding_id: UUID) -> str:
    """Return what stands where a login stood: nobody's."""
    return f"{BLANK}{binding_id}"


def erased_evidence() -> str:
    """Return what stands where the hash of a paper stood."""
    return "0" * _DIGEST


def summed(erased: Sequence[PersonErasure]) -> PersonErasure:
    """Return what a service has erased under all ids of a person who was merged."""
    rows: Counter[str] = Counter()
    for each in erased:
        rows.update(each.rows)
    at = max(each.erased_at for each in erased)
    return PersonErasure(service=erased[0].service, rows=dict(rows), erased_at=at)
