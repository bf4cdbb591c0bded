"""Bodies of targets."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from services.registry.agreement_targets.rules import TargetMode
from shared.schemas.base import Body, Read

Indicator = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,59}$"),
    Field(description="Code of what is counted: PARTICIPANTS_TRAINED, INCUBATORS."),
]
Unit = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class Target(Body):
    """A number to be reached by a day: in all, or on top of what was there."""

    indicator: Indicator
    value: int = Field(ge=0, le=10**15)
    unit: Unit
    by_day: date
    mode: TargetMode = TargetMode.TOTAL


class Targets(Body):
    """All targets of an agreement, in the order of the document; they replace those before."""

    targets: Annotated[list[Target], Field(max_length=100)]


class TargetRead(Read):
    """A number that an agreement promises."""

    ordinal: int
    indicator: str
    value: int
    unit: str
    by_day: date
    mode: TargetMode
