"""HTTP face of samples."""

from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response, status

from services.enrollment.base import Idempotency
from services.enrollment.dossiers.rules import NationalOnlyError, check_national
from services.enrollment.programs.rules import ProgramUnknownError
from services.enrollment.samples import operations, queries
from services.enrollment.samples.rules import SampleUnknownError
from services.enrollment.samples.schemas import (
    PopulationItem,
    SampleCreate,
    SampleItem,
    SampleRead,
    SampleSummary,
)
from services.enrollment.samples.tables import Sample, SampleMember
from services.enrollment.waves.rules import WaveUnknownError
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.links import absolute
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/samples", tags=["dossiers"])

SampleId: TypeAlias = Annotated[UUID, Path(description="The sample's identifier.")]
DossierReader: TypeAlias = Annotated[Caller, Depends(Requires(Permission.DOSSIERS_READ))]
_EXAMPLE: Final = {
    "wave_id": "01a202c4-6475-7397-b3cc-7effb0362365",
    "n": 25,
    "seed": "Audit 2027, lempar dadu 4-2-6-1",
}


async def _read(request: Request, session: SessionDep, sample: Sample) -> SampleRead:
    def item(row: SampleMember) -> SampleItem:
        path = f"/v1/classes/{row.class_id}/enrollments/{row.enrollment_id}/dossier"
        return SampleItem(
            position=row.position,
            class_id=row.class_id,
            enrollment_id=row.enrollment_id,
            ticket=row.ticket.hex(),
            dossier=absolute(request, path),
        )

    members = await queries.members_of(session, sample.id)
    summary = SampleSummary.model_validate(sample)
    return SampleRead(**summary.model_dump(), items=[item(row) for row in members])


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=SampleRead,
    responses=problems(NationalOnlyError, WaveUnknownError, ProgramUnknownError),
)
async def draw_sample(
    *,
    request: Request,
    session: SessionDep,
    caller: DossierReader,
    once: OnceDep,
    now: Now,
    body: Annotated[SampleCreate, Body(examples=[_EXAMPLE])],
) -> Response:
    """Draw enrollments by a seed: those with the lowest SHA-256 over `<seed>:<enrollment id>`.

    Anybody who has the list of the population and the seed draws the same.
    """

    async def work() -> SampleRead:
        sample = await operations.draw_sample(session, body, scope=caller.scope, now=now)
        return await _read(request, session, sample)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda sample: f"/v1/samples/{sample.id}",
    )


@router.get("", responses=problems(NationalOnlyError, CursorInvalidError))
async def list_samples(
    request: Request, session: SessionDep, caller: DossierReader, page: PageArgs
) -> Page[SampleSummary]:
    """List the samples that were drawn, the newest first."""
    check_national(caller.scope)
    before = None if page.after_text is None else UUID(page.after_text)
    rows = await queries.list_samples(session, before=before, limit=page.fetch)
    return page_of(request, rows, page.limit, key=lambda row: [str(row.id)], read=SampleSummary)


@router.get("/{sample_id}", responses=problems(NationalOnlyError, SampleUnknownError))
async def get_sample(
    request: Request, session: SessionDep, caller: DossierReader, sample_id: SampleId
) -> SampleRead:
    """Read a sample with the addresses of its case files."""
    check_national(caller.scope)
    return await _read(request, session, await queries.get_sample(session, sample_id))


@router.get(
    "/{sample_id}/population",
    responses=problems(NationalOnlyError, SampleUnknownError, CursorInvalidError),
)
async def list_sample_population(
    request: Request,
    session: SessionDep,
    caller: DossierReader,
    sample_id: SampleId,
    page: PageArgs,
) -> Page[PopulationItem]:
    """List all enrollments that a sample was drawn from, by the code of the class."""
    check_national(caller.scope)
    sample = await queries.get_sample(session, sample_id)
    after = None if page.after is None else (str(page.after[0]), UUID(str(page.after[1])))
    rows = await queries.list_population(session, sample, after=after, limit=page.fetch)
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [row.code, str(row.enrollment_id)],
        read=PopulationItem,
    )
