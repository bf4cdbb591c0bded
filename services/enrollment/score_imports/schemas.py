"""What a row of a file of scores says."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import ValidationError

from services.enrollment.class_imports.schemas import GivenCode
from services.enrollment.people_imports.rules import row_invalid
from services.enrollment.people_imports.schemas import ImportFile
from services.enrollment.score_imports.rules import COLUMNS
from services.enrollment.scores.schemas import ScoreGive
from services.enrollment.selection_criteria.schemas import CriterionCode
from shared.files.cells import read_cells
from shared.files.xlsx import Cell


class ImportScores(ImportFile):
    """Job: give the scores of a file."""

    kind: ClassVar[str] = "import_scores"


class ScoreRow(ScoreGive):
    """Points of an application, which goes by its code."""

    application_code: GivenCode
    criterion: CriterionCode


def read_score(cells: Mapping[str, Cell]) -> ScoreRow:
    """Return what a row says.

    Raises:
        CellFormulaError, CellBrokenError, CellNumericError: when nobody wrote a cell, or a code
            is kept as a number.
        RowInvalidError: when cells are missing or do not read; the columns are named.
    """
    try:
        return ScoreRow.model_validate(read_cells(cells, COLUMNS))
    except ValidationError as error:
        raise row_invalid(str(each["loc"][0]) for each in error.errors() if each["loc"]) from None
