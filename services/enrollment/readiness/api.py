"""HTTP face of readiness."""

from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request

from services.enrollment import gateways
from services.enrollment.readiness.queries import classes_of
from services.enrollment.readiness.rules import (
    LACK_TEXT,
    Criterion,
    Lack,
    Readiness,
    Tally,
    judge,
    tally,
    tally_by_province,
)
from services.enrollment.readiness.schemas import (
    ClassReadiness,
    CriterionRead,
    ProvinceReadiness,
    WaveReadiness,
)
from services.enrollment.waves.queries import get_wave
from services.enrollment.waves.rules import WaveUnknownError
from shared.clock import utc_now
from shared.db.session import transaction
from shared.http.client import RegistryUnavailableError
from shared.i18n import Language
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.problems import language_of

router = APIRouter(prefix="/waves/{wave_id}/readiness", tags=["waves"])

WaveId: TypeAlias = Annotated[UUID, Path(description="The wave's identifier.")]
ReadinessReader: TypeAlias = Annotated[Caller, Depends(Requires(Permission.ENROLLMENTS_READ))]
MinSeats: TypeAlias = Annotated[
    int, Query(ge=0, le=100, description="Percent of a class's seats that are to be confirmed.")
]
_MIN_SEATS = 80


async def judged_classes(
    request: Request,
    caller: Caller,
    wave_id: UUID,
    *,
    min_seats_percent: int,
    province: str | None = None,
    after: str | None = None,
    limit: int | None = None,
) -> list[Readiness]:
    """Return the classes of a wave within the caller's scope, each with what is missing.

    Read in one statement here and in one there: the registry is asked after the transaction.

    Raises:
        WaveUnknownError: when there is no such wave.
        RegistryUnavailableError: when the registry does not answer in time.
    """
    state = request.scope["state"]
    async with transaction(state["sessions"], scope=caller.scope, actor=caller.actor) as session:
        await get_wave(session, wave_id)
        asked = await classes_of(
            session, wave_id, scope=caller.scope, province=province, after=after, limit=limit
        )
    standings = await gateways.class_standings(state["registry"], [each.ask for each in asked])
    return [
        judge(each.facts, standing, min_seats_percent=min_seats_percent)
        for each, standing in zip(asked, standings, strict=True)
    ]


def figure_of(wave_id: UUID, judged: list[Readiness], *, min_seats_percent: int) -> WaveReadiness:
    """Return a wave in one figure and by province, as of now."""
    provinces = tally_by_province(judged)
    return WaveReadiness(
        wave_id=wave_id,
        as_of=utc_now(),
        min_seats_percent=min_seats_percent,
        provinces=[
            ProvinceReadiness(province_code=code, **_members(each))
            for code, each in provinces.items()
        ],
        **_members(tally(judged)),
    )


def _members(counted: Tally) -> dict[str, object]:
    return {
        "classes": counted.classes,
        "ready": counted.ready,
        "percent": counted.percent,
        "met": dict(counted.met),
    }


@router.get("", responses=problems(WaveUnknownError, RegistryUnavailableError))
async def get_wave_readiness(
    request: Request,
    caller: ReadinessReader,
    wave_id: WaveId,
    min_seats_percent: MinSeats = _MIN_SEATS,
) -> WaveReadiness:
    """Tell how much of a wave is ready to start: in one figure, by criterion and by province.

    Of the classes within the caller's scope, as both services have them at this moment.
    """
    judged = await judged_classes(request, caller, wave_id, min_seats_percent=min_seats_percent)
    return figure_of(wave_id, judged, min_seats_percent=min_seats_percent)


@router.get(
    "/classes",
    responses=problems(WaveUnknownError, RegistryUnavailableError, CursorInvalidError),
)
async def list_class_readiness(
    *,
    request: Request,
    caller: ReadinessReader,
    wave_id: WaveId,
    page: PageArgs,
    province: Annotated[str | None, Query(pattern=r"^\d{2}$", description="Province 33.")] = None,
    min_seats_percent: MinSeats = _MIN_SEATS,
) -> Page[ClassReadiness]:
    """List the classes of a wave by their codes, each with what is met and what is missing."""
    judged = await judged_classes(
        request,
        caller,
        wave_id,
        min_seats_percent=min_seats_percent,
        province=province,
        after=page.after_text,
        limit=page.fetch,
    )
    language = language_of(request)
    return page_of(
        request,
        judged,
        page.limit,
        key=lambda row: [row.facts.code],
        read=lambda row: _read(row, language),
    )


def _read(judged: Readiness, language: Language) -> ClassReadiness:
    facts = judged.facts
    own = {name: getattr(facts, name) for name in ClassReadiness.model_fields if _is_fact(name)}
    criteria = [_criterion(each, lack, language) for each, lack in judged.lacks.items()]
    return ClassReadiness(**own, ready=judged.ready, criteria=criteria)


def _is_fact(name: str) -> bool:
    return name not in ("ready", "criteria")


def _criterion(criterion: Criterion, lack: Lack | None, language: Language) -> CriterionRead:
    return CriterionRead(
        criterion=criterion,
        met=lack is None,
        code=lack,
        detail=None if lack is None else LACK_TEXT[lack].in_(language),
    )
