"""HTTP face of participants."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response, status

from services.enrollment.areas.rules import AreasNotCopiedError, UnknownAreaError
from services.enrollment.base import Idempotency
from services.enrollment.identities.rules import NikKeys, NikMalformedError, NikSyntheticError
from services.enrollment.participants import operations, queries, rules
from services.enrollment.participants.operations import NikPolicy
from services.enrollment.participants.schemas import (
    NameSearch,
    NamesFound,
    NikRead,
    ParticipantChange,
    ParticipantCreate,
    ParticipantFound,
    ParticipantRead,
    ParticipantReceipt,
    ParticipantSearch,
    RevisionRead,
)
from services.enrollment.participants.tables import Participant
from shared.clock import ledger_day
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.settings import Mode
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/participants", tags=["participants"])

ParticipantId = Annotated[UUID, Path(description="The participant's identifier.")]
ParticipantWriter = Annotated[Caller, Depends(Requires(Permission.PARTICIPANTS_WRITE))]
ParticipantReader = Annotated[Caller, Depends(Requires(Permission.PARTICIPANTS_READ))]
NikReader = Annotated[Caller, Depends(Requires(Permission.PARTICIPANTS_NIK))]

# Nobody's: no office gives out the serial 0000.
_NIK: Final = "3373015704850000"
_EXAMPLE: Final = {
    "nik": _NIK,
    "name": "Sari Contoh (DATA SINTETIS)",
    "birth_date": "1985-04-17",
    "sex": "FEMALE",
    "home_area_code": "33.73.01",
    "business": {
        "nib": "0000123456789",
        "kbli": "10710",
        "kbli_scheme": "2020",
        "founded_on": "2022-03-01",
        "capital_rupiah": 50_000_000,
        "annual_sales_rupiah": 200_000_000,
    },
    "legal_basis": "PUBLIC_TASK",
    "consents": [{"purpose": "FOLLOW_UP", "given": True, "version": "2026-1"}],
    "synthetic": True,
}
ParticipantBody = Annotated[ParticipantCreate, Body(examples=[_EXAMPLE])]
ChangeBody = Annotated[
    ParticipantChange,
    Body(media_type="application/merge-patch+json", examples=[{"home_area_code": "33.74"}]),
]
SearchBody = Annotated[ParticipantSearch, Body(examples=[{"nik": _NIK}])]


async def _nik_policy(request: Request) -> NikPolicy:
    keys: NikKeys = request.scope["state"]["nik_keys"]
    mode: Mode = request.scope["state"]["settings"].mode
    return NikPolicy(keys=keys, allow_synthetic=mode is Mode.DEMO)


NikPolicyDep = Annotated[NikPolicy, Depends(_nik_policy)]


def answer_person(person: Participant) -> Response:
    """Return a person as the caller may see him, with the version to change him by."""
    body = ParticipantRead.model_validate(person).model_dump_json()
    headers = {"ETag": etag_of(person.version), "Cache-Control": "no-store"}
    return Response(body, headers=headers, media_type="application/json")


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=ParticipantReceipt,
    responses=problems(
        rules.NotYourselfError,
        rules.LegalBasisMissingError,
        rules.BirthDateError,
        NikMalformedError,
        NikSyntheticError,
        rules.BusinessMissingError,
        rules.BusinessUnexpectedError,
        rules.FoundedInFutureError,
        rules.SizeUnknownError,
        rules.BusinessTooLargeError,
        UnknownAreaError,
        AreasNotCopiedError,
        rules.IdentityKnownError,
        rules.ParticipantIdTakenError,
    ),
)
async def register_participant(
    session: SessionDep,
    caller: ParticipantWriter,
    once: OnceDep,
    now: Now,
    policy: NikPolicyDep,
    body: ParticipantBody,
) -> Response:
    """Register a person: an office registers anybody, a participant himself under his token's id.

    Where the NIK disagrees with the birth date, sex or a known place, the answer says so in
    `warnings`; nobody is refused for it.
    """

    async def work() -> ParticipantReceipt:
        person = await operations.register_participant(
            session,
            body=body,
            policy=policy,
            scope=caller.scope,
            now=now,
            today=ledger_day(now),
        )
        return ParticipantReceipt.model_validate(person)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda person: f"/v1/participants/{person.id}",
        etag=lambda person: etag_of(person.version),
    )


@router.post("/search", responses=problems(NikMalformedError))
async def search_participants(
    session: SessionDep,
    caller: ParticipantReader,
    policy: NikPolicyDep,
    body: SearchBody,
    response: Response,
) -> Page[ParticipantRead]:
    """Find a person by NIK within the caller's scope; the search leaves an audit row."""
    person = await operations.search_participant(
        session, digits=body.nik.get_secret_value(), keys=policy.keys, scope=caller.scope
    )
    response.headers["Cache-Control"] = "no-store"
    found = [] if person is None else [ParticipantRead.model_validate(person)]
    return Page(items=found)


