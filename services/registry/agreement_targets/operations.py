"""Changes to targets, each within the caller's transaction."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreement_targets.rules import check_targets
from services.registry.agreement_targets.schemas import Targets
from services.registry.agreement_targets.tables import AgreementTarget
from services.registry.agreements.rules import KeptState, Verb, check_verb
from services.registry.agreements.tables import Agreement
from services.registry.base import Event
from shared.db.events import Draft, emit_all
from shared.db.within import place_of
from shared.schemas.registry import AgreementPromise, AgreementTargetsStated, Topic


async def state_targets(
    session: AsyncSession, agreement: Agreement, body: Targets, *, now: datetime, today: date
) -> None:
    """Replace the targets of a locked agreement, draft or not.

    Raises:
        AgreementStateRefusedError: when it is at its end.
        TargetRepeatedError: when one indicator has two numbers for one day.
    """
    verb = Verb.CHANGE if agreement.state is KeptState.DRAFT else Verb.ACT
    check_verb(agreement.term, verb, today=today)
    check_targets([(each.indicator, each.mode, each.by_day) for each in body.targets])
    await session.execute(
        delete(AgreementTarget).where(AgreementTarget.agreement_id == agreement.id)
    )
    rows: list[dict[str, Any]] = [
        {"agreement_id": agreement.id, "ordinal": place, **each.model_dump()}
        for place, each in enumerate(body.targets)
    ]
    if rows:
        await session.execute(insert(AgreementTarget), rows)
    agreement.version += 1
    await session.flush()
    draft = Draft(
        topic=Topic.AGREEMENT_TARGETS_STATED,
        stream_id=agreement.id,
        event=AgreementTargetsStated(
            agreement_id=agreement.id,
            targets=len(rows),
            number=agreement.number,
            valid_from=agreement.valid_from,
            area_codes=agreement.area_codes,
            owner_ministry=agreement.owner_ministry,
            signed=agreement.state is not KeptState.DRAFT,
            stated=[AgreementPromise.model_validate(each) for each in body.targets],
        ),
        place=place_of(agreement),
        occurred_at=now,
        version=agreement.version,
    )
    await emit_all(session, Event, [draft])
