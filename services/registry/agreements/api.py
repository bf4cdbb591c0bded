"""HTTP face of agreements."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.agreements import operations, queries, rules
from services.registry.agreements.queries import AgreementFilter
from services.registry.agreements.rules import AgreementKind, AgreementState
from services.registry.agreements.schemas import (
    AgreementChange,
    AgreementCreate,
    AgreementRead,
    AgreementRenewal,
    SignatoryRead,
    Signing,
)
from services.registry.areas.rules import AreaUnknownError
from services.registry.base import Idempotency
from services.registry.institutions.rules import InstitutionUnknownError
from shared.clock import ledger_day
from shared.schemas.base import Ministry
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/agreements", tags=["agreements"])

AgreementId = Annotated[UUID, Path(description="The agreement's identifier.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
ContactReader = Annotated[Caller, Depends(Requires(Permission.CONTACTS_READ))]
AgreementWriter = Annotated[Caller, Depends(Requires(Permission.AGREEMENTS_WRITE))]
OnDay = Annotated[
    date | None, Query(description="The day that decides on states; today where it is left out.")
]

_CONTENT_REFUSED: Final = (
    rules.AgreementPartiesInvalidError,
    rules.AgreementPeriodInvalidError,
    rules.AgreementBasisRefusedError,
    rules.SignatoryPartyUnknownError,
    rules.CoveredFacilityUnknownError,
    rules.AgreementNumberTakenError,
    InstitutionUnknownError,
    AreaUnknownError,
    OutOfScopeError,
)
_CHANGE_REFUSED: Final = (
    rules.AgreementNotFoundError,
    rules.AgreementStateRefusedError,
    OutOfScopeError,
)
_EXAMPLE: Final = {
    "kind": "MOU",
    "number": "MoU/CONTOH/2025",
    "title": "Nota kesepahaman pelatihan kewirausahaan",
    "parties": [{"ministry": "MANPOWER"}, {"ministry": "MSME"}],
    "facility_ids": ["01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11"],
    "signed_on": "2025-03-25",
    "valid_from": "2025-03-25",
    "valid_to": "2028-03-24",
    "trades": ["BAKERY"],
    "area_codes": ["33"],
    "scope": "Pelatihan kewirausahaan di balai kedua kementerian.",
}
_SIGNING: Final = {
    "signed_on": "2025-03-25",
    "signatories": [{"party": 0, "name": "DATA SINTETIS", "position": "Direktur Jenderal"}],
}
_RENEWAL: Final = {
    "number": "MoU/CONTOH/2028",
    "signed_on": "2028-03-01",
    "valid_from": "2028-03-25",
    "valid_to": "2031-03-24",
}


@router.get("", responses=problems(CursorInvalidError))
async def list_agreements(
    request: Request,
    session: SessionDep,
    caller: RegistryReader,
    page: PageArgs,
    now: Now,
    *,
    state: Annotated[AgreementState | None, Query()] = None,
    on: OnDay = None,
    kind: Annotated[AgreementKind | None, Query()] = None,
    ministry: Annotated[Ministry | None, Query(description="A ministry that is a party.")] = None,
    facility_id: Annotated[UUID | None, Query(description="A facility that it covers.")] = None,
    institution_id: Annotated[
        UUID | None, Query(description="An institution that is a party.")
    ] = None,
    expires_before: Annotated[
        date | None, Query(description="Its last day lies before this day.")
    ] = None,
) -> Page[AgreementRead]:
    """List agreements in the order of their numbers; drafts are their ministries' own."""
    wanted = AgreementFilter(
        on=on or ledger_day(now),
        state=state,
        kind=kind,
        ministry=ministry,
        facility_id=facility_id,
        institution_id=institution_id,
        expires_before=expires_before,
    )
    rows = await queries.list_agreements(
        session, wanted, scope=caller.scope, after=page.after_text, limit=page.fetch
    )
    return page_of(request, rows, page.limit, key=lambda row: [row.number], read=AgreementRead)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=AgreementRead,
    responses=problems(*_CONTENT_REFUSED, rules.AgreementIdTakenError, rules.DocumentKeptError),
)
async def record_agreement(
    session: SessionDep,
    caller: AgreementWriter,
    once: OnceDep,
    now: Now,
    body: Annotated[AgreementCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Keep an agreement that was signed, or a draft, of which the caller's ministry is a party."""

    async def work() -> AgreementRead:
        return await operations.record_agreement(
            session, body, scope=caller.scope, now=now, today=ledger_day(now)
        )

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda agreement: f"/v1/agreements/{agreement.id}",
        etag=lambda agreement: etag_of(agreement.version),
    )


@router.get(
    "/{agreement_id}",
    response_model=AgreementRead,
    responses=problems(rules.AgreementNotFoundError),
)
async def get_agreement(
    session: SessionDep,
    caller: RegistryReader,
    now: Now,
    agreement_id: AgreementId,
    on: OnDay = None,
) -> Response:
    """Return one agreement with its parties, in its state of today or of another day."""
    agreement = await queries.get_agreement(
        session, agreement_id, scope=caller.scope, on=on or ledger_day(now)
    )
    return _answer(agreement)


@router.patch(
    "/{agreement_id}",
    response_model=AgreementRead,
    responses=problems(*_CHANGE_REFUSED, *_CONTENT_REFUSED),
)
async def change_agreement_draft(
    session: SessionDep,
    caller: AgreementWriter,
    agreement_id: AgreementId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[
        AgreementChange,
        Body(
            media_type="application/merge-patch+json",
            examples=[{"title": "Nota kesepahaman baru", "valid_to": None}],
        ),
    ],
) -> Response:
    """Change the members of a draft that the merge patch names; If-Match carries its version."""
    today = ledger_day(now)
    agreement = await queries.get_agreement_for_change(session, agreement_id, scope=caller.scope)
    check_match(if_match, agreement.version)
    await operations.change_draft(
        session, agreement, body, scope=caller.scope, now=now, today=today
    )
    read = await queries.get_agreement(session, agreement_id, scope=caller.scope, on=today)
    return _answer(read)


@router.post(
    "/{agreement_id}/sign",
    response_model=AgreementRead,
    responses=problems(*_CHANGE_REFUSED, *_CONTENT_REFUSED, rules.AgreementRenewalInvalidError),
)
async def sign_agreement(
    session: SessionDep,
    caller: AgreementWriter,
    once: OnceDep,
    now: Now,
    agreement_id: AgreementId,
    body: Annotated[Signing, Body(examples=[_SIGNING])],
) -> Response:
    """Turn a draft into a signed agreement; from then on its content stands."""

    async def work() -> AgreementRead:
        return await operations.sign_agreement(
            session, agreement_id, body, scope=caller.scope, now=now, today=ledger_day(now)
        )

    return await answer_once(
        session, Idempotency, once, work, etag=lambda agreement: etag_of(agreement.version)
    )


@router.post(
    "/{agreement_id}/renew",
    status_code=status.HTTP_201_CREATED,
    response_model=AgreementRead,
    responses=problems(
        *_CHANGE_REFUSED,
        *_CONTENT_REFUSED,
        rules.AgreementRenewalInvalidError,
        rules.AgreementIdTakenError,
        rules.DocumentKeptError,
    ),
)
async def renew_agreement(
    session: SessionDep,
    caller: AgreementWriter,
    once: OnceDep,
    now: Now,
    agreement_id: AgreementId,
    body: Annotated[AgreementRenewal, Body(examples=[_RENEWAL])],
) -> Response:
    """Make the successor of an agreement; once signed it takes over on its first day."""

    async def work() -> AgreementRead:
        return await operations.renew_agreement(
            session, agreement_id, body, scope=caller.scope, now=now, today=ledger_day(now)
        )

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda agreement: f"/v1/agreements/{agreement.id}",
        etag=lambda agreement: etag_of(agreement.version),
    )


@router.get(
    "/{agreement_id}/signatories",
    responses=problems(rules.AgreementNotFoundError, CursorInvalidError),
)
async def list_agreement_signatories(
    request: Request,
    session: SessionDep,
    caller: ContactReader,
    agreement_id: AgreementId,
    page: PageArgs,
) -> Page[SignatoryRead]:
    """List who signs an agreement of the caller's ministry; of other agreements nobody is named."""
    await queries.find_agreement(session, agreement_id, scope=caller.scope)
    after = None if page.after is None else int(str(page.after[0]))
    rows = await queries.list_signatories(
        session, agreement_id, scope=caller.scope, after=after, limit=page.fetch
    )
    return page_of(request, rows, page.limit, key=lambda row: [row.ordinal], read=SignatoryRead)


def _answer(agreement: AgreementRead) -> Response:
    return Response(
        agreement.model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(agreement.version)},
    )
