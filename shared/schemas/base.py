"""Bases of everything that is sent or received."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class Body(BaseModel):
    """A body that a caller sends: members that nobody knows are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Read(BaseModel):
    """A thing as callers see it: members that are not listed are never sent."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Message(BaseModel):
    """What one service tells another: members of a later version are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, from_attributes=True)


AreaCode = Annotated[
    str,
    StringConstraints(pattern=r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$"),
    Field(description="Kemendagri code, with dots: 33, 33.73, 33.73.04, 33.73.04.1001."),
]
RegencyCode = Annotated[
    str,
    StringConstraints(pattern=r"^\d{2}\.\d{2}$"),
    Field(description="Kemendagri code of a regency or city: 33.73."),
]
Ministry = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z][A-Z_]{1,30}$"),
    Field(description="MANPOWER, MSME or another ministry."),
]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9./-]{0,39}$")]
