"""A device's changes, each judged in its own transaction as the route of its kind would."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.devices.queries import get_own_device
from services.enrollment.devices.rules import check_in_use
from services.enrollment.sync_ledger import queries, rules
from services.enrollment.sync_ledger.rules import ChangeKind, Verdict
from services.enrollment.sync_ledger.tables import SyncChange
from shared.db.base import sqlstate
from shared.db.idempotency import LOCK_NOT_AVAILABLE
from shared.errors import ForbiddenError, HiddenError, ServiceError, UnavailableError
from shared.schemas.base import Body
from shared.scope import Actor, Scope


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a change that nothing refuses: applied, or in conflict with what stands."""

    id: UUID | None = None
    version: int | None = None
    notes: list[str] | None = None
    theirs: Mapping[str, Any] | None = None
    ours: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Sync:
    """Who sends, from which device, when, and by how much its clock is ahead of ours."""

    actor: Actor
    device_id: UUID
    skew: timedelta
    now: datetime
    today: date

    def scope(self, kind: ChangeKind) -> Scope:
        """Return how far the sender may go with changes of a kind."""
        return self.actor.scope(rules.PERMISSIONS[kind])

    def server_time(self, at: datetime) -> datetime:
        """Return a moment of the device's clock by ours."""
        return rules.server_time(at, skew=self.skew, now=self.now)


