"""Merge one facility into another, within the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreements.tables import AgreementFacility
from services.registry.area_changes.operations import close_stale_items
from services.registry.assignments.operations import Moment, move_assignments
from services.registry.base import Event
from services.registry.facilities.operations import (
    facts_of,
    keep_changes,
    of_facility,
    restate,
    turn,
)
from services.registry.facilities.tables import Facility, FacilityAlias
from services.registry.facility_codes.tables import FacilityCode
from services.registry.facility_duplicates.operations import close_pairs
from services.registry.facility_merges import queries, rules
from services.registry.facility_merges.queries import Held
from services.registry.facility_merges.rules import Fact, MergeMode
from services.registry.facility_merges.schemas import (
    EndRead,
    FactRead,
    Following,
    FollowingRead,
    MergeRead,
    RowRead,
    ThingsRead,
)
from services.registry.facility_merges.tables import FacilityMerge
from services.registry.proposals.operations import supersede_open
from shared.db.events import emit
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.registry import FacilityMerged, FacilityStatus, FacilityStays, Topic
from shared.scope import Scope

# Under this scheme the code of a facility that was merged is an outer code of the one that stays.
SCHEME: Final = "BALAI"
_JOIN_COVERAGE: Final = text(rules.JOIN_COVERAGE)
_FOLLOW: Final = (
    FollowingRead(service="enrollment", what=[Following.CLASSES_AND_ENROLLMENTS, Following.GRANTS]),
    FollowingRead(service="reporting", what=[Following.FIGURES_AND_FOLLOWUPS, Following.GRANTS]),
)


@dataclass(frozen=True, slots=True)
class Ends:
    """The two facilities, locked: one goes, one stays."""

    gone: Facility
    stays: Facility

    @property
    def ids(self) -> dict[str, UUID]:
        """Their ids as statements name them."""
        return {"from_id": self.gone.id, "into_id": self.stays.id}


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a merge does, told before it is done."""

    facts: Sequence[Fact]
    held: Sequence[Held]
    aliases: Sequence[str]


async def lock_ends(session: AsyncSession, from_id: UUID, into_id: UUID, *, scope: Scope) -> Ends:
    """Return two facilities that may be merged, locked.

    Raises:
        MergeWithItselfError, MergeCycleError, MergeTargetUnknownError, MergeIntoChildError,
        FacilityNotFoundError, FacilityMergedError, FacilityClosedError, OutOfScopeError
    """
    rules.check_pair(from_id, into_id)
    gone, stays = await queries.lock_pair(session, from_id, into_id, scope=scope)
    rules.check_may_merge(
        gone=gone.status, stays=stays.status, gone_id=gone.id, parent_of_stays=stays.parent_id
    )
    return Ends(gone, stays)


async def foresee(session: AsyncSession, ends: Ends) -> Consequences:
    """Return every consequence of a merge that has not been done."""
    return Consequences(
        facts=rules.compare(facts_of(ends.stays), facts_of(ends.gone)),
        held=await queries.what_is_held(session, **ends.ids),
        aliases=[ends.gone.code, *await queries.aliases_of(session, ends.gone.id)],
    )


def describe(
    ends: Ends, foreseen: Consequences, *, reason: str, merge: FacilityMerge | None = None
) -> MergeRead:
    """Return a merge as callers see it."""
    return MergeRead(
        id=None if merge is None else merge.id,
        mode=MergeMode.VALIDATE if merge is None else MergeMode.COMMIT,
        gone=EndRead.model_validate(ends.gone),
        stays=EndRead.model_validate(ends.stays),
        reason=reason,
        aliases=list(foreseen.aliases),
        facts=[FactRead.model_validate(each) for each in foreseen.facts],
        things=[
            ThingsRead(
                table=each.table,
                moves=each.moves,
                renamed=each.renamed,
                stays=each.stays,
                named=[RowRead(**row) for row in each.named],
            )
            for each in foreseen.held
        ],
        follow=list(_FOLLOW),
        merged_at=None if merge is None else merge.merged_at,
    )


