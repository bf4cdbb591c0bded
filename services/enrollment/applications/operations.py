"""Changes to applications, each within the caller's transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.applications import queries, rules
from services.enrollment.applications.queries import OF_HOME, Chosen, Was, cell_of, was
from services.enrollment.applications.schemas import (
    ApplicationChange,
    ApplicationCreate,
    Paper,
)
from services.enrollment.applications.tables import (
    Application,
    ApplicationChoice,
    ApplicationCode,
)
from services.enrollment.attempts.operations import count_attempt
from services.enrollment.base import Event
from services.enrollment.classes.rules import OutsideScopeError
from services.enrollment.classes.tables import Class
from services.enrollment.enrollments.rules import AlreadyEnrolledError
from services.enrollment.participants.rules import (
    ParticipantUnknownError,
    is_self,
)
from services.enrollment.waves.queries import get_wave
from services.enrollment.waves.rules import SelectionMethod, check_not_cancelled
from services.enrollment.waves.tables import Wave
from shared.db.events import Draft, emit_all
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.enrollment import (
    ApplicationChannel,
    ApplicationMoved,
    ApplicationState,
    Topic,
)
from shared.scope import Scope

_TOPICS: Final = {
    ApplicationState.DRAFT: Topic.APPLICATION_DRAFTED,
    ApplicationState.SUBMITTED: Topic.APPLICATION_SUBMITTED,
    ApplicationState.INELIGIBLE: Topic.APPLICATION_REFUSED,
    ApplicationState.WITHDRAWN: Topic.APPLICATION_WITHDRAWN,
}

_TOLD: Final = (
    "participant_id", "program_id", "wave_id", "facility_id", "channel", "class_id",
    "enrollment_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Locked:
    """An application that is locked for a change; `own` tells that the person himself calls."""

    row: Application
    own: bool


async def open_wave(session: AsyncSession, wave_id: UUID, *, now: datetime) -> Wave:
    """Return a wave that takes applications, held as it is until the transaction ends.

    Whoever freezes the applications of a wave locks it: then none is under way.

    Raises:
        WaveUnknownError: when there is no such wave.
        WaveCancelledError: when it was called off.
        WaveTakesClaimsError: when its seats are claimed in the order of arrival.
        WindowNotOpenError, WindowClosedError: when it is outside the window.
    """
    wave = await get_wave(session, wave_id)
    await session.refresh(wave, with_for_update={"read": True})
    check_not_cancelled(wave.cancelled_at)
    if wave.selection is SelectionMethod.FIRST_COME:
        raise rules.WaveTakesClaimsError
    rules.check_window(opens_at=wave.opens_at, closes_at=wave.closes_at, now=now)
    return wave


async def apply(
    session: AsyncSession,
    wave_id: UUID,
    body: ApplicationCreate,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> Application:
    """Add an application of a person, as a draft or submitted at once; `today` is in Jakarta.

    Who is not eligible on submission gets an application that says so, and may apply again.

    Raises:
        What `open_wave` and `queries.judge` raise.
        ChoiceUnknownError, ChoiceTwiceError: when the choices are not of this wave.
        ParticipantUnknownError: when the caller may not apply for this person.
        PersonRestrictedError: when the person's data may not be processed.
        OutsideScopeError: when no choice lies within the caller's scope.
        PaperMissingError, PaperUnexpectedError: when the paper does not go with who applies.
        AlreadyEnrolledError: when the person holds a place in the programme.
        TooManyAttemptsError: when the person has applied, and withdrawn, all day.
        ApplicationExistsError: when the person has an application in the wave.
        ApplicationIdTakenError: when the id is in use.
    """
    wave = await open_wave(session, wave_id, now=now)
    chosen = await queries.choose(session, wave_id, body.choices)
    own = _admitted(scope, body.participant_id, [each.at for each in chosen])
    rules.check_paper(own=own, given=body.paper is not None)
    person = await queries.get_person(session, body.participant_id)
    await _check_free(session, wave.program_id, person.id)
    values: dict[str, Any] = {
        "participant_id": person.id,
        "id": body.id or new_id(),
        "program_id": wave.program_id,
        "wave_id": wave_id,
        "state": ApplicationState.DRAFT,
        "channel": ApplicationChannel.SELF,
        **_paper_of(session, body.paper),
        **{name: getattr(person, name) for name in OF_HOME},
        **chosen[0].wanted,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    if body.submit:
        values |= await queries.judge(session, wave_id, person, now=now, today=today)
    await _count(session, wave_id, person.id)
    row = await _add(session, values)
    await _write_choices(session, row, chosen)
    await tell(session, [row], before={row.id: Was()}, topic=_TOPICS[row.state], now=now)
    return row


async def _count(session: AsyncSession, wave_id: UUID, participant_id: UUID) -> None:
    """Let nobody withdraw and apply anew without end."""
    await count_attempt(
        session,
        kind="application",
        key=f"{wave_id}/{participant_id}",
        limit=rules.MOST_A_DAY,
        within=timedelta(days=1),
    )


def _admitted(
    scope: Scope, participant_id: UUID, places: Sequence[Class | ApplicationChoice]
) -> bool:
    """Tell whether the person himself calls; somebody else runs one of `places`.

    Raises:
        ParticipantUnknownError: when the caller acts for himself only.
        OutsideScopeError: when none of the places is the caller's.
    """
    if is_self(participant_id, scope=scope):
        return True
    if any(scope.admits(place_of(each), write=True) for each in places):
        return False
    if all(reach.participant_id is not None for reach in scope.reaches):
        raise ParticipantUnknownError
    raise OutsideScopeError


async def _check_free(session: AsyncSession, program_id: UUID, participant_id: UUID) -> None:
    held = await queries.find_held(session, program_id=program_id, participant_id=participant_id)
    if held is not None:
        raise AlreadyEnrolledError(
            extra={
                "class_id": str(held.class_id),
                "enrollment_id": str(held.enrollment_id),
                "state": held.state.value,
            }
        )


def _paper_of(session: AsyncSession, paper: Paper | None) -> dict[str, Any]:
    if paper is None:
        return {}
    return {
        "channel": ApplicationChannel.ASSISTED,
        "assisted_by": session.info["actor"].name,
        "paper_reference": paper.reference,
        "paper_sha256": paper.sha256,
    }


async def _add(session: AsyncSession, values: dict[str, Any]) -> Application:
    """Insert an application; of two of one person and wave the second waits for the first."""
    statement = upsert(Application).values(code=rules.new_code(), **values)
    row: Application | None = await session.scalar(
        statement.on_conflict_do_nothing().returning(Application)
    )
    if row is not None:
        await _keep_code(session, row)
        return row
    there = await queries.find_active(
        session, wave_id=values["wave_id"], participant_id=values["participant_id"]
    )
    if there is None:
        raise rules.ApplicationIdTakenError(pointer="/id")
    raise rules.ApplicationExistsError(
        extra={"application_id": str(there.id), "state": there.state.value}
    )


async def _keep_code(session: AsyncSession, row: Application) -> None:
    """Make the code findable; one that somebody has already is thrown again.

    Raises:
        ApplicationIdTakenError: when an application of somebody else has the id.
    """
    taken = select(ApplicationCode.code).where(ApplicationCode.application_id == row.id)
    while True:
        statement = (
            upsert(ApplicationCode)
            .values(code=row.code, participant_id=row.participant_id, application_id=row.id)
            .on_conflict_do_nothing()
            .returning(ApplicationCode.code)
        )
        if await session.scalar(statement) is not None:
            return
        if await session.scalar(taken) is not None:
            raise rules.ApplicationIdTakenError(pointer="/id")
        row.code = rules.new_code()
        await session.flush()


async def _write_choices(session: AsyncSession, row: Application, chosen: Sequence[Chosen]) -> None:
    rows = [
        {
            "participant_id": row.participant_id,
            "application_id": row.id,
            "rank": rank,
            "wave_id": row.wave_id,
            "class_id": each.class_id,
            **{name: getattr(row, name) for name in OF_HOME},
            **each.columns,
        }
        for rank, each in enumerate(chosen, start=1)
    ]
    await session.execute(insert(ApplicationChoice), rows)


async def tell(
    session: AsyncSession,
    rows: Sequence[Application],
    *,
    before: Mapping[UUID, Was],
    topic: Topic,
    now: datetime,
) -> None:
    """Tell the other services what happened to applications; `before` is empty where one came."""
    choices = await queries.choices_of(session, rows)
    drafts = [
        moved_draft(row, len(choices[row.id]), before=before[row.id], topic=topic, now=now)
        for row in rows
    ]
    await emit_all(session, Event, drafts)


def moved_draft(
    row: Application,
    choices: int,
    *,
    before: Was,
    topic: Topic,
    now: datetime,
) -> Draft:
    """Return the event of what happened to an application that names so many `choices`."""
    return Draft(
        topic=topic,
        stream_id=row.participant_id,
        event=ApplicationMoved(
            application_id=row.id,
            choices=choices,
            before=before.state,
            after=row.state,
            left=before.cell,
            entered=cell_of(row),
            **{name: getattr(row, name) for name in _TOLD},
        ),
        place=place_of(row),
        occurred_at=now,
        version=row.version,
    )


async def lock_open(
    session: AsyncSession,
    participant_id: UUID,
    application_id: UUID,
    *,
    scope: Scope,
    now: datetime,
) -> Locked:
    """Return an application that the caller may change while its wave takes applications.

    The wave is locked before the application, as by whoever decides of all of them.

    Raises:
        What `lock_for_change` and `open_wave` raise.
    """
    row = await queries.get_application(session, participant_id, application_id, scope=scope)
    own = await _may_change(session, row, scope=scope)
    await open_wave(session, row.wave_id, now=now)
    return Locked(await queries.lock_application(session, row), own=own)


async def lock_for_change(
    session: AsyncSession, participant_id: UUID, application_id: UUID, *, scope: Scope
) -> Locked:
    """Return an application that the caller may change, locked; strangers never wait for it.

    Raises:
        ApplicationUnknownError: when there is none that the caller sees.
        OutsideScopeError: when the caller sees it, but runs none of the places it names.
    """
    row = await queries.get_application(session, participant_id, application_id, scope=scope)
    own = await _may_change(session, row, scope=scope)
    return Locked(await queries.lock_application(session, row), own=own)


async def _may_change(session: AsyncSession, row: Application, *, scope: Scope) -> bool:
    choices = (await queries.choices_of(session, [row]))[row.id]
    return _admitted(scope, row.participant_id, choices)


async def change(
    session: AsyncSession,
    locked: Locked,
    body: ApplicationChange,
    *,
    check: Callable[[int], None],
    now: datetime,
) -> Application:
    """Change what `lock_open` has locked; `check` refuses a stale version.

    What is as the body wants it already is left alone, whatever version the caller has read: a
    request that was sent again finds its own effect (RFC 9110, section 13.1.1).

    Raises:
        What `check` raises.
        ApplicationStateError: when it has been withdrawn, refused or decided.
        ChoiceUnknownError, ChoiceTwiceError: when the choices are not of this wave.
        PaperMissingError, PaperUnexpectedError: when the paper does not go with who changes.
    """
    row = locked.row
    rules.check_editable(row.state)
    given = body.paper is not None
    rules.check_paper(own=locked.own, given=given, kept=row.paper_reference is not None)
    chosen = (
        None if body.choices is None else await queries.choose(session, row.wave_id, body.choices)
    )
    paper = _paper_of(session, body.paper)
    if await _is_so(session, row, chosen, body.paper):
        return row
    check(row.version)
    before = was(row)
    for name, value in paper.items():
        setattr(row, name, value)
    if chosen is not None:
        await _replace_choices(session, row, chosen)
    await touch(session, row, now=now)
    await tell(session, [row], before={row.id: before}, topic=Topic.APPLICATION_CHANGED, now=now)
    return row


async def _is_so(
    session: AsyncSession, row: Application, chosen: Sequence[Chosen] | None, paper: Paper | None
) -> bool:
    if paper is not None and (paper.reference, paper.sha256) != (
        row.paper_reference,
        row.paper_sha256,
    ):
        return False
    if chosen is None:
        return True
    there = (await queries.choices_of(session, [row]))[row.id]
    wanted = [(each.at.facility_id, each.class_id) for each in chosen]
    return [(each.facility_id, each.class_id) for each in there] == wanted


async def _replace_choices(
    session: AsyncSession, row: Application, chosen: Sequence[Chosen]
) -> None:
    await session.execute(
        delete(ApplicationChoice)
        .where(
            ApplicationChoice.participant_id == row.participant_id,
            ApplicationChoice.application_id == row.id,
        )
        .execution_options(synchronize_session="fetch")
    )
    for name, value in chosen[0].wanted.items():
        setattr(row, name, value)
    await _write_choices(session, row, chosen)


async def touch(session: AsyncSession, row: Application, *, now: datetime) -> None:
    """Note that a locked application has changed."""
    row.version += 1
    row.updated_at = now
    await session.flush()


async def submit(
    session: AsyncSession,
    locked: Locked,
    paper: Paper | None,
    *,
    now: datetime,
    today: date,
) -> Application:
    """Submit what `lock_open` has locked, judged on the day `today` in Jakarta.

    Raises:
        ApplicationStateError: when it is no draft.
        PersonRestrictedError: when the person's data may not be processed.
        PaperMissingError, PaperUnexpectedError: when the paper does not go with who submits.
        AlreadyEnrolledError: when the person has got a place in the programme meanwhile.
    """
    row = locked.row
    rules.check_move(present=row.state, wanted=ApplicationState.SUBMITTED)
    person = await queries.get_person(session, row.participant_id)
    await _check_free(session, row.program_id, person.id)
    judged = await queries.judge(session, row.wave_id, person, now=now, today=today)
    await _turn(session, locked, paper, judged, now=now)
    await session.execute(
        update(ApplicationChoice)
        .where(
            ApplicationChoice.participant_id == row.participant_id,
            ApplicationChoice.application_id == row.id,
        )
        .values({name: getattr(row, name) for name in OF_HOME})
    )
    return row


async def withdraw(
    session: AsyncSession, locked: Locked, paper: Paper | None, *, now: datetime
) -> Application:
    """Withdraw a locked application that nothing has been decided of; the person may apply anew.

    Whoever withdraws for somebody what was submitted shows a paper that says so: who is ahead of
    others in a draw is not put out of it by anybody else.

    Raises:
        ApplicationStateError: when it is neither DRAFT nor SUBMITTED.
        PaperMissingError, PaperUnexpectedError: when the paper does not go with who withdraws.
    """
    row, wanted = locked.row, ApplicationState.WITHDRAWN
    rules.check_move(present=row.state, wanted=wanted)
    # The paper that asks for a place does not give it up.
    kept = row.paper_reference is not None and row.state is ApplicationState.DRAFT
    rules.check_paper(own=locked.own, given=paper is not None, kept=kept)
    changes = {"state": wanted, "withdrawn_at": now}
    await _turn(session, locked, paper, changes, now=now)
    return row


async def _turn(
    session: AsyncSession,
    locked: Locked,
    paper: Paper | None,
    changes: Mapping[str, Any],
    *,
    now: datetime,
) -> None:
    row = locked.row
    kept = row.paper_reference is not None
    rules.check_paper(own=locked.own, given=paper is not None, kept=kept)
    before = was(row)
    for name, value in {**changes, **_paper_of(session, paper)}.items():
        setattr(row, name, value)
    await touch(session, row, now=now)
    await tell(session, [row], before={row.id: before}, topic=_TOPICS[row.state], now=now)
