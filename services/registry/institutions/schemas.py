"""Bodies of institutions."""

from uuid import UUID

from services.registry.institutions.rules import InstitutionKind
from shared.schemas.base import AreaCode, Body, Code, Label, Ministry, Read


class InstitutionCreate(Body):
    """An institution to register; `area_code` where it sits, `ministry` whose unit it is."""

    id: UUID | None = None
    code: Code
    name: Label
    kind: InstitutionKind
    ministry: Ministry | None = None
    area_code: AreaCode | None = None


class InstitutionRead(Read):
    """An institution."""

    id: UUID
    code: str
    name: str
    kind: InstitutionKind
    ministry: str | None
    area_code: str | None
