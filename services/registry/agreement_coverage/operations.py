"""Changes to what an agreement covers, each within the caller's transaction."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreement_coverage import queries, rules
from services.registry.agreement_coverage.schemas import CoverageAdd, CoverageEnd
from services.registry.agreements.queries import check_facilities, get_agreement_for_change
from services.registry.agreements.rules import Verb, check_verb
from services.registry.agreements.tables import Agreement, AgreementFacility
from services.registry.base import Event
from shared.db.base import translate
from shared.db.events import Draft, emit_all
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.schemas.base import Message
from shared.schemas.registry import AgreementCoverageAdded, AgreementCoverageEnded, Topic
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "ex_agreement_facility_validity": rules.CoverageOverlapsError,
    "pk_agreement_facility": rules.CoverageOverlapsError,
}


async def cover_facilities(
    session: AsyncSession,
    agreement_id: UUID,
    body: CoverageAdd,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> int:
    """Let an agreement cover further facilities, and return how many.

    Raises:
        AgreementNotFoundError, OutOfScopeError: when it is not there, or not the caller's.
        AgreementStateRefusedError: when it is a draft, or at its end.
        CoveragePeriodInvalidError: when the time lies outside the agreement's.
        CoveredFacilityUnknownError: when a facility is not there.
        CoverageOverlapsError: when one is covered in that time already.
    """
    agreement = await get_agreement_for_change(session, agreement_id, scope=scope)
    check_verb(agreement.term, Verb.COVER, today=today)
    rules.check_period(agreement.term, valid_from=body.valid_from, valid_to=body.valid_to)
    await check_facilities(session, body.facility_ids)
    await _check_overlaps(session, agreement_id, body)
    facility_ids = sorted(set(body.facility_ids))
    span = {"valid_from": body.valid_from, "valid_to": body.valid_to}
    rows = [{"agreement_id": agreement_id, "facility_id": each, **span} for each in facility_ids]
    try:
        await session.execute(insert(AgreementFacility), rows)
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    added = AgreementCoverageAdded(
        agreement_id=agreement_id,
        facility_ids=facility_ids,
        valid_from=body.valid_from,
        valid_to=body.valid_to,
    )
    await _tell(session, agreement, Topic.AGREEMENT_COVERAGE_ADDED, added, now=now)
    return len(facility_ids)


async def _check_overlaps(session: AsyncSession, agreement_id: UUID, body: CoverageAdd) -> None:
    kept = await queries.coverage_of(session, agreement_id, body.facility_ids)
    taken = {
        each.facility_id
        for each in kept
        if rules.overlap(
            body.valid_from, body.valid_to, other_from=each.valid_from, other_to=each.valid_to
        )
    }
    for place, facility_id in enumerate(body.facility_ids):
        if facility_id in taken:
            raise rules.CoverageOverlapsError(pointer=f"/facility_ids/{place}")


async def end_coverage(
    session: AsyncSession,
    agreement_id: UUID,
    facility_id: UUID,
    body: CoverageEnd,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> AgreementFacility:
    """Say which day is the last on which an agreement covers a facility.

    Raises:
        AgreementNotFoundError, OutOfScopeError: when it is not there, or not the caller's.
        AgreementStateRefusedError: when it is a draft, or at its end.
        CoverageNotFoundError: when it does not cover the facility.
        CoverageEndedError: when that ended on the day or before.
        CoveragePeriodInvalidError: when the day lies before the first.
    """
    agreement = await get_agreement_for_change(session, agreement_id, scope=scope)
    check_verb(agreement.term, Verb.COVER, today=today)
    kept = await queries.coverage_of(session, agreement_id, [facility_id])
    if not kept:
        raise rules.CoverageNotFoundError
    latest = kept[0]
    rules.check_end(valid_from=latest.valid_from, valid_to=latest.valid_to, last_day=body.last_day)
    latest.valid_to = body.last_day
    ended = AgreementCoverageEnded(
        agreement_id=agreement_id, facility_id=facility_id, valid_to=body.last_day
    )
    await _tell(session, agreement, Topic.AGREEMENT_COVERAGE_ENDED, ended, now=now)
    return latest


async def _tell(
    session: AsyncSession, agreement: Agreement, topic: Topic, event: Message, *, now: datetime
) -> None:
    agreement.version += 1
    await session.flush()
    draft = Draft(
        topic=topic,
        stream_id=agreement.id,
        event=event,
        place=place_of(agreement),
        occurred_at=now,
        version=agreement.version,
    )
    await emit_all(session, Event, [draft])
