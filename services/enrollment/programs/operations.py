"""Changes to programmes."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.areas.queries import check_known
from services.enrollment.base import Event
from services.enrollment.programs import rules
from services.enrollment.programs.schemas import ProgramCreate
from services.enrollment.programs.tables import Program
from shared.db.base import translate
from shared.db.events import emit
from shared.ids import new_id
from shared.schemas.enrollment import ProgramPublished, Topic
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
