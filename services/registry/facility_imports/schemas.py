"""A row of the file, and what the import keeps with its job."""

from enum import StrEnum
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BeforeValidator, Field

from services.registry.facilities.rules import FacilityForm
from services.registry.facilities.schemas import Address, Latitude, Longitude, Trades
from services.registry.facility_imports.rules import Given
from services.registry.institutions.rules import InstitutionKind
from services.registry.spaces.schemas import SpaceCreate
from shared.i18n import Language
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


def _word(value: object) -> object:
    """Read `lpk company` and `LPK-COMPANY` as LPK_COMPANY."""
    return "_".join(value.upper().replace("-", " ").split()) if isinstance(value, str) else value


def _decimal(value: object) -> object:
    """Read the decimal comma that an Excel of Indonesia writes."""
    return value.replace(",", ".") if isinstance(value, str) else value


def _yes(value: object) -> object:
    return (
        {"ya": "true", "tidak": "false"}.get(value.lower(), value)
        if isinstance(value, str)
        else value
    )


def _trades(value: object) -> object:
    return [_word(part) for part in _parts(value)] if isinstance(value, str) else value


def _spaces(value: object) -> object:
    """Read `Ruang 1:20|Bengkel:16:WORKSHOP`: name, capacity, and where given kind and id."""
    if not isinstance(value, str):
        return value
    return [_space(part.split(":")) for part in _parts(value)]


def _space(parts: list[str]) -> dict[str, Any]:
    names = ("name", "capacity", "kind", "id", "beyond")
    space: dict[str, Any] = dict(zip(names, (part.strip() for part in parts), strict=False))
    if "kind" in space:
        space["kind"] = _word(space["kind"])
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
    kind: Annotated[FacilityKind, BeforeValidator(_word)]
    form: Annotated[FacilityForm | None, BeforeValidator(_word)] = None
    institution_code: Code | None = None
    institution_name: Label | None = None
    institution_kind: Annotated[InstitutionKind | None, BeforeValidator(_word)] = None
    parent_code: Code | None = None
    owner_ministry: Annotated[Ministry, BeforeValidator(_word)]
    area_code: AreaCode
    latitude: Annotated[Latitude | None, BeforeValidator(_decimal)] = None
    longitude: Annotated[Longitude | None, BeforeValidator(_decimal)] = None
    status: Annotated[FacilityStatus | None, BeforeValidator(_word)] = None
    trades: Annotated[Trades | None, BeforeValidator(_trades)] = None
    address: Address | None = None
    synthetic: Annotated[bool, BeforeValidator(_yes)] = False
    spaces: Annotated[list[SpaceCreate], Field(max_length=50), BeforeValidator(_spaces)] = Field(
        default_factory=list
    )

    def given(self) -> Given:
        """Return what the row says as the rules see it."""
        return Given(**{name: getattr(self, name) for name in type(self).model_fields})
