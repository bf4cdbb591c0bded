"""Lists of applications read by their indexes, in as many statements for a page as for one."""

from datetime import timedelta

import pytest

from services.enrollment.application_status.queries import find_by_code
from services.enrollment.applications.queries import (
    ApplicationFilter,
    list_of_people,
    list_of_wave,
    rows_of,
)
from shared.db.session import transaction
from shared.scope import NATIONAL, SYSTEM, Actor, Reach, Scope
from tests.enrollment.applications.conftest import PAPER
from tests.enrollment.test_plans import plan_of, statements
from tests.support.seats import NOW

__all__ = ["plan_of", "statements"]

# 10,000 applications of a wave from 38 provinces, each with two choices.
COPIES = """
INSERT INTO enrollment.application
SELECT copy.* FROM enrollment.application a, generate_series(1, 10000) n, LATERAL
  jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), 'participant_id',
    gen_random_uuid(), 'facility_id', gen_random_uuid(),
    'home_province_code', lpad((11 + n % 38)::text, 2, '0'),
    'state', CASE WHEN n % 100 = 0 THEN 'WITHDRAWN' ELSE 'SUBMITTED' END)) copy
WHERE a.id = (SELECT id FROM enrollment.application ORDER BY id LIMIT 1);
INSERT INTO enrollment.application_choice
SELECT copy.* FROM enrollment.application a, enrollment.application_choice c, LATERAL
  jsonb_populate_record(c, jsonb_build_object('participant_id', a.participant_id,
    'application_id', a.id, 'facility_id', gen_random_uuid(),
    'home_province_code', a.home_province_code, 'province_code', a.home_province_code,
    'regency_code', a.home_province_code || '.01')) copy
WHERE c.application_id = (SELECT min(application_id::text)::uuid FROM enrollment.application_choice)
ON CONFLICT DO NOTHING;
INSERT INTO enrollment.application_code
SELECT upper(substr(md5(id::text), 1, 10)), participant_id, id FROM enrollment.application
ON CONFLICT DO NOTHING;
ANALYZE enrollment.application, enrollment.application_choice, enrollment.application_code
"""


@pytest.fixture
async def many(wave, as_staff, cluster, enrollment_db) -> list:
    """Return the wave, and three of its applicants."""
    admin = as_staff("NATIONAL_ADMIN")
    people = await wave.seats.people(3)
    for each in people:
        made = await admin.post(wave.path, json=wave.body(each, paper=PAPER))
        assert made.status_code == 201, made.text
    cluster.execute(enrollment_db.rpartition("/")[2], *COPIES.split(";"))
    return people


@pytest.mark.parametrize("where", ["facility", "regency", "province", "person", "state", "changed"])
async def test_a_wave_of_10_000_is_listed_by_index(plan_of, wave, many, where):
    scope = {
        "facility": Scope((Reach(facilities=(wave.facilities[0],)),)),
        "regency": Scope((Reach(regencies=("33.73",)),)),
        "province": Scope((Reach(provinces=("33",)),)),
        "person": Scope((Reach(participant_id=many[0]),)),
    }.get(where, NATIONAL)
    narrowed = {
        "state": ApplicationFilter(states=["WITHDRAWN"]),
        "changed": ApplicationFilter(updated_after=NOW + timedelta(days=1)),
    }.get(where, ApplicationFilter())

    plan = await plan_of(
        list_of_wave,
        wave_id=wave.seats.wave_id,
        scope=scope,
        narrowed=narrowed,
        after=None,
        limit=50,
    )

    assert "Seq Scan" not in plan


async def test_a_person_and_a_code_are_found_by_key(plan_of, many):
    listed = await plan_of(
        list_of_people, participants=[many[0]], scope=NATIONAL, before=None, limit=50
    )
    found = await plan_of(find_by_code, code="0000000000")

    assert "Seq Scan" not in listed
    assert "Seq Scan on application" not in found
    assert "pk_application_code" in found


async def test_a_page_takes_as_many_statements_as_one(db, wave, many, statements):
    async def asked(limit: int) -> int:
        async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
            rows = await list_of_wave(
                session,
                wave.seats.wave_id,
                scope=NATIONAL,
                narrowed=ApplicationFilter(),
                after=None,
                limit=limit,
            )
            statements.clear()
            assert len(await rows_of(session, rows)) == limit
            return len(statements)

    assert await asked(1) == await asked(100)
