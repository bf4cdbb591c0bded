"""HTTP face of the quotas of a wave."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Response

from services.enrollment.areas.rules import AreasNotCopiedError, UnknownAreaError
from services.enrollment.programs.rules import NotYourMinistryError
from services.enrollment.wave_quotas import operations, rules
from services.enrollment.wave_quotas.schemas import QuotasPut, WaveQuotasRead
from services.enrollment.waves.rules import SelectionApprovedError, WaveUnknownError
from shared.errors import StaleError
from shared.scope import Permission
from shared.web.auth import Caller, Public, Requires
from shared.web.etag import IfMatch, check_match, etag_of
from shared.web.now import Now
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/waves/{wave_id}/quotas", tags=["wave-quotas"])

WaveId = Annotated[UUID, Path(description="The wave.")]
WaveWriter = Annotated[Caller, Depends(Requires(Permission.PROGRAMS_WRITE))]

_EXAMPLE: Final = {
    "quotas": [
        {"dimension": "PROVINCE", "value": "33", "kind": "AT_MOST", "seats": 400},
        {
            "dimension": "DISABILITY",
            "value": "true",
            "kind": "AT_LEAST",
            "seats": 20,
            "release_at": "2027-01-30T01:00:00Z",
        },
    ]
}
QuotasBody = Annotated[QuotasPut, Body(examples=[_EXAMPLE])]


@router.get("", response_model=WaveQuotasRead, responses=problems(WaveUnknownError))
async def get_wave_quotas(session: SessionDep, _: Public, wave_id: WaveId) -> Response:
    """Read the quotas of a wave, and how far they are used up.

    The ETag is that of the wave, for setting them; how many hold a seat changes without it.
    """
    read = await operations.read_wave_quotas(session, wave_id)
    return Response(
        read.model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(read.version)},
    )


@router.put(
    "",
    responses=problems(
        WaveUnknownError,
        NotYourMinistryError,
        StaleError,
        AreasNotCopiedError,
        UnknownAreaError,
        rules.QuotaValueError,
        rules.QuotaReleaseError,
        rules.QuotaTwiceError,
        rules.QuotaReasonError,
        SelectionApprovedError,
    ),
)
async def put_wave_quotas(
    session: SessionDep,
    *,
    caller: WaveWriter,
    wave_id: WaveId,
    body: QuotasBody,
    if_match: IfMatch,
    now: Now,
    response: Response,
) -> WaveQuotasRead:
    """Give a wave these quotas and no others; once applications are open, with a reason.

    Whoever holds a seat keeps it: quotas judge the seats that are given from now on.
    """
    wave = await operations.lock_wave(session, wave_id, scope=caller.scope)
    check_match(if_match, wave.version)
    read = await operations.set_quotas(session, wave, body, now=now)
    response.headers["ETag"] = etag_of(read.version)
    return read
