"""HTTP face of referrals, but for those that ask the registry."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Idempotency
from services.enrollment.classes.rules import OutsideScopeError
from services.enrollment.consents.rules import PaperMissingError
from services.enrollment.participants.rules import GuardianMissingError, PersonRestrictedError
from services.enrollment.referrals import operations, queries, rules
from services.enrollment.referrals.schemas import (
    Direction,
    ReferralConsent,
    ReferralPerson,
    ReferralRead,
    ReferralReason,
)
from services.enrollment.referrals.tables import Referral
from shared.schemas.enrollment import ReferralState
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, OnceRequest, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(tags=["referrals"])

Reader: TypeAlias = Annotated[Caller, Depends(Requires(Permission.REFERRALS_READ))]
Writer: TypeAlias = Annotated[Caller, Depends(Requires(Permission.REFERRALS_WRITE))]
Decider: TypeAlias = Annotated[Caller, Depends(Requires(Permission.REFERRALS_DECIDE))]
ParticipantId: TypeAlias = Annotated[UUID, Path(description="The participant's identifier.")]
FacilityId: TypeAlias = Annotated[UUID, Path(description="A facility that refers, or receives.")]
ReferralId: TypeAlias = Annotated[UUID, Path(description="The referral's identifier.")]
States: TypeAlias = Annotated[
    list[ReferralState] | None, Query(alias="state", description="One or more, each by itself.")
]

TURNED: Final = (rules.ReferralUnknownError, OutsideScopeError, rules.ReferralStateError)
_CONSENT: Final = {"version": "2027-1", "paper": {"reference": "arsip/7", "sha256": "0" * 64}}
_REFUSED: Final = {"reason": "Kuota layanan bulan ini habis."}
_WITHDRAWN: Final = {"reason": "Sudah mendapat pekerjaan."}


@router.get("/participants/{participant_id}/referrals", responses=problems(CursorInvalidError))
async def list_participant_referrals(
    *,
    request: Request,
    session: SessionDep,
    caller: Reader,
    participant_id: ParticipantId,
    page: PageArgs,
    states: States = None,
) -> Page[ReferralRead]:
    """List the referrals of a person: those the caller's side has made, or has been sent."""
    rows = await queries.list_of_person(
        session,
        participant_id,
        scope=caller.scope,
        states=states or (),
        after=None if page.after is None else UUID(str(page.after[0])),
        limit=page.fetch,
    )
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=ReferralRead)


@router.get("/facilities/{facility_id}/referrals", responses=problems(CursorInvalidError))
async def list_facility_referrals(
    *,
    request: Request,
    session: SessionDep,
    caller: Reader,
    facility_id: FacilityId,
    page: PageArgs,
    direction: Annotated[
        Direction, Query(description="Those that come to it, or that it has made.")
    ] = Direction.INCOMING,
    states: States = None,
) -> Page[ReferralRead]:
    """List the referrals that come to a facility once they are sent, or that it has made."""
    rows = await queries.list_of_facility(
        session,
        facility_id,
        direction=direction,
        scope=caller.scope,
        states=states or (),
        after=None if page.after is None else UUID(str(page.after[0])),
        limit=page.fetch,
    )
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=ReferralRead)


@router.get("/referrals/{referral_id}", responses=problems(rules.ReferralUnknownError))
async def get_referral(
    session: SessionDep, caller: Reader, referral_id: ReferralId, response: Response
) -> ReferralRead:
    """Return one referral, to the side that refers and, once sent, to the side that receives."""
    row = await queries.get_referral(session, referral_id, scope=caller.scope)
    response.headers["ETag"] = etag_of(row.version)
    return ReferralRead.model_validate(row)


@router.get(
    "/referrals/{referral_id}/person",
    responses=problems(
        rules.ReferralUnknownError,
        rules.ReferralStateError,
        rules.ReferralConsentMissingError,
        PersonRestrictedError,
    ),
)
async def get_referred_person(
    session: SessionDep, caller: Reader, referral_id: ReferralId, response: Response
) -> ReferralPerson:
    """Return name and contacts of who is referred, as agreed to; that somebody reads it is noted.

    They are told from the moment it is sent, and no longer once it was refused or withdrawn, or
    the person has withdrawn the consent.
    """
    response.headers["Cache-Control"] = "no-store"
    return await operations.read_person(session, referral_id, scope=caller.scope)


@router.post(
    "/referrals/{referral_id}/consent",
    response_model=ReferralRead,
    responses=problems(*TURNED, PaperMissingError, PersonRestrictedError, GuardianMissingError),
)
async def consent_to_referral(
    *,
    session: SessionDep,
    caller: Writer,
    referral_id: ReferralId,
    once: OnceDep,
    now: Now,
    body: Annotated[ReferralConsent, Body(examples=[_CONSENT])],
) -> Response:
    """Agree to be referred; who writes it down for the person names the paper that was signed."""
    return await answer_turn(
        session,
        once,
        lambda: operations.consent(session, referral_id, body=body, scope=caller.scope, now=now),
    )


@router.post(
    "/referrals/{referral_id}/withdraw", response_model=ReferralRead, responses=problems(*TURNED)
)
async def withdraw_referral(
    *,
    session: SessionDep,
    caller: Writer,
    referral_id: ReferralId,
    once: OnceDep,
    now: Now,
    body: Annotated[ReferralReason, Body(examples=[_WITHDRAWN])],
) -> Response:
    """Take a referral back; hours that were booked for it become free."""
    return await answer_turn(
        session,
        once,
        lambda: operations.withdraw_referral(
            session, referral_id, reason=body.reason, scope=caller.scope, now=now
        ),
    )


@router.post(
    "/referrals/{referral_id}/accept",
    response_model=ReferralRead,
    responses=problems(*TURNED, PersonRestrictedError, rules.ReferralConsentMissingError),
)
async def accept_referral(
    session: SessionDep, caller: Decider, referral_id: ReferralId, once: OnceDep, now: Now
) -> Response:
    """Say, for the side that receives, that the person is welcome.

    What a bank says is written down by those who refer.
    """
    return await answer_turn(
        session,
        once,
        lambda: operations.accept_referral(session, referral_id, scope=caller.scope, now=now),
    )


@router.post(
    "/referrals/{referral_id}/refuse", response_model=ReferralRead, responses=problems(*TURNED)
)
async def refuse_referral(
    *,
    session: SessionDep,
    caller: Decider,
    referral_id: ReferralId,
    once: OnceDep,
    now: Now,
    body: Annotated[ReferralReason, Body(examples=[_REFUSED])],
) -> Response:
    """Say, for the side that receives, that the person cannot come, or no longer, and why."""
    return await answer_turn(
        session,
        once,
        lambda: operations.refuse_referral(
            session, referral_id, reason=body.reason, scope=caller.scope, now=now
        ),
    )


async def answer_turn(
    session: AsyncSession, once: OnceRequest, turn: Callable[[], Awaitable[Referral]]
) -> Response:
    """Answer with the referral as `turn` leaves it."""

    async def work() -> ReferralRead:
        return ReferralRead.model_validate(await turn())

    return await answer_once(
        session, Idempotency, once, work, etag=lambda read: etag_of(read.version)
    )
