"""Changes to assignments, each within the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.areas.queries import known_codes
from services.registry.areas.rules import AreaUnknownError
from services.registry.assignments import queries, rules
from services.registry.assignments.rules import (
    AssignedFacilityUnknownError,
    AssignmentIdTakenError,
    AssignmentOverlapError,
    AssignmentRevokedError,
    Login,
)
from services.registry.assignments.schemas import AssignmentChange
from services.registry.assignments.tables import Assignment, AssignmentPlace
from services.registry.base import Event
from shared.db.base import translate
from shared.db.events import emit
from shared.db.grants import holder_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import AssignmentHeld, Topic
from shared.scope import Actor, Grant, Place, Reach, Role, reach_of

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_assignment": AssignmentIdTakenError,
    "ex_assignment_holder": AssignmentOverlapError,
}


@dataclass(frozen=True, slots=True)
class Terms:
    """How an assignment is called, and from which day to which it is valid."""

    label: str
    valid_from: date
    valid_to: date | None
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happens, and which day that is in Jakarta."""

    now: datetime
    today: date


async def grant_assignment(
    session: AsyncSession,
    login: Login,
    grant: Grant,
    terms: Terms,
    *,
    actor: Actor,
    roles_of: Mapping[str, Collection[Role]],
    now: datetime,
    today: date,
) -> Assignment:
    """Let a login act as `grant` says, and tell the other services.

    `roles_of` are the roles that the callers of each assigned issuer may have; The areas must
    be valid on the day from which it is, or on `today`, the day in Jakarta, if that is later.

    Raises:
        IssuerUnknownError: when nobody who is believed issues such a login.
        AssignmentReachInvalidError, AssignmentPeriodInvalidError: when it is not sound.
        AreaUnknownError, AssignedFacilityUnknownError: when it names what is not there.
        OwnAssignmentError, RoleNotGrantableError, OutOfScopeError: when it is not his to grant.
        AssignmentIdTakenError, AssignmentOverlapError: when it is there already.
    """
    rules.check_login(login, role=grant.role, roles_of=roles_of)
    rules.check_reach(grant)
    rules.check_period(valid_from=terms.valid_from, valid_to=terms.valid_to)
    places = await _places(session, grant, on=max(today, terms.valid_from))
    rules.check_may_grant(actor, grant, to=login, places=places)
    assignment = _new_assignment(login, grant, terms, granted_by=actor.name, now=now)
    session.add(assignment)
    await _flush(session)
    session.add_all(_places_reached(assignment.id, grant, places))
    await session.flush()
    await _tell(session, assignment, Topic.ASSIGNMENT_GRANTED, now=now)
    return assignment


async def _places(session: AsyncSession, grant: Grant, *, on: date) -> dict[UUID, Place]:
    areas = await known_codes(session, grant.areas, on=on) if grant.areas else set()
    for position, code in enumerate(grant.areas):
        if code not in areas:
            raise AreaUnknownError(pointer=f"/areas/{position}")
    places = await queries.places_of(session, grant.facilities) if grant.facilities else {}
    for position, facility_id in enumerate(grant.facilities):
        if facility_id not in places:
            raise AssignedFacilityUnknownError(pointer=f"/facilities/{position}")
    return places


def _new_assignment(
    login: Login, grant: Grant, terms: Terms, *, granted_by: str, now: datetime
) -> Assignment:
    return Assignment(
        id=terms.id or new_id(),
        holder=holder_of(login.issuer, login.subject),
        issuer=login.issuer,
        subject=login.subject,
        label=terms.label,
        role=grant.role,
        ministries=list(grant.ministries),
        areas=list(grant.areas),
        facilities=list(grant.facilities),
        reach_key=rules.reach_key(grant),
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
        granted_by=granted_by,
        granted_at=now,
        revoked_at=None,
        revoked_by=None,
        revoke_reason=None,
        version=1,
    )


def _places_reached(
    assignment_id: UUID, grant: Grant, places: Mapping[UUID, Place]
) -> list[AssignmentPlace]:
    rows = []
    for position, part in enumerate(rules.parts_of(reach_of(grant))):
        place = places[part.facilities[0]] if part.facilities else _place_of_areas(part)
        rows.append(
            AssignmentPlace(
                assignment_id=assignment_id,
                position=position,
                province_code=place.province_code,
                regency_code=place.regency_code,
                facility_id=place.facility_id,
                owner_ministry=place.owner_ministry,
            )
        )
    return rows


def _place_of_areas(part: Reach) -> Place:
    ministry = part.ministries[0] if part.ministries else None
    codes = part.regencies or part.provinces
    return Place(
        province_code=codes[0][:2] if codes else None,
        regency_code=part.regencies[0] if part.regencies else None,
        owner_ministry=ministry,
    )


def grant_of(assignment: Assignment) -> Grant:
    """Return what an assignment lets its holder act as."""
    return Grant(
        role=assignment.role,
        ministries=tuple(assignment.ministries),
        areas=tuple(assignment.areas),
        facilities=tuple(assignment.facilities),
    )


async def _flush(session: AsyncSession) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error


async def check_may_change(session: AsyncSession, assignment: Assignment, *, actor: Actor) -> None:
    """Refuse a change of an assignment that the caller could not have granted.

    Raises:
        OwnAssignmentError, RoleNotGrantableError, OutOfScopeError
    """
    reached = await queries.places_reached(session, assignment.id)
    places = {place.facility_id: place for place in reached if place.facility_id is not None}
    rules.check_may_grant(actor, grant_of(assignment), to=login_of(assignment), places=places)


