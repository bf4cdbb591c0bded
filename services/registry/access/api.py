"""Note in the audit what a caller was denied."""

from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from fastapi import Depends, Request

from services.registry.access.rules import HiddenError, OutOfScopeError
from services.registry.base import Audit
from shared.db.audit import note_denied
from shared.web.auth import present_actor


async def _note_denied(request: Request) -> AsyncIterator[None]:
    try:
        yield
    except (OutOfScopeError, HiddenError) as error:
        route = request.scope["route"].path
        await note_denied(
            request.scope["state"]["sessions"],
            Audit,
            actor=await present_actor(request),
            action=f"{request.method} {route}",
            subject_id=_subject(request),
            detail={"code": error.code},
        )
        raise


def _subject(request: Request) -> UUID | None:
    """Return the thing that the path names; the path has been checked to hold ids."""
    ids = list(request.path_params.values())
    return UUID(ids[0]) if ids else None


# A router that carries it notes every denial after the refused transaction has ended: what the
# router asks for is entered before, and left after, what its routes ask for.
NOTES_DENIED: Final = Depends(_note_denied, scope="function")
