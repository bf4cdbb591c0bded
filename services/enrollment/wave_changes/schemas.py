"""Bodies of changes of waves."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints, model_validator

from shared.i18n import Text
from shared.schemas.base import Body, Label, Message, Read


class WaveChange(Body):
    """A merge patch (RFC 7396): members left out stay; only `promote_until` can be emptied."""

    name: Label | None = None
    opens_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None
    promote_until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _keep_what_every_wave_has(self) -> "WaveChange":
        for member in self.model_fields_set - {"promote_until"}:
            if getattr(self, member) is None:
                raise ValueError(Text(f"{member} tidak boleh null.", f"{member} cannot be null."))
        return self


class WaveCancel(Body):
    """Why a wave is called off; the reason stands in each enrollment."""

    reason: Annotated[str, StringConstraints(min_length=3, max_length=500)]


class WaveCancelledRead(Read):
    """A wave that was called off; `classes` are called off one by one by the job."""

    wave_id: UUID
    cancelled_at: datetime
    classes: int
    job_id: UUID


class CancelClasses(Message):
    """Job: call the planned classes of a wave off."""

    kind: ClassVar[str] = "cancel_wave_classes"

    wave_id: UUID
