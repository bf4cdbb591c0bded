"""HTTP face of selections: the steps until the list is frozen."""

from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response, status

from services.enrollment.applications.rules import WaveTakesClaimsError
from services.enrollment.base import Idempotency
from services.enrollment.identities.rules import NikKeys
from services.enrollment.programs.rules import NotYourMinistryError
from services.enrollment.selections import operations, queries, rules
from services.enrollment.selections.schemas import (
    PublicValueGive,
    SelectionCommit,
    SelectionRead,
)
from services.enrollment.waves.queries import get_wave
from services.enrollment.waves.rules import WaveCancelledError, WaveUnknownError
from shared.scope import Permission
from shared.web.auth import Caller, Public, Requires
from shared.web.etag import etag_of, not_modified
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/waves/{wave_id}/selection", tags=["selections"])

WaveId: TypeAlias = Annotated[UUID, Path(description="The wave's identifier.")]
SelectionRunner: TypeAlias = Annotated[Caller, Depends(Requires(Permission.SELECTIONS_RUN))]

_SOURCE = "Kurs JISDOR Bank Indonesia tanggal 26 Januari 2027, ditulis seperti 16123"
CommitBody: TypeAlias = Annotated[SelectionCommit, Body(examples=[{"public_source": _SOURCE}])]
ValueBody: TypeAlias = Annotated[PublicValueGive, Body(examples=[{"value": "16123"}])]


async def _nik_keys(request: Request) -> NikKeys:
    keys: NikKeys = request.scope["state"]["nik_keys"]
    return keys


Keys: TypeAlias = Annotated[NikKeys, Depends(_nik_keys)]


@router.get(
    "",
    response_model=SelectionRead,
    responses=problems(WaveUnknownError, rules.SelectionUnknownError),
)
async def get_selection(
    request: Request, session: SessionDep, _: Public, wave_id: WaveId, keys: Keys
) -> Response:
    """Return how far a wave's selection has come, and what is due to be published of it."""
    wave = await get_wave(session, wave_id)
    selection = await queries.get_selection(session, wave_id)
    etag = etag_of(selection.version)
    unchanged = not_modified(request, etag)
    if unchanged is not None:
        return unchanged
    read = await queries.read_of(session, wave, selection, keys=keys)
    return Response(read.model_dump_json(), media_type="application/json", headers={"ETag": etag})


@router.post(
    "/commit",
    status_code=status.HTTP_201_CREATED,
    response_model=SelectionRead,
    responses=problems(
        WaveUnknownError,
        NotYourMinistryError,
        WaveTakesClaimsError,
        WaveCancelledError,
        rules.CommitTooLateError,
        rules.SelectionCommittedError,
    ),
)
async def commit_selection(
    *,
    session: SessionDep,
    caller: SelectionRunner,
    wave_id: WaveId,
    keys: Keys,
    once: OnceDep,
    now: Now,
    body: CommitBody,
) -> Response:
    """Fix the seed of a wave's draw before applications close: its hash is public at once.

    A wave that takes applications without one gets one by itself, without a public figure. Once
    applications have closed it takes a public figure that nobody can know yet.
    """

    async def work() -> SelectionRead:
        selection = await operations.commit_selection(
            session,
            wave_id=wave_id,
            public_source=body.public_source,
            keys=keys,
            committed_by=caller.actor.name,
            scope=caller.scope,
            now=now,
        )
        wave = await get_wave(session, wave_id)
        return await queries.read_of(session, wave, selection, keys=keys)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda read: f"/v1/waves/{read.wave_id}/selection",
        etag=lambda read: etag_of(read.version),
    )


@router.post(
    "/close",
    response_model=SelectionRead,
    responses=problems(
        WaveUnknownError,
        rules.SelectionUnknownError,
        NotYourMinistryError,
        rules.SelectionStateError,
        rules.WindowStillOpenError,
    ),
)
async def close_selection(
    session: SessionDep,
    *,
    caller: SelectionRunner,
    wave_id: WaveId,
    keys: Keys,
    once: OnceDep,
    now: Now,
) -> Response:
    """Freeze the list of what was submitted; its digest is public from now on.

    Seconds after applications close this happens by itself.
    """

    async def work() -> SelectionRead:
        wave = await get_wave(session, wave_id)
        selection = await operations.close_selection(
            session, wave_id=wave_id, scope=caller.scope, now=now
        )
        return await queries.read_of(session, wave, selection, keys=keys)

    return await answer_once(session, Idempotency, once, work)


@router.post(
    "/public-value",
    response_model=SelectionRead,
    responses=problems(
        WaveUnknownError,
        rules.SelectionUnknownError,
        NotYourMinistryError,
        rules.PublicValueRefusedError,
    ),
)
async def record_public_value(
    *,
    session: SessionDep,
    caller: SelectionRunner,
    wave_id: WaveId,
    keys: Keys,
    once: OnceDep,
    now: Now,
    body: ValueBody,
) -> Response:
    """Record the public figure that was promised: once, after the list is frozen."""

    async def work() -> SelectionRead:
        wave = await get_wave(session, wave_id)
        selection = await operations.record_public_value(
            session,
            wave_id=wave_id,
            value=body.value,
            recorded_by=caller.actor.name,
            scope=caller.scope,
            now=now,
        )
        return await queries.read_of(session, wave, selection, keys=keys)

    return await answer_once(session, Idempotency, once, work)
