"""Bodies of the register of published figures."""

from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from services.reporting.baselines.rules import Precision
from shared.i18n import Text
from shared.schemas.base import Body, Code, Read

IndicatorCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,59}$"),
    Field(description="What is counted, as targets name it: COMMUNITY_CENTRES."),
]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Unit = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Number = Annotated[int, Field(ge=0, le=10**15)]

_NEVER_NULL: Final = ("what_id", "what_en", "unit", "as_of", "precision", "source")


class BaselineCreate(Body):
    """A figure that somebody published; `value`, or bounds as they were published."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "code": "BLKK-2025-01",
                "what_id": "BLK Komunitas yang terbangun (lebih dari)",
                "what_en": "Community centres built (more than)",
                "indicator": "COMMUNITY_CENTRES",
                "lower": 4000,
                "unit": "balai",
                "as_of": "2025-01-31",
                "precision": "MONTH",
                "source": "Pernyataan publik kementerian",
            }
        }
    )

    id: UUID | None = None
    code: Code
    what_id: Sentence
    what_en: Sentence
    indicator: IndicatorCode | None = None
    value: Number | None = None
    lower: Number | None = None
    upper: Number | None = None
    unit: Unit
    as_of: date
    precision: Precision = Precision.DAY
    source: Sentence
    note: Sentence | None = None


class BaselineCorrection(Body):
    """What of a figure was recorded wrongly, and why it is corrected; the rest stays."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"value": 2127, "reason": "Salah ketik pada entri pertama"}}
    )

    reason: Sentence
    what_id: Sentence | None = None
    what_en: Sentence | None = None
    indicator: IndicatorCode | None = None
    value: Number | None = None
    lower: Number | None = None
    upper: Number | None = None
    unit: Unit | None = None
    as_of: date | None = None
    precision: Precision | None = None
    source: Sentence | None = None
    note: Sentence | None = None

    @model_validator(mode="after")
    def _keep_what_every_figure_has(self) -> "BaselineCorrection":
        for member in _NEVER_NULL:
            if member in self.model_fields_set and getattr(self, member) is None:
                raise ValueError(Text(f"{member} tidak boleh null.", f"{member} cannot be null."))
        return self


class BaselineRead(Read):
    """A published figure as the register has it now."""

    id: UUID
    code: str
    what_id: str
    what_en: str
    indicator: str | None
    value: int | None
    lower: int | None
    upper: int | None
    unit: str
    as_of: date
    precision: Precision
    source: str
    note: str | None
    version: int
    recorded_at: datetime


class BaselineVersionRead(Read):
    """What the register said before a correction, and why it was corrected."""

    version: int
    facts: dict[str, Any]
    recorded_at: datetime
    reason: str
    corrected_at: datetime
