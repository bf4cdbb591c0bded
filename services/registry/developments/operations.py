"""Changes to developments, each within the caller's transaction."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import check_within
from services.registry.agreement_actions.schemas import Evidence
from services.registry.agreements.queries import basis_of
from services.registry.agreements.rules import AgreementBasisRefusedError
from services.registry.base import Event
from services.registry.developments import queries, rules
from services.registry.developments.rules import DevelopmentKind, DevelopmentStep, Taken
from services.registry.developments.schemas import DevelopmentCreate, DevelopmentRead, StepCreate
from services.registry.developments.tables import Development, DevelopmentStepTaken
from services.registry.facilities.queries import get_facility_for_change
from services.registry.facilities.tables import Facility
from services.registry.institutions.queries import known_ids as known_institutions
from services.registry.institutions.rules import InstitutionUnknownError
from shared.db.base import translate
from shared.db.events import Draft, emit_all
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import DevelopmentMoved, Topic
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_development": rules.DevelopmentIdTakenError,
    "uq_development_number": rules.DevelopmentNumberTakenError,
    "uq_development_facility_id": rules.FacilityDevelopedError,
}


async def propose_development(
    session: AsyncSession, body: DevelopmentCreate, *, scope: Scope, now: datetime, today: date
) -> DevelopmentRead:
    """Keep the proposal to build a planned community centre.

    Raises:
        FacilityNotFoundError, OutOfScopeError: when the facility is not there, or not the caller's.
        FacilityNotPlannedError: when it is no planned community centre.
        InstitutionUnknownError, AgreementBasisRefusedError: when it names what is not there.
        StepDayInvalidError: when it was proposed on a day that lies ahead.
        DevelopmentIdTakenError, DevelopmentNumberTakenError, FacilityDevelopedError: when it is
            kept already.
    """
    facility = await get_facility_for_change(session, body.facility_id, scope=scope)
    rules.check_facility(kind=facility.kind, status=facility.status)
    await _check_names(session, body, scope=scope)
    if body.proposed_on > today:
        raise rules.StepDayInvalidError(pointer="/proposed_on")
    development = _new(facility, body, now=now)
    check_within(scope, place_of(development))
    session.add(development)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    step = Taken(DevelopmentStep.PROPOSED, body.proposed_on)
    kept = await _keep(session, development, step, evidence=body.evidence, now=now)
    await _tell(session, development, step, before=None, now=now)
    return queries.read_development(development, [kept], today=today)


async def take_step(
    session: AsyncSession,
    development_id: UUID,
    body: StepCreate,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> DevelopmentRead:
    """Let a development take the step that follows its present one.

    Raises:
        DevelopmentNotFoundError, OutOfScopeError: when it is not there, or not the caller's.
        StepRefusedError: when the step is out of order.
        StepDayInvalidError, StepAmountInvalidError, GrantExceededError, AccountsDueInvalidError:
            when what is said of it cannot be.
    """
    development = await queries.get_development_for_change(session, development_id, scope=scope)
    kept = (await queries.steps_of(session, [development.id]))[development.id]
    wanted = Taken(body.step, body.day, body.amount_rupiah, body.accounts_due_on)
    rules.check_step(
        [Taken(each.step, each.day, each.amount_rupiah) for each in kept],
        wanted,
        grant_rupiah=development.grant_rupiah,
        today=today,
    )
    before = development.step
    development.step = body.step
    development.accounts_due_on = body.accounts_due_on or development.accounts_due_on
    development.version += 1
    row = await _keep(session, development, wanted, evidence=body.evidence, now=now)
    await _tell(session, development, wanted, before=before, now=now)
    return queries.read_development(development, [*kept, row], today=today)


async def _check_names(session: AsyncSession, body: DevelopmentCreate, *, scope: Scope) -> None:
    if not await known_institutions(session, [body.institution_id]):
        raise InstitutionUnknownError(pointer="/institution_id")
    if body.follows_from_id is not None:
        basis = await basis_of(session, body.follows_from_id, scope=scope)
        if basis is None or not basis[1].holds(body.proposed_on):
            raise AgreementBasisRefusedError(pointer="/follows_from_id")


def _new(facility: Facility, body: DevelopmentCreate, *, now: datetime) -> Development:
    return Development(
        id=body.id or new_id(),
        kind=DevelopmentKind.BLKK_DEVELOPMENT,
        number=body.number,
        title=body.title,
        follows_from_id=body.follows_from_id,
        facility_id=facility.id,
        province_code=facility.province_code,
        regency_code=facility.regency_code,
        owner_ministry=facility.owner_ministry,
        co_ministry=body.ministry,
        institution_id=body.institution_id,
        grant_rupiah=body.grant_rupiah,
        step=DevelopmentStep.PROPOSED,
        accounts_due_on=None,
        synthetic=body.synthetic,
        version=1,
        created_at=now,
    )


async def _keep(
    session: AsyncSession,
    development: Development,
    taken: Taken,
    *,
    evidence: Evidence,
    now: datetime,
) -> DevelopmentStepTaken:
    row = DevelopmentStepTaken(
        development_id=development.id,
        position=list(DevelopmentStep).index(taken.step),
        step=taken.step,
        day=taken.day,
        amount_rupiah=taken.amount_rupiah,
        evidence_reference=evidence.reference,
        evidence_sha256=evidence.sha256,
        recorded_at=now,
    )
    session.add(row)
    await session.flush()
    return row


async def _tell(
    session: AsyncSession,
    development: Development,
    taken: Taken,
    *,
    before: DevelopmentStep | None,
    now: datetime,
) -> None:
    topic = Topic.DEVELOPMENT_PROPOSED if before is None else Topic.DEVELOPMENT_STEP_TAKEN
    draft = Draft(
        topic=topic,
        stream_id=development.id,
        event=DevelopmentMoved(
            development_id=development.id,
            facility_id=development.facility_id,
            before=before,
            after=taken.step,
            day=taken.day,
            amount_rupiah=taken.amount_rupiah,
        ),
        place=place_of(development),
        occurred_at=now,
        version=development.version,
    )
    await emit_all(session, Event, [draft])
