"""Changes to criteria and assessments of maturity, each within the caller's transaction."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import Event
from services.registry.facilities.queries import get_facility_for_change
from services.registry.maturity import queries, rules
from services.registry.maturity.rules import Criterion
from services.registry.maturity.schemas import (
    AssessmentCreate,
    AssessmentRevise,
    CriteriaCreate,
    CriteriaInFull,
)
from services.registry.maturity.tables import (
    MaturityAssessment,
    MaturityCriteria,
    MaturityCriterion,
    MaturityRevision,
)
from services.registry.records.operations import check_open, place_columns
from services.registry.records.rules import check_national
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import CriteriaPublished, MaturityAssessed, MaturityClass, Topic
from shared.scope import Place, Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_maturity_criteria": rules.CriteriaVersionTakenError,
    "pk_maturity_assessment": rules.AssessmentIdTakenError,
    "uq_maturity_assessment_facility_id_year": rules.YearAssessedError,
}


async def publish_criteria(
    session: AsyncSession, body: CriteriaCreate, *, scope: Scope, now: datetime
) -> CriteriaInFull:
    """Publish the next version of the national criteria.

    Raises:
        OutOfScopeError: when the caller does not act for the whole country.
        CriteriaInvalidError: when no class could be told by them.
        CriteriaVersionTakenError: when another version was published at the same moment.
    """
    check_national(scope)
    rules.check_criteria([Criterion(each.code, each.needed_for) for each in body.criteria])
    criteria = MaturityCriteria(
        version=await queries.newest_criteria(session) + 1,
        id=new_id(),
        published_at=now,
        **body.model_dump(exclude={"criteria"}),
    )
    session.add(criteria)
    await _flush(session)
    await session.execute(
        insert(MaturityCriterion),
        [
            {
                "criteria_version": criteria.version,
                "code": each.code,
                "position": place,
                "needed_for": each.needed_for,
                "text_id": each.text.id,
                "text_en": each.text.en,
            }
            for place, each in enumerate(body.criteria, start=1)
        ],
    )
    await emit(
        session,
        Event,
        topic=Topic.MATURITY_CRITERIA_PUBLISHED,
        stream_id=criteria.id,
        event=CriteriaPublished(version=criteria.version, criteria=len(body.criteria)),
        place=Place(),
        occurred_at=now,
    )
    return await queries.get_criteria(session, criteria.version)


async def _flush(session: AsyncSession) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error


async def assess_centre(
    session: AsyncSession,
    facility_id: UUID,
    body: AssessmentCreate,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> MaturityAssessment:
    """Class a community centre for a year by the criteria that it meets.

    Raises:
        FacilityNotFoundError, OutOfScopeError, FacilityClosedError: when the facility is none
            that the caller may change.
        NotCommunityCentreError: when it is no community centre.
        AssessmentDayInvalidError, CriteriaUnknownError, CriterionUnknownError: when the
            assessment is not sound.
        AssessmentIdTakenError, YearAssessedError: when the year has been assessed already.
    """
    facility = await get_facility_for_change(session, facility_id, scope=scope)
    check_open(facility)
    rules.check_community(facility.kind)
    rules.check_days(year=body.year, assessed_on=body.assessed_on, today=today)
    present = await queries.present_class(session, facility_id)
    assessment = MaturityAssessment(
        **place_columns(facility),
        **await _findings(session, body),
        id=body.id or new_id(),
        year=body.year,
        synthetic=body.synthetic,
        version=1,
        created_at=now,
    )
    session.add(assessment)
    await _flush(session)
    await _tell(session, assessment, before=None, present_before=present, now=now)
    return assessment


async def revise_assessment(
    session: AsyncSession,
    assessment: MaturityAssessment,
    body: AssessmentRevise,
    *,
    now: datetime,
    today: date,
) -> None:
    """Say anew what was found, of an assessment whose centre is locked; the old version is kept.

    Raises:
        AssessmentDayInvalidError, CriteriaUnknownError, CriterionUnknownError: when it is not
            sound.
    """
    rules.check_days(year=assessment.year, assessed_on=body.assessed_on, today=today)
    present = await queries.present_class(session, assessment.facility_id)
    before = assessment.maturity_class
    for name, value in (await _findings(session, body)).items():
        setattr(assessment, name, value)
    assessment.version += 1
    await session.flush()
    await _tell(session, assessment, before=before, present_before=present, now=now)


async def get_assessment_for_change(
    session: AsyncSession, assessment_id: UUID, *, scope: Scope
) -> MaturityAssessment:
    """Return an assessment that the caller may revise; its centre is locked, then the row itself.

    The centre's lock keeps its present class still while one of its years changes.

    Raises:
        AssessmentNotFoundError: when there is none of this id.
        OutOfScopeError: when the centre lies outside the caller's scope.
    """
    assessment = await queries.get_assessment(session, assessment_id)
    await get_facility_for_change(session, assessment.facility_id, scope=scope)
    await session.refresh(assessment, with_for_update=True)
    return assessment


async def _findings(session: AsyncSession, body: AssessmentRevise) -> dict[str, Any]:
    version = body.criteria_version or await queries.newest_criteria(session)
    criteria = await queries.criteria_of(session, version)
    if not criteria:
        raise rules.CriteriaUnknownError(pointer="/criteria_version")
    rules.check_met([each.criterion for each in body.met], criteria=criteria)
    return {
        "criteria_version": version,
        "assessed_on": body.assessed_on,
        "met": {each.criterion: each.evidence.model_dump() for each in body.met},
        "maturity_class": rules.class_of(criteria, {each.criterion for each in body.met}),
    }


async def _tell(
    session: AsyncSession,
    assessment: MaturityAssessment,
    *,
    before: MaturityClass | None,
    present_before: MaturityClass | None,
    now: datetime,
) -> None:
    """Keep what the assessment says in this version, and tell the other services."""
    names = ("version", "maturity_class", "criteria_version", "assessed_on", "met")
    session.add(
        MaturityRevision(
            assessment_id=assessment.id,
            recorded_at=now,
            **{name: getattr(assessment, name) for name in names},
        )
    )
    present = await queries.present_class(session, assessment.facility_id)
    await emit(
        session,
        Event,
        topic=Topic.MATURITY_ASSESSED if before is None else Topic.MATURITY_REVISED,
        stream_id=assessment.id,
        event=MaturityAssessed(
            assessment_id=assessment.id,
            facility_id=assessment.facility_id,
            year=assessment.year,
            criteria_version=assessment.criteria_version,
            before=before,
            after=assessment.maturity_class,
            present_before=present_before,
            present_after=present or assessment.maturity_class,
        ),
        place=place_of(assessment),
        occurred_at=now,
        version=assessment.version,
    )
