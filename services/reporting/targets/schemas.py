"""Bodies of targets, and of how far they have come."""

from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from services.reporting.targets.rules import Projection, TargetMode, TargetOrigin
from shared.i18n import Text
from shared.schemas.base import Body, Code, Label, Ministry, Read

RegionCode = Annotated[
    str,
    StringConstraints(pattern=r"^\d{2}(\.\d{2})?$"),
    Field(description="Kemendagri code of a province or regency: 33, 33.73."),
]
IndicatorCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,59}$"),
    Field(description="What is counted: PARTICIPANTS, INCUBATORS."),
]
Number = Annotated[int, Field(ge=0, le=10**15)]
Unit = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Year = Annotated[int, Field(ge=2000, le=2999)]


class TargetCreate(Body):
    """A number that was promised; an ADDITIONAL one names what it counts from in one of three ways.

    `baseline_id` is a figure of the register, `baseline_value` a number, `counts_from` the day from
    which our own figures count. Without `area_code` and `facility_id` it is the nation's.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "code": "JABAR-2027",
                "label_id": "Peserta menyelesaikan pelatihan di Jawa Barat, 2027",
                "label_en": "Trained in West Java, 2027",
                "indicator": "PARTICIPANTS_TRAINED",
                "value": 1600,
                "unit": "orang",
                "mode": "ADDITIONAL",
                "counts_from": "2027-01-01",
                "year": 2027,
                "area_code": "32",
            }
        }
    )

    id: UUID | None = None
    code: Code
    label_id: Label
    label_en: Label
    indicator: IndicatorCode
    value: Number
    upper_value: Number | None = None
    unit: Unit
    mode: TargetMode = TargetMode.TOTAL
    baseline_id: UUID | None = None
    baseline_value: Number | None = None
    counts_from: date | None = None
    year: Year | None = None
    by_day: date | None = None
    program_id: UUID | None = None
    area_code: RegionCode | None = None
    owner_ministry: Ministry | None = None
    source: Sentence | None = None


# Members that every target has, so that a merge patch cannot take them away.
_NEVER_NULL: Final = ("label_id", "label_en", "value", "unit")


class TargetChange(Body):
    """A merge patch (RFC 7396): members left out stay, null empties; what is counted stays."""

    model_config = ConfigDict(json_schema_extra={"example": {"value": 2000}})

    label_id: Label | None = None
    label_en: Label | None = None
    value: Number | None = None
    upper_value: Number | None = None
    unit: Unit | None = None
    by_day: date | None = None
    source: Sentence | None = None

    @model_validator(mode="after")
    def _keep_what_every_target_has(self) -> "TargetChange":
        for member in _NEVER_NULL:
            if member in self.model_fields_set and getattr(self, member) is None:
                raise ValueError(Text(f"{member} tidak boleh null.", f"{member} cannot be null."))
        return self


class AchievementRead(Read):
    """How far a target has come on `as_of`.

    `achieved` is null where nothing counts the indicator (`measured` is false) and where so few
    people are behind it that they could be known (`suppressed`). `pace` is what was added per day
    in the last `window_days`, `pace_needed` what is to be added per day until `by_day`;
    `projected_on` is null unless `projection` is MOVING: once the target is REACHED, as long as the
    figure is NOT_MOVING towards it, and where it moves so slowly that it takes BEYOND a century.
    """

    as_of: date
    window_days: int
    measured: bool
    suppressed: bool
    achieved: int | None = None
    baseline: int | None = None
    gap: int | None = None
    upper_gap: int | None = None
    share: float | None = None
    reached: bool | None = None
    pace: float | None = None
    pace_needed: float | None = None
    projection: Projection | None = None
    projected_on: date | None = None
    on_time: bool | None = None


class TargetRead(Read):
    """A number that was promised."""

    id: UUID
    code: str
    origin: TargetOrigin
    label_id: str
    label_en: str
    indicator: str
    value: int
    upper_value: int | None
    unit: str
    mode: TargetMode
    baseline_id: UUID | None
    baseline_value: int | None
    counts_from: date | None
    year: int | None
    by_day: date | None
    program_id: UUID | None
    agreement_id: UUID | None
    facility_id: UUID | None
    area_codes: list[str]
    owner_ministry: str | None
    source: str | None
    version: int
    withdrawn_at: datetime | None
    recorded_at: datetime


class TargetStanding(TargetRead):
    """A number that was promised, and how far it has come."""

    achievement: AchievementRead
