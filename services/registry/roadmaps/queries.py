"""Reads of roadmaps; they are nation-wide facts, the list of milestones is an office's own."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Select, Uuid, any_, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import OutOfScopeError
from services.registry.records.queries import in_region
from services.registry.records.schemas import DocumentRead, WordingRead
from services.registry.roadmaps import rules
from services.registry.roadmaps.rules import MilestoneStatus
from services.registry.roadmaps.schemas import (
    MilestoneRead,
    ProgressRead,
    RoadmapInFull,
    RoadmapRead,
    TemplateInFull,
    TemplateMilestoneRead,
    TemplateRead,
)
from services.registry.roadmaps.tables import (
    Roadmap,
    RoadmapMilestone,
    RoadmapTemplate,
    RoadmapTemplateMilestone,
)
from shared.db.within import within
from shared.scope import Scope

_M: Final = RoadmapMilestone
_T: Final = RoadmapTemplateMilestone
_PLAIN: Final = (
    "roadmap_id",
    "facility_id",
    "code",
    "template_version",
    "due_on",
    "status",
    "done_on",
    "note",
    "version",
)


@dataclass(frozen=True, slots=True)
class MilestoneFilter:
    """What a list of milestones is narrowed to; `today` decides what is overdue."""

    today: date
    status: MilestoneStatus | None = None
    overdue: bool = False
    area: str | None = None
    facility_id: UUID | None = None


async def list_templates(
    session: AsyncSession, *, after: int | None, limit: int
) -> Sequence[RoadmapTemplate]:
    """Return up to `limit` versions below version `after`, the newest first."""
    statement = select(RoadmapTemplate).order_by(RoadmapTemplate.version.desc()).limit(limit)
    if after is not None:
        statement = statement.where(RoadmapTemplate.version < after)
    return (await session.scalars(statement)).all()


async def template_milestones(
    session: AsyncSession, version: int
) -> Sequence[RoadmapTemplateMilestone]:
    """Return the milestones of a version in their order; none when there is no such version."""
    statement = select(_T).where(_T.template_version == version).order_by(_T.position)
    return (await session.scalars(statement)).all()


async def get_template(session: AsyncSession, version: int) -> TemplateInFull:
    """Return one version of the national roadmap with its milestones.

    Raises:
        TemplateNotFoundError: when there is no such version.
    """
    template = await session.get(RoadmapTemplate, version)
    if template is None:
        raise rules.TemplateNotFoundError
    return TemplateInFull(
        **TemplateRead.model_validate(template).model_dump(),
        milestones=[
            TemplateMilestoneRead(
                code=row.code,
                text=WordingRead(id=row.text_id, en=row.text_en),
                months=row.months,
                evidence=WordingRead(id=row.evidence_id, en=row.evidence_en),
            )
            for row in await template_milestones(session, version)
        ],
    )


async def newest_template(session: AsyncSession) -> int:
    """Return the newest version of the national roadmap; 0 when there is none."""
    return await session.scalar(select(func.max(RoadmapTemplate.version))) or 0


def _with_text() -> Select[RoadmapMilestone, RoadmapTemplateMilestone]:
    return select(_M, _T).join(
        _T, (_T.template_version == _M.template_version) & (_T.code == _M.code)
    )


def read_milestone(
    row: RoadmapMilestone, template: RoadmapTemplateMilestone, *, today: date
) -> MilestoneRead:
    """Return a milestone as callers see it on the day `today`."""
    evidence = None
    if row.evidence_reference is not None and row.evidence_sha256 is not None:
        evidence = DocumentRead(reference=row.evidence_reference, sha256=row.evidence_sha256)
    return MilestoneRead(
        **{name: getattr(row, name) for name in _PLAIN},
        text=WordingRead(id=template.text_id, en=template.text_en),
        expected_evidence=WordingRead(id=template.evidence_id, en=template.evidence_en),
        overdue=rules.is_overdue(row.status, row.due_on, today=today),
        evidence=evidence,
    )


async def list_milestones(
    session: AsyncSession,
    wanted: MilestoneFilter,
    *,
    scope: Scope,
    after: tuple[date, UUID, str] | None,
    limit: int,
) -> list[MilestoneRead]:
    """Return up to `limit` milestones within `scope` that follow `after`, the first due first."""
    order = (_M.due_on, _M.roadmap_id, _M.code)
    statement = _with_text().where(within(scope, _M)).order_by(*order).limit(limit)
    if wanted.status is not None:
        statement = statement.where(_M.status == wanted.status)
    if wanted.overdue:
        unsettled = (MilestoneStatus.PLANNED, MilestoneStatus.IN_PROGRESS)
        statement = statement.where(_M.due_on < wanted.today, _M.status.in_(unsettled))
    if wanted.area is not None:
        statement = statement.where(in_region(_M, wanted.area))
    if wanted.facility_id is not None:
        statement = statement.where(_M.facility_id == wanted.facility_id)
    if after is not None:
        statement = statement.where(tuple_(*order) > after)
    rows = (await session.execute(statement)).all()
    return [read_milestone(row, template, today=wanted.today) for row, template in rows]


async def _progress(
    session: AsyncSession, roadmap_ids: Iterable[UUID], *, today: date
) -> dict[UUID, ProgressRead]:
    wanted = literal(list(roadmap_ids), ARRAY(Uuid()))
    statement = select(_M.roadmap_id, _M.status, _M.due_on).where(_M.roadmap_id == any_(wanted))
    found: dict[UUID, list[tuple[MilestoneStatus, date]]] = {}
    for row in (await session.execute(statement)).all():
        found.setdefault(row.roadmap_id, []).append((row.status, row.due_on))
    return {
        roadmap_id: ProgressRead(**asdict(rules.progress_of(each, today=today)))
        for roadmap_id, each in found.items()
    }


def _read(row: Roadmap, progress: ProgressRead) -> RoadmapRead:
    names = RoadmapRead.model_fields.keys() - {"progress"}
    return RoadmapRead(**{name: getattr(row, name) for name in names}, progress=progress)


async def list_roadmaps(
    session: AsyncSession,
    *,
    area: str | None,
    template_version: int | None,
    today: date,
    after: UUID | None,
    limit: int,
) -> list[RoadmapRead]:
    """Return up to `limit` roadmaps that follow id `after`, each with its progress."""
    statement = select(Roadmap).order_by(Roadmap.id).limit(limit)
    if area is not None:
        statement = statement.where(in_region(Roadmap, area))
    if template_version is not None:
        statement = statement.where(Roadmap.template_version == template_version)
    if after is not None:
        statement = statement.where(Roadmap.id > after)
    rows = (await session.scalars(statement)).all()
    progress = await _progress(session, (row.id for row in rows), today=today)
    return [_read(row, progress[row.id]) for row in rows]


async def read_roadmap(session: AsyncSession, roadmap: Roadmap, *, today: date) -> RoadmapInFull:
    """Return a roadmap with its milestones as callers see it on the day `today`."""
    statement = (
        _with_text().where(_M.roadmap_id == roadmap.id).order_by(_M.due_on, _T.position, _M.code)
    )
    rows = (await session.execute(statement)).all()
    milestones = [read_milestone(row, template, today=today) for row, template in rows]
    progress = rules.progress_of(((each.status, each.due_on) for each in milestones), today=today)
    plain = _read(roadmap, ProgressRead(**asdict(progress)))
    names = RoadmapRead.model_fields
    return RoadmapInFull(**{name: getattr(plain, name) for name in names}, milestones=milestones)


async def roadmap_of(session: AsyncSession, facility_id: UUID) -> Roadmap:
    """Return the roadmap that a centre follows.

    Raises:
        RoadmapNotFoundError: when it follows none.
    """
    roadmap = await session.scalar(select(Roadmap).where(Roadmap.facility_id == facility_id))
    if roadmap is None:
        raise rules.RoadmapNotFoundError
    return roadmap


async def get_roadmap_for_change(
    session: AsyncSession, roadmap_id: UUID, *, scope: Scope
) -> Roadmap:
    """Return a roadmap that the caller may change, locked until the transaction ends.

    Raises:
        RoadmapNotFoundError: when there is none of this id.
        OutOfScopeError: when it lies outside the caller's scope.
    """
    statement = (
        select(Roadmap, within(scope, Roadmap, write=True).label("admitted"))
        .where(Roadmap.id == roadmap_id)
        .with_for_update()
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise rules.RoadmapNotFoundError
    if not row.admitted:
        raise OutOfScopeError
    roadmap: Roadmap = row.Roadmap
    return roadmap


async def milestones_of(session: AsyncSession, roadmap_id: UUID) -> dict[str, RoadmapMilestone]:
    """Return the milestones of a locked roadmap by their codes."""
    statement = select(_M).where(_M.roadmap_id == roadmap_id).order_by(_M.code)
    return {row.code: row for row in (await session.scalars(statement)).all()}


async def get_milestone(
    session: AsyncSession, roadmap_id: UUID, code: str
) -> tuple[RoadmapMilestone, RoadmapTemplateMilestone]:
    """Return a milestone of a roadmap and the text that it has from its version.

    Raises:
        MilestoneNotFoundError: when the roadmap has none of this code.
    """
    statement = _with_text().where(_M.roadmap_id == roadmap_id, _M.code == code)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise rules.MilestoneNotFoundError
    return row[0], row[1]
