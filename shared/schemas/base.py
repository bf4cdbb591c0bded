"""Bases of everything that is sent or received."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
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
# Nothing of ours is older or lies further ahead. Sums with days near the ends of Python's calendar
# overflow, and its first and last day mean -infinity and infinity to the database driver.
EARLIEST_YEAR: Final = 1900
LATEST_YEAR: Final = 2999
_DAY_ERROR: Final = PydanticCustomError(
    "day_out_of_range", "A day must lie between the years 1900 and 2999"
)


def _members(value: object) -> Iterable[tuple[str | int, object]]:
    if isinstance(value, Mapping):
        return ((str(name), member) for name, member in value.items())
    return enumerate(value) if isinstance(value, list | tuple | set | frozenset) else ()


def _flaws(
    value: object, place: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], PydanticCustomError]]:
    """Yield the place of every text with a NUL, and of every day that nobody can mean."""
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if isinstance(text, str) and _NUL in text:
        yield place, _NUL_ERROR
    # Instants are days as well.
    if isinstance(value, date) and not EARLIEST_YEAR <= value.year <= LATEST_YEAR:
        yield place, _DAY_ERROR
    for name, member in _members(value):
        if _NUL in str(name):
            yield place, _NUL_ERROR
        yield from _flaws(member, (*place, name))


class Body(BaseModel):
    """A body that a caller sends: members that nobody knows are refused.

    So are texts with a NUL, which PostgreSQL cannot keep, and days that nobody can mean.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @model_validator(mode="after")
    def _refuse_flaws(self) -> Self:
        # Each body that is nested in this one looks after itself.
        flaws = list(_flaws(self.__dict__))
        if flaws:
            raise ValidationError.from_exception_data(
                type(self).__name__,
                [InitErrorDetails(type=why, loc=place, input=None) for place, why in flaws],
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
