"""A scope in SQL decides as `Scope.admits` does, for every scope and every place."""

from dataclasses import asdict
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.orm import aliased

from shared.db.within import place_of, within
from shared.ids import new_id
from shared.scope import NATIONAL, NOTHING, SYSTEM, Place, Reach, Scope
from tests.shared.db.tables import Centre, Row

# Few values, so that they meet often.
AREAS = st.sampled_from(["32", "33", "94"])
REGENCIES = st.sampled_from(["32.73", "33.74", "94.01"])
MINISTRIES = st.sampled_from(["MANPOWER", "MSME", "HEALTH"])
IDS = st.sampled_from([UUID(int=1), UUID(int=2), UUID(int=3)])


def some(values):
    return st.lists(values, max_size=2, unique=True).map(tuple)


PLACES = st.builds(
    Place,
    province_code=st.none() | AREAS,
    regency_code=st.none() | REGENCIES,
    facility_id=st.none() | IDS,
    owner_ministry=st.none() | MINISTRIES,
    co_ministry=st.none() | MINISTRIES,
    host_ministry=st.none() | MINISTRIES,
    participant_id=st.none() | IDS,
    home_province_code=st.none() | AREAS,
    home_regency_code=st.none() | REGENCIES,
)
REACHES = st.builds(
    Reach,
    ministries=some(MINISTRIES),
    provinces=some(AREAS),
    regencies=some(REGENCIES),
    facilities=some(IDS),
    participant_id=st.none() | IDS,
)
SCOPES = st.builds(
    Scope,
    reaches=st.lists(REACHES, max_size=3).map(tuple),
    system=st.sampled_from([False] * 9 + [True]),
)


async def admitted_rows(engine, scope, places, *, write):
    """Return the numbers of the places whose rows the database finds within `scope`."""
    async with engine.connect() as connection:
        ids = [new_id() for _ in places]
        await connection.execute(
            insert(Row),
            [
                {"id": identifier, "name": str(identifier), **asdict(place)}
                for identifier, place in zip(ids, places, strict=True)
            ],
        )
        found = await connection.scalars(select(Row.id).where(within(scope, Row, write=write)))
        return {ids.index(identifier) for identifier in found}


class TestWithin:
    @settings(
        max_examples=150,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(scope=SCOPES, places=st.lists(PLACES, min_size=1, max_size=12), write=st.booleans())
    async def test_admits_what_the_scope_admits(self, owner, scope, places, write):
        expected = {
            number for number, place in enumerate(places) if scope.admits(place, write=write)
        }

        assert await admitted_rows(owner, scope, places, write=write) == expected

    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(scope=SCOPES, place=PLACES, write=st.booleans())
    async def test_looks_only_at_the_columns_that_a_row_has(self, owner, scope, place, write):
        centre = Centre(
            id=place.facility_id or UUID(int=9),
            province_code=place.province_code,
            owner_ministry=place.owner_ministry,
        )

        async with owner.connect() as connection:
            values = {
                "province_code": centre.province_code,
                "owner_ministry": centre.owner_ministry,
            }
            await connection.execute(insert(Centre).values(id=centre.id, **values))
            found = await connection.scalar(
                select(Centre.id).where(within(scope, Centre, write=write))
            )

        assert (found is not None) == scope.admits(place_of(centre), write=write)

    async def test_reads_the_columns_of_an_alias(self, owner):
        other = aliased(Centre)
        scope = Scope(reaches=(Reach(facilities=(UUID(int=1),)),))

        statement = select(other.id).where(within(scope, other))

        assert "centre_1.id = ANY" in str(statement)

    @pytest.mark.parametrize("scope", [SYSTEM, NATIONAL])
    async def test_adds_nothing_for_a_scope_without_bounds(self, scope):
        assert str(within(scope, Row)) == "true"

    async def test_admits_nothing_for_a_scope_without_reaches(self):
        assert str(within(NOTHING, Row)) == "false"


class TestPlaceOf:
    def test_reads_renamed_columns(self):
        centre = Centre(id=UUID(int=1), province_code="32", owner_ministry="MSME")

        assert place_of(centre) == Place(
            facility_id=UUID(int=1), province_code="32", owner_ministry="MSME"
        )
