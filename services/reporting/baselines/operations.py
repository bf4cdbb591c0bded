"""Changes to the register of published figures, each within the caller's transaction."""

from datetime import datetime
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.base import Event
from services.reporting.baselines import rules
from services.reporting.baselines.schemas import BaselineCorrection, BaselineCreate, BaselineRead
from services.reporting.baselines.tables import Baseline, BaselineVersion
from shared.db.base import translate
from shared.db.events import emit
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.reporting import BaselineStated, Topic
from shared.scope import Place, Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_baseline": rules.BaselineIdTakenError,
    "uq_baseline_code": rules.BaselineCodeTakenError,
}
_KEPT: Final = frozenset({"id", "version", "recorded_at"})


def _check_national(scope: Scope) -> None:
    if not scope.admits(Place(), write=True):
        raise rules.RegisterNationalError


async def state_baseline(
    session: AsyncSession, body: BaselineCreate, *, scope: Scope, now: datetime
) -> Baseline:
    """Enter a published figure, and tell it.

    Raises:
        RegisterNationalError: when the caller writes for a part of the country only.
        FigureInvalidError: when it is neither one number nor bounds.
        BaselineIdTakenError, BaselineCodeTakenError: when it is there already.
    """
    _check_national(scope)
    rules.check_figure(value=body.value, lower=body.lower, upper=body.upper)
    baseline = Baseline(
        **{**body.model_dump(), "id": body.id or new_id()},
        version=1,
        recorded_by=session.info["actor"].name,
        recorded_at=now,
    )
    session.add(baseline)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await _tell(session, baseline)
    return baseline


async def correct_baseline(
    session: AsyncSession,
    baseline: Baseline,
    body: BaselineCorrection,
    *,
    scope: Scope,
    now: datetime,
) -> Baseline:
    """Correct a locked figure; what the register said before stays readable, with the reason.

    Raises:
        RegisterNationalError: when the caller writes for a part of the country only.
        FigureInvalidError: when it would be neither one number nor bounds.
    """
    _check_national(scope)
    wanted = body.model_dump(exclude_unset=True, exclude={"reason"})
    if "value" in wanted:
        # One number takes the place of the bounds unless the correction names those as well.
        wanted = {"lower": None, "upper": None, **wanted}
    if all(getattr(baseline, name) == value for name, value in wanted.items()):
        return baseline
    said = BaselineRead.model_validate(baseline).model_dump(mode="json", exclude=set(_KEPT))
    figure = {name: getattr(baseline, name) for name in ("value", "lower", "upper")}
    rules.check_figure(**{name: wanted.get(name, known) for name, known in figure.items()})
    actor = session.info["actor"].name
    session.add(
        BaselineVersion(
            baseline_id=baseline.id,
            version=baseline.version,
            facts=said,
            recorded_by=baseline.recorded_by,
            recorded_at=baseline.recorded_at,
            reason=body.reason,
            corrected_by=actor,
            corrected_at=now,
        )
    )
    for name, value in wanted.items():
        setattr(baseline, name, value)
    baseline.version += 1
    baseline.recorded_by, baseline.recorded_at = actor, now
    await session.flush()
    await _tell(session, baseline)
    return baseline


async def _tell(session: AsyncSession, baseline: Baseline) -> None:
    await emit(
        session,
        Event,
        topic=Topic.BASELINE_STATED,
        stream_id=baseline.id,
        event=BaselineStated.model_validate(
            {**BaselineRead.model_validate(baseline).model_dump(), "baseline_id": baseline.id}
        ),
        place=Place(),
        occurred_at=baseline.recorded_at,
        version=baseline.version,
    )
