"""Bodies of sync: changes as a device sends them, and the verdict on each."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.enrollment.participants.schemas import ParticipantCreate
from services.enrollment.sync_classes.schemas import (
    AssessmentChange,
    AttendanceChange,
    EndChange,
    OpeningChange,
)
from services.enrollment.sync_ledger.rules import MOST_CHANGES, ChangeKind, Verdict
from services.enrollment.sync_people.schemas import ApplicationSaved, ApplicationSubmitted
from shared.schemas.base import EARLIEST_YEAR, LATEST_YEAR, Body, Read

_FIRST: Final = datetime(EARLIEST_YEAR, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(LATEST_YEAR, 12, 31, tzinfo=UTC)

DeviceTime = Annotated[AwareDatetime, Field(ge=_FIRST, le=_LAST)]
KindName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z_.]{0,39}$"),
    Field(description=f"One of {', '.join(ChangeKind)}."),
]


BODIES: Final[Mapping[ChangeKind, type[Body]]] = {
    ChangeKind.PARTICIPANT_REGISTER: ParticipantCreate,
    ChangeKind.APPLICATION_SAVE: ApplicationSaved,
    ChangeKind.APPLICATION_SUBMIT: ApplicationSubmitted,
    ChangeKind.OPENING_REPORT: OpeningChange,
    ChangeKind.ATTENDANCE_RECORD: AttendanceChange,
    ChangeKind.ENROLLMENT_COMPLETE: EndChange,
    ChangeKind.ENROLLMENT_DROP_OUT: EndChange,
    ChangeKind.ASSESSMENT_RECORD: AssessmentChange,
}

# A thing that is made without an id of its own gets that of its change.
MAKING: Final = frozenset({ChangeKind.PARTICIPANT_REGISTER, ChangeKind.APPLICATION_SAVE})


class ChangeSent(BaseModel):
    """One change, as it was made on the device.

    `body` is judged by its kind: where something is wrong with it, this change alone is refused.
    `base_version` is the version that the device had read; left out, it knew of none.
    `depends_on` names changes that this one builds upon; those that made an id which it mentions
    need not be named. Who changes a thing again before the device was told names the change before:
    the version that it made is what this one builds upon, whatever `base_version` says. A thing
    that is made without an `id` of its own gets that of its change.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    change_id: UUID
    kind: KindName
    made_at: DeviceTime
    base_version: Annotated[int, Field(ge=1, le=1 << 30)] | None = None
    depends_on: Annotated[list[UUID], Field(max_length=20)] = Field(default_factory=list)
    body: dict[str, Any] = Field(repr=False)


class SyncRequest(BaseModel):
    """What a device did without a network, in the order in which it was done.

    `sent_at` is its clock at the moment at which this very request is sent.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    device_id: UUID
    sent_at: DeviceTime
    changes: Annotated[list[ChangeSent], Field(min_length=1, max_length=MOST_CHANGES)]


class ConflictRead(Read):
    """What stands and what the device said, of what differs alone, each with when and by whom.

    `by` is SELF or OTHER: whether the same login told it.
    """

    theirs: dict[str, Any]
    ours: dict[str, Any]


class VerdictRead(Read):
    """What became of a change.

    `earlier` is the verdict that a DUPLICATE got the first time; all else is told again as it was.
    `version` is the version that stands now, to be the base of the next change. `problem` is a
    refusal as a route would have told it. With `retry` nothing was kept: the same change may be
    sent again later; a verdict without it is final, and another try is another change.
    """

    change_id: UUID
    verdict: Verdict
    earlier: Verdict | None = None
    id: UUID | None = None
    version: int | None = None
    notes: list[str] | None = None
    conflict: ConflictRead | None = None
    problem: dict[str, Any] | None = None
    retry: bool | None = None


class SyncAnswer(Read):
    """The verdict on each change, in the order in which they were sent.

    `skew_ms` is by how much the device's clock was ahead of ours.
    """

    received_at: datetime
    skew_ms: int
    verdicts: list[VerdictRead]
