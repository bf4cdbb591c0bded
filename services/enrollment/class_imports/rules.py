"""What a row of the file says, stated without a database.

The file, CSV or XLSX, has a header and one row a class. A programme and its wave go by their
codes, everything of the registry by its id:

    program_code,wave_code,code,label,facility_id,space_id,agreement_id,module_id,instructor_ids,
    starts_on,capacity,reserve_capacity,synthetic

`instructor_ids` are parted by spaces or `|`. `starts_on` is 2027-01-15, 15/01/2027 or a cell
formatted as a day. `capacity` and `reserve_capacity` may be empty or left out: the programme's
defaults. `synthetic` is `true` or `ya` for generated data.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from shared.errors import InvalidError
from shared.files.cells import CellKind, Column, read_cells
from shared.files.xlsx import Cell
from shared.i18n import Text
from shared.schemas.imports import Outcome

_CODE: Final = Column(CellKind.CODE, required=True)
_TEXT: Final = Column(required=True)
COLUMNS: Final[Mapping[str, Column]] = {
    "program_code": _CODE,
    "wave_code": _CODE,
    "code": _CODE,
    "label": _TEXT,
    "facility_id": _TEXT,
    "space_id": _TEXT,
    "agreement_id": _TEXT,
    "module_id": _TEXT,
    "instructor_ids": _TEXT,
    "starts_on": Column(CellKind.DAY, required=True),
    "capacity": Column(CellKind.WHOLE),
    "reserve_capacity": Column(CellKind.WHOLE),
    "synthetic": Column(CellKind.TRUTH),
}
# A class that is there already is left as it is: no row changes one.
OUTCOMES: Final = (Outcome.CREATED, Outcome.UNCHANGED, Outcome.REFUSED)


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


def members_of(cells: Mapping[str, Cell]) -> dict[str, object]:
    """Return the cells of a row as members of a body: lists parted, gaps left out.

    Raises:
        CellFormulaError, CellBrokenError, CellNumericError: when a cell was not written by hand.
    """
    members = read_cells(cells, COLUMNS)
    members["instructor_ids"] = str(members.get("instructor_ids", "")).replace("|", " ").split()
    return members
