"""HTTP face of snapshots: ordered and published by the ministry, read and checked by anybody.

All moments of a snapshot are of the real clock, as the days are on which figures are recorded.
"""

import base64
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response, status

from services.reporting.base import Idempotency
from services.reporting.past_figures.rules import AsOfBeforeFirstEventError
from services.reporting.snapshots import operations, queries, rules
from services.reporting.snapshots.queries import Known
from services.reporting.snapshots.schemas import (
    PublicKey,
    RevisionCreate,
    SnapshotContent,
    SnapshotCreate,
    SnapshotKeys,
    SnapshotRead,
)
from shared.clock import ledger_day, utc_now
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Public, Requires
from shared.web.etag import etag_of, not_modified
from shared.web.links import absolute
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(tags=["publication"])

Publisher = Annotated[Caller, Depends(Requires(Permission.FIGURES_PUBLISH))]
SnapshotId = Annotated[UUID, Path(description="The snapshot's identifier.")]

_KEYS_HEADERS: Final = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}


def _sees_all(caller: Caller) -> bool:
    """Tell whether a caller may see snapshots that have not been published."""
    return caller.actor.may(Permission.FIGURES_PUBLISH)


def _read(request: Request, known: Known) -> SnapshotRead:
    snapshot = known.snapshot
    frozen = snapshot.sha256 is not None
    path = f"/v1/snapshots/{snapshot.id}/content"
    return SnapshotRead.model_validate(snapshot).model_copy(
        update={
            "replaced_reason": known.replaced_reason,
            "content_url": absolute(request, path) if frozen else None,
            "sheet_url": absolute(request, f"/sheets/{snapshot.id}") if frozen else None,
            "print_url": absolute(request, f"/sheets/{snapshot.id}/print") if frozen else None,
        }
    )


@router.get("/snapshots", responses=problems(CursorInvalidError))
async def list_snapshots(
    request: Request, session: SessionDep, caller: Public, page: PageArgs
) -> Page[SnapshotRead]:
    """List snapshots, the latest period first; those in the making are the publishers' own."""
    after = None
    if page.after is not None:
        after = (date.fromisoformat(str(page.after[0])), UUID(str(page.after[1])))
    rows = await queries.list_snapshots(
        session, everything=_sees_all(caller), after=after, limit=page.fetch
    )
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [str(row.snapshot.period_to), str(row.snapshot.id)],
        read=lambda row: _read(request, row),
    )


@router.post(
    "/snapshots",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=SnapshotRead,
    responses=problems(
        rules.SnapshotsNationalError,
        rules.PeriodRefusedError,
        AsOfBeforeFirstEventError,
        rules.SnapshotIdTakenError,
    ),
)
async def order_snapshot(
    *,
    request: Request,
    session: SessionDep,
    caller: Publisher,
    once: OnceDep,
    body: SnapshotCreate,
) -> Response:
    """Order the figures of a period to be frozen; the job at Location does it."""

    async def work() -> SnapshotRead:
        now = utc_now()
        snapshot = await operations.order_snapshot(
            session, body, scope=caller.scope, now=now, today=ledger_day(now)
        )
        return _read(request, Known(snapshot, None))

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_202_ACCEPTED,
        location=lambda made: f"/v1/jobs/{made.job_id}",
        etag=lambda made: etag_of(made.version),
    )


@router.get("/snapshots/{snapshot_id}", responses=problems(rules.SnapshotNotFoundError))
async def get_snapshot(
    *,
    request: Request,
    session: SessionDep,
    caller: Public,
    snapshot_id: SnapshotId,
    response: Response,
) -> SnapshotRead:
    """Return what is known of a snapshot: hash, signature, and what has replaced it and why."""
    known = await queries.find_snapshot(session, snapshot_id, everything=_sees_all(caller))
    response.headers["ETag"] = etag_of(known.snapshot.version)
    return _read(request, known)


@router.get(
    "/snapshots/{snapshot_id}/content",
    response_model=SnapshotContent,
    responses={
        **problems(rules.SnapshotNotFoundError),
        304: {"description": "Not Modified"},
    },
)
async def get_snapshot_content(
    request: Request, session: SessionDep, caller: Public, snapshot_id: SnapshotId
) -> Response:
    """Return the very bytes that were hashed and signed; the hash is their ETag."""
    known = await queries.find_snapshot(session, snapshot_id, everything=_sees_all(caller))
    sha256 = known.snapshot.sha256
    if sha256 is None:
        raise rules.SnapshotNotFoundError
    public = known.snapshot.state in rules.PUBLIC
    headers = {
        "Cache-Control": "public, max-age=300" if public else "private, no-store",
        "Vary": "Authorization",
        "X-Content-Type-Options": "nosniff",
    }
    unchanged = not_modified(request, f'"{sha256}"', headers=headers)
    if unchanged is not None:
        return unchanged
    digest = base64.b64encode(bytes.fromhex(sha256)).decode()
    return Response(
        await queries.read_content(session, snapshot_id),
        headers={**headers, "ETag": f'"{sha256}"', "Repr-Digest": f"sha-256=:{digest}:"},
        media_type="application/json",
    )


@router.post(
    "/snapshots/{snapshot_id}/publish",
    response_model=SnapshotRead,
    responses=problems(
        rules.SnapshotNotFoundError,
        rules.SnapshotsNationalError,
        rules.SnapshotStateError,
        rules.SnapshotRevisedError,
    ),
)
async def publish_snapshot(
    *,
    request: Request,
    session: SessionDep,
    caller: Publisher,
    once: OnceDep,
    snapshot_id: SnapshotId,
) -> Response:
    """Publish a frozen snapshot; from then on anybody reads it, and it does not change."""

    async def work() -> SnapshotRead:
        snapshot = await operations.publish_snapshot(
            session, snapshot_id, scope=caller.scope, now=utc_now()
        )
        return _read(request, Known(snapshot, None))

    return await answer_once(
        session, Idempotency, once, work, etag=lambda made: etag_of(made.version)
    )


@router.post(
    "/snapshots/{snapshot_id}/revisions",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=SnapshotRead,
    responses=problems(
        rules.SnapshotNotFoundError,
        rules.SnapshotsNationalError,
        rules.SnapshotStateError,
        rules.SnapshotIdTakenError,
    ),
)
async def revise_snapshot(
    *,
    request: Request,
    session: SessionDep,
    caller: Publisher,
    once: OnceDep,
    snapshot_id: SnapshotId,
    body: RevisionCreate,
) -> Response:
    """Order a published snapshot's period to be frozen anew, and say why; the earlier one stays."""

    async def work() -> SnapshotRead:
        snapshot = await operations.revise_snapshot(
            session, snapshot_id, body, scope=caller.scope, now=utc_now()
        )
        return _read(request, Known(snapshot, None))

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_202_ACCEPTED,
        location=lambda made: f"/v1/jobs/{made.job_id}",
        etag=lambda made: etag_of(made.version),
    )


@router.get("/snapshot-keys")
async def list_snapshot_keys(session: SessionDep, _: Public, response: Response) -> SnapshotKeys:
    """Return the public keys that signed snapshots, earlier ones included, as a JWK set."""
    response.headers.update(_KEYS_HEADERS)
    keys = await queries.list_keys(session)
    return SnapshotKeys(keys=[PublicKey.model_validate(each.jwk) for each in keys])