async def merge_facility(
    session: AsyncSession, ends: Ends, *, reason: str, now: datetime, today: date
) -> MergeRead:
    """Merge a locked facility into another locked one, and tell the other services."""
    foreseen = await foresee(session, ends)
    merge = FacilityMerge(
        id=new_id(),
        from_id=ends.gone.id,
        into_id=ends.stays.id,
        actor=session.info["actor"].name,
        reason=reason,
        merged_at=now,
    )
    told = describe(ends, foreseen, reason=reason, merge=merge)
    merge.consequences = told.model_dump(mode="json")
    session.add(merge)
    spaces = await _move(session, ends)
    await _move_by_features(session, ends, now=now, today=today)
    await _change_facilities(session, ends, reason=reason, now=now)
    await _keep_alias(session, ends, now=now, today=today)
    await close_stale_items(session, now=now)
    await close_pairs(session, gone=ends.gone.id, stays=ends.stays.id, reason=reason, now=now)
    await _tell(session, ends, merge, told, spaces, now=now)
    return told


async def _move(session: AsyncSession, ends: Ends) -> dict[UUID, str]:
    """Move the rows of every table that moves; return the spaces that have another name now."""
    renamed = await session.execute(queries.RENAME_SPACES, {**ends.ids, "code": ends.gone.code})
    spaces = {row.id: row.name for row in renamed}
    await _join_coverage(session, ends)
    place = of_facility(ends.stays)
    del place["facility_id"]
    for reference in rules.moving():
        given = {**ends.ids, **(place if reference.scoped else {})}
        await session.execute(queries.move_statement(reference), given)
    return spaces


async def _join_coverage(session: AsyncSession, ends: Ends) -> None:
    rows = (await session.execute(_JOIN_COVERAGE, ends.ids)).mappings().all()
    if rows:
        joined = [{**row, "facility_id": ends.stays.id} for row in rows]
        await session.execute(insert(AgreementFacility), joined)


async def _move_by_features(
    session: AsyncSession, ends: Ends, *, now: datetime, today: date
) -> None:
    actor = session.info["actor"]
    moment = Moment(now=now, today=today)
    await move_assignments(session, gone=ends.gone.id, to=ends.stays.id, actor=actor, moment=moment)
    await supersede_open(session, ends.gone.id, by=actor.name, now=now)


async def _change_facilities(
    session: AsyncSession, ends: Ends, *, reason: str, now: datetime
) -> None:
    """Close the one that goes, complete the one that stays, and re-hang what belonged to it."""
    changes = []
    for child in await queries.lock_children(session, ends.gone.id):
        facts = replace(facts_of(child), parent_id=ends.stays.id)
        changes.append(restate(child, facts, now=now, reason=reason))
    present = facts_of(ends.stays)
    filled = rules.fill(present, facts_of(ends.gone))
    if filled != present:
        changes.append(restate(ends.stays, filled, now=now, reason=reason))
    changes.append(turn(ends.gone, wanted=FacilityStatus.CLOSED, now=now, reason=reason))
    await keep_changes(session, changes, now=now)


async def _keep_alias(session: AsyncSession, ends: Ends, *, now: datetime, today: date) -> None:
    alias = FacilityAlias(
        alias_id=ends.gone.id,
        facility_id=ends.stays.id,
        alias_code=ends.gone.code,
        merged_at=now,
    )
    session.add(alias)
    await session.flush()
    code = {
        "id": new_id(),
        **of_facility(ends.stays),
        "scheme": SCHEME,
        "code": ends.gone.code,
        "valid_from": today,
        "created_at": now,
    }
    # Somebody may have stated it by hand.
    await session.execute(upsert(FacilityCode).values(code).on_conflict_do_nothing())


async def _tell(
    session: AsyncSession,
    ends: Ends,
    merge: FacilityMerge,
    told: MergeRead,
    spaces: Mapping[UUID, str],
    *,
    now: datetime,
) -> None:
    stays = ends.stays
    event = FacilityMerged(
        merge_id=merge.id,
        from_id=ends.gone.id,
        from_code=ends.gone.code,
        stays=FacilityStays(
            facility_id=stays.id,
            code=stays.code,
            name=stays.name,
            kind=stays.kind,
            owner_ministry=stays.owner_ministry,
            province_code=stays.province_code,
            regency_code=stays.regency_code,
            latitude=stays.latitude,
            longitude=stays.longitude,
        ),
        spaces=dict(spaces),
        moved={each.table: each.moves for each in told.things if each.moves},
    )
    await emit(
        session,
        Event,
        topic=Topic.FACILITY_MERGED,
        stream_id=merge.id,
        event=event,
        place=place_of(stays),
        occurred_at=now,
    )
