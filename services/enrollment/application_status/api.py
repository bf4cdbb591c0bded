"""HTTP face of what somebody without a login may ask."""

import hmac
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends, Request, Response

from services.enrollment.application_status import operations, rules
from services.enrollment.application_status.operations import Stranger
from services.enrollment.application_status.schemas import (
    DraftAsk,
    DraftRead,
    StatusAsk,
    StatusRead,
)
from services.enrollment.applications.rules import ApplicationStateError
from services.enrollment.attempts.rules import TooManyAttemptsError
from shared.web.auth import Known, Public, present_actor
from shared.web.openapi import problems
from shared.web.problems import language_of

_TAGS: Final[list[Any]] = ["applications"]
router = APIRouter(tags=_TAGS)

_EXAMPLE: Final = {"code": "K7M2PQ09X1", "birth_date": "1985-04-17"}
StatusBody = Annotated[StatusAsk, Body(examples=[_EXAMPLE])]
DraftBody = Annotated[DraftAsk, Body(examples=[_EXAMPLE])]


def _address_of(request: Request) -> str:
    """Return where a request comes from: what the entrance, which is the last hop, has seen."""
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return forwarded or (request.client.host if request.client else "")


async def _stranger(request: Request) -> Stranger:
    key: bytes = request.scope["state"]["fingerprint_key"]
    address = hmac.digest(key, _address_of(request).encode(), "sha256").hex()
    return Stranger(await present_actor(request), address)


StrangerDep = Annotated[Stranger, Depends(_stranger)]


@router.post(
    "/application-status", responses=problems(rules.StatusUnknownError, TooManyAttemptsError)
)
async def read_application_status(
    request: Request, _: Public, stranger: StrangerDep, body: StatusBody, response: Response
) -> StatusRead:
    """Tell what became of an application to whoever knows its code and the birth date.

    No login is needed; who claimed a seat names the class and the enrollment instead of a code.
    The answer is read from the record itself and names nobody. A wrong code and a wrong birth date
    are the same 404, and after five wrong ones the code is closed for an hour. Asking is noted.
    """
    response.headers["Cache-Control"] = "no-store"
    return await operations.read_status(
        request.scope["state"]["sessions"], stranger, body, language=language_of(request)
    )


@router.post(
    "/application-drafts/resume",
    responses=problems(rules.StatusUnknownError, TooManyAttemptsError, ApplicationStateError),
)
async def resume_application(
    request: Request, _: Known, stranger: StrangerDep, body: DraftBody, response: Response
) -> DraftRead:
    """Find a draft again by its code and the birth date, from whatever login and phone.

    It shows where the draft lies and what it holds so far, and nothing about the person. It binds
    nothing to the login that asks and gives it no right: the person goes on with a login of his
    own, or a facility or office that the draft names goes on for him with paper evidence.
    """
    response.headers["Cache-Control"] = "no-store"
    return await operations.read_draft(request.scope["state"]["sessions"], stranger, body)
