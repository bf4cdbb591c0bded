"""Reads of what the rows of a file name."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.areas.queries import known_codes
from services.registry.facilities.operations import facts_of
from services.registry.facilities.queries import facilities_by_code, known_ids
from services.registry.facilities.tables import Facility
from services.registry.facility_imports.rules import Given, Known, PresentFacility, PresentSpace
from services.registry.institutions.queries import ids_by_code
from services.registry.space_changes.queries import people_to_come
from services.registry.spaces.queries import known_ids as known_spaces
from services.registry.spaces.queries import spaces_of
from services.registry.spaces.tables import Space


async def learn(session: AsyncSession, known: Known, rows: Sequence[Given], *, today: date) -> None:
    """Add to `known` what the registry has of all that `rows` name."""
    known.areas |= await known_codes(session, (row.area_code for row in rows), on=today)
    institutions = {row.institution_code for row in rows} - {None}
    known.institutions |= await ids_by_code(session, filter(None, institutions))
    parents = filter(None, {row.parent_code for row in rows})
    found = await facilities_by_code(session, parents)
    known.facilities |= {code: facility.id for code, facility in found.items()}
    known.ids |= await known_ids(session, _ids(row.id for row in rows))
    spaces = (space.id for row in rows for space in row.spaces)
    known.ids |= await known_spaces(session, _ids(spaces))


def _ids(ids: Iterable[UUID | None]) -> list[UUID]:
    return [each for each in ids if each is not None]


async def lock_present(
    session: AsyncSession, codes: Iterable[str], *, now: datetime
) -> tuple[dict[str, Facility], dict[UUID, Space], dict[UUID, int]]:
    """Return the facilities that have one of `codes`, and their spaces by id, all locked.

    With them come the people of the fullest booking of each space from now on, if any.
    """
    facilities = await facilities_by_code(session, codes, for_update=True)
    spaces = await spaces_of(session, [facility.id for facility in facilities.values()])
    people = await people_to_come(session, [space.id for space in spaces], now=now)
    return facilities, {space.id: space for space in spaces}, people


def describe_present(
    facility: Facility, spaces: Iterable[Space], *, people: Mapping[UUID, int]
) -> PresentFacility:
    """Return a facility and its spaces as the rules see them."""
    return PresentFacility(
        id=facility.id,
        facts=facts_of(facility),
        status=facility.status,
        spaces={
            space.name: PresentSpace(
                space.id,
                space.kind,
                space.capacity,
                people=people.get(space.id),
                closed=space.closed_at is not None,
            )
            for space in spaces
            if space.facility_id == facility.id
        },
    )
