"""Bodies of documents."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.enrollment.applications.rules import DocumentKind
from services.enrollment.identities.schemas import Reference, Sha256
from shared.schemas.base import Body, Read

MediaType = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]+/[a-z0-9][a-z0-9.+-]{0,99}$"),
    Field(max_length=120),
]
Size = Annotated[int, Field(ge=1, le=2**31 - 1, description="Bytes.")]


class DocumentCreate(Body):
    """A file that is kept elsewhere, and what proves that it is the same file."""

    id: UUID | None = None
    kind: DocumentKind
    reference: Reference
    sha256: Sha256
    media_type: MediaType
    size: Size


class DocumentReceipt(Read):
    """What adding a document answers; `version` is the application's, for If-Match."""

    id: UUID
    kind: DocumentKind
    sha256: str
    version: int


class DocumentRead(Read):
    """A document of an application."""

    id: UUID
    kind: DocumentKind
    reference: str
    sha256: str
    media_type: str
    size: int
    added_at: datetime
