"""Bases of everything that is sent or received."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Final, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

_NUL: Final = "\x00"
_NUL_ERROR: Final = PydanticCustomError("nul_character", "Text must not hold the NUL character")


def _members(value: object) -> Iterable[tuple[str | int, object]]:
    if isinstance(value, Mapping):
        return ((str(name), member) for name, member in value.items())
    return enumerate(value) if isinstance(value, list | tuple | set | frozenset) else ()


def _nul_places(
    value: object, place: tuple[str | int, ...] = ()
) -> Iterator[tuple[str | int, ...]]:
    """Yield the place of every text in `value` that holds a NUL, which PostgreSQL cannot keep."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if isinstance(text, str) and _NUL in text:
        yield place
    for name, member in _members(value):
        if _NUL in str(name):
            yield place
        yield from _nul_places(member, (*place, name))


class Body(BaseModel):
    """A body that a caller sends: members that nobody knows are refused, and NUL in any text."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @model_validator(mode="after")
    def _refuse_nul(self) -> Self:
        # Each body that is nested in this one looks after itself.
        places = list(_nul_places(self.__dict__))
        if places:
            raise ValidationError.from_exception_data(
                type(self).__name__,
                [InitErrorDetails(type=_NUL_ERROR, loc=each, input=None) for each in places],
            )
        return self


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
