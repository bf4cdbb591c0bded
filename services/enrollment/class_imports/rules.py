"""What a row of the file says, stated without a database.

The file has a header and one row a class, parted by comma, semicolon or tab. A programme and its
wave go by their codes, everything of the registry by its id:

    program_code,wave_code,code,label,facility_id,space_id,agreement_id,module_id,instructor_ids,
    starts_on,capacity,reserve_capacity,synthetic

`instructor_ids` are parted by spaces or `|`. `starts_on` is 2027-01-15 or 15/01/2027. `capacity`
and `reserve_capacity` may be empty or left out: the programme's defaults. `synthetic` is `true`
for generated data.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.errors import InvalidError, NotFoundError, ServiceError
from shared.i18n import Language, Text

# Whether the column has to be there.
COLUMNS: Final[Mapping[str, bool]] = {
    "program_code": True,
    "wave_code": True,
    "code": True,
    "label": True,
    "facility_id": True,
    "space_id": True,
    "agreement_id": True,
    "module_id": True,
    "instructor_ids": True,
    "starts_on": True,
    "capacity": False,
    "reserve_capacity": False,
    "synthetic": False,
}
_EMPTY_IS_NONE: Final = ("capacity", "reserve_capacity")
_INDONESIAN_DAY: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


class UploadEmptyError(InvalidError):
    """The request brings no file."""

    code = "upload-empty"
    title = Text("Kirim berkas CSV sebagai isi permintaan.", "Send a CSV file as the body.")


class UploadGoneError(NotFoundError):
    """The file has been cleared away before its job could read it."""

    code = "upload-gone"
    title = Text("Berkas sudah dihapus; kirim lagi.", "The file is gone; send it again.")


class RowInvalidError(InvalidError):
    """Cells of the row are missing or malformed."""

    code = "row-invalid"
    title = Text("Ada isian yang tidak sah.", "Cells of the row are not valid.")


class WaveCodesUnknownError(InvalidError):
    """No programme has a wave by these codes."""

    code = "wave-unknown"
    title = Text(
        "Tidak ada gelombang dengan kode program dan gelombang ini.",
        "No wave goes by these codes of programme and wave.",
    )


class ImportMode(StrEnum):
    """Whether the rows are carried out or only judged."""

    VALIDATE = "validate"
    COMMIT = "commit"


class Outcome(StrEnum):
    """What became of a row; in a validation, what would."""

    CREATED = "CREATED"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one row, with the class that it made or the code of what refused it."""

    row: int
    outcome: Outcome
    id: UUID | None = None
    code: str | None = None
    detail: str | None = None


def refused(row: int, error: ServiceError, *, language: Language) -> Verdict:
    """Return the verdict on a row that `error` refuses, in the language of the importer."""
    return Verdict(row, Outcome.REFUSED, code=error.code, detail=error.detail.in_(language))


def members_of(cells: Mapping[str, str]) -> dict[str, object]:
    """Return the cells of a row as members of a body: lists parted, days in ISO, gaps as None."""
    members: dict[str, object] = dict(cells)
    members["instructor_ids"] = cells["instructor_ids"].replace("|", " ").split()
    members["starts_on"] = _iso_day(cells["starts_on"])
    for name in _EMPTY_IS_NONE:
        members[name] = cells.get(name) or None
    members["synthetic"] = cells.get("synthetic") or "false"
    return members


def _iso_day(cell: str) -> str:
    """Return a day as an Excel of Indonesia writes it, 15/01/2027, the other way round."""
    found = _INDONESIAN_DAY.fullmatch(cell)
    if found is None:
        return cell
    day, month, year = found.groups()
    return f"{year}-{int(month):02d}-{int(day):02d}"
