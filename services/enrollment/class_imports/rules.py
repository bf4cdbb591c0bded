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
from enum import StrEnum
from typing import Final

from shared.errors import InvalidError
from shared.i18n import Text
from shared.schemas.imports import Outcome

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
# A class that is there already is left as it is: no row changes one.
OUTCOMES: Final = (Outcome.CREATED, Outcome.UNCHANGED, Outcome.REFUSED)
_EMPTY_IS_NONE: Final = ("capacity", "reserve_capacity")
_INDONESIAN_DAY: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


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