@dataclass(frozen=True, slots=True)
class Change:
    """A change as it came; `body` is what its kind's body was found to be, or why it is none.

    `subject` names what it changes, `makes` the id of what it makes, `refers_to` the ids that it
    mentions and that an earlier change may have made.
    """

    id: UUID
    kind: str
    made_at: datetime
    base_version: int | None
    fingerprint: bytes
    body: Body | ServiceError
    subject: str
    makes: UUID | None = None
    refers_to: Collection[UUID] = ()
    depends_on: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on a change, and what is told of it; `denied` is what the audit has to know."""

    change_id: UUID
    verdict: Verdict
    answer: Mapping[str, Any]
    earlier: Verdict | None = None
    denied: str | None = None


Work = Callable[[AsyncSession, Sync, Change], Awaitable[Told]]


async def judge_change(
    session: AsyncSession, change: Change, *, sync: Sync, work: Work | None
) -> Judged:
    """Judge a change, keep the verdict, and do what it says when nothing is against it.

    `work` does what changes of its kind do; None when there is no such kind. What is refused
    leaves nothing behind but the verdict. A change that was judged before gets the same verdict.

    Raises:
        DeviceUnknownError, DeviceRevokedError: when nothing of the device is taken.
        ChangeInFlightError: when another connection is judging it and does not end in time.
        DependencyMissingError, BaseUnknownError: when what it builds upon has not come.
        UnavailableError: when something that it needs is away for a moment.
    """
    device = await get_own_device(session, sync.device_id, owner=sync.actor.name, keep=True)
    check_in_use(device.revoked_at)
    if not await _claim(session, change, sync=sync):
        return await _again(session, change, sync=sync)
    try:
        async with session.begin_nested():
            base = await _base_of(session, change, sync=sync)
            told = await _do(session, replace(change, base_version=base), sync=sync, work=work)
    except ServiceError as error:
        if isinstance(error, (*rules.PASSING, UnavailableError)):
            raise
        denied = error.code if isinstance(error, ForbiddenError | HiddenError) else None
        return await _keep(
            session,
            Judged(
                change.id,
                Verdict.REFUSED,
                {"problem": rules.problem_of(error)},
                denied=denied,
            ),
            sync=sync,
        )
    return await _keep(session, _judged(change, told), sync=sync)


async def _claim(session: AsyncSession, change: Change, *, sync: Sync) -> bool:
    """Enter a change and tell whether it is new; wait for whoever is entering it."""
    statement = (
        insert(SyncChange)
        .values(
            device_id=sync.device_id,
            change_id=change.id,
            kind=change.kind,
            fingerprint=change.fingerprint,
            subject=change.subject,
            makes=change.makes,
            base_version=change.base_version,
            made_at=change.made_at,
            received_at=sync.now,
            skew_ms=rules.milliseconds(sync.skew),
            verdict=Verdict.REFUSED,
            answer={},
        )
        .on_conflict_do_nothing()
        .returning(SyncChange.change_id)
    )
    try:
        return await session.scalar(statement) is not None
    except DBAPIError as error:
        if sqlstate(error) == LOCK_NOT_AVAILABLE:
            raise rules.ChangeInFlightError(retry_after_s=1) from error
        raise


async def _again(session: AsyncSession, change: Change, *, sync: Sync) -> Judged:
    before = await queries.find_change(session, sync.device_id, change.id)
    if before is None:
        raise rules.ChangeInFlightError(retry_after_s=1)
    if before.fingerprint != change.fingerprint:
        problem = rules.problem_of(rules.ChangeReusedError())
        return Judged(change.id, Verdict.REFUSED, {"problem": problem})
    return Judged(change.id, Verdict.DUPLICATE, before.answer, earlier=before.verdict)


async def _base_of(session: AsyncSession, change: Change, *, sync: Sync) -> int | None:
    """Return the version that a change builds upon, once all that it builds upon is there.

    A device cannot know what its earlier changes of the same thing will make of it: a change that
    says nothing new makes no version. One that it names tells.
    """
    named = await queries.changes_named(session, sync.device_id, change.depends_on)
    for each in change.depends_on:
        if each in named and named[each].verdict is not Verdict.APPLIED:
            raise rules.DependencyFailedError(extra={"change_id": str(each)})
    failed = await queries.find_failed(
        session,
        sync.device_id,
        subject=change.subject,
        made_at=sync.server_time(change.made_at),
        refers_to=change.refers_to,
        besides=change.id,
    )
    if failed is not None:
        raise rules.DependencyFailedError(extra={"change_id": str(failed)})
    if len(named) < len(set(change.depends_on)):
        raise rules.DependencyMissingError
    made = [
        version
        for row in named.values()
        if row.subject == change.subject and (version := row.answer.get("version")) is not None
    ]
    return max(made, default=change.base_version)


async def _do(session: AsyncSession, change: Change, *, sync: Sync, work: Work | None) -> Told:
    if work is None:
        raise rules.ChangeKindUnknownError(pointer="/kind")
    if not sync.actor.may(rules.PERMISSIONS[ChangeKind(change.kind)]):
        raise ForbiddenError
    if isinstance(change.body, ServiceError):
        raise change.body
    return await work(session, sync, change)


def _judged(change: Change, told: Told) -> Judged:
    if told.theirs is not None:
        conflict = {"theirs": told.theirs, "ours": told.ours or {}}
        answer: dict[str, Any] = {"version": told.version, "conflict": conflict}
        return Judged(change.id, Verdict.CONFLICT, answer)
    answer = {
        "id": None if told.id is None else str(told.id),
        "version": told.version,
        "notes": told.notes,
    }
    return Judged(change.id, Verdict.APPLIED, answer)


async def _keep(session: AsyncSession, judged: Judged, *, sync: Sync) -> Judged:
    row = await queries.find_change(session, sync.device_id, judged.change_id)
    if row is None:
        raise LookupError("a change that was entered is gone")
    row.verdict = judged.verdict
    row.answer = {name: each for name, each in judged.answer.items() if each is not None}
    await session.flush()
    return judged


async def forget_changes(session: AsyncSession, *, before: datetime, limit: int) -> int:
    """Forget up to `limit` changes that came before a moment, and return how many."""
    key = (SyncChange.device_id, SyncChange.change_id)
    oldest = (
        select(*key)
        .where(SyncChange.received_at < before)
        .order_by(SyncChange.received_at)
        .limit(limit)
    )
    result = await session.execute(
        delete(SyncChange)
        .where(tuple_(*key).in_(oldest))
        .returning(SyncChange.change_id)
        .execution_options(synchronize_session=False)
    )
    return len(result.all())


def said_by(name: str | None, sync: Sync) -> str:
    """Return whether the sender himself said something, or somebody else."""
    return "SELF" if name == sync.actor.name else "OTHER"


def ours_of(change: Change, **said: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return what a device said, as it stands beside what it met."""
    return {
        "by": "SELF",
        "made_at": change.made_at.isoformat(),
        "base_version": change.base_version,
        **said,
    }


def instant(at: datetime | None) -> str | None:
    """Return a moment as text."""
    return None if at is None else at.isoformat()


def builds_upon(change: Change, *, present: int | None) -> bool:
    """Tell whether a change builds upon what stands.

    Raises:
        BaseUnknownError: when it builds upon what has never been.
    """
    if (change.base_version or 0) > (present or 0):
        raise rules.BaseUnknownError(pointer="/base_version")
    return change.base_version == present
