"""What a row of a file of applications says."""

from collections.abc import Mapping
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BeforeValidator, Field, ValidationError

from services.enrollment.application_imports.rules import COLUMNS
from services.enrollment.applications.rules import MAX_CHOICES
from services.enrollment.class_imports.schemas import GivenCode
from services.enrollment.identities.schemas import Reference, Sha256
from services.enrollment.people_imports.rules import row_invalid
from services.enrollment.people_imports.schemas import ImportFile
from shared.files.cells import read_cells
from shared.files.xlsx import Cell
from shared.schemas.base import Body


class ImportApplications(ImportFile):
    """Job: bring the applications of a file in."""

    kind: ClassVar[str] = "import_applications"


def _parts(value: object) -> object:
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split("|") if part.strip()]


class ApplicationRow(Body):
    """An application on paper: the person by NIK, the wave and the facilities by their codes."""

    nik: str = Field(repr=False)
    program_code: GivenCode
    wave_code: GivenCode
    choices: Annotated[
        list[GivenCode], BeforeValidator(_parts), Field(min_length=1, max_length=MAX_CHOICES)
    ]
    paper_reference: Reference
    paper_sha256: Sha256
    submit: bool = True
    id: UUID | None = None


def read_application(cells: Mapping[str, Cell]) -> ApplicationRow:
    """Return what a row says.

    Raises:
        CellFormulaError, CellBrokenError, CellNumericError: when nobody wrote a cell, or a code
            is kept as a number.
        RowInvalidError: when cells are missing or do not read; the columns are named.
    """
    try:
        return ApplicationRow.model_validate(read_cells(cells, COLUMNS))
    except ValidationError as error:
        raise row_invalid(str(each["loc"][0]) for each in error.errors() if each["loc"]) from None
