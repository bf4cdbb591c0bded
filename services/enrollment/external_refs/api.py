"""HTTP face of external references."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Path, Response, status

from services.enrollment.areas.rules import AreasNotCopiedError, UnknownAreaError
from services.enrollment.base import Idempotency
from services.enrollment.external_refs import operations, queries, rules
from services.enrollment.external_refs.schemas import (
    CLIENT_PATTERN,
    ParticipantUpsert,
    RefKey,
    RefRead,
    RefSet,
    RefsRead,
    UpsertReceipt,
)
from services.enrollment.identities.rules import NikMalformedError, NikSyntheticError
from services.enrollment.participants import rules as participant_rules
from services.enrollment.participants.api import (
    NikPolicyDep,
    ParticipantId,
    ParticipantReader,
    ParticipantWriter,
)
from services.enrollment.participants.operations import read_participant
from services.enrollment.participants.queries import get_for_change
from services.enrollment.participants.schemas import ParticipantRead, ParticipantReceipt
from shared.clock import ledger_day
from shared.schemas.paging import Page
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/participants", tags=["participants"])

ClientName = Annotated[
    str, Path(pattern=CLIENT_PATTERN, description="The other system, in small letters.")
]
_KEY: Final = {"client": "siapkerja", "ref": "SK-2026-000017"}
_UPSERT: Final = {
    **_KEY,
    "participant": {
        "nik": "3373015704850000",
        "name": "Sari Contoh (DATA SINTETIS)",
        "birth_date": "1985-04-17",
        "sex": "FEMALE",
        "home_area_code": "33.73.01",
        "legal_basis": "PUBLIC_TASK",
        "synthetic": True,
    },
}


@router.post(
    "/by-ref",
    response_model=UpsertReceipt,
    responses=problems(
        participant_rules.OfficeOnlyError,
        rules.RefPersonalError,
        rules.RefTakenError,
        participant_rules.ParticipantUnknownError,
        participant_rules.IdentityKnownError,
        participant_rules.ParticipantIdTakenError,
        participant_rules.NotYourselfError,
        participant_rules.LegalBasisMissingError,
        participant_rules.BirthDateError,
        participant_rules.BusinessMissingError,
        participant_rules.BusinessUnexpectedError,
        participant_rules.FoundedInFutureError,
        participant_rules.SizeUnknownError,
        participant_rules.BusinessTooLargeError,
        NikMalformedError,
        NikSyntheticError,
        UnknownAreaError,
        AreasNotCopiedError,
    ),
)
async def upsert_participant_by_ref(
    session: SessionDep,
    caller: ParticipantWriter,
    once: OnceDep,
    now: Now,
    policy: NikPolicyDep,
    body: Annotated[ParticipantUpsert, Body(examples=[_UPSERT])],
) -> Response:
    """Register a person under another system's key, or change whom the key stands for.

    201 when the person is new, else 200. The key is in the body, so that none stands in an address.
    """

    async def work() -> UpsertReceipt:
        done = await operations.upsert_by_ref(
            session, body, policy=policy, scope=caller.scope, now=now, today=ledger_day(now)
        )
        return UpsertReceipt(
            participant_id=done.person.id,
            registered=done.registered,
            changed=done.changed,
            participant=ParticipantReceipt.model_validate(done.person),
        )

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=lambda done: status.HTTP_201_CREATED if done.registered else status.HTTP_200_OK,
        location=lambda done: f"/v1/participants/{done.participant_id}",
    )


@router.post("/search-by-ref", responses=problems(rules.RefPersonalError))
async def search_participants_by_ref(
    session: SessionDep,
    caller: ParticipantReader,
    body: Annotated[RefKey, Body(examples=[_KEY])],
    response: Response,
) -> Page[ParticipantRead]:
    """Find a person by another system's key within the caller's scope; the search is noted."""
    person = await operations.read_by_ref(
        session, client=body.client, ref=body.ref, scope=caller.scope
    )
    response.headers["Cache-Control"] = "no-store"
    return Page(items=[] if person is None else [ParticipantRead.model_validate(person)])


@router.get(
    "/{participant_id}/external-refs",
    responses=problems(participant_rules.ParticipantUnknownError),
)
async def list_external_refs(
    session: SessionDep, caller: ParticipantReader, participant_id: ParticipantId
) -> RefsRead:
    """List what other systems call a person; reading is noted."""
    await read_participant(session, participant_id, scope=caller.scope)
    found = await queries.list_refs(session, participant_id)
    return RefsRead(items=[RefRead.model_validate(each) for each in found])


@router.put(
    "/{participant_id}/external-refs/{client}",
    responses=problems(
        participant_rules.OfficeOnlyError,
        participant_rules.ParticipantUnknownError,
        rules.RefPersonalError,
        rules.RefTakenError,
    ),
)
async def set_external_ref(
    *,
    session: SessionDep,
    caller: ParticipantWriter,
    now: Now,
    participant_id: ParticipantId,
    client: ClientName,
    body: Annotated[RefSet, Body(examples=[{"ref": "SK-2026-000017"}])],
) -> RefsRead:
    """Let a system call a person by its key; the key before, if there was one, is forgotten.

    What it is to be stands in the request, so that no version has to be named.
    """
    participant_rules.check_office(caller.scope)
    person = await get_for_change(session, participant_id, scope=caller.scope)
    await operations.set_ref(session, person, client=client, ref=body.ref, now=now)
    found = await queries.list_refs(session, participant_id)
    return RefsRead(items=[RefRead.model_validate(each) for each in found])


@router.delete(
    "/{participant_id}/external-refs/{client}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(
        participant_rules.OfficeOnlyError,
        participant_rules.ParticipantUnknownError,
        rules.RefUnknownError,
    ),
)
async def remove_external_ref(
    session: SessionDep,
    caller: ParticipantWriter,
    now: Now,
    participant_id: ParticipantId,
    client: ClientName,
) -> None:
    """Forget what a system calls a person."""
    participant_rules.check_office(caller.scope)
    person = await get_for_change(session, participant_id, scope=caller.scope)
    await operations.remove_ref(session, person, client=client, now=now)
