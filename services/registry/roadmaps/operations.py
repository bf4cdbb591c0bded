"""Changes to the national roadmap and to the roadmaps of centres."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import Event
from services.registry.facilities.queries import get_facility_for_change
from services.registry.maturity.rules import check_community
from services.registry.records.operations import check_open, place_columns
from services.registry.records.rules import check_national
from services.registry.roadmaps import queries, rules
from services.registry.roadmaps.rules import MilestoneStatus, Statement
from services.registry.roadmaps.schemas import (
    MilestoneState,
    RoadmapAdopt,
    TemplateCreate,
    TemplateInFull,
)
from services.registry.roadmaps.tables import (
    Roadmap,
    RoadmapMilestone,
    RoadmapTemplate,
    RoadmapTemplateMilestone,
)
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import MilestoneChanged, RoadmapAdopted, TemplatePublished, Topic
from shared.scope import Place, Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_roadmap_template": rules.TemplateVersionTakenError,
    "pk_roadmap": rules.RoadmapIdTakenError,
    "uq_roadmap_facility_id": rules.RoadmapAdoptedError,
}
_SCOPE: Final = ("facility_id", "province_code", "regency_code", "owner_ministry")


async def publish_template(
    session: AsyncSession, body: TemplateCreate, *, scope: Scope, now: datetime
) -> TemplateInFull:
    """Publish the next version of the national roadmap.

    Raises:
        OutOfScopeError: when the caller does not act for the whole country.
        TemplateInvalidError: when two milestones have one code.
        TemplateVersionTakenError: when another version was published at the same moment.
    """
    check_national(scope)
    rules.check_template([each.code for each in body.milestones])
    template = RoadmapTemplate(
        version=await queries.newest_template(session) + 1,
        id=new_id(),
        published_at=now,
        **body.model_dump(exclude={"milestones"}),
    )
    session.add(template)
    await _flush(session)
    await session.execute(
        insert(RoadmapTemplateMilestone),
        [
            {
                "template_version": template.version,
                "code": each.code,
                "position": place,
                "months": each.months,
                "text_id": each.text.id,
                "text_en": each.text.en,
                "evidence_id": each.evidence.id,
                "evidence_en": each.evidence.en,
            }
            for place, each in enumerate(body.milestones, start=1)
        ],
    )
    await emit(
        session,
        Event,
        topic=Topic.ROADMAP_TEMPLATE_PUBLISHED,
        stream_id=template.id,
        event=TemplatePublished(version=template.version, milestones=len(body.milestones)),
        place=Place(),
        occurred_at=now,
    )
    return await queries.get_template(session, template.version)


async def _flush(session: AsyncSession) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error


async def adopt_roadmap(
    session: AsyncSession,
    facility_id: UUID,
    body: RoadmapAdopt,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> Roadmap:
    """Let a community centre follow a version of the national roadmap.

    Raises:
        FacilityNotFoundError, OutOfScopeError, FacilityClosedError: when the facility is none
            that the caller may change.
        NotCommunityCentreError: when it is no community centre.
        AdoptionDayInvalidError, TemplateUnknownError: when the adoption is not sound.
        RoadmapIdTakenError, RoadmapAdoptedError: when it follows one already.
    """
    facility = await get_facility_for_change(session, facility_id, scope=scope)
    check_open(facility)
    check_community(facility.kind)
    rules.check_adoption(body.adopted_on, today=today)
    version = body.template_version or await queries.newest_template(session)
    wanted = await _milestones_wanted(session, version)
    roadmap = Roadmap(
        **place_columns(facility),
        id=body.id or new_id(),
        template_version=version,
        adopted_on=body.adopted_on,
        synthetic=body.synthetic,
        version=1,
        created_at=now,
    )
    session.add(roadmap)
    await _flush(session)
    await session.execute(
        insert(RoadmapMilestone), [_planned(roadmap, each) for each in wanted.values()]
    )
    await _tell(session, roadmap, before=None, milestones=len(wanted), now=now)
    return roadmap


async def _milestones_wanted(
    session: AsyncSession, version: int
) -> dict[str, RoadmapTemplateMilestone]:
    wanted = await queries.template_milestones(session, version)
    if not wanted:
        raise rules.TemplateUnknownError(pointer="/template_version")
    return {each.code: each for each in wanted}


def _planned(roadmap: Roadmap, wanted: RoadmapTemplateMilestone) -> dict[str, Any]:
    return {
        **{name: getattr(roadmap, name) for name in _SCOPE},
        "roadmap_id": roadmap.id,
        "code": wanted.code,
        "template_version": wanted.template_version,
        "due_on": rules.due_on(roadmap.adopted_on, wanted.months),
        "status": MilestoneStatus.PLANNED,
        "version": 1,
    }


async def move_roadmap(
    session: AsyncSession, roadmap_id: UUID, *, version: int, scope: Scope, now: datetime
) -> Roadmap:
    """Let a centre follow a newer version: what is done stays, by the codes of milestones.

    Raises:
        RoadmapNotFoundError, OutOfScopeError: when the roadmap is none that the caller may change.
        TemplateNotNewerError, TemplateUnknownError: when there is no such newer version.
    """
    roadmap = await queries.get_roadmap_for_change(session, roadmap_id, scope=scope)
    before = roadmap.template_version
    rules.check_newer(present=before, wanted=version)
    wanted = await _milestones_wanted(session, version)
    present = await queries.milestones_of(session, roadmap.id)
    for code, milestone in present.items():
        _move(milestone, wanted.get(code), roadmap=roadmap, version=version)
    roadmap.template_version = version
    roadmap.version += 1
    await session.flush()
    fresh = [_planned(roadmap, each) for code, each in wanted.items() if code not in present]
    if fresh:
        await session.execute(insert(RoadmapMilestone), fresh)
    await _tell(session, roadmap, before=before, milestones=len(wanted), now=now)
    return roadmap


def _move(
    milestone: RoadmapMilestone,
    wanted: RoadmapTemplateMilestone | None,
    *,
    roadmap: Roadmap,
    version: int,
) -> None:
    present = milestone.status
    milestone.status = rules.moved_status(present, wanted=wanted is not None)
    if wanted is not None:
        milestone.template_version = version
        milestone.due_on = rules.due_on(roadmap.adopted_on, wanted.months)
    if milestone.status is MilestoneStatus.DROPPED and present is not MilestoneStatus.DROPPED:
        milestone.note = f"Tidak ada dalam versi {version} / not in version {version}"
    elif present is MilestoneStatus.DROPPED and milestone.status is not MilestoneStatus.DROPPED:
        milestone.note = None
    milestone.version += 1


async def _tell(
    session: AsyncSession, roadmap: Roadmap, *, before: int | None, milestones: int, now: datetime
) -> None:
    await emit(
        session,
        Event,
        topic=Topic.ROADMAP_ADOPTED if before is None else Topic.ROADMAP_MOVED,
        stream_id=roadmap.id,
        event=RoadmapAdopted(
            roadmap_id=roadmap.id,
            facility_id=roadmap.facility_id,
            before=before,
            after=roadmap.template_version,
            milestones=milestones,
        ),
        place=place_of(roadmap),
        occurred_at=now,
        version=roadmap.version,
    )


async def state_milestone(
    session: AsyncSession,
    milestone: RoadmapMilestone,
    body: MilestoneState,
    *,
    now: datetime,
    today: date,
) -> None:
    """Say how far a milestone of a locked roadmap is.

    Raises:
        MilestoneStatusRefusedError: when its present status does not allow the one asked for.
        EvidenceMissingError, NoteMissingError, DoneDayInvalidError: when a ground is missing.
    """
    before = milestone.status
    said = Statement(
        status=body.status,
        done_on=body.done_on,
        has_evidence=body.evidence is not None,
        has_note=body.note is not None,
    )
    rules.check_statement(said, present=before, today=today)
    done = body.status is MilestoneStatus.DONE
    milestone.status = body.status
    milestone.done_on = (body.done_on or milestone.done_on or today) if done else None
    milestone.evidence_reference = body.evidence.reference if body.evidence else None
    milestone.evidence_sha256 = body.evidence.sha256 if body.evidence else None
    milestone.note = body.note
    milestone.version += 1
    await session.flush()
    await emit(
        session,
        Event,
        topic=Topic.MILESTONE_CHANGED,
        stream_id=milestone.roadmap_id,
        event=MilestoneChanged(
            roadmap_id=milestone.roadmap_id,
            facility_id=milestone.facility_id,
            milestone=milestone.code,
            before=before,
            after=milestone.status,
            overdue=rules.is_overdue(milestone.status, milestone.due_on, today=today),
        ),
        place=place_of(milestone),
        occurred_at=now,
        version=milestone.version,
    )
