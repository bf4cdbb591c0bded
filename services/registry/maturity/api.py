"""HTTP face of the maturity of community centres."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response, status

from services.registry.access.rules import OutOfScopeError
from services.registry.areas.schemas import RegionCode
from services.registry.base import Idempotency
from services.registry.facilities.queries import get_facility
from services.registry.facilities.rules import FacilityClosedError, FacilityNotFoundError
from services.registry.maturity import operations, queries, rules
from services.registry.maturity.queries import AssessmentFilter
from services.registry.maturity.schemas import (
    AssessmentCreate,
    AssessmentRead,
    AssessmentRevise,
    CriteriaCreate,
    CriteriaInFull,
    CriteriaRead,
    MaturityRead,
    RevisionRead,
)
from services.registry.maturity.tables import MaturityAssessment
from shared.clock import ledger_day
from shared.schemas.paging import Page
from shared.schemas.registry import MaturityClass
from shared.scope import Permission
from shared.web.auth import Caller, Requires
from shared.web.etag import IfMatch, check_match, etag_of, not_modified
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, PageRequest, page_of
from shared.web.session import SessionDep

router = APIRouter(tags=["maturity"])

FacilityId = Annotated[UUID, Path(description="The community centre's identifier.")]
AssessmentId = Annotated[UUID, Path(description="The assessment's identifier.")]
Version = Annotated[int, Path(ge=1, le=10_000, description="Version of the national criteria.")]
RegistryReader = Annotated[Caller, Depends(Requires(Permission.REGISTRY_READ))]
Assessor = Annotated[Caller, Depends(Requires(Permission.ASSESSMENTS_WRITE))]

_EVIDENCE: Final = {"reference": "arsip/2025/0001", "sha256": "0" * 64}
_REVISION: Final = {
    "assessed_on": "2025-11-03",
    "met": [{"criterion": "INSTRUCTORS", "evidence": _EVIDENCE}],
}
_ASSESSMENT: Final = {**_REVISION, "year": 2025, "synthetic": True}
_CRITERIA: Final = {
    "title": "Kriteria kematangan BLK Komunitas",
    "source": "Usulan tim bersama",
    "criteria": [
        {
            "code": "INSTRUCTORS",
            "text": {"id": "Mempunyai dua instruktur.", "en": "It has two instructors."},
            "needed_for": "TUMBUH",
        },
        {
            "code": "PARTNERS",
            "text": {"id": "Mempunyai mitra industri.", "en": "It has partners in industry."},
            "needed_for": "BERKEMBANG",
        },
        {
            "code": "OWN_INCOME",
            "text": {"id": "Membiayai diri sendiri.", "en": "It pays for itself."},
            "needed_for": "MANDIRI",
        },
    ],
}
_UNSOUND: Final = (
    rules.AssessmentDayInvalidError,
    rules.CriteriaUnknownError,
    rules.CriterionUnknownError,
)


def _after_number(page: PageRequest) -> int | None:
    return None if page.after is None else int(str(page.after[0]))


@router.get("/maturity-criteria", responses=problems(CursorInvalidError))
async def list_maturity_criteria(
    request: Request, session: SessionDep, _: RegistryReader, page: PageArgs
) -> Page[CriteriaRead]:
    """List the versions of the national criteria, the newest first."""
    rows = await queries.list_criteria(session, after=_after_number(page), limit=page.fetch)
    return page_of(request, rows, page.limit, key=lambda row: [row.version], read=CriteriaRead)


@router.get("/maturity-criteria/{version}", responses=problems(rules.CriteriaNotFoundError))
async def get_maturity_criteria(
    session: SessionDep, _: RegistryReader, version: Version
) -> CriteriaInFull:
    """Return one version of the national criteria."""
    return await queries.get_criteria(session, version)


@router.post(
    "/maturity-criteria",
    status_code=status.HTTP_201_CREATED,
    response_model=CriteriaInFull,
    responses=problems(
        OutOfScopeError, rules.CriteriaInvalidError, rules.CriteriaVersionTakenError
    ),
)
async def publish_maturity_criteria(
    session: SessionDep,
    caller: Assessor,
    once: OnceDep,
    now: Now,
    body: Annotated[CriteriaCreate, Body(examples=[_CRITERIA])],
) -> Response:
    """Publish the next version of the national criteria, as an administrator of the country."""

    async def work() -> CriteriaInFull:
        return await operations.publish_criteria(session, body, scope=caller.scope, now=now)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda criteria: f"/v1/maturity-criteria/{criteria.version}",
    )


@router.get("/facilities/{facility_id}/maturity", responses=problems(FacilityNotFoundError))
async def get_facility_maturity(
    session: SessionDep, _: RegistryReader, facility_id: FacilityId
) -> MaturityRead:
    """Return the present class of a centre, and what it lacks for the next."""
    await get_facility(session, facility_id)
    return await queries.maturity_of(session, facility_id)


@router.get(
    "/facilities/{facility_id}/maturity-assessments",
    responses=problems(FacilityNotFoundError, CursorInvalidError),
)
async def list_facility_maturity_assessments(
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    facility_id: FacilityId,
    page: PageArgs,
) -> Page[AssessmentRead]:
    """List the assessments of a centre, that of the last year first."""
    await get_facility(session, facility_id)
    rows = await queries.assessments_of(
        session, facility_id, after=_after_number(page), limit=page.fetch
    )
    return page_of(request, rows, page.limit, key=lambda row: [row.year], read=queries.read)


@router.post(
    "/facilities/{facility_id}/maturity-assessments",
    status_code=status.HTTP_201_CREATED,
    response_model=AssessmentRead,
    responses=problems(
        FacilityNotFoundError,
        OutOfScopeError,
        FacilityClosedError,
        rules.NotCommunityCentreError,
        *_UNSOUND,
        rules.AssessmentIdTakenError,
        rules.YearAssessedError,
    ),
)
async def assess_maturity(
    session: SessionDep,
    caller: Assessor,
    once: OnceDep,
    now: Now,
    facility_id: FacilityId,
    body: Annotated[AssessmentCreate, Body(examples=[_ASSESSMENT])],
) -> Response:
    """Assess a community centre within the caller's scope for a year; its class follows."""

    async def work() -> AssessmentRead:
        return queries.read(
            await operations.assess_centre(
                session, facility_id, body, scope=caller.scope, now=now, today=ledger_day(now)
            )
        )

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda made: f"/v1/maturity-assessments/{made.id}",
        etag=lambda made: etag_of(made.version),
    )


