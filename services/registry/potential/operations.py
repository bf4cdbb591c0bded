"""Changes to local potential, each within the caller's transaction."""

from datetime import date, datetime

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import check_within
from services.registry.areas.queries import known_codes
from services.registry.areas.rules import AreaUnknownError
from services.registry.base import Event
from services.registry.potential import queries, rules
from services.registry.potential.schemas import PotentialStated
from services.registry.potential.tables import LabourDemand, LeadingCommodity, RegencyPotential
from shared.db.base import translate
from shared.db.events import emit
from shared.errors import StaleError
from shared.ids import new_id
from shared.schemas.registry import RegencyPotentialStated, Topic
from shared.scope import Place, Scope


async def state_potential(
    session: AsyncSession,
    regency_code: str,
    year: int,
    body: PotentialStated,
    *,
    scope: Scope,
    read_version: int | None,
    now: datetime,
    today: date,
) -> RegencyPotential:
    """State what a regency makes and asks for in a year, in place of what was stated before.

    `read_version` is the version that the caller has read, 0 when there was none, None for any.

    Raises:
        OutOfScopeError: when the regency is not the caller's.
        AreaUnknownError: when the list has no such regency today, nor at the end of the year.
        PotentialRepeatedError: when a rank or a trade stands there twice.
        StaleError: when it has changed since the caller read it.
    """
    place = Place(province_code=regency_code[:2], regency_code=regency_code)
    check_within(scope, place)
    await _check_regency(session, regency_code, year, today=today)
    rules.check_once(
        [each.rank for each in body.commodities],
        [(each.trade, each.division) for each in body.demands],
    )
    found = await queries.find_potential_for_change(session, regency_code, year)
    if read_version is not None and read_version != (found.version if found else 0):
        raise StaleError
    if found is None:
        found = RegencyPotential(
            regency_code=regency_code,
            year=year,
            province_code=regency_code[:2],
            id=new_id(),
            version=0,
        )
        session.add(found)
    found.source, found.source_url = body.source, body.source_url
    found.version += 1
    found.updated_at = now
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, {"pk_regency_potential": StaleError}) from error
    await _replace(session, found, body)
    await _tell(session, found, body, place=place, now=now)
    return found


async def _check_regency(
    session: AsyncSession, regency_code: str, year: int, *, today: date
) -> None:
    # A source of that year names the regency as it was called then.
    for day in (today, date(year, 12, 31)):
        if await known_codes(session, [regency_code], on=day):
            return
    raise AreaUnknownError


async def _replace(session: AsyncSession, found: RegencyPotential, body: PotentialStated) -> None:
    key = {"regency_code": found.regency_code, "year": found.year}
    for table, given in ((LeadingCommodity, body.commodities), (LabourDemand, body.demands)):
        statement = delete(table).where(
            table.regency_code == found.regency_code, table.year == found.year
        )
        await session.execute(statement)
        if given:
            await session.execute(insert(table), [{**key, **each.model_dump()} for each in given])


async def _tell(
    session: AsyncSession,
    found: RegencyPotential,
    body: PotentialStated,
    *,
    place: Place,
    now: datetime,
) -> None:
    await emit(
        session,
        Event,
        topic=Topic.POTENTIAL_STATED,
        stream_id=found.id,
        event=RegencyPotentialStated(
            regency_code=found.regency_code,
            year=found.year,
            commodities=len(body.commodities),
            people_asked_for=sum(each.people for each in body.demands),
        ),
        place=place,
        occurred_at=now,
        version=found.version,
    )
