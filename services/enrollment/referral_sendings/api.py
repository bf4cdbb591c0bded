"""HTTP face of referrals that ask the registry first: they take no session before it answered."""

from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

import httpx
from fastapi import APIRouter, Body, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment import gateways
from services.enrollment.base import Idempotency
from services.enrollment.classes.rules import OutsideScopeError
from services.enrollment.enrollments.rules import EnrollmentUnknownError
from services.enrollment.participants.rules import PersonRestrictedError
from services.enrollment.referrals import operations, queries, rules
from services.enrollment.referrals.api import (
    TURNED,
    Decider,
    ParticipantId,
    ReferralId,
    Writer,
    answer_turn,
)
from services.enrollment.referrals.schemas import ReferralCreate, ReferralRead, ReferralResult
from services.enrollment.referrals.tables import Referral
from shared.db.idempotency import KeyInFlightError, KeyReusedError
from shared.db.session import transaction
from shared.errors import ServiceError
from shared.http.client import RegistryUnavailableError
from shared.logging import get_logger
from shared.schemas.registry import ReferralBooked, ReferralCheck, ReferralTarget, TenantCheck
from shared.web.auth import Caller
from shared.web.etag import etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems

router = APIRouter(tags=["referrals"])

_ID: Final = "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11"
_WANTED: Final = {
    "class_id": _ID,
    "enrollment_id": _ID,
    "kind": "PRODUCTION_SLOT",
    "target_id": _ID,
    "people": 2,
    "slots": [{"starts_at": "2077-02-08T01:00:00Z", "ends_at": "2077-02-08T05:00:00Z"}],
}
_RESULT: Final = {"outcome": "SLOT_USED", "on": "2027-03-01"}
# The same request is being answered, or was: what is held is held for that one.
_OTHERS: Final = {KeyInFlightError.code, KeyReusedError.code}
_log = get_logger(__name__)
Found = TypeVar("Found")


async def _registry(request: Request) -> httpx.AsyncClient:
    registry: httpx.AsyncClient = request.scope["state"]["registry"]
    return registry


RegistryDep = Annotated[httpx.AsyncClient, Depends(_registry)]


@dataclass(frozen=True, slots=True)
class _Call:
    """A request that asks the registry, and by whom."""

    state: dict[str, Any]
    caller: Caller
    registry: httpx.AsyncClient
    now: datetime

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        return transaction(
            self.state["sessions"],
            scope=self.caller.scope,
            actor=self.caller.actor,
            ring=self.state["ring"],
        )


async def _or_refusal(asked: Awaitable[Found]) -> Found | ServiceError:
    """Return what refuses, so that the answer a key stands for already is given all the same."""
    try:
        return await asked
    except ServiceError as error:
        return error


