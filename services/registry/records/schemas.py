"""Documents and evidence: where they lie, and the hash by which they are known again."""

from typing import Annotated

from pydantic import Field, StringConstraints

from shared.schemas.base import Body, Message, Read

Sha256 = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    Field(description="SHA-256 of the file, 64 hexadecimal digits in lower case."),
]
Reference = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500),
    Field(description="Where the file lies: its address, or its number in an archive."),
]


class DocumentRef(Body):
    """A file that is kept elsewhere."""

    reference: Reference
    sha256: Sha256


class DocumentRead(Read):
    """A file that is kept elsewhere."""

    reference: str
    sha256: str


class Wording(Body):
    """One sentence in Indonesian and in English."""

    id: str = Field(min_length=1, max_length=500)
    en: str = Field(min_length=1, max_length=500)


class WordingRead(Message):
    """One sentence in Indonesian and in English."""

    id: str
    en: str
