"""People who may be one: found as they are written, reviewed by an office."""

import time
from uuid import UUID

import pytest
from sqlalchemy import text

from services.enrollment.duplicate_candidates.operations import find_duplicates
from services.enrollment.participant_duplicates.operations import tell_open
from shared.clock import utc_now
from shared.db.session import transaction
from shared.ids import new_id
from shared.scope import SYSTEM, Actor, Role
from tests.support.people import Caller
from tests.support.planning import BORN, NAME, NIK, PHONE, business_body, person_body

OTHER_NIK = "3373015704860000"
THIRD_NIK = "3373015704870000"
PATH = "/v1/participant-duplicates"

pytestmark = pytest.mark.usefixtures("areas")


@pytest.fixture
def admin(caller_of) -> Caller:
    return caller_of(Role.NATIONAL_ADMIN)


@pytest.fixture
def opened(db):
    return lambda: transaction(db, scope=SYSTEM, actor=Actor("test", "test"))


def told(response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def listed(admin, **params) -> list[dict]:
    response = await admin.get(PATH, **params)
    assert response.status_code == 200, response.text
    for secret in (NIK, NAME, PHONE, BORN, "Rahasi"):
        assert secret not in response.text
    return response.json()["items"]


class TestFindDuplicates:
    async def test_finds_who_has_another_nik_and_a_name_spelt_otherwise(self, desk, admin, rows):
        one = await desk.made("/v1/participants", person_body(name="Muhammad Rizki Pratama"))
        body = person_body(nik=OTHER_NIK, name="H. Moh. Rizky Pratama, S.E.")
        other = await desk.made("/v1/participants", body)
        twin = person_body(nik=THIRD_NIK, name="Ahmad Rahmat Hidayat")
        await desk.made("/v1/participants", twin)

        (pair,) = await listed(admin)
        assert {pair["a"]["id"], pair["b"]["id"]} == {one["id"], other["id"]}
        assert pair["reasons"] == ["NAME", "BIRTH_DATE"]
        assert 80 <= pair["score"] <= 100
        assert pair["a"]["version"] == 1
        (event,) = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.duplicate.found'"
        )
        assert event["payload"]["duplicate_id"] == pair["id"]

    async def test_follows_a_name_a_proved_contact_and_a_business(self, desk, admin, opened, rows):
        one = await desk.made("/v1/participants", person_body())
        body = person_body(nik=OTHER_NIK, name="Ratna Dewi", birth_date="1986-04-17")
        other = await desk.made("/v1/participants", body)
        path = f"/v1/participants/{other['id']}"
        assert await listed(admin) == []

        async with opened() as session:
            await session.execute(
                text("UPDATE enrollment.participant SET phone_verified_at = now()")
            )
            assert await find_duplicates(session, [UUID(other["id"])], now=utc_now()) == 1
        (pair,) = await listed(admin)
        assert (pair["reasons"], pair["score"]) == (["VERIFIED_PHONE"], 30)

        changed = await admin.patch(path, {"phone": "081299999999"}, version=1)
        assert changed.status_code == 200, changed.text
        assert await listed(admin) == []
        for person in (one, other):
            stated = await admin.post(
                f"/v1/participants/{person['id']}/businesses", business_body(as_of="2026-01-01")
            )
            assert stated.status_code == 201, stated.text
        (pair,) = await listed(admin)
        assert pair["reasons"] == ["NIB"]

    async def test_compares_many_at_once(self, desk, opened):
        first = await desk.made("/v1/participants", person_body())
        second = await desk.made("/v1/participants", person_body(nik=OTHER_NIK))
        async with opened() as session:
            await session.execute(text("DELETE FROM enrollment.participant_duplicate"))
            ids = [UUID(first["id"]), UUID(second["id"]), new_id()]
            assert await find_duplicates(session, ids, now=utc_now()) == 1


PEOPLE = """
INSERT INTO enrollment.participant
SELECT copy.* FROM enrollment.participant p, generate_series(1, 20000) n,
LATERAL jsonb_populate_record(p, jsonb_build_object(
    'id', gen_random_uuid(), 'name_key', md5(n::text),
    'birth_date', CASE WHEN n % 10 = 0 THEN p.birth_date ELSE date '1970-01-01' + n % 9000 END,
    'nik_index', '\\x' || encode(sha256(n::text::bytea), 'hex'),
    'phone', '0813' || n, 'email', n || '@contoh.example', 'nib', lpad(n::text, 13, '0'),
    'phone_verified_at', now(), 'email_verified_at', now()
)) copy
"""


