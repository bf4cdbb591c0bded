"""What a row of a file of people says, by the words that a request has for it."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

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
from services.enrollment.people_imports.rules import Record, RowTooLongError, row_invalid
from services.enrollment.person_rows.rules import BUSINESS, COLUMNS
from shared.files.cells import MARK, read_cells, word_of
from shared.files.csv import EXTRA
from shared.files.xlsx import Cell
from shared.i18n import Language
from shared.schemas.base import EARLIEST_YEAR, LATEST_YEAR, Label
from shared.schemas.enrollment import EntrantKind, Sex


def _words(value: object) -> object:
    if not isinstance(value, str):
        return value
    return [word_of(part) for part in value.split("|") if part.strip()]


# Texts and codes that everybody has his own of, and what one begins with that is not as it stands.
_OWN: Final = frozenset({"id", "nik", "name", "phone", "email", "nib"})
_MARKED: Final = ("#", "=", MARK)
_READ: Final = frozenset(("", *_MARKED))
# What no column takes.
_WRONG: Final = object()

# A name, a phone, an email and a NIB.
Given: TypeAlias = tuple[str, str | None, str | None, str | None]
Day = Annotated[date, Field(ge=date(EARLIEST_YEAR, 1, 1), le=date(LATEST_YEAR, 12, 31))]
Purposes = Annotated[list[Purpose], BeforeValidator(_words), Field(max_length=10)]


class PersonRow(BaseModel):
    """A row, as `read_person` checks it column by column: no column depends on another here."""

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


_STRIPPED: Final = ConfigDict(str_strip_whitespace=True)
# One check a column, so that what many rows say is read and checked once.
_CHECKS: Final[dict[str, Callable[[object], Any]]] = {
    name: TypeAdapter(field.rebuild_annotation(), config=_STRIPPED).validator.validate_python
    for name, field in PersonRow.model_fields.items()
}
_check_given: Final = TypeAdapter(
    tuple[Label, Phone | None, Email | None, Nib | None], config=_STRIPPED
).validator.validate_python
_REQUIRED: Final = frozenset(
    name for name, field in PersonRow.model_fields.items() if field.is_required()
)


def read_person(cells: Mapping[str, Cell]) -> tuple[UUID | None, Registrant]:
    """Return the id that a row asks for, and what it says of somebody.

    Raises:
        RowTooLongError: when there are cells beyond the last column.
        CellFormulaError, CellBrokenError, CellNumericError: when nobody wrote a cell, or a code
            is kept as a number.
        RowInvalidError: when cells are missing or do not read; the columns are named, their
            content is not.
    """
    named = cells.named() if isinstance(cells, Record) else cells
    if EXTRA in named:
        raise RowTooLongError
    row = _said(named)
    wrong = [name for name, value in row.items() if value is _WRONG]
    if wrong or not row.keys() >= _REQUIRED:
        raise row_invalid([*wrong, *(_REQUIRED - row.keys())])
    said = row.get
    return said("id"), Registrant(
        digits=row["nik"],
        name=row["name"],
        birth_date=row["birth_date"],
        sex=row["sex"],
        home_area_code=row["home_area_code"],
        legal_basis=said("legal_basis"),
        phone=said("phone"),
        email=said("email"),
        language=said("language", "id"),
        disability=said("disability") is True,
        entrant_kind=said("entrant_kind"),
        business=_business(row),
        consents=_consents(row) if said("consents") else (),
        synthetic=said("synthetic") is True,
    )


def as_they_stand(name: str, phone: str, email: str, nib: str) -> Given | None:
    """Return texts of a row as they stand, empty ones as None; None when one does not read so."""
    # A phone or a NIB that began with a mark would not read.
    if name[:1] in _READ or email[:1] in _MARKED:
        return None
    try:
        checked: Given = _check_given((name, phone or None, email or None, nib or None))
    except ValidationError:
        return None
    return checked


def _said(cells: Mapping[str, Cell]) -> dict[str, Any]:
    """Return what a row says, column by column; `_WRONG` stands where a cell does not read."""
    shared, own = _parted(tuple(cells))
    said = dict(zip(shared, map(read_once, shared, map(cells.__getitem__, shared)), strict=True))
    for name in own:
        cell = cells[name]
        as_it_stands = isinstance(cell, str) and cell[:1] not in _READ
        said[name] = _checked(name, cell) if as_it_stands else _read(name, cell)
    if None in said.values():
        return {name: value for name, value in said.items() if value is not None}
    return said


@lru_cache(maxsize=256)
def _parted(names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return in which columns many rows say the same, and in which each says its own."""
    shared = tuple(name for name in names if name not in _OWN)
    return shared, tuple(name for name in names if name in _OWN)


def _read(name: str, cell: Cell) -> Any:  # noqa: ANN401 - as many types as columns
    """Return what a cell says; None when it says nothing."""
    read = read_cells({name: cell}, COLUMNS)
    return _checked(name, read[name]) if read else None


@lru_cache(maxsize=65_536, typed=True)
def read_once(name: str, cell: Cell) -> Any:  # noqa: ANN401 - as many types as columns
    """Return what a cell of a column that many share says; None when it says nothing.

    Raises:
        CellFormulaError, CellBrokenError, CellNumericError: as `read_person`.
    """
    return _read(name, cell)


def _checked(name: str, value: object) -> object:
    check = _CHECKS.get(name)
    if check is None:
        return _WRONG
    try:
        return check(value)
    except ValidationError:
        return _WRONG


def _business(row: Mapping[str, Any]) -> dict[str, Any] | None:
    if row.keys().isdisjoint(BUSINESS):
        return None
    if "founded_on" not in row:
        raise row_invalid(["founded_on"])
    if ("kbli" in row) != ("kbli_scheme" in row):
        raise row_invalid(["kbli", "kbli_scheme"])
    return {name: row.get(name) for name in BUSINESS}


def _consents(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    if "consent_version" not in row:
        raise row_invalid(["consent_version"])
    return [
        {"purpose": purpose.value, "given": True, "version": row["consent_version"]}
        for purpose in row["consents"]
    ]
