"""The columns of a file of people, stated without a database."""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from services.enrollment.participants.rules import LegalBasis, Purpose
from shared.files.cells import CellKind
from shared.files.workbooks import TemplateColumn
from shared.i18n import Text
from shared.schemas.enrollment import EntrantKind, Sex

_SEX_WORDS: Final = {
    **dict.fromkeys(("L", "LK", "LAKI_LAKI", "PRIA", "M"), Sex.MALE.value),
    **dict.fromkeys(("P", "PR", "PEREMPUAN", "WANITA", "F"), Sex.FEMALE.value),
}
_KIND_WORDS: Final = {
    "CALON": EntrantKind.PROSPECTIVE.value,
    "CALON_WIRAUSAHA": EntrantKind.PROSPECTIVE.value,
    "MIKRO": EntrantKind.MICRO.value,
    "KECIL": EntrantKind.SMALL.value,
    "MENENGAH": EntrantKind.MEDIUM.value,
}
_BASIS_WORDS: Final = {
    "TUGAS_PUBLIK": LegalBasis.PUBLIC_TASK.value,
    "KEWAJIBAN_HUKUM": LegalBasis.LEGAL_OBLIGATION.value,
    "PERSETUJUAN": LegalBasis.CONSENT.value,
}
_YES_NO: Final = ("ya", "tidak")
_DAY: Final = "31/12/1990"

