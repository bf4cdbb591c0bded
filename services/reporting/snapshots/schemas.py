"""Bodies of snapshots."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, StringConstraints

from services.reporting.snapshots.rules import SnapshotState
from shared.schemas.base import Body, Label, Message, Read

Reason = Annotated[str, StringConstraints(min_length=3, max_length=500)]


class SnapshotCreate(Body):
    """A period whose figures are to be frozen; it may end today, not later.

    Nor may it end before anything was recorded.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "title": "Triwulan I 2027",
                "period_from": "2027-01-01",
                "period_to": "2027-03-31",
            }
        }
    )

    id: UUID | None = None
    title: Label
    period_from: date
    period_to: date


class RevisionCreate(Body):
    """Why the figures of a published snapshot are frozen anew."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"reason": "Presensi dua balai dikoreksi setelah terbit"}}
    )

    id: UUID | None = None
    reason: Reason


class FreezeSnapshot(Message):
    """Payload of the job that freezes a snapshot."""

    snapshot_id: UUID


class SnapshotRead(Read):
    """A snapshot: the hash and the signature are of the bytes at `content_url`.

    One that was revised says by which one, and why. `taken_at`, `ordered_at`, `frozen_at` and
    `published_at` are of the real clock, in order, in a demonstration too: figures are recorded on
    its days.
    """

    id: UUID
    title: str
    period_from: date
    period_to: date
    taken_at: datetime
    state: SnapshotState
    sha256: str | None
    signature: str | None
    key_id: str | None
    synthetic: bool | None
    revises_id: UUID | None
    reason: str | None
    replaced_by_id: UUID | None
    replaced_reason: str | None = None
    ordered_at: datetime
    frozen_at: datetime | None
    published_at: datetime | None
    version: int
    job_id: UUID | None
    content_url: str | None = None
    sheet_url: str | None = None
    print_url: str | None = None


class PublicKey(Read):
    """The public half of a key, as a JSON Web Key (RFC 8037)."""

    kty: str
    crv: str
    x: str
    kid: str
    alg: str
    use: str


class SnapshotKeys(Read):
    """Every key that has ever signed a snapshot, as a JSON Web Key Set."""

    keys: list[PublicKey]


class SnapshotContent(Read):
    """What a snapshot froze: the published tables at the end of the period, and what was added."""

    format: str
    id: UUID
    title: str
    period: dict[str, date]
    taken_at: datetime
    revises: UUID | None
    reason: str | None
    synthetic: bool
    synthetic_note: str | None
    baselines: list[dict[str, Any]]
    tables: dict[str, dict[str, Any]]
