"""Changes to programmes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.areas.queries import check_known
from services.enrollment.base import Event
from services.enrollment.programs import rules
from services.enrollment.programs.queries import get_program
from services.enrollment.programs.schemas import ProgramChange, ProgramCreate
from services.enrollment.programs.tables import Program
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.enrollment import ProgramChanged, ProgramPublished, Topic
from shared.scope import Place, Scope

_REFUSALS = {
    "pk_program": rules.ProgramIdTakenError,
    "uq_program_code": rules.ProgramCodeTakenError,
}


async def publish_program(
    session: AsyncSession, *, body: ProgramCreate, scope: Scope, now: datetime
) -> Program:
    """Add a programme and tell the other services.

    Raises:
        NotYourMinistryError: when the caller's ministries neither own nor co-own it.
        AgeRangeError: when the least age is above the greatest.
        UnknownAreaError: when an area is not in force.
        ProgramIdTakenError, ProgramCodeTakenError: when another programme has the id or the code.
    """
    place = Place(owner_ministry=body.owner_ministry, co_ministry=body.co_ministry)
    rules.check_owner(place, scope=scope)
    rules.check_ages(min_age=body.min_age, max_age=body.max_age)
    await check_known(session, body.area_codes, pointer="/area_codes")
    program = _program(body, now=now)
    session.add(program)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await emit(
        session,
        Event,
        topic=Topic.PROGRAM_PUBLISHED,
        stream_id=program.id,
        event=ProgramPublished(
            program_id=program.id,
            code=program.code,
            name=program.name,
            owner_ministry=program.owner_ministry,
            co_ministry=program.co_ministry,
        ),
        place=place,
        occurred_at=now,
    )
    return program


async def get_program_for_change(
    session: AsyncSession, program_id: UUID, *, scope: Scope
) -> Program:
    """Return a programme that the caller may change, locked.

    Raises:
        ProgramUnknownError: when there is no such programme.
        NotYourMinistryError: when the caller's ministries neither own nor co-own it.
    """
    program = await get_program(session, program_id)
    rules.check_owner(place_of(program), scope=scope)
    await session.refresh(program, with_for_update=True)
    return program


async def change_program(
    session: AsyncSession, program: Program, change: ProgramChange, *, now: datetime
) -> None:
    """Change the name or settings of a locked programme, and tell of it when anything did.

    Whom it is for does not change: people were judged by it. Classes keep the size that they were
    planned with.
    """
    said = change.model_dump(exclude_unset=True)
    changed = sorted(name for name, value in said.items() if getattr(program, name) != value)
    if not changed:
        return
    for name in changed:
        setattr(program, name, said[name])
    program.version += 1
    await session.flush()
    await emit(
        session,
        Event,
        topic=Topic.PROGRAM_CHANGED,
        stream_id=program.id,
        event=ProgramChanged(program_id=program.id, name=program.name, members=changed),
        place=place_of(program),
        occurred_at=now,
        version=program.version,
    )


def _program(body: ProgramCreate, *, now: datetime) -> Program:
    values = body.model_dump(exclude={"id", "entrant_kinds", "area_codes"})
    return Program(
        id=body.id or new_id(),
        entrant_kinds=sorted(set(body.entrant_kinds)),
        area_codes=sorted(set(body.area_codes)),
        rule_version=rules.SIZE_RULE_VERSION,
        version=1,
        created_at=now,
        **values,
    )
