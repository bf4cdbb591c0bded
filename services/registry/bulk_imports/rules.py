"""How the rows of a file take effect, and what the columns of each kind of file say."""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from services.registry.agreements.rules import AgreementKind
from services.registry.imports.rules import (
    ID_COLUMN,
    INSTITUTION_KIND_WORDS,
    MINISTRY_WORDS,
    SPACE_KIND_WORDS,
    SYNTHETIC_COLUMN,
    word_column,
)
from services.registry.institutions.rules import InstitutionKind
from services.registry.instructors.rules import Employment
from services.registry.spaces.rules import SpaceKind
from shared.errors import ConflictError, InvalidError, NotFoundError, ServiceError
from shared.files.cells import CellKind
from shared.files.workbooks import TemplateColumn
from shared.i18n import Text

# What can be judged whole before any of it is kept, while the rest of the world stands still
# enough for the judgement to hold.
MAX_ATOMIC_ROWS: Final = 5_000


class Atomic(StrEnum):
    """What stands or falls together: each row alone, or the whole file."""

    ITEM = "item"
    ALL = "all"


class RowNotKeptError(InvalidError):
    """The row is sound, but another row of a file that is kept whole or not at all is refused."""

    code = "row-not-kept"
    title = Text(
        "Baris ini sah tetapi tidak disimpan, karena baris lain ditolak.",
        "The row is sound but is not kept, because another row is refused.",
    )


class WorkbookUnknownError(NotFoundError):
    """The job has read no file whose rows it judged, or is not done yet."""

    code = "workbook-unknown"
    title = Text(
        "Pekerjaan ini belum selesai atau tidak membaca berkas.",
        "The job is not done yet, or has read no file.",
    )


class WorkbookGoneError(ServiceError):
    """The file has been cleared away; its verdicts are still to be read."""

    status = HTTPStatus.GONE
    code = "workbook-gone"
    title = Text(
        "Berkas sudah dihapus; hasil tiap baris masih dapat dibaca.",
        "The file has been cleared away; the verdicts on its rows can still be read.",
    )


class AtomicTooLongError(InvalidError):
    """The file is too long to be kept whole or not at all."""

    code = "atomic-too-long"
    title = Text(
        "atomic=all menerima paling banyak 5.000 baris; bagi berkas atau pakai atomic=item.",
        "atomic=all takes at most 5,000 rows; split the file or send it with atomic=item.",
    )


class FacilityUnknownError(InvalidError):
    """A row names a facility that the registry does not have."""

    code = "facility-unknown"
    title = Text("Balai tidak dikenal.", "The facility is not known.")


class AgreementKeptError(ConflictError):
    """An agreement of this number is kept already and says something else."""

    code = "agreement-kept"
    title = Text(
        "Perjanjian bernomor ini sudah tercatat dengan isi lain; berkas tidak mengubahnya.",
        "An agreement of this number says something else; a file does not change it.",
    )


