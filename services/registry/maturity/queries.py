"""Reads of criteria and assessments of maturity; they are nation-wide facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.registry.maturity import rules
from services.registry.maturity.rules import Criterion
from services.registry.maturity.schemas import (
    AssessmentRead,
    CriteriaInFull,
    CriteriaRead,
    CriterionRead,
    MaturityRead,
    MetRead,
    RevisionRead,
)
from services.registry.maturity.tables import (
    MaturityAssessment,
    MaturityCriteria,
    MaturityCriterion,
    MaturityRevision,
)
from services.registry.records.queries import in_region
from services.registry.records.schemas import DocumentRead, WordingRead
from shared.schemas.registry import MaturityClass

_A: Final = MaturityAssessment


@dataclass(frozen=True, slots=True)
class AssessmentFilter:
    """What a list is narrowed to; `present` keeps the last assessment of each centre."""

    area: str | None = None
    year: int | None = None
    maturity_class: MaturityClass | None = None
    present: bool = False


async def list_criteria(
    session: AsyncSession, *, after: int | None, limit: int
) -> Sequence[MaturityCriteria]:
    """Return up to `limit` versions below version `after`, the newest first."""
    statement = select(MaturityCriteria).order_by(MaturityCriteria.version.desc()).limit(limit)
    if after is not None:
        statement = statement.where(MaturityCriteria.version < after)
    return (await session.scalars(statement)).all()


async def get_criteria(session: AsyncSession, version: int) -> CriteriaInFull:
    """Return one version of the criteria with all of them, in their order.

    Raises:
        CriteriaNotFoundError: when there is no such version.
    """
    criteria = await session.get(MaturityCriteria, version)
    if criteria is None:
        raise rules.CriteriaNotFoundError
    return CriteriaInFull(
        **CriteriaRead.model_validate(criteria).model_dump(),
        criteria=[
            CriterionRead(
                code=row.code,
                text=WordingRead(id=row.text_id, en=row.text_en),
                needed_for=row.needed_for,
            )
            for row in await _criteria_rows(session, version)
        ],
    )


async def _criteria_rows(session: AsyncSession, version: int) -> Sequence[MaturityCriterion]:
    statement = (
        select(MaturityCriterion)
        .where(MaturityCriterion.criteria_version == version)
        .order_by(MaturityCriterion.position)
    )
    return (await session.scalars(statement)).all()


async def criteria_of(session: AsyncSession, version: int) -> list[Criterion]:
    """Return what a version asks for, in its order; nothing when there is no such version."""
    rows = await _criteria_rows(session, version)
    return [Criterion(row.code, row.needed_for) for row in rows]


async def newest_criteria(session: AsyncSession) -> int:
    """Return the newest version of the criteria; 0 when there is none."""
    return await session.scalar(select(func.max(MaturityCriteria.version))) or 0


def read_met(met: dict[str, dict[str, str]]) -> list[MetRead]:
    """Return the evidence by criterion as callers see it, in the order of codes."""
    return [MetRead(criterion=code, evidence=DocumentRead(**met[code])) for code in sorted(met)]


def read(row: MaturityAssessment) -> AssessmentRead:
    """Return an assessment as callers see it."""
    names = AssessmentRead.model_fields.keys() - {"met"}
    return AssessmentRead(**{name: getattr(row, name) for name in names}, met=read_met(row.met))


def read_revision(row: MaturityRevision) -> RevisionRead:
    """Return a version of an assessment as callers see it."""
    names = RevisionRead.model_fields.keys() - {"met"}
    return RevisionRead(**{name: getattr(row, name) for name in names}, met=read_met(row.met))


async def list_assessments(
    session: AsyncSession,
    wanted: AssessmentFilter,
    *,
    after: tuple[int, UUID] | None,
    limit: int,
) -> Sequence[MaturityAssessment]:
    """Return up to `limit` assessments that follow `after`, those of the last year first."""
    statement = select(_A).order_by(_A.year.desc(), _A.id.desc()).limit(limit)
    if wanted.area is not None:
        statement = statement.where(in_region(_A, wanted.area))
    if wanted.year is not None:
        statement = statement.where(_A.year == wanted.year)
    if wanted.maturity_class is not None:
        statement = statement.where(_A.maturity_class == wanted.maturity_class)
    if wanted.present:
        later = aliased(_A)
        superseded = select(later.id).where(
            later.facility_id == _A.facility_id, later.year > _A.year
        )
        statement = statement.where(~superseded.exists())
    if after is not None:
        statement = statement.where(tuple_(_A.year, _A.id) < after)
    return (await session.scalars(statement)).all()


async def assessments_of(
    session: AsyncSession, facility_id: UUID, *, after: int | None, limit: int
) -> Sequence[MaturityAssessment]:
    """Return up to `limit` assessments of a centre before year `after`, the last first."""
    statement = (
        select(_A).where(_A.facility_id == facility_id).order_by(_A.year.desc()).limit(limit)
    )
    if after is not None:
        statement = statement.where(_A.year < after)
    return (await session.scalars(statement)).all()


async def present_class(session: AsyncSession, facility_id: UUID) -> MaturityClass | None:
    """Return the class of the last year that was assessed."""
    found = await assessments_of(session, facility_id, after=None, limit=1)
    return found[0].maturity_class if found else None


async def maturity_of(session: AsyncSession, facility_id: UUID) -> MaturityRead:
    """Return the present class of a centre and what it lacks for the next, by its criteria."""
    found = await assessments_of(session, facility_id, after=None, limit=1)
    if not found:
        return MaturityRead(
            facility_id=facility_id,
            maturity_class=None,
            year=None,
            assessment_id=None,
            next_class=None,
            missing=[],
        )
    last = found[0]
    criteria = await criteria_of(session, last.criteria_version)
    following, missing = rules.missing_for_next(criteria, last.met.keys())
    return MaturityRead(
        facility_id=facility_id,
        maturity_class=last.maturity_class,
        year=last.year,
        assessment_id=last.id,
        next_class=following,
        missing=missing,
    )


async def get_assessment(session: AsyncSession, assessment_id: UUID) -> MaturityAssessment:
    """Return one assessment.

    Raises:
        AssessmentNotFoundError: when there is none of this id.
    """
    row = await session.get(MaturityAssessment, assessment_id)
    if row is None:
        raise rules.AssessmentNotFoundError
    return row


async def list_revisions(
    session: AsyncSession, assessment_id: UUID, *, after: int | None, limit: int
) -> Sequence[MaturityRevision]:
    """Return up to `limit` versions of an assessment that follow `after`, in their order."""
    statement = (
        select(MaturityRevision)
        .where(
            MaturityRevision.assessment_id == assessment_id, MaturityRevision.version > (after or 0)
        )
        .order_by(MaturityRevision.version)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()
