"""What the columns of a file of applications say, stated without a database."""

from collections.abc import Mapping
from typing import Final

from services.enrollment.applications.rules import MAX_CHOICES
from shared.errors import InvalidError
from shared.files.cells import CellKind
from shared.files.workbooks import TemplateColumn
from shared.i18n import Text

# Of an application that the rules of the programme do not admit.
INELIGIBLE: Final = "ineligible"

COLUMNS: Final[Mapping[str, TemplateColumn]] = {
    "nik": TemplateColumn(
        kind=CellKind.CODE,
        required=True,
        about=Text(
            "NIK peserta yang sudah terdaftar, 16 digit sebagai teks.",
            "NIK of a registered participant, 16 digits as text.",
        ),
        example="3373015704850000",
    ),
    "program_code": TemplateColumn(
        kind=CellKind.CODE, required=True, about=Text("Kode program.", "Code of the programme.")
    ),
    "wave_code": TemplateColumn(
        kind=CellKind.CODE, required=True, about=Text("Kode gelombang.", "Code of the wave.")
    ),
    "choices": TemplateColumn(
        kind=CellKind.CODE,
        required=True,
        about=Text(
            f"Kode balai, paling banyak {MAX_CHOICES}, yang paling diinginkan dahulu, dipisah |.",
            f"Codes of facilities, {MAX_CHOICES} at most, the most wanted first, parted by |.",
        ),
        example="BLKK-3373-01|BLKK-3373-02",
    ),
    "paper_reference": TemplateColumn(
        kind=CellKind.CODE,
        required=True,
        about=Text(
            "Nomor arsip formulir bertanda tangan, tanpa data pribadi.",
            "Archive number of the signed form, without personal data.",
        ),
        example="BLKK-17/2027/0042",
    ),
    "paper_sha256": TemplateColumn(
        kind=CellKind.CODE,
        required=True,
        about=Text("SHA-256 pindaian formulir.", "SHA-256 of the scanned form."),
        example="9f" * 32,
    ),
    "submit": TemplateColumn(
        kind=CellKind.TRUTH,
        about=Text("tidak: simpan sebagai draf.", "tidak (false): keep it as a draft."),
        example="ya",
        choices=("ya", "tidak"),
    ),
    "id": TemplateColumn(
        kind=CellKind.CODE,
        about=Text("Pengenal (UUID) bila sudah dipilih.", "The identifier (UUID), if chosen."),
    ),
}


class FacilityCodeUnknownError(InvalidError):
    """No class of the wave is at a facility of this code."""

    code = "choice-unknown"
    title = Text(
        "Gelombang ini tidak punya kelas di salah satu balai pilihan.",
        "The wave has no class at one of the chosen facilities.",
    )
