from datetime import timedelta

import pytest
from sqlalchemy import event

from services.enrollment.overlaps.queries import START, list_overlaps
from shared.db.session import transaction
from shared.ids import new_id
from shared.scope import SYSTEM, Actor, Role
from tests.support.seats import NOW, Applicant, Seats

DAY = timedelta(days=1)


@pytest.fixture
def auditor(enrollment, auth) -> Applicant:
    return Applicant(enrollment, auth(Role.AUDITOR, subject="auditor"))


@pytest.fixture
def admin(enrollment, auth) -> Applicant:
    return Applicant(enrollment, auth(Role.NATIONAL_ADMIN))


@pytest.fixture
async def both(db) -> tuple[Seats, Seats]:
    """Two programmes."""
    made = Seats(db), Seats(db)
    for each in made:
        await each.program()
    return made


async def class_of(seats: Seats, code: str, first: int, last: int, module: str):
    """Add a class that runs from one day to another, counted from today."""
    return await seats.class_(
        capacity=5,
        code=code,
        starts_at=NOW + first * DAY,
        ends_at=NOW + last * DAY,
        module_title=module,
    )


async def seated(admin: Applicant, person, *classes) -> None:
    for class_id in classes:
        answer = await admin.claim(class_id, person)
        assert answer.status_code == 201, answer.text


async def pages(who: Applicant, program_id, **query) -> list[list[dict]]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    address = f"/v1/overlaps?program_id={program_id}&{asked}"
    found: list[list[dict]] = []
    while address:
        answer = await who.get(address)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found.append(page["items"])
        address = page["next"] and page["next"][page["next"].index("/v1/") :]
    return found


class TestListOverlaps:
    async def test_finds_who_is_in_two_places_and_says_why(self, both, admin, auditor):
        one, two = both
        people = await one.people(5)
        mine = [await class_of(one, f"A-{n}", 20, 25, "Kewirausahaan") for n in (1, 2)]
        same_days = await class_of(two, "B-1", 25, 30, "Las")
        same_module = await class_of(two, "B-2", 40, 45, "Kewirausahaan")
        neither = await class_of(two, "B-3", 40, 45, "Roti")
        await seated(admin, people[0], mine[0], same_days)
        await seated(admin, people[1], mine[1], same_module)
        await seated(admin, people[2], mine[0], neither)
        await seated(admin, people[3], mine[1])
        await seated(admin, people[4], mine[1], same_days)
        gone = (await two.enrollments(same_days))[-1]
        cancelled = await admin.post(
            f"/v1/classes/{same_days}/enrollments/{gone.id}/cancel", json={"reason": "Pindah"}
        )
        assert cancelled.status_code == 200, cancelled.text

        (found,) = await pages(auditor, one.program_id)

        still = {people[0], people[4]} - {gone.participant_id}
        expected = [(each, str(mine[0 if each == people[0] else 1]), ["DATES"]) for each in still]
        expected.append((people[1], str(mine[1]), ["MODULE"]))
        got = [
            (each["participant_id"], each["class_id"], each["others"][0]["kinds"]) for each in found
        ]
        assert sorted(got) == sorted((str(person), *rest) for person, *rest in expected)
        assert {each["others"][0]["program_id"] for each in found} == {str(two.program_id)}
        (other_way,) = await pages(auditor, two.program_id)
        assert {each["participant_id"] for each in other_way} == {
            each["participant_id"] for each in found
        }

    async def test_pages_hold_each_once(self, both, admin, auditor):
        one, two = both
        people = await one.people(4)
        mine = await class_of(one, "A-1", 20, 25, "Las")
        other = await class_of(two, "B-1", 20, 25, "Las")
        for person in people:
            await seated(admin, person, mine, other)

        found = await pages(auditor, one.program_id, limit=3)

        assert [len(each) for each in found] == [3, 1]
        assert {each["participant_id"] for page in found for each in page} == set(map(str, people))
        assert {tuple(each["others"][0]["kinds"]) for page in found for each in page} == {
            ("DATES", "MODULE")
        }

    async def test_is_for_those_who_read_the_whole_country(self, both, enrollment, auth, auditor):
        address = f"/v1/overlaps?program_id={both[0].program_id}"
        regional = Applicant(enrollment, auth(Role.AUDITOR, areas=["33"]))
        office = Applicant(enrollment, auth(Role.REGIONAL_OFFICER, areas=["33"]))

        assert (await regional.get(address)).json()["code"] == "national-only"
        assert (await office.get(address)).status_code == 403
        assert (await auditor.get(f"/v1/overlaps?program_id={new_id()}")).status_code == 404
        assert (await auditor.get("/v1/overlaps")).status_code == 422
        assert (await auditor.get(f"{address}&near=33")).status_code == 400


CLASSES = """
INSERT INTO enrollment.class
SELECT copy.* FROM enrollment.class t, generate_series(1, 300) g, LATERAL jsonb_populate_record(
    t, jsonb_build_object('id', gen_random_uuid(), 'code', t.code || lpad(g::text, 4, '0'))
) copy
"""
PEOPLE = """
INSERT INTO enrollment.enrollment
SELECT copy.* FROM enrollment.enrollment t
    JOIN enrollment.class c ON c.program_id = t.program_id, generate_series(1, 30) g,
    LATERAL jsonb_populate_record(t, jsonb_build_object('class_id', c.id,
        'id', md5(c.id::text || g)::uuid, 'participant_id', md5(g || c.id::text)::uuid)) copy
"""


class TestQuery:
    async def test_goes_through_a_window_by_indexes_in_one_statement(
        self, both, admin, db, cluster, enrollment_db
    ):
        one, two = both
        mine = await class_of(one, "A-1", 20, 25, "Las")
        other = await class_of(two, "B-1", 20, 25, "Las")
        await seated(admin, await one.person(), mine, other)
        cluster.execute(
            enrollment_db.rpartition("/")[2], CLASSES, PEOPLE, "ANALYZE enrollment.class"
        )
        cluster.execute(enrollment_db.rpartition("/")[2], "ANALYZE enrollment.enrollment")
        seen: list[tuple[str, tuple]] = []

        def note(_connection, _cursor, statement, parameters, *_) -> None:
            if "walked" in statement and "EXPLAIN" not in statement:
                seen.append((statement, parameters))

        event.listen(db.kw["bind"].sync_engine, "before_cursor_execute", note)
        found, walks, after = [], 0, START
        async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
            while after is not None:
                page = await list_overlaps(
                    session, one.program_id, after=after, limit=50, window=2_000
                )
                found += page.rows
                walks, after = walks + 1, page.after
            statement, parameters = seen[0]
            connection = await session.connection()
            explained = await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
            plan = "\n".join(row[0] for row in explained)

        assert len(found) == 1
        assert walks == len(seen) == 5
        assert "Seq Scan on enrollment" not in plan, plan
        assert "Seq Scan on class" not in plan, plan
        assert "ix_enrollment_participant" in plan, plan
