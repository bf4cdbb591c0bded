"""HTTP face of what is kept of a person, for enrollment, which answers the person."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Response

from services.reporting.base import Idempotency
from services.reporting.followups.api import Keys
from services.reporting.followups.rules import IncomeKeyMissingError
from services.reporting.person_records import operations
from shared.schemas.enrollment import Doings, DoingsAsked, PersonErasure, PersonRecords
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/person-records", tags=["privacy"])

ParticipantId = Annotated[UUID, Path(description="The participant's identifier.")]
_EXAMPLE: Final = {
    "since": "2027-01-15T00:00:00Z",
    "until": "2027-01-16T00:00:00Z",
    "first": "https://login.example|4711",
}
# The permission that services alone have.
Service = Annotated[Caller, Depends(Requires(Permission.EVENTS_READ))]


@router.get("/{participant_id}", responses=problems(IncomeKeyMissingError))
async def get_person_records(
    session: SessionDep,
    _: Service,
    keys: Keys,
    participant_id: ParticipantId,
    response: Response,
) -> PersonRecords:
    """Return all that is kept of a person; enrollment makes the person's copy of it."""
    response.headers["Cache-Control"] = "no-store"
    return await operations.read_records(session, participant_id, keys=keys)


@router.post("/doings")
async def find_doings(
    session: SessionDep, _: Service, body: Annotated[DoingsAsked, Body(examples=[_EXAMPLE])]
) -> Doings:
    """Return whose data somebody read or changed here, for a report of a breach; pages."""
    return await operations.find_doings(session, body)


@router.post("/{participant_id}/erase", response_model=PersonErasure)
async def erase_person(
    session: SessionDep, _: Service, once: OnceDep, now: Now, participant_id: ParticipantId
) -> Response:
    """Erase amounts of income and logins of a person, and say of how many rows."""

    async def work() -> PersonErasure:
        return await operations.erase_person(session, participant_id, now=now)

    return await answer_once(session, Idempotency, once, work)
