"""What a row of a file of participants says, by the words that a request has for it."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Final
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from services.enrollment.participant_imports.rules import BUSINESS, COLUMNS
from services.enrollment.participants.rules import LegalBasis, Purpose, Registrant
from services.enrollment.participants.schemas import (
    Email,
    HomeAreaCode,
    Kbli,
    KbliScheme,
    Nib,
    Phone,
    Rupiah,
    Version,
)
from services.enrollment.people_imports.rules import RowTooLongError, row_invalid
from services.enrollment.people_imports.schemas import ImportFile
from shared.files.cells import MARK, read_cells, word_of
from shared.files.csv import EXTRA
from shared.files.xlsx import Cell
from shared.i18n import Language
from shared.schemas.base import EARLIEST_YEAR, LATEST_YEAR, Label
from shared.schemas.enrollment import EntrantKind, Sex


class ImportParticipants(ImportFile):
    """Job: register the people of a file."""

    kind: ClassVar[str] = "import_participants"


def _words(value: object) -> object:
    if not isinstance(value, str):
        return value
    return [word_of(part) for part in value.split("|") if part.strip()]


# Texts and codes that everybody has his own of, and what one begins with that is not as it stands.
_OWN: Final = frozenset({"nik", "name", "phone", "email", "nib"})
_READ: Final = frozenset(("#", "=", MARK))

Day = Annotated[date, Field(ge=date(EARLIEST_YEAR, 1, 1), le=date(LATEST_YEAR, 12, 31))]
Purposes = Annotated[list[Purpose], BeforeValidator(_words), Field(max_length=10)]


class PersonRow(BaseModel):
    """A row; it is no `Body`, because a hundred thousand of them are read in seconds."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    nik: str = Field(repr=False)
    name: Label = Field(repr=False)
    birth_date: Day = Field(repr=False)
    sex: Sex
    home_area_code: HomeAreaCode
    legal_basis: LegalBasis | None = None
    phone: Phone | None = Field(default=None, repr=False)
    email: Email | None = Field(default=None, repr=False)
    language: Language = "id"
    disability: bool = False
    entrant_kind: EntrantKind | None = None
    nib: Nib | None = Field(default=None, repr=False)
    kbli: Kbli | None = None
    kbli_scheme: KbliScheme | None = None
    founded_on: Day | None = None
    capital_rupiah: Rupiah | None = None
    annual_sales_rupiah: Rupiah | None = None
    consents: Purposes | None = None
    consent_version: Version | None = None
    synthetic: bool = False
    id: UUID | None = None


def read_person(cells: Mapping[str, Cell]) -> tuple[UUID | None, Registrant]:
    """Return the id that a row asks for, and what it says of somebody.

    Raises:
        RowTooLongError: when there are cells beyond the last column.
        CellFormulaError, CellBrokenError, CellNumericError: when nobody wrote a cell, or a code
            is kept as a number.
        RowInvalidError: when cells are missing or do not read; the columns are named, their
            content is not.
    """
    if EXTRA in cells:
        raise RowTooLongError
    try:
        row = PersonRow.model_validate(_said(cells))
    except ValidationError as error:
        raise row_invalid(str(each["loc"][0]) for each in error.errors() if each["loc"]) from None
    return row.id, Registrant(
        digits=row.nik,
        name=row.name,
        birth_date=row.birth_date,
        sex=row.sex,
        home_area_code=row.home_area_code,
        legal_basis=row.legal_basis,
        phone=row.phone,
        email=row.email,
        language=row.language,
        disability=row.disability,
        entrant_kind=row.entrant_kind,
        business=_business(row),
        consents=_consents(row) if row.consents else (),
        synthetic=row.synthetic,
    )


def _said(cells: Mapping[str, Cell]) -> dict[str, object]:
    """Return what `read_cells` says of a row, without reading common words again and again."""
    said: dict[str, object] = {}
    for name, cell in cells.items():
        if cell == "":
            continue
        if name in _OWN and isinstance(cell, str) and cell[0] not in _READ:
            said[name] = cell
        elif isinstance(cell, str):
            said |= _read_once(name, cell)
        else:
            said |= read_cells({name: cell}, COLUMNS)
    return said


@lru_cache(maxsize=65_536)
def _read_once(name: str, cell: str) -> dict[str, object]:
    return read_cells({name: cell}, COLUMNS)


def _business(row: PersonRow) -> dict[str, Any] | None:
    if row.model_fields_set.isdisjoint(BUSINESS):
        return None
    if row.founded_on is None:
        raise row_invalid(["founded_on"])
    if (row.kbli is None) != (row.kbli_scheme is None):
        raise row_invalid(["kbli", "kbli_scheme"])
    return {name: getattr(row, name) for name in BUSINESS}


def _consents(row: PersonRow) -> list[dict[str, Any]]:
    if row.consent_version is None:
        raise row_invalid(["consent_version"])
    return [
        {"purpose": purpose.value, "given": True, "version": row.consent_version}
        for purpose in row.consents or ()
    ]
