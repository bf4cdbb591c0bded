"""HTTP face of overlaps."""

from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from services.enrollment.dossiers.rules import NationalOnlyError, check_national
from services.enrollment.overlaps import queries
from services.enrollment.overlaps.schemas import OverlapRead
from services.enrollment.programs.queries import get_program
from services.enrollment.programs.rules import ProgramUnknownError
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, next_page
from shared.web.session import SessionDep

router = APIRouter(prefix="/overlaps", tags=["dossiers"])

ProgramId: TypeAlias = Annotated[UUID, Query(description="The programme's identifier.")]
DossierReader: TypeAlias = Annotated[Caller, Depends(Requires(Permission.DOSSIERS_READ))]


@router.get("", responses=problems(NationalOnlyError, ProgramUnknownError, CursorInvalidError))
async def list_overlaps(
    request: Request,
    session: SessionDep,
    caller: DossierReader,
    program_id: ProgramId,
    page: PageArgs,
) -> Page[OverlapRead]:
    """List who holds a place in a programme and another one, in any programme, that overlaps.

    Follow `next` until it is null: a page may be empty where many places were gone through.
    """
    check_national(caller.scope)
    await get_program(session, program_id)
    after = queries.START
    if page.after is not None:
        after = (str(page.after[0]), UUID(str(page.after[1])))
    found = await queries.list_overlaps(session, program_id, after=after, limit=page.limit)
    following = None
    if found.after is not None:
        following = next_page(request, [found.after[0], str(found.after[1])])
    return Page(items=[OverlapRead.model_validate(row) for row in found.rows], next=following)