@router.get("/maturity-assessments", responses=problems(CursorInvalidError))
async def list_maturity_assessments(
    *,
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    page: PageArgs,
    area: Annotated[RegionCode | None, Query()] = None,
    year: Annotated[int | None, Query(ge=rules.FIRST_YEAR, le=2100)] = None,
    maturity_class: Annotated[MaturityClass | None, Query(alias="class")] = None,
    present: Annotated[bool, Query(description="Only the last assessment of each centre.")] = False,
) -> Page[AssessmentRead]:
    """List assessments of the whole country, those of the last year first."""
    wanted = AssessmentFilter(area, year, maturity_class, present)
    after = page.after and (int(str(page.after[0])), UUID(str(page.after[1])))
    rows = await queries.list_assessments(session, wanted, after=after or None, limit=page.fetch)
    return page_of(
        request, rows, page.limit, key=lambda row: [row.year, str(row.id)], read=queries.read
    )


@router.get(
    "/maturity-assessments/{assessment_id}",
    response_model=AssessmentRead,
    responses={
        **problems(rules.AssessmentNotFoundError),
        304: {"description": "Not Modified"},
    },
)
async def get_maturity_assessment(
    request: Request, session: SessionDep, _: RegistryReader, assessment_id: AssessmentId
) -> Response:
    """Return one assessment."""
    assessment = await queries.get_assessment(session, assessment_id)
    return not_modified(request, etag_of(assessment.version)) or _answer(assessment)


@router.put(
    "/maturity-assessments/{assessment_id}",
    response_model=AssessmentRead,
    responses=problems(rules.AssessmentNotFoundError, OutOfScopeError, *_UNSOUND),
)
async def revise_maturity_assessment(
    session: SessionDep,
    caller: Assessor,
    assessment_id: AssessmentId,
    if_match: IfMatch,
    now: Now,
    body: Annotated[AssessmentRevise, Body(examples=[_REVISION])],
) -> Response:
    """Say anew what was found; If-Match carries the version that was read, which is kept."""
    assessment = await operations.get_assessment_for_change(
        session, assessment_id, scope=caller.scope
    )
    check_match(if_match, assessment.version)
    await operations.revise_assessment(session, assessment, body, now=now, today=ledger_day(now))
    return _answer(assessment)


@router.get(
    "/maturity-assessments/{assessment_id}/revisions",
    responses=problems(rules.AssessmentNotFoundError, CursorInvalidError),
)
async def list_maturity_revisions(
    request: Request,
    session: SessionDep,
    _: RegistryReader,
    assessment_id: AssessmentId,
    page: PageArgs,
) -> Page[RevisionRead]:
    """List what an assessment said in each of its versions, in their order."""
    await queries.get_assessment(session, assessment_id)
    rows = await queries.list_revisions(
        session, assessment_id, after=_after_number(page), limit=page.fetch
    )
    return page_of(
        request, rows, page.limit, key=lambda row: [row.version], read=queries.read_revision
    )


def _answer(assessment: MaturityAssessment) -> Response:
    return Response(
        queries.read(assessment).model_dump_json(),
        media_type="application/json",
        headers={"ETag": etag_of(assessment.version)},
    )
