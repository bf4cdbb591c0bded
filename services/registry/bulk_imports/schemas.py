"""What an import keeps with its job, and what a row of each kind of file says."""

from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BeforeValidator, Field

from services.registry.agreements.rules import AgreementKind
from services.registry.agreements.schemas import Number
from services.registry.bulk_imports.rules import Atomic
from services.registry.facilities.schemas import Trades
from services.registry.facility_imports.schemas import ImportMode
from services.registry.imports.rules import MINISTRY_WORDS
from services.registry.institutions.rules import InstitutionKind
from services.registry.instructors.rules import Employment
from services.registry.modules.schemas import Competences
from services.registry.spaces.rules import SpaceKind
from services.registry.spaces.schemas import Capacity
from shared.files.cells import word_of
from shared.i18n import Language
from shared.schemas.base import AreaCode, Body, Code, Label, Message, Ministry
from shared.scope import Scope


class ImportRows(Message):
    """Job: bring the rows of a file of one kind in, within the reach of whoever sent it.

    `asked_at` is the business time by which the rows are judged.
    """

    kind: ClassVar[str] = "import_rows"

    upload_id: UUID
    what: str
    mode: ImportMode
    atomic: Atomic
    scope: Scope
    asked_at: datetime
    language: Language = "id"


def _parts(value: object) -> object:
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split("|") if part.strip()]


def _words(value: object) -> object:
    parts = _parts(value)
    return [word_of(str(part)) for part in parts] if isinstance(parts, list) else parts


def _ministries(value: object) -> object:
    words = _words(value)
    if not isinstance(words, list):
        return words
    return [MINISTRY_WORDS.get(word, word) for word in words]


class SpaceRow(Body):
    """A space by its facility's code and its own name."""

    facility_code: Code
    name: Label
    kind: SpaceKind | None = None
    capacity: Capacity
    id: UUID | None = None


class InstitutionRow(Body):
    """An institution by its code; an empty cell leaves what is known."""

    code: Code
    name: Label
    kind: InstitutionKind
    ministry: Ministry | None = None
    area_code: AreaCode | None = None
    parent_code: Code | None = None
    id: UUID | None = None


class InstructorRow(Body):
    """An instructor by her code; an empty cell leaves what is known."""

    code: Code
    name: Label
    home_facility_code: Code
    home_ministry: Ministry | None = None
    employment: Employment | None = None
    competences: Annotated[Competences | None, BeforeValidator(_parts)] = None
    synthetic: bool = False
    id: UUID | None = None


class AgreementRow(Body):
    """An agreement by its number, with its parties and the facilities that it covers."""

    number: Number
    kind: AgreementKind
    title: Label
    follows_from_number: Number | None = None
    ministries: Annotated[list[Ministry], BeforeValidator(_ministries), Field(max_length=20)]
    institution_codes: Annotated[list[Code], BeforeValidator(_parts)] = Field(
        default=[], max_length=20
    )
    facility_codes: Annotated[list[Code], BeforeValidator(_parts)] = Field(
        default=[], max_length=20_000
    )
    signed_on: date
    valid_from: date
    valid_to: date | None = None
    trades: Annotated[Trades, BeforeValidator(_words)] = Field(default=[])
    synthetic: bool = False
    id: UUID | None = None
