"""Bodies of institutions."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field, model_validator

from services.registry.institutions.rules import InstitutionKind
from shared.i18n import Text
from shared.schemas.base import AreaCode, Body, Code, Label, Ministry, Read


class InstitutionCreate(Body):
    """An institution to register; `area_code` where it sits, `ministry` whose unit it is."""

    id: UUID | None = None
    code: Code
    name: Label
    kind: InstitutionKind
    ministry: Ministry | None = None
    area_code: AreaCode | None = None
    parent_id: UUID | None = Field(default=None, description="The institution it is a unit of.")


# Members that every institution has, so that a merge patch cannot take them away.
_NEVER_NULL = ("name", "kind")


class InstitutionChange(Body):
    """A merge patch (RFC 7396): members left out stay, null empties."""

    name: Label | None = None
    kind: InstitutionKind | None = None
    ministry: Ministry | None = None
    area_code: AreaCode | None = None
    parent_id: UUID | None = None

    @model_validator(mode="after")
    def _keep_what_every_institution_has(self) -> "InstitutionChange":
        for member in _NEVER_NULL:
            if member in self.model_fields_set and getattr(self, member) is None:
                raise ValueError(Text(f"{member} tidak boleh null.", f"{member} cannot be null."))
        return self


class InstitutionEnd(Body):
    """The last day of an institution."""

    ended_on: date


class InstitutionRead(Read):
    """An institution."""

    id: UUID
    code: str
    name: str
    kind: InstitutionKind
    ministry: str | None
    area_code: str | None
    parent_id: UUID | None
    ended_on: date | None
    version: int
    created_at: datetime
    updated_at: datetime
