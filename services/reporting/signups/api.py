"""HTTP face of sign-ups."""

import hashlib
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime, Field

from services.reporting.folding.rules import Source
from services.reporting.freshness.jobs import Watch
from services.reporting.freshness.rules import Freshness, Standing
from services.reporting.programs.queries import find_wave
from services.reporting.questions.rules import ValueUnknownError, check_areas
from services.reporting.signup_facts.rules import minute_of
from services.reporting.signups import queries, rules
from services.reporting.signups.rules import Cut, Span
from services.reporting.signups.schemas import PointRead, SignUpsRead, SpeedRead
from shared.clock import utc_now
from shared.db.session import transaction
from shared.scope import NATIONAL
from shared.web.app import VERSION
from shared.web.auth import Public
from shared.web.etag import not_modified
from shared.web.now import Now
from shared.web.openapi import problems

router = APIRouter(prefix="/signups", tags=["reports"])

_SOURCES = (Source.ENROLLMENT,)
Step = Annotated[
    int, Field(ge=60, le=86_400, multiple_of=60), Query(description="Seconds: whole minutes.")
]
Province = Annotated[
    str | None, Field(pattern=r"^\d{2}$"), Query(description="Where the place lies: 33.")
]


@router.get(
    "",
    response_model=SignUpsRead,
    responses=problems(
        rules.WaveUnknownError,
        rules.SpanEndsFirstError,
        rules.TooManyPointsError,
        ValueUnknownError,
    ),
)
async def get_signups(
    *,
    request: Request,
    caller: Public,
    now: Now,
    wave: Annotated[UUID | None, Query(description="One wave; without it all of them.")] = None,
    province: Province = None,
    since: Annotated[
        AwareDatetime | None, Query(alias="from", description="By default an hour before `to`.")
    ] = None,
    until: Annotated[
        AwareDatetime | None, Query(alias="to", description="By default this minute's end.")
    ] = None,
    step: Step = 60,
) -> Response:
    """Return how many people asked for a place, by the minute they did, and how fast they do now.

    A claim of a place counts when it comes, an application when it is sent; neither is taken back
    when it is withdrawn. The same answer is 304 until something moves or a minute ends.
    """
    span = rules.span_of(now=now, start=since, end=until, step_s=step)
    cut = Cut(wave, province)
    watch: Watch = request.scope["state"]["watch"]
    standing = await watch.standing()
    fresh = standing.freshness(_SOURCES, now=utc_now())
    headers = _headers(fresh)
    etag = _etag(cut, span, standing, now)
    unchanged = not_modified(request, etag, headers=headers)
    if unchanged is not None:
        return unchanged
    async with transaction(
        request.scope["state"]["sessions"], scope=NATIONAL, actor=caller.actor
    ) as session:
        if wave is not None and await find_wave(session, wave) is None:
            raise rules.WaveUnknownError
        areas = await request.scope["state"]["answers"].areas.get(session, standing.areas)
        check_areas([province] if province else [], areas, parameter="province")
        speed = await queries.read_speed(session, cut, now=now)
        points = await queries.read_points(session, cut, span)
    read = SignUpsRead(
        wave=wave,
        province=province,
        start=span.start,
        end=span.end,
        step=step,
        as_of=fresh.as_of,
        lag_seconds=fresh.lag_seconds,
        synthetic=_synthetic(standing, wave),
        points=[PointRead.model_validate(each) for each in points],
        **SpeedRead.model_validate(speed).model_dump(),
    )
    return Response(
        read.model_dump_json(by_alias=True),
        media_type="application/json",
        headers={**headers, "ETag": etag},
    )


def _headers(fresh: Freshness) -> dict[str, str]:
    return {
        "Balai-As-Of": fresh.as_of.isoformat() if fresh.as_of else "",
        "Balai-Lag-Seconds": "" if fresh.lag_seconds is None else str(fresh.lag_seconds),
        "Cache-Control": "public, no-cache",
    }


def _etag(cut: Cut, span: Span, standing: Standing, now: datetime) -> str:
    parts = (VERSION, cut, span, standing.position(_SOURCES), minute_of(now))
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()
    return f'W/"{digest}"'


def _synthetic(standing: Standing, wave: UUID | None) -> bool:
    return bool(standing.synthetic_waves) if wave is None else str(wave) in standing.synthetic_waves
