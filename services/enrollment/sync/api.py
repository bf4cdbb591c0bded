"""HTTP face of sync."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Request
from pydantic import ValidationError

from services.enrollment import gateways
from services.enrollment.assessments.queries import find_sheet
from services.enrollment.base import Audit
from services.enrollment.classes.tables import Class
from services.enrollment.devices.operations import note_heard
from services.enrollment.devices.queries import get_own_device
from services.enrollment.devices.rules import (
    DeviceRevokedError,
    DeviceUnknownError,
    check_in_use,
)
from services.enrollment.participants.operations import NikPolicy
from services.enrollment.sync.operations import threads_of, work_of
from services.enrollment.sync.schemas import (
    BODIES,
    MAKING,
    ChangeSent,
    SyncAnswer,
    SyncRequest,
    VerdictRead,
)
from services.enrollment.sync_classes.operations import Units
from services.enrollment.sync_classes.schemas import AssessmentChange
from services.enrollment.sync_ledger import rules
from services.enrollment.sync_ledger.operations import Change, Judged, Sync, Work, judge_change
from services.enrollment.sync_ledger.rules import ChangeKind, Verdict
from shared.clock import ledger_day
from shared.db.audit import note_denied
from shared.db.session import transaction
from shared.errors import ServiceError
from shared.i18n import Language, Text
from shared.logging import get_logger
from shared.scope import Permission
from shared.settings import Mode
from shared.web.auth import Caller, Requires
from shared.web.faults import DatabaseUnavailableError, StorageFullError, as_service_error
from shared.web.now import Now
from shared.web.openapi import problems
from shared.web.problems import ValidationFailedError, language_of
from shared.web.validation import described

router = APIRouter(prefix="/sync", tags=["offline"])
_log = get_logger(__name__)

SyncUser: TypeAlias = Annotated[Caller, Depends(Requires(Permission.SYNC_USE))]

_DEVICE: Final = "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e21"
_CLASS: Final = "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e22"
_HERE: Final = "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11"
SyncBody: TypeAlias = Annotated[
    SyncRequest,
    Body(
        examples=[
            {
                "device_id": _DEVICE,
                "sent_at": "2027-02-08T11:00:00Z",
                "changes": [
                    {
                        "change_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e31",
                        "kind": "opening.report",
                        "made_at": "2027-02-08T01:05:00Z",
                        "body": {
                            "class_id": _CLASS,
                            "started_at": "2027-02-08T01:00:00Z",
                            "present": [_HERE],
                        },
                    },
                    {
                        "change_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e32",
                        "kind": "attendance.record",
                        "made_at": "2027-02-08T01:10:00Z",
                        "body": {
                            "class_id": _CLASS,
                            "position": 1,
                            "entries": [{"enrollment_id": _HERE, "status": "PRESENT"}],
                        },
                    },
                ],
            }
        ]
    ),
]


@router.post(
    "/changes",
    status_code=HTTPStatus.MULTI_STATUS,
    response_model_exclude_none=True,
    responses=problems(DeviceUnknownError, DeviceRevokedError),
)
async def sync_changes(
    request: Request, *, caller: SyncUser, body: SyncBody, now: Now
) -> SyncAnswer:
    """Tell what a device did without a network; each change gets a verdict of its own.

    There is no Idempotency-Key: each change's own id is its key, however the queue is cut into
    requests, so that a queue that is sent twice, or twice at once, has one effect. Changes are
    judged in the order sent, each in a transaction of its own and by what the route of its kind
    asks: a bad one drops no other, only those that build upon it. Hours are judged by the server's
    clock, what the device's clock is off by is put right.
    """
    state = request.scope["state"]
    queue = _Queue(
        request=request,
        caller=caller,
        policy=NikPolicy(state["nik_keys"], state["settings"].mode is Mode.DEMO),
        sync=Sync(
            actor=caller.actor,
            device_id=body.device_id,
            skew=rules.measured_skew(body.sent_at, now=now),
            now=now,
            today=ledger_day(now),
        ),
    )
    skew_ms = rules.milliseconds(queue.sync.skew)
    async with queue.transaction() as session:
        device = await get_own_device(session, body.device_id, owner=caller.actor.name)
        check_in_use(device.revoked_at)
        await note_heard(session, device.id, skew_ms=skew_ms, now=now)
    judged = [await queue.judge(sent) for sent in body.changes]
    language = language_of(request)
    return SyncAnswer(
        received_at=now,
        skew_ms=skew_ms,
        verdicts=[_read(each, language) for each in judged],
    )


# Nothing else can be judged either, and what comes later may build upon what was not judged.
AWAY: Final = (DatabaseUnavailableError, StorageFullError)


@dataclass
class _Queue:
    """The changes of one request, and those of them that are to be sent again.

    `halted` is why nothing is judged any more: what comes later may build upon what was not
    judged. `open_ends` are the things and changes that later ones must not build upon yet.
    """

    request: Request
    caller: Caller
    policy: NikPolicy
    sync: Sync
    halted: ServiceError | None = None
    open_ends: set[object] = field(default_factory=set)

    def transaction(self) -> Any:  # noqa: ANN401 - as `transaction` returns it
        """Open a transaction of the caller's."""
        state, actor = self.request.scope["state"], self.caller.actor
        return transaction(state["sessions"], scope=actor.scope(), actor=actor, ring=state["ring"])

    async def judge(self, sent: ChangeSent) -> Judged:
        """Return the verdict on a change; one that is to be sent again left nothing behind.

        Raises:
            DeviceUnknownError, DeviceRevokedError: when nothing of the device is taken any more.
        """
        change = self._change(sent)
        try:
            judged = await self._judge(change)
        except (DeviceUnknownError, DeviceRevokedError):
            raise
        except ServiceError as error:
            return self._later(change, error)
        except Exception as error:  # noqa: BLE001 - a bad change drops no other; it is logged
            known = as_service_error(error)
            if known is None:
                _log.error("change-failed", kind=change.kind, exc_info=error)
            return self._later(change, known or ServiceError())
        if judged.denied is not None:
            await note_denied(
                self.request.scope["state"]["sessions"],
                Audit,
                actor=self.caller.actor,
                action=f"denied sync {change.kind}",
                detail={"code": judged.denied},
            )
        return judged

    async def _judge(self, change: Change) -> Judged:
        if self.halted is not None:
            raise self.halted
        ties = {change.subject, *change.refers_to, *change.depends_on}
        if ties & self.open_ends:
            raise rules.DependencyMissingError
        work = await self._work(change)
        async with self.transaction() as session:
            return await judge_change(session, change, sync=self.sync, work=work)

    async def _work(self, change: Change) -> Work | None:
        kind = _kind(change.kind)
        if kind is None:
            return None
        units: Units = None
        if isinstance(change.body, AssessmentChange) and change.body.names_units:
            units = await self._units(change.body.class_id)
        return work_of(kind, policy=self.policy, units=units)

    async def _units(self, class_id: UUID) -> Units:
        """Return the units of a class's module, asked of the registry once a class."""
        async with self.transaction() as session:
            sheet = await find_sheet(session, class_id)
            class_ = await session.get(Class, class_id)
        if class_ is None or (sheet is not None and sheet.units is not None):
            return None
        registry = self.request.scope["state"]["registry"]
        return await gateways.units_of_module(registry, class_.module_id)

    def _later(self, change: Change, error: ServiceError) -> Judged:
        """Return the verdict on a change that is to be sent again, and all that builds upon it."""
        if isinstance(error, (rules.ChangeInFlightError, *AWAY)):
            self.halted = error
        self.open_ends |= {change.id, change.subject, change.makes} - {None}
        return Judged(
            change.id, Verdict.REFUSED, {"problem": rules.problem_of(error), "retry": True}
        )

    def _change(self, sent: ChangeSent) -> Change:
        kind = _kind(sent.kind)
        body = rules.ChangeKindUnknownError() if kind is None else _body(kind, sent)
        threads = threads_of(sent.kind, body, change_id=sent.change_id)
        makes = threads.makes
        if isinstance(body, ServiceError):
            makes = _id_in(sent.body)
        return Change(
            id=sent.change_id,
            kind=sent.kind,
            made_at=sent.made_at,
            base_version=sent.base_version,
            fingerprint=self._fingerprint(sent),
            body=body,
            subject=threads.subject,
            makes=makes,
            refers_to=threads.refers_to,
            depends_on=sent.depends_on,
        )

    def _fingerprint(self, sent: ChangeSent) -> bytes:
        """Return what tells changes apart without telling what is in them, as of a key's body."""
        key: bytes = self.request.scope["state"]["fingerprint_key"]
        known = [sent.kind, sent.made_at.isoformat(), sent.base_version, sent.body]
        named = sorted(str(each) for each in sent.depends_on)
        text = json.dumps([*known, named], sort_keys=True)
        return hmac.digest(key, text.encode(), "sha256")


def _kind(name: str) -> ChangeKind | None:
    try:
        return ChangeKind(name)
    except ValueError:
        return None


def _body(kind: ChangeKind, sent: ChangeSent) -> Any:  # noqa: ANN401 - a body of any kind
    """Return the body of a change, or the refusal of what is none."""
    named = {"id": str(sent.change_id), **sent.body} if kind in MAKING else sent.body
    try:
        return BODIES[kind].model_validate(named)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        in_both = zip(described(faults, "id"), described(faults, "en"), strict=True)
        listed = [{**one, "detail": Text(one["detail"], other["detail"])} for one, other in in_both]
        return ValidationFailedError(extra={"errors": listed})


def _id_in(body: Mapping[str, Any]) -> UUID | None:
    """Return the id of what a body that is none would have made."""
    try:
        return UUID(str(body.get("id")))
    except ValueError:
        return None


def _read(judged: Judged, language: Language) -> VerdictRead:
    return VerdictRead(
        change_id=judged.change_id,
        verdict=judged.verdict,
        earlier=judged.earlier,
        **rules.told(judged.answer, language),
    )