SPACE_COLUMNS: Final[Mapping[str, TemplateColumn]] = {
    "facility_code": TemplateColumn(
        kind=CellKind.CODE,
        required=True,
        about=Text("Kode balai.", "Code of the facility."),
        example="BLKK-3373-01",
    ),
    "name": TemplateColumn(
        required=True,
        about=Text("Nama ruang, unik di balai.", "Name, once in a facility."),
        example="Bengkel 1",
    ),
    "kind": word_column(
        Text("Jenis; ROOM bila kosong.", "What it is; ROOM when empty."),
        choices=SpaceKind,
        synonyms=SPACE_KIND_WORDS,
        example="WORKSHOP",
    ),
    "capacity": TemplateColumn(
        kind=CellKind.WHOLE,
        required=True,
        about=Text("Peserta sekaligus.", "Participants at one time."),
        example="16",
    ),
    "id": ID_COLUMN,
}
INSTITUTION_COLUMNS: Final[Mapping[str, TemplateColumn]] = {
    "code": TemplateColumn(
        kind=CellKind.CODE,
        required=True,
        about=Text("Kode lembaga.", "Code of the institution."),
        example="YPC-01",
    ),
    "name": TemplateColumn(
        required=True,
        about=Text("Nama lembaga.", "Its name."),
        example="Yayasan Pesantren Contoh (DATA SINTETIS)",
    ),
    "kind": word_column(
        Text("Jenis lembaga.", "What it is."),
        choices=InstitutionKind,
        synonyms=INSTITUTION_KIND_WORDS,
        required=True,
        example="FOUNDATION",
    ),
    "ministry": word_column(
        Text("Kementerian, bila unitnya.", "The ministry whose unit it is."),
        synonyms=MINISTRY_WORDS,
    ),
    "area_code": TemplateColumn(
        kind=CellKind.CODE,
        about=Text("Kode Kemendagri tempat lembaga.", "Kemendagri code of where it sits."),
        example="33.73",
    ),
    "parent_code": TemplateColumn(
        kind=CellKind.CODE,
        about=Text(
            "Kode lembaga induk, sudah terdaftar atau di baris sebelumnya.",
            "Code of the institution it is a unit of, registered or in a row above.",
        ),
    ),
    "id": ID_COLUMN,
}
INSTRUCTOR_COLUMNS: Final[Mapping[str, TemplateColumn]] = {
    "code": TemplateColumn(
        kind=CellKind.CODE,
        required=True,
        about=Text("Kode instruktur; bukan NIK.", "Code of the instructor; never the NIK."),
        example="INS-0001",
    ),
    "name": TemplateColumn(
        required=True,
        about=Text("Nama instruktur.", "Name of the instructor."),
        example="Contoh Instruktur (DATA SINTETIS)",
    ),
    "home_facility_code": TemplateColumn(
        kind=CellKind.CODE,
        required=True,
        about=Text("Kode balai asal.", "Code of the home facility."),
        example="BLKK-3373-01",
    ),
    "home_ministry": word_column(
        Text("Kementerian asal, bila lain dari balai.", "Her ministry, when not the facility's."),
        synonyms=MINISTRY_WORDS,
    ),
    "employment": word_column(Text("Status kepegawaian.", "Employment."), choices=Employment),
    "competences": TemplateColumn(
        about=Text("Kejuruan dan unit SKKNI, dipisah |.", "Trades and units, parted by |."),
        example="BAKERY|J.620100.004.02",
    ),
    "synthetic": SYNTHETIC_COLUMN,
    "id": ID_COLUMN,
}
AGREEMENT_COLUMNS: Final[Mapping[str, TemplateColumn]] = {
    "number": TemplateColumn(
        kind=CellKind.CODE,
        required=True,
        about=Text("Nomor perjanjian.", "Number of the agreement."),
        example="PKS/CONTOH/2025",
    ),
    "kind": word_column(
        Text("Jenis perjanjian.", "What it is."),
        choices=AgreementKind,
        synonyms={"NOTA_KESEPAHAMAN": "MOU", "PERJANJIAN_KERJA_SAMA": "PKS", "RENCANA": "PLAN"},
        required=True,
        example="PKS",
    ),
    "title": TemplateColumn(
        required=True,
        about=Text("Judul perjanjian.", "Title of the agreement."),
        example="Perjanjian kerja sama pelatihan (DATA SINTETIS)",
    ),
    "follows_from_number": TemplateColumn(
        kind=CellKind.CODE,
        about=Text(
            "Nomor perjanjian dasar (MoU untuk PKS), sudah tercatat atau di baris sebelumnya.",
            "Number of the agreement it follows from, kept already or in a row above.",
        ),
        example="MoU/CONTOH/2025",
    ),
    "ministries": TemplateColumn(
        required=True,
        about=Text("Kementerian yang menjadi pihak, dipisah |.", "Ministries, parted by |."),
        example="MANPOWER|MSME",
    ),
    "institution_codes": TemplateColumn(
        about=Text("Kode lembaga yang menjadi pihak, dipisah |.", "Institutions, parted by |."),
        example="YPC-01",
    ),
    "facility_codes": TemplateColumn(
        about=Text("Kode balai yang dicakup, dipisah |.", "Facilities covered, parted by |."),
        example="BLKK-3373-01|PLUT-3373-01",
    ),
    "signed_on": TemplateColumn(
        kind=CellKind.DAY,
        required=True,
        about=Text("Tanggal ditandatangani.", "The day on which it was signed."),
        example="25/03/2025",
    ),
    "valid_from": TemplateColumn(
        kind=CellKind.DAY,
        required=True,
        about=Text("Hari pertama berlaku.", "The first day on which it holds."),
        example="25/03/2025",
    ),
    "valid_to": TemplateColumn(
        kind=CellKind.DAY,
        about=Text("Hari terakhir berlaku.", "The last day on which it holds."),
        example="24/03/2028",
    ),
    "trades": TemplateColumn(
        about=Text("Kejuruan, dipisah |.", "Trades, parted by |."), example="BAKERY"
    ),
    "synthetic": SYNTHETIC_COLUMN,
    "id": ID_COLUMN,
}
