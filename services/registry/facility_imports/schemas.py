"""A row of the file, and what the import keeps with its job."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final
from uuid import UUID

from pydantic import BeforeValidator, Field

from services.registry.facilities.rules import FacilityForm
from services.registry.facilities.schemas import Address, Latitude, Longitude, Trades
from services.registry.facility_imports.rules import Given
from services.registry.imports.rules import (
    ID_COLUMN,
    INSTITUTION_KIND_WORDS,
    MINISTRY_WORDS,
    SPACE_KIND_WORDS,
    SYNTHETIC_COLUMN,
    word_column,
)
from services.registry.institutions.rules import InstitutionKind
from services.registry.spaces.schemas import SpaceCreate
from shared.files.cells import CellKind, word_of
from shared.files.workbooks import TemplateColumn
from shared.i18n import Language, Text
from shared.schemas.base import AreaCode, Body, Code, Label, Message, Ministry
from shared.schemas.registry import FacilityKind, FacilityStatus
from shared.scope import Scope


class ImportMode(StrEnum):
    """Whether the rows take effect, or are only judged."""

    VALIDATE = "validate"
    COMMIT = "commit"


class ImportFacilities(Message):
    """Job: bring the facilities of a file into the registry, within the importer's scope."""

    kind: ClassVar[str] = "import_facilities"

    upload_id: UUID
    mode: ImportMode
    scope: Scope
    language: Language = "id"


def _trades(value: object) -> object:
    return [word_of(part) for part in _parts(value)] if isinstance(value, str) else value


def _spaces(value: object) -> object:
    """Read `Ruang 1:20|Bengkel:16:WORKSHOP`: name, capacity, and where given kind and id."""
    if not isinstance(value, str):
        return value
    return [_space(part.split(":")) for part in _parts(value)]


def _space(parts: list[str]) -> dict[str, Any]:
    names = ("name", "capacity", "kind", "id", "beyond")
    space: dict[str, Any] = dict(zip(names, (part.strip() for part in parts), strict=False))
    if "kind" in space:
        kind = word_of(space["kind"])
        space["kind"] = SPACE_KIND_WORDS.get(kind, kind)
    return space


def _parts(value: str) -> list[str]:
    return [part for part in value.split("|") if part.strip()]


class FacilityRow(Body):
    """One row: a facility by its code, its institution and its spaces.

    An empty cell says nothing: it leaves what is known and never takes it away. Lists are parted
    by `|`.
    """

    id: UUID | None = None
    code: Code
    name: Label
    kind: FacilityKind
    form: FacilityForm | None = None
    institution_code: Code | None = None
    institution_name: Label | None = None
    institution_kind: InstitutionKind | None = None
    parent_code: Code | None = None
    owner_ministry: Ministry
    area_code: AreaCode
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    status: FacilityStatus | None = None
    trades: Annotated[Trades | None, BeforeValidator(_trades)] = None
    address: Address | None = None
    synthetic: bool = False
    spaces: Annotated[list[SpaceCreate], Field(max_length=50), BeforeValidator(_spaces)] = Field(
        default_factory=list
    )

    def given(self) -> Given:
        """Return what the row says as the rules see it."""
        return Given(**{name: getattr(self, name) for name in type(self).model_fields})


_KIND_WORDS: Final = {
    "BLK_KOMUNITAS": "BLKK",
    "LPK_PERUSAHAAN": "LPK_COMPANY",
    "RUMAH_PRODUKSI": "PRODUCTION_HOUSE",
    "RUMAH_PRODUKSI_BERSAMA": "PRODUCTION_HOUSE",
}
_STATUS_WORDS: Final = {
    "RENCANA": "PLANNED",
    "DIRENCANAKAN": "PLANNED",
    "AKTIF": "ACTIVE",
    "DITANGGUHKAN": "SUSPENDED",
    "TUTUP": "CLOSED",
    "DITUTUP": "CLOSED",
}
COLUMNS: Final[Mapping[str, TemplateColumn]] = {
    "code": TemplateColumn(
        kind=CellKind.CODE,
        required=True,
        about=Text("Kode balai nasional.", "The national code of the facility."),
        example="BLKK-3373-01",
    ),
    "name": TemplateColumn(
        required=True,
        about=Text("Nama balai.", "The name of the facility."),
        example="BLKK Contoh (DATA SINTETIS)",
    ),
    "kind": word_column(
        Text("Jenis balai.", "What it is."),
        choices=FacilityKind,
        synonyms=_KIND_WORDS,
        required=True,
        example="BLKK",
    ),
    "form": word_column(
        Text("Bentuk UPTP; hanya untuk UPTP.", "The form of a UPTP; of no other."),
        choices=FacilityForm,
    ),
    "owner_ministry": word_column(
        Text("Kementerian pembina: MANPOWER atau MSME.", "The ministry: MANPOWER or MSME."),
        synonyms=MINISTRY_WORDS,
        required=True,
        example="MANPOWER",
    ),
    "area_code": TemplateColumn(
        kind=CellKind.CODE,
        required=True,
        about=Text(
            "Kode Kemendagri kabupaten/kota, kecamatan atau desa, dengan titik.",
            "Kemendagri code of the regency, district or village, with dots.",
        ),
        example="33.73.04",
    ),
    "status": word_column(
        Text("Status; PLANNED bila kosong.", "Status; PLANNED when empty."),
        choices=FacilityStatus,
        synonyms=_STATUS_WORDS,
        example="ACTIVE",
    ),
    "institution_code": TemplateColumn(
        kind=CellKind.CODE,
        about=Text("Kode lembaga pemilik.", "Code of the institution that owns it."),
        example="YPC-01",
    ),
    "institution_name": TemplateColumn(
        about=Text("Nama lembaga, bila lembaga masih baru.", "Its name, when it is new."),
        example="Yayasan Pesantren Contoh (DATA SINTETIS)",
    ),
    "institution_kind": word_column(
        Text("Jenis lembaga, bila lembaga masih baru.", "Its kind, when it is new."),
        choices=InstitutionKind,
        synonyms=INSTITUTION_KIND_WORDS,
        example="FOUNDATION",
    ),
    "parent_code": TemplateColumn(
        kind=CellKind.CODE,
        about=Text(
            "Kode balai induk, sudah terdaftar atau di baris sebelumnya.",
            "Code of the parent, registered or in a row above.",
        ),
    ),
    "latitude": TemplateColumn(
        kind=CellKind.DECIMAL,
        about=Text("Lintang; desimal dengan koma atau titik.", "Latitude."),
        example="-7,33",
    ),
    "longitude": TemplateColumn(
        kind=CellKind.DECIMAL,
        about=Text("Bujur; desimal dengan koma atau titik.", "Longitude."),
        example="110,5",
    ),
    "trades": TemplateColumn(
        about=Text("Kejuruan, dipisah |.", "Trades, parted by |."), example="BAKERY|GARMENT"
    ),
    "address": TemplateColumn(about=Text("Alamat.", "The address."), example="Jalan Contoh 1"),
    "spaces": TemplateColumn(
        about=Text(
            "Ruang: nama:kapasitas[:jenis], dipisah |.",
            "Spaces: name:capacity[:kind], parted by |.",
        ),
        example="Ruang 1:20|Bengkel:16:WORKSHOP",
    ),
    "synthetic": SYNTHETIC_COLUMN,
    "id": ID_COLUMN,
}