def login_of(assignment: Assignment) -> Login:
    """Return whom an assignment is for."""
    return Login(assignment.issuer, assignment.subject)


async def change_assignment(
    session: AsyncSession,
    assignment: Assignment,
    change: AssignmentChange,
    *,
    actor: Actor,
    now: datetime,
) -> bool:
    """Change label or validity of a locked assignment; tell whether anything changed.

    Raises:
        AssignmentRevokedError: when it is revoked.
        OwnAssignmentError, RoleNotGrantableError, OutOfScopeError: when it is not his to change.
        AssignmentPeriodInvalidError: when it would end before it begins.
        AssignmentOverlapError: when the holder has the same for part of the time.
    """
    if assignment.revoked_at is not None:
        raise AssignmentRevokedError
    await check_may_change(session, assignment, actor=actor)
    wanted = {
        name: value
        for name, value in change.model_dump(exclude_unset=True).items()
        if getattr(assignment, name) != value
    }
    if not wanted:
        return False
    for name, value in wanted.items():
        setattr(assignment, name, value)
    rules.check_period(valid_from=assignment.valid_from, valid_to=assignment.valid_to)
    assignment.version += 1
    await _flush(session)
    await _tell(session, assignment, Topic.ASSIGNMENT_CHANGED, now=now)
    return True


async def revoke_assignment(
    session: AsyncSession, assignment: Assignment, *, reason: str, actor: Actor, now: datetime
) -> None:
    """End a locked assignment at once; its holder may give it up himself.

    Raises:
        AssignmentRevokedError: when it is revoked already.
        RoleNotGrantableError, OutOfScopeError: when it is not his to end.
    """
    if actor.name != login_of(assignment).name:
        await check_may_change(session, assignment, actor=actor)
    if assignment.revoked_at is not None:
        raise AssignmentRevokedError
    await end_assignment(session, assignment, reason=reason, actor=actor, now=now)


async def end_assignment(
    session: AsyncSession, assignment: Assignment, *, reason: str, actor: Actor, now: datetime
) -> None:
    """End a locked assignment, whoever may have decided so, and tell the other services."""
    assignment.revoked_at = now
    assignment.revoked_by = actor.name
    assignment.revoke_reason = reason
    assignment.version += 1
    await session.flush()
    await _tell(session, assignment, Topic.ASSIGNMENT_REVOKED, now=now)


async def move_assignments(
    session: AsyncSession, *, gone: UUID, to: UUID, actor: Actor, moment: Moment
) -> int:
    """Let those who act at a facility that was merged act at the one that stays; return how many.

    Who acts there already in the same role keeps that, and the other assignment ends.

    Raises:
        AssignedFacilityUnknownError: when the one that stays is not there, or is closed.
    """
    if to not in await queries.places_of(session, [to]):
        raise AssignedFacilityUnknownError
    found = await queries.assigned_at(session, gone)
    for assignment in found:
        named = [to if each == gone else each for each in assignment.facilities]
        moved = replace(grant_of(assignment), facilities=tuple(dict.fromkeys(named)))
        await _reach_anew(session, assignment, moved, actor=actor, moment=moment)
    return len(found)


async def follow_areas(
    session: AsyncSession,
    found: Sequence[Assignment],
    followers: Mapping[str, Sequence[str]],
    *,
    actor: Actor,
    moment: Moment,
) -> int:
    """Let locked assignments reach the areas that theirs went over into; return how many do.

    `followers` tells of areas which ones in force they have become. Who acts for an area that is
    no more acts for all that came of it: the same ground, so that no office is locked out of its
    own centres, and none has to be granted anew before it can work. One without any stays.
    """
    moved = 0
    for assignment in found:
        areas = rules.areas_after(assignment.areas, followers)
        if list(areas) != assignment.areas:
            grant = replace(grant_of(assignment), areas=areas)
            await _reach_anew(session, assignment, grant, actor=actor, moment=moment)
            moved += 1
    return moved


async def _reach_anew(
    session: AsyncSession, assignment: Assignment, grant: Grant, *, actor: Actor, moment: Moment
) -> None:
    """Let a locked assignment reach what `grant` says; end it when its holder has the same."""
    reach_key, today = rules.reach_key(grant), moment.today
    if await queries.has_twin(session, assignment, reach_key=reach_key, since=today):
        await end_assignment(session, assignment, reason="merged", actor=actor, now=moment.now)
        return
    if await queries.has_twin(session, assignment, reach_key=reach_key, since=date.min):
        # He had the same once: what has been is told by the events.
        assignment.valid_from = today
    assignment.areas, assignment.facilities = list(grant.areas), list(grant.facilities)
    assignment.reach_key = reach_key
    assignment.version += 1
    await _move_places(session, assignment.id, grant)
    await _tell(session, assignment, Topic.ASSIGNMENT_CHANGED, now=moment.now)


async def _move_places(session: AsyncSession, assignment_id: UUID, grant: Grant) -> None:
    own = AssignmentPlace.assignment_id == assignment_id
    await session.execute(delete(AssignmentPlace).where(own))
    places: dict[UUID, Place] = {}
    if grant.facilities:
        places = await queries.places_of(session, grant.facilities, closed=True)
    session.add_all(_places_reached(assignment_id, grant, places))
    await session.flush()


async def _tell(
    session: AsyncSession, assignment: Assignment, topic: Topic, *, now: datetime
) -> None:
    reached = await queries.places_reached(session, assignment.id)
    await emit(
        session,
        Event,
        topic=topic,
        stream_id=assignment.id,
        event=AssignmentHeld.model_validate(assignment),
        place=reached[0] if len(reached) == 1 else Place(),
        occurred_at=now,
        version=assignment.version,
    )
