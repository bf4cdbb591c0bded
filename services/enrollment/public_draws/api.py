"""HTTP face of public draws."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from services.enrollment.public_draws import queries
from services.enrollment.public_draws.rules import DrawUnknownError
from services.enrollment.public_draws.schemas import DrawRead
from services.enrollment.selections.queries import get_selection
from services.enrollment.selections.rules import SelectionUnknownError
from shared.web.auth import Public
from shared.web.etag import etag_of, not_modified
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/waves/{wave_id}/draw", tags=["selections"])

WaveId = Annotated[UUID, Path(description="The wave's identifier.")]


@router.get(
    "",
    response_model=DrawRead,
    responses=problems(SelectionUnknownError, DrawUnknownError),
)
async def get_draw(request: Request, session: SessionDep, _: Public, wave_id: WaveId) -> Response:
    """Return all that it takes to repeat a draw, as one file: see docs/selection.md.

    One file and not pages: who checks a draw has all of it or nothing.
    """
    selection = await get_selection(session, wave_id)
    etag = etag_of(selection.version)
    unchanged = not_modified(request, etag)
    if unchanged is not None:
        return unchanged
    body = await queries.draw_json(session, selection)
    return Response(body, media_type="application/json", headers={"ETag": etag})
