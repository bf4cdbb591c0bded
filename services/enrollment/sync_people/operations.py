"""Changes of people and their applications, with what stands held against them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.applications import operations as applications
from services.enrollment.applications.queries import choices_of
from services.enrollment.applications.schemas import ApplicationChange, ApplicationCreate
from services.enrollment.applications.tables import Application
from services.enrollment.participants.operations import NikPolicy, register_participant
from services.enrollment.participants.schemas import ParticipantCreate
from services.enrollment.sync_ledger.operations import (
    Change,
    Sync,
    Told,
    builds_upon,
    instant,
    ours_of,
    said_by,
)
from services.enrollment.sync_ledger.queries import last_writer
from services.enrollment.sync_ledger.rules import ChangeKind
from services.enrollment.sync_people.schemas import ApplicationSaved, ApplicationSubmitted
from shared.schemas.enrollment import ApplicationState


async def register(policy: NikPolicy, session: AsyncSession, sync: Sync, change: Change) -> Told:
    """Register somebody whom a device has written down."""
    body = change.body
    if not isinstance(body, ParticipantCreate):
        raise TypeError(change.kind)
    person = await register_participant(
        session,
        body=body,
        policy=policy,
        scope=sync.scope(ChangeKind.PARTICIPANT_REGISTER),
        now=sync.now,
        today=sync.today,
    )
    return Told(id=person.id, version=person.version, notes=list(person.warnings))


class _StaleApplication(Exception):  # noqa: N818 - it never leaves this module
    """The application has changed since the device read it."""


async def save_application(session: AsyncSession, sync: Sync, change: Change) -> Told:
    """Save an application that a device holds: a new one, or what it asks for now."""
    body = change.body
    if not isinstance(body, ApplicationSaved):
        raise TypeError(change.kind)
    scope = sync.scope(ChangeKind.APPLICATION_SAVE)
    if await session.get(Application, (body.participant_id, body.id)) is None:
        asked = ApplicationCreate(**body.model_dump(exclude={"wave_id"}))
        row = await applications.apply(
            session, body.wave_id, asked, scope=scope, now=sync.now, today=sync.today
        )
        return Told(id=row.id, version=row.version, notes=list(row.reasons))
    return await _resave(session, sync, change, body)


async def _resave(
    session: AsyncSession, sync: Sync, change: Change, body: ApplicationSaved
) -> Told:
    locked = await _locked_application(session, sync, body.participant_id, body.id)

    def check(present: int) -> None:
        if not builds_upon(change, present=present):
            raise _StaleApplication

    said = {name: getattr(body, name) for name in ("choices", "paper")}
    wanted = ApplicationChange(**{name: each for name, each in said.items() if each is not None})
    try:
        row = await applications.change(session, locked, wanted, check=check, now=sync.now)
    except _StaleApplication:
        return await _applications_differ(session, sync, change, locked.row, body.choices)
    if body.submit and row.state is ApplicationState.DRAFT:
        row = await applications.submit(session, locked, body.paper, now=sync.now, today=sync.today)
    return Told(id=row.id, version=row.version, notes=list(row.reasons))


async def _locked_application(
    session: AsyncSession, sync: Sync, participant_id: UUID, application_id: UUID | None
) -> applications.Locked:
    return await applications.lock_open(
        session,
        participant_id,
        application_id or UUID(int=0),
        scope=sync.scope(ChangeKind.APPLICATION_SAVE),
        now=sync.now,
    )


async def submit_application(session: AsyncSession, sync: Sync, change: Change) -> Told:
    """Submit a draft that a device holds."""
    body = change.body
    if not isinstance(body, ApplicationSubmitted):
        raise TypeError(change.kind)
    locked = await _locked_application(session, sync, body.participant_id, body.id)
    row = locked.row
    if change.base_version is not None and not builds_upon(change, present=row.version):
        if row.state is ApplicationState.SUBMITTED:
            return Told(id=row.id, version=row.version)
        return await _applications_differ(session, sync, change, row, None)
    row = await applications.submit(session, locked, body.paper, now=sync.now, today=sync.today)
    return Told(id=row.id, version=row.version, notes=list(row.reasons))


async def _applications_differ(
    session: AsyncSession,
    sync: Sync,
    change: Change,
    row: Application,
    choices: Sequence[Any] | None,
) -> Told:
    there = (await choices_of(session, [row]))[row.id]
    name = await last_writer(
        session, row.participant_id, member="application_id", identifier=row.id
    )
    theirs = {
        "version": row.version,
        "by": said_by(name, sync),
        "state": row.state.value,
        "updated_at": instant(row.updated_at),
        "choices": [_choice(each) for each in there],
    }
    ours = ours_of(change)
    if choices is not None:
        ours["choices"] = [_choice(each) for each in choices]
    return Told(id=row.id, version=row.version, theirs=theirs, ours=ours)


def _choice(choice: Any) -> dict[str, str]:  # noqa: ANN401 - as asked for, or as kept
    named = {"facility_id": choice.facility_id, "class_id": choice.class_id}
    return {name: str(each) for name, each in named.items() if each is not None}
