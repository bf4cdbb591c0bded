"""What the columns of a file of scores say, stated without a database."""

from collections.abc import Mapping
from typing import Final

from shared.files.cells import CellKind
from shared.files.workbooks import TemplateColumn
from shared.i18n import Text

COLUMNS: Final[Mapping[str, TemplateColumn]] = {
    "application_code": TemplateColumn(
        kind=CellKind.CODE,
        required=True,
        about=Text("Kode permohonan, 10 tanda.", "Code of the application, 10 characters."),
        example="K7M2PQ09X1",
    ),
    "criterion": TemplateColumn(
        kind=CellKind.CODE,
        required=True,
        about=Text("Kode kriteria gelombang.", "Code of a criterion of the wave."),
        example="INTERVIEW",
    ),
    "points": TemplateColumn(
        kind=CellKind.WHOLE,
        required=True,
        about=Text("Nilai 0 sampai 100.", "Points, 0 to 100."),
        example="80",
    ),
    "evidence": TemplateColumn(
        about=Text(
            "Lembar atau berkas sumber nilai.", "The sheet or file that the points are from."
        ),
        example="Lembar wawancara 17/2027",
    ),
}