COLUMNS: Final[Mapping[str, TemplateColumn]] = {
    "nik": TemplateColumn(
        kind=CellKind.CODE,
        required=True,
        about=Text(
            "16 digit, kolom berformat teks; NIK yang tersimpan sebagai angka ditolak.",
            "16 digits, as text; a NIK kept as a number is refused.",
        ),
        example="3373015704850000",
    ),
    "name": TemplateColumn(
        required=True,
        about=Text("Nama seperti pada KTP.", "Name as on the identity card."),
        example="Sari Contoh",
    ),
    "birth_date": TemplateColumn(
        kind=CellKind.DAY,
        required=True,
        about=Text("Tanggal lahir.", "Date of birth."),
        example=_DAY,
    ),
    "sex": TemplateColumn(
        kind=CellKind.WORD,
        required=True,
        synonyms=_SEX_WORDS,
        about=Text("Jenis kelamin.", "Sex."),
        example="PEREMPUAN",
        choices=("LAKI-LAKI", "PEREMPUAN"),
    ),
    "home_area_code": TemplateColumn(
        kind=CellKind.CODE,
        required=True,
        about=Text(
            "Kode kabupaten/kota, kecamatan atau desa domisili, dengan titik.",
            "Code of the regency, district or village of residence, with dots.",
        ),
        example="33.73.01",
    ),
    "legal_basis": TemplateColumn(
        kind=CellKind.WORD,
        required=True,
        synonyms=_BASIS_WORDS,
        about=Text(
            "Dasar pemrosesan data untuk kursi dan seleksi (UU PDP pasal 20).",
            "Legal basis for seat and selection (UU PDP, article 20).",
        ),
        example=LegalBasis.PUBLIC_TASK.value,
        choices=tuple(LegalBasis),
    ),
    "phone": TemplateColumn(
        kind=CellKind.CODE,
        about=Text("Telepon, sebagai teks.", "Phone, as text."),
        example="081200000000",
    ),
    "email": TemplateColumn(about=Text("Surel.", "E-mail."), example="sari@contoh.example"),
    "language": TemplateColumn(
        about=Text("Bahasa pemberitahuan; id bila kosong.", "Language of notices; id when empty."),
        example="id",
        choices=("id", "en"),
    ),
    "disability": TemplateColumn(
        kind=CellKind.TRUTH,
        about=Text("Penyandang disabilitas.", "Has a disability."),
        example="tidak",
        choices=_YES_NO,
    ),
    "entrant_kind": TemplateColumn(
        kind=CellKind.WORD,
        synonyms=_KIND_WORDS,
        about=Text(
            "Skala usaha, bila angkanya tidak diketahui.",
            "Size class, where its figures are not known.",
        ),
        example=EntrantKind.MICRO.value,
        choices=tuple(EntrantKind),
    ),
    "nib": TemplateColumn(
        kind=CellKind.CODE,
        about=Text("NIB, 13 digit sebagai teks.", "Business number (NIB), 13 digits as text."),
        example="0000123456789",
    ),
    "kbli": TemplateColumn(
        kind=CellKind.CODE,
        about=Text("KBLI, 5 digit sebagai teks.", "Industry (KBLI), 5 digits as text."),
        example="10710",
    ),
    "kbli_scheme": TemplateColumn(
        about=Text("Edisi KBLI.", "Edition of KBLI."), example="2020", choices=("2020", "2025")
    ),
    "founded_on": TemplateColumn(
        kind=CellKind.DAY,
        about=Text("Tanggal berdiri usaha.", "Day the business was founded."),
        example="01/03/2022",
    ),
    "capital_rupiah": TemplateColumn(
        kind=CellKind.WHOLE,
        about=Text("Modal tanpa tanah dan bangunan.", "Capital without land and buildings."),
        example="50.000.000",
    ),
    "annual_sales_rupiah": TemplateColumn(
        kind=CellKind.WHOLE,
        about=Text("Hasil penjualan setahun.", "Sales of a year."),
        example="200.000.000",
    ),
    "consents": TemplateColumn(
        about=Text(
            "Persetujuan yang diberikan, dipisah |: " + ", ".join(Purpose) + ".",
            "Consents that were given, parted by |: " + ", ".join(Purpose) + ".",
        ),
        example=f"{Purpose.FOLLOW_UP}|{Purpose.REFERRAL}",
    ),
    "consent_version": TemplateColumn(
        about=Text("Versi naskah persetujuan.", "Version of the text agreed to."),
        example="2026-1",
    ),
    "synthetic": TemplateColumn(
        kind=CellKind.TRUTH,
        about=Text("ya untuk data sintetis.", "ya (true) for generated data."),
        example="tidak",
        choices=_YES_NO,
    ),
    "id": TemplateColumn(
        kind=CellKind.CODE,
        about=Text("Pengenal (UUID) bila sudah dipilih.", "The identifier (UUID), if chosen."),
    ),
}
BUSINESS: Final = (
    "nib", "kbli", "kbli_scheme", "founded_on", "capital_rupiah", "annual_sales_rupiah",
)  # fmt: skip
# What the legal basis, the size class and their like are told from, with no regard to the rest.
_SAID: Final = (
    "sex", "legal_basis", "language", "disability", "consents", "consent_version", "synthetic",
)  # fmt: skip
_SIZED: Final = (
    "kbli", "kbli_scheme", "founded_on", "capital_rupiah", "annual_sales_rupiah", "entrant_kind",
)  # fmt: skip
_GIVEN: Final = ("name", "phone", "email", "nib")

Texts: TypeAlias = tuple[str, ...]


class Layout(NamedTuple):
    """Where the texts of a row stand; what a file has no column for is the empty one at the end."""

    id: int
    nik: int
    nib: int
    birth_date: int
    home_area_code: int
    said: Callable[[Sequence[str]], Texts]
    sized: Callable[[Sequence[str]], Texts]
    given: Callable[[Sequence[str]], Texts]


def layout_of(names: Sequence[str]) -> Layout:
    """Return where the texts of a file with these columns stand."""
    places = {name: place for place, name in enumerate(names)}
    at = {name: places.get(name, -1) for name in COLUMNS}
    return Layout(
        id=at["id"],
        nik=at["nik"],
        nib=at["nib"],
        birth_date=at["birth_date"],
        home_area_code=at["home_area_code"],
        said=itemgetter(*map(at.__getitem__, _SAID)),
        sized=itemgetter(*map(at.__getitem__, _SIZED)),
        given=itemgetter(*map(at.__getitem__, _GIVEN)),
    )
