"""Bodies of contacts; what names a person is kept out of every repr."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from shared.i18n import Text
from shared.schemas.base import Body, Label, Read

Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()-]{5,19}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]


class ContactCreate(Body):
    """A person to ask at a facility; `role` is what she is there, not who she is."""

    id: UUID | None = None
    name: Label = Field(repr=False)
    role: Label
    phone: Phone | None = Field(default=None, repr=False)
    email: Email | None = Field(default=None, repr=False)


class ContactChange(Body):
    """A merge patch (RFC 7396): members left out stay, null empties."""

    name: Label | None = Field(default=None, repr=False)
    role: Label | None = None
    phone: Phone | None = Field(default=None, repr=False)
    email: Email | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _keep_what_every_contact_has(self) -> "ContactChange":
        for member in ("name", "role"):
            if member in self.model_fields_set and getattr(self, member) is None:
                raise ValueError(Text(f"{member} tidak boleh null.", f"{member} cannot be null."))
        return self


class ContactReceipt(Read):
    """What is told of a contact that was added: kept with the request's key, so without a name."""

    id: UUID
    facility_id: UUID
    role: str
    version: int


class ContactRead(ContactReceipt):
    """A contact, as those see her who may know her; every reading is noted."""

    name: str = Field(repr=False)
    phone: str | None = Field(repr=False)
    email: str | None = Field(repr=False)
