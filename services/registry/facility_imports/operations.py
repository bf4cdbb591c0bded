"""Bring rows of a file into the registry, within the caller's transaction."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import Event
from services.registry.facilities.operations import (
    Change,
    Identity,
    keep_periods,
    new_facility,
    restate,
    turn,
)
from services.registry.facilities.tables import Facility
from services.registry.facility_imports import queries, rules
from services.registry.facility_imports.rules import Given, Known, Plan
from services.registry.facility_imports.schemas import ImportMode
from services.registry.institutions.operations import new_institution, registered
from services.registry.spaces.operations import new_space, resize, stated
from services.registry.spaces.tables import Space
from shared.db.events import Draft, emit_all
from shared.errors import ServiceError
from shared.i18n import Language
from shared.ids import new_id
from shared.schemas.imports import Verdict, refused
from shared.scope import Scope


@dataclass(frozen=True, slots=True)
class Importer:
    """On whose behalf rows are brought in, how, and when."""

    scope: Scope
    mode: ImportMode
    language: Language
    now: datetime
    today: date


@dataclass(frozen=True, slots=True)
class NumberedRow:
    """A row that could be read, with its number in the file."""

    row: int
    body: Given


@dataclass(frozen=True, slots=True)
class _Present:
    """What is locked while a chunk is brought in: facilities by code, spaces by id.

    `people` are those of the fullest booking to come, by space.
    """

    facilities: dict[str, Facility]
    spaces: dict[UUID, Space]
    people: dict[UUID, int]


async def import_rows(
    session: AsyncSession, rows: Sequence[NumberedRow], *, known: Known, importer: Importer
) -> list[Verdict]:
    """Judge some rows and, unless the file is only validated, let them take effect.

    `known` carries what earlier rows of the file have added.
    """
    bodies = [row.body for row in rows]
    await queries.learn(session, known, bodies, today=importer.today)
    codes = (body.code for body in bodies)
    present = _Present(*await queries.lock_present(session, codes, now=importer.now))
    judged = _judge(rows, present, known, importer)
    if importer.mode is ImportMode.COMMIT:
        plans = [plan for plan in judged.values() if isinstance(plan, Plan)]
        await _apply(session, plans, present, now=importer.now)
    return [_verdict(row, outcome, importer) for row, outcome in judged.items()]


def _judge(
    rows: Sequence[NumberedRow], present: _Present, known: Known, importer: Importer
) -> dict[int, Plan | ServiceError]:
    spaces: dict[UUID, list[Space]] = defaultdict(list)
    for space in present.spaces.values():
        spaces[space.facility_id].append(space)
    judged: dict[int, Plan | ServiceError] = {}
    for row in rows:
        facility = present.facilities.get(row.body.code)
        try:
            judged[row.row] = rules.plan_row(
                row.body,
                present=None
                if facility is None
                else queries.describe_present(facility, spaces[facility.id], people=present.people),
                known=known,
                scope=importer.scope,
                fresh_id=new_id,
            )
        except ServiceError as error:
            judged[row.row] = error
    return judged


def _verdict(row: int, outcome: Plan | ServiceError, importer: Importer) -> Verdict:
    if isinstance(outcome, ServiceError):
        return refused(row, outcome, importer.language)
    made_up = importer.mode is ImportMode.VALIDATE and outcome.present is None
    return Verdict(row, outcome.outcome, id=None if made_up else outcome.id)


async def _apply(
    session: AsyncSession, plans: Sequence[Plan], present: _Present, *, now: datetime
) -> None:
    """Write what the plans say: institutions, then facilities, then spaces, then all events."""
    events = _add_institutions(session, plans, now=now)
    await session.flush()
    changes: list[Change] = []
    facilities = {plan.id: _bring_facility(session, plan, present, changes, now) for plan in plans}
    await session.flush()
    await keep_periods(session, changes, now=now)
    events += [change.event for change in changes]
    for plan in plans:
        for body in plan.spaces:
            space = new_space(facilities[plan.id], body, now=now)
            session.add(space)
            events.append(stated(space, now=now))
        for space_id, body in plan.resized.items():
            events.append(resize(present.spaces[space_id], body, now=now))
    await session.flush()
    await emit_all(session, Event, events)


def _add_institutions(
    session: AsyncSession, plans: Sequence[Plan], *, now: datetime
) -> list[Draft]:
    bodies = [plan.institution for plan in plans if plan.institution is not None]
    # In key order, so that two files that bring the same institutions do not lock each other.
    in_order = sorted(bodies, key=lambda body: body.code)
    institutions = [new_institution(body, now=now) for body in in_order]
    session.add_all(institutions)
    return [registered(institution, now=now) for institution in institutions]


def _bring_facility(
    session: AsyncSession, plan: Plan, present: _Present, changes: list[Change], now: datetime
) -> Facility:
    """Add or change the facility of a plan and append its changes; return it."""
    facility = present.facilities.get(plan.code)
    if facility is None:
        identity = Identity(id=plan.id, code=plan.code, synthetic=plan.synthetic)
        facility, change = new_facility(identity, plan.facts, status=plan.status, now=now)
        session.add(facility)
        changes.append(change)
        return facility
    if plan.present is not None and plan.facts != plan.present.facts:
        changes.append(restate(facility, plan.facts, now=now))
    if plan.status is not facility.status:
        changes.append(turn(facility, wanted=plan.status, now=now))
    return facility
