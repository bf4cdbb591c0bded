"""The reading of a file's rows as bodies."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from services.registry.imports.rules import (
    RowInvalidError,
    RowRepeatedError,
    RowTooLongError,
)
from shared.errors import ServiceError
from shared.files.cells import read_cells
from shared.files.csv import EXTRA
from shared.files.workbooks import TemplateColumn
from shared.files.xlsx import Cell, read_sheet
from shared.i18n import Language, Text
from shared.schemas.imports import Verdict, refused

Content = TypeVar("Content", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Row(Generic[Content]):
    """A row that could be read, with its number in the file."""

    row: int
    body: Content


def read_rows(
    file: bytes,
    model: type[Content],
    *,
    columns: Mapping[str, TemplateColumn],
    key: Callable[[Content], str],
    language: Language,
) -> Iterator[Row[Content] | Verdict]:
    """Yield every row of a file, CSV or XLSX, as a body or as what refuses it.

    `key` names what a row is about: a second row about the same thing is refused.

    Raises:
        FileUnreadableError, FileLockedError, FileMacrosError, FileTooLargeError, BadFileError:
            when it is no such file.
    """
    required = {name: column.required for name, column in columns.items()}
    known: set[str] = set()
    for number, cells in read_sheet(file, columns=required):
        try:
            body = _body_of(cells, model, columns=columns)
            if key(body) in known:
                raise RowRepeatedError
        except ServiceError as error:
            yield refused(number, error, language)
        else:
            known.add(key(body))
            yield Row(number, body)


def _body_of(
    cells: Mapping[str, Cell], model: type[Content], *, columns: Mapping[str, TemplateColumn]
) -> Content:
    """Return a row as a body.

    Raises:
        RowTooLongError: when there are cells beyond the last column.
        CellFormulaError, CellBrokenError, CellNumericError: when a cell was not written by hand.
        RowInvalidError: when cells do not read; the columns are named, their content is not.
    """
    if EXTRA in cells:
        raise RowTooLongError
    said = read_cells(cells, columns)
    try:
        return model.model_validate(said)
    except ValidationError as error:
        places = (str(each["loc"][0]) for each in error.errors() if each["loc"])
        raise RowInvalidError(_named(places)) from error


def _named(places: Iterable[str]) -> Text | None:
    columns = ", ".join(sorted(set(places)))
    if not columns:
        return None
    return Text(f"Kolom yang tidak sah: {columns}.", f"Columns that are wrong: {columns}.")
