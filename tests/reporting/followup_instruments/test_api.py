from datetime import timedelta

import pytest

from shared.clock import utc_now
from shared.http.tokens import sign_business_time
from shared.scope import Role
from tests.reporting.asked import Asked

WORDS = {"id": "Apa kegiatan Anda?", "en": "What do you do?"}
STATUS = {
    "code": "status",
    "kind": "CHOICE",
    "required": True,
    "label": WORDS,
    "options": [{"code": each, "label": WORDS} for each in ("EMPLOYED", "SEEKING")],
}
MARKET = {
    "code": "market",
    "kind": "CHOICE",
    "label": WORDS,
    "options": [{"code": each, "label": WORDS} for each in ("ONLINE", "STALL")],
}
TITLE = {"id": "Kabar Anda", "en": "How you are"}


@pytest.fixture
def owner(auth) -> dict[str, str]:
    return auth(Role.PROGRAM_MANAGER, ministries=["MSME"])


@pytest.fixture
def draft(reporting):
    async def post(caller: dict, key: str, **changes):
        body = {"title": TITLE, "questions": [STATUS, MARKET], **changes}
        return await reporting.post(
            "/v1/followup-instruments", json=body, headers={**caller, "Idempotency-Key": key}
        )

    return post


@pytest.fixture
def publish(reporting):
    async def post(caller: dict, instrument_id: str, key: str):
        path = f"/v1/followup-instruments/{instrument_id}/publish"
        return await reporting.post(path, headers={**caller, "Idempotency-Key": key})

    return post


@pytest.fixture
def published(reporting, owner):
    async def read(**chosen) -> list[dict]:
        answer = await reporting.get(
            "/v1/followup-instruments", params={"state": "PUBLISHED", **chosen}, headers=owner
        )
        return answer.json()["items"]

    return read


class TestInstruments:
    async def test_the_nation_s_is_in_use_from_the_first_day(self, published):
        (national,) = await published()

        assert (national["program_id"], national["number"]) == (None, 1)
        codes = [each["code"] for each in national["questions"]]
        assert codes[0] == "status"
        assert {"nib_obtained", "financing_kind", "size_after_rupiah"} <= set(codes)
        assert all(each["label"]["id"] and each["label"]["en"] for each in national["questions"])

    async def test_one_version_is_in_use_and_answers_keep_theirs(
        self, *, asked: Asked, draft, publish, published, owner, reporting, rows, keys
    ):
        program = str(asked.story.program_id)
        in_time = sign_business_time(keys.private["cli"], utc_now() + timedelta(days=100))
        first = (await draft(owner, "a", program_id=program)).json()
        await publish(owner, first["id"], "b")
        await asked.end()
        await asked.open()
        second = (await draft(owner, "c", program_id=program, questions=[STATUS])).json()
        await publish(owner, second["id"], "d")

        (in_use,) = await published(program_id=program)
        given = await rows("SELECT DISTINCT instrument_id FROM reporting.followup")
        body = {
            "enrollment_id": str(asked.people[0]),
            "horizon_months": 3,
            "status": "EMPLOYED",
            "source": "PROXY",
            "kept": {"market": "STALL"},
        }
        headers = {**owner, "Idempotency-Key": "e"}
        answered = await reporting.post("/v1/followups", json=body, headers=headers)
        later = {**body, "horizon_months": 6}
        refused = await reporting.post(
            "/v1/followups",
            json=later,
            headers={**owner, "Idempotency-Key": "f", "Balai-Business-Time": in_time},
        )

        assert (first["number"], second["number"], in_use["id"]) == (1, 2, second["id"])
        assert [str(each["instrument_id"]) for each in given] == [first["id"]]
        assert (answered.status_code, answered.json()["kept"]) == (200, {"market": "STALL"})
        assert answered.json()["instrument_id"] == first["id"]
        assert refused.json()["errors"][0]["pointer"] == "/answers/market"

    async def test_a_draft_changes_and_what_was_published_does_not(
        self, *, asked: Asked, draft, publish, owner, reporting
    ):
        made = (await draft(owner, "a", program_id=str(asked.story.program_id))).json()
        path = f"/v1/followup-instruments/{made['id']}"
        change = {"title": TITLE, "questions": [STATUS]}

        async def put(version: int):
            return await reporting.put(
                path, json=change, headers={**owner, "If-Match": f'"{version}"'}
            )

        changed = await put(1)
        stale = await put(1)
        await publish(owner, made["id"], "b")
        frozen = await put(3)
        twice = await publish(owner, made["id"], "c")
        read = await reporting.get(path, headers=owner)

        assert (changed.status_code, changed.json()["version"]) == (200, 2)
        assert stale.status_code == 412
        assert (frozen.status_code, frozen.json()["present"]) == (409, "PUBLISHED")
        assert (twice.status_code, twice.json()["code"]) == (409, "instrument-published")
        assert (read.json()["state"], read.headers["etag"]) == ("PUBLISHED", '"3"')

    async def test_are_designed_by_whose_programme_it_is(
        self, *, asked: Asked, draft, owner, auth, reporting
    ):
        program = str(asked.story.program_id)
        other = auth(Role.PROGRAM_MANAGER, ministries=["INDUSTRY"])
        officer = auth(Role.REGIONAL_OFFICER, areas=["32"])
        admin = auth(Role.NATIONAL_ADMIN)

        answers = [
            await draft(other, "a", program_id=program),
            await draft(owner, "b"),
            await draft(officer, "c", program_id=program),
            await draft(owner, "d", program_id=str(asked.story.new_id())),
            await draft(owner, "e", program_id=program, questions=[MARKET]),
            await draft(admin, "f"),
        ]
        unknown = await reporting.get(
            f"/v1/followup-instruments/{asked.story.new_id()}", headers=owner
        )
        analyst = await reporting.get("/v1/followup-instruments", headers=auth(Role.ANALYST))

        assert [(each.status_code, each.json().get("code")) for each in answers] == [
            (403, "not-your-ministry"),
            (403, "not-your-ministry"),
            (403, "forbidden"),
            (404, "program-unknown"),
            (422, "questions-invalid"),
            (201, None),
        ]
        assert (unknown.status_code, unknown.json()["code"]) == (404, "instrument-unknown")
        assert analyst.status_code == 403
