"""Changes to actions, each within the caller's transaction."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import check_within
from services.registry.agreement_actions import rules
from services.registry.agreement_actions.queries import get_action_for_change
from services.registry.agreement_actions.rules import ActionStatus, Responsible
from services.registry.agreement_actions.schemas import (
    ActionCancel,
    ActionChange,
    ActionCreate,
    ActionDone,
)
from services.registry.agreement_actions.tables import AgreementAction
from services.registry.agreements.queries import covers, find_agreement, parties_of
from services.registry.agreements.rules import Verb, check_verb
from services.registry.agreements.schemas import Party
from services.registry.agreements.tables import Agreement
from services.registry.base import Event
from services.registry.facilities.tables import Facility
from shared.db.base import translate
from shared.db.events import Draft, emit_all
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.registry import AgreementActionMoved, Topic
from shared.scope import Scope


async def plan_action(
    session: AsyncSession, body: ActionCreate, *, scope: Scope, now: datetime, today: date
) -> AgreementAction:
    """Plan what a party of a signed agreement is to do.

    Raises:
        AgreementNotFoundError: when there is no such agreement.
        AgreementStateRefusedError: when it is a draft, or at its end.
        ActionOwnerUnknownError, ActionDueInvalidError, ActionFacilityNotCoveredError: when it does
            not agree with its agreement.
        OutOfScopeError: when it lies outside the caller's scope.
        ActionIdTakenError: when it is planned already.
    """
    agreement = await find_agreement(session, body.agreement_id, scope=scope)
    check_verb(agreement.term, Verb.ACT, today=today)
    await _check(session, agreement, body.responsible, due_on=body.due_on)
    facility = await _facility(session, agreement, body.facility_id)
    action = _new(agreement, facility, body, now=now)
    check_within(scope, place_of(action))
    session.add(action)
    try:
        await session.flush()
    except IntegrityError as error:
        refusals = {"pk_agreement_action": rules.ActionIdTakenError}
        raise translate(error, refusals) from error
    await _tell(session, action, Topic.AGREEMENT_ACTION_PLANNED, before=None, now=now)
    return action


async def change_action(
    session: AsyncSession,
    action: AgreementAction,
    change: ActionChange,
    *,
    scope: Scope,
    now: datetime,
) -> None:
    """Change the members that the patch names of a locked action.

    Raises:
        ActionStatusRefusedError: when it is at its end.
        ActionOwnerUnknownError, ActionDueInvalidError: when it would not agree with its agreement.
        OutOfScopeError: when it would leave the caller's scope.
    """
    rules.check_open(action.status)
    agreement = await find_agreement(session, action.agreement_id, scope=scope)
    responsible = change.responsible or _responsible(action)
    due_on = change.due_on or action.due_on
    await _check(session, agreement, responsible, due_on=due_on)
    action.title = change.title or action.title
    action.due_on = due_on
    _give(action, responsible, agreement)
    check_within(scope, place_of(action))
    action.version += 1
    await session.flush()
    await _tell(session, action, Topic.AGREEMENT_ACTION_CHANGED, before=action.status, now=now)


async def start_action(
    session: AsyncSession, action_id: UUID, *, scope: Scope, now: datetime
) -> AgreementAction:
    """Say that work on an action has begun.

    Raises:
        ActionNotFoundError, OutOfScopeError: when it is not there, or not the caller's.
        ActionStatusRefusedError: when its present status does not allow it.
    """
    action = await get_action_for_change(session, action_id, scope=scope)
    await _turn(session, action, ActionStatus.IN_PROGRESS, now=now)
    return action


async def finish_action(
    session: AsyncSession,
    action_id: UUID,
    body: ActionDone,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> AgreementAction:
    """Say that an action was done, and what proves it.

    Raises:
        ActionNotFoundError, OutOfScopeError: when it is not there, or not the caller's.
        ActionStatusRefusedError: when its present status does not allow it.
        ActionDoneDayInvalidError: when the day lies ahead.
    """
    action = await get_action_for_change(session, action_id, scope=scope)
    rules.check_status_change(present=action.status, wanted=ActionStatus.DONE)
    rules.check_done_day(body.done_on, today=today)
    action.evidence_reference = body.evidence.reference
    action.evidence_sha256 = body.evidence.sha256
    action.done_on = body.done_on
    await _turn(session, action, ActionStatus.DONE, now=now)
    return action


async def cancel_action(
    session: AsyncSession, action_id: UUID, body: ActionCancel, *, scope: Scope, now: datetime
) -> AgreementAction:
    """Say that an action will not be done, and why.

    Raises:
        ActionNotFoundError, OutOfScopeError: when it is not there, or not the caller's.
        ActionStatusRefusedError: when its present status does not allow it.
    """
    action = await get_action_for_change(session, action_id, scope=scope)
    rules.check_status_change(present=action.status, wanted=ActionStatus.CANCELLED)
    action.cancel_reason = body.reason
    await _turn(session, action, ActionStatus.CANCELLED, now=now)
    return action


async def _check(
    session: AsyncSession, agreement: Agreement, responsible: Party, *, due_on: date
) -> None:
    parties = (await parties_of(session, [agreement.id])).get(agreement.id, [])
    rules.check_responsible(
        Responsible(responsible.ministry, responsible.institution_id),
        parties={Responsible(each.ministry, each.institution_id) for each in parties},
    )
    rules.check_due(due_on, valid_from=agreement.valid_from)


async def _facility(
    session: AsyncSession, agreement: Agreement, facility_id: UUID | None
) -> Facility | None:
    """Return the facility of an action, held in its place until the transaction ends."""
    if facility_id is None:
        return None
    statement = (
        select(Facility)
        .join(Agreement, Agreement.id == agreement.id)
        .where(Facility.id == facility_id, covers(facility_id))
        .with_for_update(read=True, of=Facility)
    )
    facility = await session.scalar(statement)
    if facility is None:
        raise rules.ActionFacilityNotCoveredError(pointer="/facility_id")
    return facility


def _new(
    agreement: Agreement, facility: Facility | None, body: ActionCreate, *, now: datetime
) -> AgreementAction:
    action = AgreementAction(
        id=body.id or new_id(),
        agreement_id=agreement.id,
        title=body.title,
        facility_id=None if facility is None else facility.id,
        province_code=None if facility is None else facility.province_code,
        regency_code=None if facility is None else facility.regency_code,
        owner_ministry=agreement.owner_ministry if facility is None else facility.owner_ministry,
        due_on=body.due_on,
        status=ActionStatus.PLANNED,
        version=1,
        created_at=now,
    )
    _give(action, body.responsible, agreement)
    return action


def _responsible(action: AgreementAction) -> Party:
    return Party(
        ministry=action.responsible_ministry, institution_id=action.responsible_institution_id
    )


def _give(action: AgreementAction, responsible: Party, agreement: Agreement) -> None:
    """Let somebody be responsible for an action; its facility's owner stays its owner."""
    action.responsible_ministry = responsible.ministry
    action.responsible_institution_id = responsible.institution_id
    concerned = rules.ministries_of(
        facility=None if action.facility_id is None else action.owner_ministry,
        responsible=responsible.ministry,
        agreement=(agreement.owner_ministry, agreement.co_ministry),
    )
    action.owner_ministry = concerned.owner
    action.co_ministry = concerned.co
    action.host_ministry = concerned.host


async def _turn(
    session: AsyncSession, action: AgreementAction, wanted: ActionStatus, *, now: datetime
) -> None:
    before = action.status
    rules.check_status_change(present=before, wanted=wanted)
    action.status = wanted
    action.version += 1
    await session.flush()
    topic = Topic.AGREEMENT_ACTION_STATUS_CHANGED
    await _tell(session, action, topic, before=before, now=now)


async def _tell(
    session: AsyncSession,
    action: AgreementAction,
    topic: Topic,
    *,
    before: ActionStatus | None,
    now: datetime,
) -> None:
    draft = Draft(
        topic=topic,
        stream_id=action.id,
        event=AgreementActionMoved(
            action_id=action.id,
            agreement_id=action.agreement_id,
            due_on=action.due_on,
            before=before,
            after=action.status,
        ),
        place=place_of(action),
        occurred_at=now,
        version=action.version,
    )
    await emit_all(session, Event, [draft])
