"""HTTP face of contacts."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.base import Idempotency
from services.registry.contacts import operations
from services.registry.contacts.rules import ContactNotFoundError, ContactUnreachableError
from services.registry.contacts.schemas import (
    ContactChange,
    ContactCreate,
    ContactRead,
    ContactReceipt,
)
from services.registry.contacts.tables import FacilityContact
from services.registry.facilities.rules import (
    DetailIdTakenError,
    FacilityClosedError,
    FacilityNotFoundError,
)
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/facilities/{facility_id}/contacts", tags=["contacts"])

FacilityId = Annotated[UUID, Path(description="The facility's identifier.")]
ContactId = Annotated[UUID, Path(description="The contact's identifier.")]
ContactReader = Annotated[Caller, Depends(Requires(Permission.CONTACTS_READ))]
# Whoever keeps a centre's rooms in order keeps its contacts, shifts and equipment in order too.
CenterWriter = Annotated[Caller, Depends(Requires(Permission.SPACES_WRITE))]

_EXAMPLE: Final = {
    "name": "Contoh Kontak (DATA SINTETIS)",
    "role": "Kepala balai",
    "phone": "+62 000 0000 0000",
    "email": "kontak@balai.example",
}
_REFUSED: Final = (FacilityNotFoundError, OutOfScopeError)


@router.get("", responses=problems(*_REFUSED, CursorInvalidError))
async def list_contacts(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: ContactReader,
    facility_id: FacilityId,
    page: PageArgs,
) -> Page[ContactRead]:
    """List the contacts of a facility within the caller's scope; the reading is noted."""
    rows = await operations.read_contacts(
        session,
        facility_id,
        scope=caller.scope,
        after=None if page.after_text is None else UUID(page.after_text),
        limit=page.fetch,
    )
    response.headers["Cache-Control"] = "no-store"
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=ContactRead)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=ContactReceipt,
    responses=problems(*_REFUSED, FacilityClosedError, ContactUnreachableError, DetailIdTakenError),
)
async def add_contact(
    session: SessionDep,
    caller: CenterWriter,
    once: OnceDep,
    now: Now,
    facility_id: FacilityId,
    body: Annotated[ContactCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Add a contact to a facility within the caller's scope."""

    async def work() -> ContactReceipt:
        contact = await operations.add_contact(
            session, facility_id, body, scope=caller.scope, now=now
        )
        return ContactReceipt.model_validate(contact)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda each: f"/v1/facilities/{facility_id}/contacts/{each.id}",
        etag=lambda each: etag_of(each.version),
    )


@router.get("/{contact_id}", response_model=ContactRead, responses=problems(ContactNotFoundError))
async def get_contact(
    session: SessionDep, caller: ContactReader, facility_id: FacilityId, contact_id: ContactId
) -> Response:
    """Return one contact within the caller's scope; the reading is noted."""
    contact = await operations.read_contact(session, facility_id, contact_id, scope=caller.scope)
    return _answer(contact)


@router.patch(
    "/{contact_id}",
    response_model=ContactRead,
    responses=problems(*_REFUSED, ContactNotFoundError, ContactUnreachableError),
)
async def change_contact(
    *,
    session: SessionDep,
    caller: CenterWriter,
    facility_id: FacilityId,
    contact_id: ContactId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[
        ContactChange,
        Body(
            media_type="application/merge-patch+json",
            examples=[{"role": "Kepala tata usaha", "email": None}],
        ),
    ],
) -> Response:
    """Change the members that the merge patch names; If-Match carries the version that was read."""
    contact = await operations.get_contact_for_change(
        session, facility_id, contact_id, scope=caller.scope
    )
    check_match(if_match, contact.version)
    await operations.change_contact(session, contact, body, now=now)
    return _answer(contact)


@router.delete(
    "/{contact_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(*_REFUSED, ContactNotFoundError),
)
async def remove_contact(
    session: SessionDep,
    caller: CenterWriter,
    facility_id: FacilityId,
    contact_id: ContactId,
    if_match: IfMatch,
    now: Now,
) -> None:
    """Forget a contact for good."""
    contact = await operations.get_contact_for_change(
        session, facility_id, contact_id, scope=caller.scope
    )
    check_match(if_match, contact.version)
    await operations.remove_contact(session, contact, now=now)


def _answer(contact: FacilityContact) -> Response:
    return Response(
        ContactRead.model_validate(contact).model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(contact.version), "Cache-Control": "no-store"},
    )
