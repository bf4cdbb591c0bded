"""HTTP face of case files."""

from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response

from services.enrollment.dossiers import operations
from services.enrollment.dossiers.schemas import DossierRead
from services.enrollment.enrollments.rules import EnrollmentUnknownError
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.now import Now
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(
    prefix="/classes/{class_id}/enrollments/{enrollment_id}/dossier", tags=["dossiers"]
)

ClassId: TypeAlias = Annotated[UUID, Path(description="The class's identifier.")]
EnrollmentId: TypeAlias = Annotated[UUID, Path(description="The enrollment's identifier.")]
DossierReader: TypeAlias = Annotated[Caller, Depends(Requires(Permission.DOSSIERS_READ))]
_PRIVATE: Final = {"Cache-Control": "no-store"}


@router.get("", response_model=DossierRead, responses=problems(EnrollmentUnknownError))
async def get_dossier(
    session: SessionDep,
    caller: DossierReader,
    class_id: ClassId,
    enrollment_id: EnrollmentId,
    now: Now,
) -> Response:
    """Read the case file of an enrollment; that somebody did is noted.

    Every record names the table and the key that it was read from, so that it can be checked. Of
    the person it tells no contact, no birth date, and the NIK masked.
    """
    made = await operations.make_dossier(
        session, scope=caller.scope, class_id=class_id, enrollment_id=enrollment_id, now=now
    )
    return Response(made.model_dump_json(), media_type="application/json", headers=_PRIVATE)