@router.post("/search-by-name", responses=problems(rules.NameTooShortError))
async def search_participants_by_name(
    session: SessionDep,
    caller: ParticipantReader,
    body: Annotated[NameSearch, Body(examples=[{"name": "Sari Contoh"}])],
    response: Response,
) -> NamesFound:
    """Find people by name within the caller's scope, 20 at most; each found is noted as read.

    Titles, degrees and the many spellings of some names make no difference.
    """
    found, more = await operations.search_by_name(session, body, scope=caller.scope)
    response.headers["Cache-Control"] = "no-store"
    return NamesFound(items=[ParticipantFound.model_validate(each) for each in found], more=more)


@router.patch(
    "/{participant_id}",
    response_model=ParticipantRead,
    responses=problems(rules.ParticipantUnknownError, UnknownAreaError, AreasNotCopiedError),
)
async def change_participant(
    session: SessionDep,
    caller: ParticipantWriter,
    participant_id: ParticipantId,
    if_match: IfMatch,
    now: Now,
    body: ChangeBody,
) -> Response:
    """Change a person: oneself, or somebody who lives in the caller's area.

    What was changed is kept by name, not what it was; enrollments keep what they copied.
    """
    person = await queries.get_for_change(session, participant_id, scope=caller.scope)
    check_match(if_match, person.version)
    await operations.change_participant(session, person, body, now=now, today=ledger_day(now))
    return answer_person(person)


@router.get(
    "/{participant_id}/changes",
    responses=problems(rules.ParticipantUnknownError, CursorInvalidError),
)
async def list_participant_changes(
    request: Request,
    session: SessionDep,
    caller: ParticipantReader,
    participant_id: ParticipantId,
    page: PageArgs,
) -> Page[RevisionRead]:
    """List who changed what of a person and when, the newest first; not what it was before."""
    rows = await operations.read_revisions(
        session,
        participant_id,
        scope=caller.scope,
        before=None if page.after_text is None else UUID(page.after_text),
        limit=page.fetch,
    )
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=RevisionRead)


@router.get("/{participant_id}", responses=problems(rules.ParticipantUnknownError))
async def get_participant(
    session: SessionDep,
    caller: ParticipantReader,
    participant_id: ParticipantId,
    response: Response,
) -> ParticipantRead:
    """Return one person: oneself, or somebody who lives in the caller's area; reading is noted.

    The id of somebody who was merged gives the one who stays, named in Content-Location.
    """
    person = await operations.read_participant(
        session, participant_id, scope=caller.scope, follow=True
    )
    if person.id != participant_id:
        response.headers["Content-Location"] = f"/v1/participants/{person.id}"
    response.headers["ETag"] = etag_of(person.version)
    response.headers["Cache-Control"] = "no-store"
    return ParticipantRead.model_validate(person)


@router.get("/{participant_id}/nik", responses=problems(rules.ParticipantUnknownError))
async def get_participant_nik(
    session: SessionDep,
    caller: NikReader,
    policy: NikPolicyDep,
    participant_id: ParticipantId,
    response: Response,
) -> NikRead:
    """Return a person's NIK in full; reading it leaves an audit row."""
    nik = await operations.read_nik(session, participant_id, keys=policy.keys, scope=caller.scope)
    response.headers["Cache-Control"] = "no-store"
    return NikRead(participant_id=participant_id, nik=nik)