class TestSpeed:
    async def test_looks_at_few_by_index_though_many_were_born_that_day(
        self, desk, opened, cluster, enrollment_db
    ):
        one = await desk.made("/v1/participants", person_body())
        name = enrollment_db.rpartition("/")[2]
        cluster.execute(name, PEOPLE, "ANALYZE enrollment.participant")
        async with opened() as session:
            await find_duplicates(session, [UUID(one["id"])], now=utc_now())
            spent = []
            for _ in range(5):
                began = time.perf_counter()
                await find_duplicates(session, [UUID(one["id"])], now=utc_now())
                spent.append(time.perf_counter() - began)
            scans = await session.execute(
                text(
                    "SELECT seq_scan FROM pg_stat_xact_user_tables"
                    " WHERE schemaname = 'enrollment' AND relname = 'participant'"
                )
            )
            assert scans.scalar_one() == 0
        assert min(spent) < 0.1


class TestReview:
    @pytest.fixture
    async def pair(self, desk, admin) -> dict:
        await desk.made("/v1/participants", person_body())
        await desk.made("/v1/participants", person_body(nik=OTHER_NIK, home_area_code="91.03"))
        (found,) = await listed(admin)
        return found

    async def test_tells_two_apart_for_good(self, admin, pair, opened, rows):
        path = f"{PATH}/{pair['id']}/distinct"

        answer = await admin.post(path, {"reason": "Kartu keluarga diperlihatkan"}, key="k")
        again = await admin.post(path, {"reason": "Kartu keluarga diperlihatkan"}, key="k")
        twice = await admin.post(path, {"reason": "Kartu keluarga diperlihatkan"})

        assert (answer.status_code, answer.json()["state"]) == (200, "DISTINCT")
        assert again.content == answer.content
        assert told(twice) == (409, "participant-duplicate-decided")
        async with opened() as session:
            await find_duplicates(session, [UUID(pair["a"]["id"])], now=utc_now())
        assert await listed(admin) == []
        (kept,) = await listed(admin, state="DISTINCT")
        assert kept["reason"] == "Kartu keluarga diperlihatkan"

    async def test_shows_pairs_of_which_both_are_in_scope(self, caller_of, pair):
        here = caller_of(Role.REGIONAL_OFFICER, areas=["33.73"])
        response = await here.get(PATH)
        assert response.status_code == 403 or response.json()["items"] == []
        distinct = await here.post(f"{PATH}/{pair['id']}/distinct", {"reason": "Dua"})
        assert distinct.status_code in (403, 404)

    async def test_refuses_what_makes_no_sense(self, admin, pair, caller_of):
        unknown = await admin.post(f"{PATH}/{new_id()}/distinct", {"reason": "Dua"})
        assert told(unknown) == (404, "participant-duplicate-not-found")
        wrong = await admin.post(f"{PATH}/{pair['id']}/distinct", {"reason": NIK})
        assert told(wrong) == (422, "validation-failed")
        assert (await admin.get(PATH, state="GONE")).status_code in (400, 422)
        person = caller_of(Role.PARTICIPANT, participant_id=pair["a"]["id"])
        assert (await person.get(PATH)).status_code == 403

    async def test_stands_with_the_merge(self, desk, admin, pair):
        stays, gone = pair["a"]["id"], pair["b"]["id"]
        body = {"other_id": gone, "other_version": 1, "reason": "Satu orang"}
        headers = {"If-Match": '"1"'}
        merged = await desk.post(f"/v1/participants/{stays}/merge?mode=commit", body, **headers)
        assert merged.status_code == 200, merged.text

        assert await listed(admin) == []
        (kept,) = await listed(admin, state="MERGED")
        assert {kept["a"]["id"], kept["b"]["id"]} == {stays}


class TestTellOpen:
    async def test_tells_how_many_pairs_wait_whenever_that_has_changed(
        self, desk, admin, opened, rows
    ):
        async def tell() -> bool:
            async with opened() as session:
                return await tell_open(session, now=utc_now())

        assert [await tell(), await tell()] == [True, False]
        await desk.made("/v1/participants", person_body())
        await desk.made("/v1/participants", person_body(nik=OTHER_NIK))
        assert [await tell(), await tell()] == [True, False]
        (pair,) = await listed(admin)
        await admin.post(f"{PATH}/{pair['id']}/distinct", {"reason": "Dua orang"})
        assert await tell()

        events = await rows(
            "SELECT payload, version FROM enrollment.event"
            " WHERE topic = 'enrollment.duplicates.counted' ORDER BY version"
        )
        assert [event["payload"]["open_pairs"] for event in events] == [0, 1, 0]
        assert [event["version"] for event in events] == [1, 2, 3]
