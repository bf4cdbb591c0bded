"""Quotas of waves."""

from datetime import datetime
from uuid import UUID

from shared.schemas.base import Message


class WaveQuotaSet(Message):
    """A quota of a wave: `dimension`, `value` and `kind` say whom it counts, and how."""

    dimension: str
    value: str
    kind: str
    seats: int
    release_at: datetime | None


class WaveQuotasSet(Message):
    """Event: a wave has these quotas now; `reason` is given once applications are open."""

    wave_id: UUID
    quotas: list[WaveQuotaSet]
    reason: str | None
