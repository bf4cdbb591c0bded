"""The life of a snapshot: ordered, frozen, signed, published, revised."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from joserfc.jwk import OKPKey
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.base import Event, Job
from services.reporting.folding.rules import Source
from services.reporting.past_figures.operations import check_known
from services.reporting.past_figures.rules import PastNotOfferedError
from services.reporting.published_tables.operations import compute_table
from services.reporting.published_tables.rules import PublishedTable, metadata_of
from services.reporting.questions.rules import Moment, Period
from services.reporting.snapshots import queries, rules
from services.reporting.snapshots.rules import SnapshotState
from services.reporting.snapshots.schemas import FreezeSnapshot, RevisionCreate, SnapshotCreate
from services.reporting.snapshots.tables import Snapshot, SnapshotKey
from shared.db.base import translate
from shared.db.events import emit
from shared.db.jobs import add_job
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.reporting import SnapshotMoved, Topic
from shared.scope import Place, Scope

FREEZE: Final = "freeze-snapshot"
_REFUSALS: Final[dict[str, type[ServiceError]]] = {"pk_snapshot": rules.SnapshotIdTakenError}


def _check_national(scope: Scope) -> None:
    if not scope.admits(Place(), write=True):
        raise rules.SnapshotsNationalError


async def order_snapshot(
    session: AsyncSession, body: SnapshotCreate, *, scope: Scope, now: datetime, today: date
) -> Snapshot:
    """Order the figures of a period to be frozen; a job does it.

    Raises:
        SnapshotsNationalError: when the caller publishes for a part of the country only.
        PeriodRefusedError: when the period ends before it starts, or after today.
        AsOfBeforeFirstEventError: when nothing had been recorded by the end of the period.
        SnapshotIdTakenError: when another one has the id.
    """
    _check_national(scope)
    rules.check_period(body.period_from, body.period_to, today=today)
    known = Moment(rules.taken_at(body.period_to, now=now), body.period_to)
    await check_known(session, tuple(Source), known, pointer="/period_to")
    snapshot = _new_snapshot(
        body.id, title=body.title, period=(body.period_from, body.period_to), now=now
    )
    return await _order(session, snapshot, now=now)


async def revise_snapshot(
    session: AsyncSession, snapshot_id: UUID, body: RevisionCreate, *, scope: Scope, now: datetime
) -> Snapshot:
    """Order the period of a published snapshot to be frozen anew; it stands until that is out.

    Raises:
        SnapshotsNationalError: when the caller publishes for a part of the country only.
        SnapshotNotFoundError: when there is none of this id.
        SnapshotStateError: when it has not been published, or was revised already.
        SnapshotIdTakenError: when another one has the id given.
    """
    _check_national(scope)
    revised = (await queries.lock_snapshots(session, [snapshot_id])).get(snapshot_id)
    if revised is None:
        raise rules.SnapshotNotFoundError
    rules.check_state(revised.state, SnapshotState.PUBLISHED)
    snapshot = _new_snapshot(
        body.id, title=revised.title, period=(revised.period_from, revised.period_to), now=now
    )
    snapshot.revises_id, snapshot.reason = revised.id, body.reason
    return await _order(session, snapshot, now=now)


def _new_snapshot(
    identifier: UUID | None, *, title: str, period: tuple[date, date], now: datetime
) -> Snapshot:
    return Snapshot(
        id=identifier or new_id(),
        title=title,
        period_from=period[0],
        period_to=period[1],
        taken_at=rules.taken_at(period[1], now=now),
        state=SnapshotState.ORDERED,
        ordered_at=now,
        version=1,
    )


async def _order(session: AsyncSession, snapshot: Snapshot, *, now: datetime) -> Snapshot:
    snapshot.ordered_by = session.info["actor"].name
    session.add(snapshot)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    job = await add_job(session, Job, kind=FREEZE, payload=FreezeSnapshot(snapshot_id=snapshot.id))
    snapshot.job_id = job.id
    await session.flush()
    await _tell(session, snapshot, Topic.SNAPSHOT_ORDERED, at=now)
    return snapshot


async def read_part(
    session: AsyncSession, table: PublishedTable, snapshot: Snapshot, *, now: datetime
) -> tuple[dict[str, Any], bool]:
    """Return a table at the end of a snapshot's period, and whether any of it is generated.

    What the period added stands beside it for tables of the whole country. A table of what is kept
    without days tells the present, and says so.
    """
    until = Period(None, snapshot.period_to)
    added: dict[str, Any] | None = None
    present = False
    try:
        computed = await compute_table(
            session, table, now=now, today=snapshot.period_to, period=until
        )
        if table.report is not None and not table.by:
            span = Period(snapshot.period_from, snapshot.period_to)
            flow = await compute_table(
                session, table, now=now, today=snapshot.period_to, period=span
            )
            added = {"rows": flow.rows}
    except PastNotOfferedError:
        present = True
        computed = await compute_table(session, table, now=now, today=snapshot.period_to)
    part = {
        "label": table.label._asdict(),
        "metadata": metadata_of(table),
        "present": present,
        "rows": computed.rows,
        "totals": computed.totals,
        "in_period": added,
    }
    return part, computed.basis.synthetic


async def freeze_snapshot(
    session: AsyncSession,
    snapshot_id: UUID,
    tables: Mapping[str, Any],
    *,
    synthetic: bool,
    key: object,
    now: datetime,
) -> Snapshot:
    """Put the parts of an ordered snapshot together, hash and sign them; once.

    Raises:
        SigningKeyUnfitError: when `key` is not a private Ed25519 key.
    """
    snapshot = (await queries.lock_snapshots(session, [snapshot_id]))[snapshot_id]
    if snapshot.state is not SnapshotState.ORDERED:
        return snapshot
    facts = {
        "id": snapshot.id,
        "title": snapshot.title,
        "period": {"from": snapshot.period_from, "to": snapshot.period_to},
        "taken_at": snapshot.taken_at,
        "revises": snapshot.revises_id,
        "reason": snapshot.reason,
    }
    register = [each.model_dump(mode="json") for each in await queries.read_register(session)]
    body = rules.body_of(facts, tables=tables, baselines=register, synthetic=synthetic)
    signature = rules.sign(body, key)
    snapshot.key_id, snapshot.signature = await _keep_key(session, key, now=now), signature
    snapshot.body, snapshot.sha256 = body, rules.hash_of(body)
    snapshot.synthetic, snapshot.frozen_at = synthetic, max(now, snapshot.taken_at)
    snapshot.state = SnapshotState.FROZEN
    snapshot.version += 1
    await session.flush()
    await _tell(session, snapshot, Topic.SNAPSHOT_FROZEN, at=now)
    return snapshot


async def _keep_key(session: AsyncSession, key: object, *, now: datetime) -> str:
    if not isinstance(key, OKPKey):
        raise rules.SigningKeyUnfitError
    jwk = rules.public_jwk(key)
    await session.execute(
        insert(SnapshotKey)
        .values(kid=jwk["kid"], jwk=jwk, first_used_at=now)
        .on_conflict_do_nothing(index_elements=["kid"])
    )
    return jwk["kid"]


async def publish_snapshot(
    session: AsyncSession, snapshot_id: UUID, *, scope: Scope, now: datetime
) -> Snapshot:
    """Publish a frozen snapshot; the one that it revises stays readable, and says by what.

    Raises:
        SnapshotsNationalError: when the caller publishes for a part of the country only.
        SnapshotNotFoundError: when there is none of this id.
        SnapshotStateError: when it is not frozen, or published already.
        SnapshotRevisedError: when another revision has taken the earlier one's place meanwhile.
    """
    _check_national(scope)
    asked = await queries.get_snapshot(session, snapshot_id)
    ids = [each for each in (asked.id, asked.revises_id) if each is not None]
    locked = await queries.lock_snapshots(session, ids)
    snapshot = locked[snapshot_id]
    rules.check_state(snapshot.state, SnapshotState.FROZEN)
    if snapshot.revises_id is not None:
        earlier = locked[snapshot.revises_id]
        if earlier.state is not SnapshotState.PUBLISHED:
            raise rules.SnapshotRevisedError
        earlier.state, earlier.replaced_by_id = SnapshotState.REPLACED, snapshot.id
        earlier.version += 1
        await _tell(session, earlier, Topic.SNAPSHOT_REPLACED, at=now)
    snapshot.state = SnapshotState.PUBLISHED
    # The worker's clock may be ahead by a little.
    snapshot.published_at = max(now, snapshot.frozen_at or now)
    snapshot.version += 1
    await session.flush()
    await _tell(session, snapshot, Topic.SNAPSHOT_PUBLISHED, at=now)
    return snapshot


async def _tell(session: AsyncSession, snapshot: Snapshot, topic: Topic, *, at: datetime) -> None:
    await emit(
        session,
        Event,
        topic=topic,
        stream_id=snapshot.id,
        event=SnapshotMoved(
            snapshot_id=snapshot.id,
            period_from=snapshot.period_from,
            period_to=snapshot.period_to,
            state=snapshot.state,
            sha256=snapshot.sha256,
            revises_id=snapshot.revises_id,
        ),
        place=Place(),
        occurred_at=at,
        version=snapshot.version,
    )