@router.post(
    "/participants/{participant_id}/referrals",
    status_code=HTTPStatus.CREATED,
    response_model=ReferralRead,
    responses=problems(
        EnrollmentUnknownError,
        OutsideScopeError,
        PersonRestrictedError,
        rules.ReferralTooEarlyError,
        rules.ReferralIdTakenError,
        rules.ReferralOpenError,
        RegistryUnavailableError,
    ),
)
async def propose_referral(
    *,
    request: Request,
    caller: Writer,
    participant_id: ParticipantId,
    once: OnceDep,
    now: Now,
    registry: RegistryDep,
    body: Annotated[ReferralCreate, Body(examples=[_WANTED])],
) -> Response:
    """Propose to refer somebody who is trained, or ask for it oneself; nobody is told of it yet.

    That the service, the incubator, the space or the bank is open, the registry says; its refusals
    are passed on.
    """
    call = _Call(request.scope["state"], caller, registry, now)
    check = ReferralCheck(kind=body.kind, target_id=body.target_id)
    target = await _or_refusal(gateways.check_referral(registry, check))

    async def work(session: AsyncSession) -> ReferralRead:
        if isinstance(target, ServiceError):
            raise target
        row = await operations.propose_referral(
            session, participant_id, body=body, target=target, scope=caller.scope, now=now
        )
        return ReferralRead.model_validate(row)

    async with call.transaction() as session:
        return await answer_once(
            session,
            Idempotency,
            once,
            lambda: work(session),
            status=HTTPStatus.CREATED,
            location=lambda read: f"/v1/referrals/{read.id}",
            etag=lambda read: etag_of(read.version),
        )


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What the registry says of a referral that is to be sent, and holds for it."""

    target: ReferralTarget
    booked: ReferralBooked | None


@router.post(
    "/referrals/{referral_id}/send",
    response_model=ReferralRead,
    responses=problems(
        *TURNED, PersonRestrictedError, rules.ReferralConsentMissingError, RegistryUnavailableError
    ),
)
async def send_referral(
    *,
    request: Request,
    caller: Writer,
    referral_id: ReferralId,
    once: OnceDep,
    now: Now,
    registry: RegistryDep,
) -> Response:
    """Pass a referral on to those who receive the person, who has consented to it.

    Hours at a production house are booked with it: of several who want the same, one gets them and
    the others are refused by the registry (`space-taken`).
    """
    call = _Call(request.scope["state"], caller, registry, now)
    prepared = await _or_refusal(_prepare(call, referral_id))

    async def turn(session: AsyncSession) -> Referral:
        if isinstance(prepared, ServiceError):
            raise prepared
        booked = prepared.booked
        return await operations.send_referral(
            session,
            referral_id,
            target=prepared.target,
            booking_id=None if booked is None else booked.booking_id,
            scope=caller.scope,
            now=now,
        )

    try:
        async with call.transaction() as session:
            return await answer_turn(session, once, lambda: turn(session))
    except ServiceError as error:
        if isinstance(prepared, _Prepared) and prepared.booked is not None:
            await _give_back(call, prepared.booked, refusal=error)
        raise


async def _prepare(call: _Call, referral_id: UUID) -> _Prepared:
    """Return what the registry says and holds; nothing is held for who may not send it."""
    async with call.transaction() as session:
        row = await operations.judge_sending(session, referral_id, scope=call.caller.scope)
        check = ReferralCheck(kind=row.kind, target_id=row.target_id)
        wanted = queries.hours_of(row)
    target = await gateways.check_referral(call.registry, check)
    if wanted is None:
        return _Prepared(target, None)
    return _Prepared(target, await gateways.book_hours(call.registry, referral_id, wanted))


async def _give_back(call: _Call, booked: ReferralBooked, *, refusal: ServiceError) -> None:
    """Release hours of a referral that was not sent after all, if the registry can be reached.

    Otherwise they lapse by themselves. Where somebody else has sent it meanwhile, they are kept.
    """
    if refusal.code in _OTHERS:
        return
    async with call.transaction() as session:
        row = await queries.find_referral(session, booked.referral_id)
        kept = row is not None and row.booking_id == booked.booking_id
    if kept:
        return
    try:
        await gateways.release_hours(
            call.registry, booked.referral_id, booking_id=booked.booking_id
        )
    except ServiceError as error:
        _log.warning("hold-left", referral_id=str(booked.referral_id), code=error.code)


@router.post(
    "/referrals/{referral_id}/result",
    response_model=ReferralRead,
    responses=problems(
        *TURNED, rules.OutcomeRefusedError, rules.OutcomeDayError, RegistryUnavailableError
    ),
)
async def conclude_referral(
    *,
    request: Request,
    caller: Decider,
    referral_id: ReferralId,
    once: OnceDep,
    now: Now,
    registry: RegistryDep,
    body: Annotated[ReferralResult, Body(examples=[_RESULT])],
) -> Response:
    """Say what came of a referral that was accepted; of NOTHING, hours not yet over become free.

    A tenant is one whom the registry knows as this participant.
    """
    call = _Call(request.scope["state"], caller, registry, now)
    refused = await _or_refusal(_tenant_there(call, referral_id, body.tenant_id))

    async def turn(session: AsyncSession) -> Referral:
        if isinstance(refused, ServiceError):
            raise refused
        return await operations.conclude_referral(
            session, referral_id, body=body, scope=caller.scope, now=now
        )

    async with call.transaction() as session:
        return await answer_turn(session, once, lambda: turn(session))


async def _tenant_there(call: _Call, referral_id: UUID, tenant_id: UUID | None) -> None:
    if tenant_id is None:
        return
    async with call.transaction() as session:
        row = await queries.lock_received(session, referral_id, scope=call.caller.scope)
        rules.check_outcome(row.kind, rules.TENANCY)
        check = TenantCheck(
            incubator_id=row.target_id, tenant_id=tenant_id, participant_id=row.participant_id
        )
    await gateways.check_tenant(call.registry, check)
