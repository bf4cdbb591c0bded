"""The life of a request for privacy and its clock, stated without a database."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text

# UU 27/2022 (PDP), articles 30 to 33: 3x24 hours from when the request arrived.
CLOCK: Final = timedelta(hours=72)


class RequestKind(StrEnum):
    """What a person asks.

    Source: UU 27/2022 (PDP), articles 6 to 11.
    """

    ACCESS = "ACCESS"
    CORRECTION = "CORRECTION"
    WITHDRAWAL = "WITHDRAWAL"
    RESTRICTION = "RESTRICTION"
    ERASURE = "ERASURE"


class RequestState(StrEnum):
    """The life of a request; DONE and REFUSED are final."""

    RECEIVED = "RECEIVED"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    REFUSED = "REFUSED"


class RequestChannel(StrEnum):
    """Who brought a request: the person, or an office on paper."""

    SELF = "SELF"
    OFFICE = "OFFICE"


class RefusalReason(StrEnum):
    """Why a request is refused; a code and no text, so that a receipt names nobody."""

    LEGAL_HOLD = "LEGAL_HOLD"
    NOT_VERIFIED = "NOT_VERIFIED"
    LAW_REQUIRES = "LAW_REQUIRES"
    NOTHING_TO_DO = "NOTHING_TO_DO"


class Correctable(StrEnum):
    """What may be wrong of a person; what is right is shown to the handler, not written here."""

    NAME = "NAME"
    NIK = "NIK"
    BIRTH_DATE = "BIRTH_DATE"
    SEX = "SEX"
    CONTACT = "CONTACT"
    HOME = "HOME"
    BUSINESS = "BUSINESS"
    RECORDS = "RECORDS"


OPEN: Final = (RequestState.RECEIVED, RequestState.IN_PROGRESS)
_ALLOWED: Final[Mapping[RequestState, tuple[RequestState, ...]]] = {
    RequestState.RECEIVED: (RequestState.IN_PROGRESS, RequestState.DONE, RequestState.REFUSED),
    RequestState.IN_PROGRESS: (RequestState.DONE, RequestState.REFUSED),
    RequestState.DONE: (),
    RequestState.REFUSED: (),
}
# Those that a job does: nobody says that they are done.
BY_JOB: Final = frozenset({RequestKind.ACCESS, RequestKind.ERASURE})


class RequestUnknownError(NotFoundError):
    """There is no such request, or the caller may not know of it."""

    code = "privacy-request-unknown"
    title = Text("Permintaan tidak ditemukan.", "There is no such request.")


class RequestOpenError(ConflictError):
    """The person has asked the same, and it is not done yet."""

    code = "privacy-request-open"
    title = Text(
        "Permintaan yang sama masih diproses.", "The same request is still being worked on."
    )


class RequestIdTakenError(ConflictError):
    """The id that the client chose is in use."""

    code = "id-taken"
    title = Text("Id sudah dipakai.", "The id is in use.")


class RequestStateError(ConflictError):
    """The request does not stand so that this could be done."""

    code = "privacy-request-state"
    title = Text("Keadaan permintaan tidak mengizinkan ini.", "The request's state refuses this.")


class RequestByJobError(ConflictError):
    """What is done by all services is done when they have said so."""

    code = "privacy-request-by-job"
    title = Text(
        "Permintaan ini selesai bila semua layanan sudah melaporkan.",
        "This request is done once all services have reported.",
    )


class PurposeError(InvalidError):
    """A withdrawal names a purpose and the version of the text; nothing else does."""

    code = "purpose-mismatch"
    title = Text(
        "Sebutkan tujuan dan versi hanya untuk penarikan persetujuan.",
        "Name purpose and version for a withdrawal, and for nothing else.",
    )


class MembersError(InvalidError):
    """A correction says what is wrong; nothing else does."""

    code = "members-mismatch"
    title = Text(
        "Sebutkan apa yang keliru hanya untuk permintaan koreksi.",
        "Say what is wrong for a correction, and for nothing else.",
    )


def check_asked(kind: RequestKind, *, purpose: bool, version: bool, members: bool) -> None:
    """Refuse a request that says too little or too much.

    Raises:
        PurposeError, MembersError: when a member is missing, or belongs to another kind.
    """
    withdraws = kind is RequestKind.WITHDRAWAL
    if purpose is not withdraws or version is not withdraws:
        raise PurposeError(pointer="/purpose")
    if members is not (kind is RequestKind.CORRECTION):
        raise MembersError(pointer="/members")


def check_turn(present: RequestState, wanted: RequestState) -> None:
    """Refuse a change that the life of a request does not allow.

    Raises:
        RequestStateError: it names the present state and those that may follow.
    """
    allowed = _ALLOWED[present]
    if wanted not in allowed:
        raise RequestStateError(
            extra={"present": present.value, "allowed": [each.value for each in allowed]}
        )


def is_overdue(state: RequestState, due_at: datetime, *, now: datetime) -> bool:
    """Tell whether a request should have been answered by now."""
    return state in OPEN and due_at < now


def step(service: str, what: str, rows: Mapping[str, int], *, at: datetime) -> dict[str, Any]:
    """Return what a receipt says of one thing that was done: by whom, what, how many rows."""
    return {"service": service, "what": what, "rows": dict(rows), "at": at.isoformat()}


def receipt_of(
    request_id: UUID,
    kind: RequestKind,
    *,
    state: RequestState,
    received_at: datetime,
    closed_at: datetime,
    steps: Sequence[Mapping[str, Any]],
    reason: RefusalReason | None,
    again_on: date | None,
) -> tuple[dict[str, Any], str]:
    """Return what proves that a request was answered, and its SHA-256; it names no person."""
    receipt = {
        "request_id": str(request_id),
        "kind": kind.value,
        "state": state.value,
        "received_at": received_at.isoformat(),
        "closed_at": closed_at.isoformat(),
        "steps": [dict(each) for each in steps],
        "reason": None if reason is None else reason.value,
        "again_on": None if again_on is None else again_on.isoformat(),
    }
    written = json.dumps(receipt, sort_keys=True, separators=(",", ":")).encode()
    return receipt, hashlib.sha256(written).hexdigest()
