import asyncio

import pytest
from sqlalchemy import text

from shared.db.grants import holder_of
from shared.db.session import transaction
from shared.ids import new_id
from shared.scope import SYSTEM, Actor, Role
from tests.support.people import Caller, Codes, other_than
from tests.support.planning import BORN, EMAIL, NAME, NIK, PHONE, class_body, person_body

ME = "/v1/me/participant"
PROOF = {"nik": NIK, "birth_date": BORN}
OTHER_NIK = "3373015704860000"
EVIDENCE = {
    "reason": "Telepon hilang, datang sendiri",
    "evidence_reference": "BA/2026/17",
    "evidence_sha256": "a" * 64,
}

pytestmark = pytest.mark.usefixtures("areas")


def registration(**changes) -> dict:
    body = person_body(**changes)
    return {name: value for name, value in body.items() if name not in ("nik", "birth_date")}


@pytest.fixture
async def person(desk) -> dict:
    return await desk.made("/v1/participants", person_body())


@pytest.fixture
def sari(login_of) -> Caller:
    return login_of("sari")


async def bind(caller: Caller, codes: Codes, **changes):
    """Ask for a code and bind the login with it."""
    asked = await caller.post("/v1/me/contact-codes", PROOF)
    assert asked.status_code == 202, asked.text
    return await caller.post(ME, {**PROOF, "code": await codes.last(), **changes})


def told(response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


class TestBindLogin:
    async def test_lets_the_login_act_as_the_person_at_once(self, person, sari, codes, rows):
        before = await sari.get(f"/v1/participants/{person['id']}")
        bound = await bind(sari, codes)

        assert before.status_code == 403
        assert bound.status_code == 201, bound.text
        assert bound.json()["participant_id"] == person["id"]
        assert bound.json()["registered"] is False
        for secret in (NIK, NAME, PHONE, EMAIL, BORN):
            assert secret not in bound.text
        own = await sari.get(ME)
        assert (own.status_code, own.json()["name"]) == (200, NAME)
        assert (await sari.get(f"/v1/participants/{person['id']}")).status_code == 200
        (event,) = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.participant.bound'"
        )
        assert event["payload"]["holder"] == holder_of("balai:people", "sari")
        assert event["payload"]["participant_id"] == person["id"]
        assert event["payload"]["unbound_at"] is None

    async def test_registers_whoever_is_not_there_and_gives_the_same_answer_again(self, sari, rows):
        body = {**PROOF, "registration": registration()}
        first = await sari.post(ME, body, key="once")
        again = await sari.post(ME, body, key="once")

        assert first.status_code == 201, first.text
        assert first.json()["registered"] is True
        assert first.content == again.content
        assert (await sari.get(ME)).json()["id"] == first.json()["participant_id"]
        assert len(await rows("SELECT 1 FROM enrollment.login_binding")) == 1

    async def test_of_many_at_once_none_waits_for_a_connection_that_another_holds(self, login_of):
        """There are fewer connections than people on the morning that a wave opens."""
        answers = await asyncio.gather(
            *(
                login_of(f"login-{number}").post(
                    ME,
                    {
                        **PROOF,
                        "nik": f"3373015704{85 + number // 9:02}000{1 + number % 9}",
                        "registration": registration(),
                    },
                )
                for number in range(16)
            )
        )

        assert [each.status_code for each in answers] == [201] * 16

    async def test_says_the_same_of_a_wrong_nik_birth_date_and_code(self, person, sari, codes):
        await sari.post("/v1/me/contact-codes", PROOF)
        code = await codes.last()
        wrong = [
            {**PROOF, "code": other_than(code)},
            {**PROOF, "birth_date": "1985-04-18", "code": code},
            {**PROOF},
            {**PROOF, "registration": registration()},
            {"nik": OTHER_NIK, "birth_date": BORN, "code": code},
        ]

        answers = [await sari.post(ME, body) for body in wrong]

        bodies = [{**answer.json(), "request_id": None} for answer in answers]
        assert bodies == bodies[:1] * len(bodies)
        assert told(answers[0]) == (422, "binding-refused")

    async def test_sends_a_code_only_to_who_is_there_and_says_so_to_nobody(
        self, person, sari, codes, rows
    ):
        for body in (
            {"nik": OTHER_NIK, "birth_date": BORN},
            {"nik": NIK, "birth_date": "1985-04-18"},
        ):
            answer = await sari.post("/v1/me/contact-codes", body)
            assert (answer.status_code, list(answer.json())) == (202, ["expires_at"])
            assert await codes.sent() == []
        there = await sari.post("/v1/me/contact-codes", PROOF)

        assert (there.status_code, list(there.json())) == (202, ["expires_at"])
        (code,) = await codes.sent()
        kept = await rows("SELECT * FROM enrollment.contact_code")
        notices = await rows("SELECT * FROM enrollment.notice")
        assert code not in str(kept) + str([{**row, "id": None} for row in notices])

    async def test_takes_a_code_only_once_and_only_from_who_asked(
        self, person, sari, login_of, codes
    ):
        await sari.post("/v1/me/contact-codes", PROOF)
        body = {**PROOF, "code": await codes.last()}

        assert told(await login_of("budi").post(ME, body)) == (422, "binding-refused")
        assert (await sari.post(ME, body)).status_code == 201
        assert told(await sari.post(ME, body)) == (409, "login-bound")

    async def test_counts_wrong_codes_though_each_is_refused(self, person, sari, codes):
        await sari.post("/v1/me/contact-codes", PROOF)
        code = await codes.last()
        for _ in range(5):
            refused = await sari.post(ME, {**PROOF, "code": other_than(code)})
            assert told(refused) == (422, "binding-refused")

        late = await sari.post(ME, {**PROOF, "code": code})

        assert told(late) == (429, "too-many-attempts")
        assert int(late.headers["Retry-After"]) > 0

    async def test_sends_no_more_than_five_codes_an_hour(self, sari):
        answers = [await sari.post("/v1/me/contact-codes", PROOF) for _ in range(6)]

        assert [each.status_code for each in answers] == [202] * 5 + [429]

    async def test_a_code_is_good_for_ten_minutes(self, person, sari, codes, db, rows):
        await sari.post("/v1/me/contact-codes", PROOF)
        (kept,) = await rows("SELECT expires_at - created_at AS good FROM enrollment.contact_code")
        async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
            await session.execute(text("UPDATE enrollment.contact_code SET expires_at = now()"))

        late = await sari.post(ME, {**PROOF, "code": await codes.last()})

        assert kept["good"].total_seconds() == 600
        assert told(late) == (422, "binding-refused")

    async def test_binds_one_login_when_two_prove_it_at_a_time(self, person, login_of, codes, rows):
        callers = [login_of(each) for each in ("sari", "budi")]
        bodies = []
        for caller in callers:
            await caller.post("/v1/me/contact-codes", PROOF)
            bodies.append({**PROOF, "code": await codes.last()})

        answers = await asyncio.gather(
            *(caller.post(ME, body) for caller, body in zip(callers, bodies, strict=True))
        )

        assert sorted(each.status_code for each in answers) == [201, 409]
        (refused,) = [each for each in answers if each.status_code == 409]
        assert refused.json()["code"] == "person-bound"
        assert len(await rows("SELECT 1 FROM enrollment.login_binding")) == 1

    async def test_refuses_what_is_no_nik_and_half_a_question(self, sari):
        assert told(await sari.post(ME, {**PROOF, "nik": NIK[:-1]})) == (422, "nik-malformed")
        assert told(await sari.post("/v1/me/contact-codes", {})) == (422, "contact-unnamed")
        half = await sari.post("/v1/me/contact-codes", {"nik": NIK})
        assert half.status_code == 422
        assert NIK not in half.text

    async def test_asks_for_a_token(self, enrollment):
        answer = await enrollment.post(ME, json=PROOF, headers={"Idempotency-Key": "k"})

        assert answer.status_code == 401


class TestOwn:
    async def test_is_nobody_before_the_login_is_bound(self, sari):
        for path in (ME, "/v1/me/enrollments"):
            assert told(await sari.get(path)) == (404, "login-not-bound")
        changed = await sari.patch(ME, {"name": "X"}, version=1)
        assert told(changed) == (404, "login-not-bound")

    async def test_is_changed_by_oneself(self, person, sari, codes):
        await bind(sari, codes)

        unread = await sari.patch(ME, {"language": "en"}, version=None)
        stale = await sari.patch(ME, {"language": "en"}, version=7)
        changed = await sari.patch(ME, {"language": "en"}, version=1)

        assert (unread.status_code, stale.status_code) == (428, 412)
        assert (changed.status_code, changed.json()["language"]) == (200, "en")
        assert changed.headers["ETag"] == '"2"'

    async def test_lists_ones_own_places_and_no_others(
        self, desk, person, sari, codes, fake_registry
    ):
        await bind(sari, codes)
        other = await desk.made("/v1/participants", person_body(nik=OTHER_NIK))
        made = []
        for _ in range(3):
            wave = await desk.wave()
            planned = await desk.made("/v1/classes", class_body(wave, fake_registry.add_facility()))
            path = f"/v1/classes/{planned['id']}/enrollments"
            made.append((await desk.made(path, {"participant_id": person["id"]}))["id"])
            await desk.made(path, {"participant_id": other["id"]})

        first = (await sari.get("/v1/me/enrollments", limit="2")).json()
        rest = (await sari.client.get(first["next"], headers=sari.header)).json()

        found = [each["id"] for each in first["items"] + rest["items"]]
        assert found == sorted(made, reverse=True)
        assert rest["next"] is None
        assert first["items"][0]["class_label"] == "DATA SINTETIS Kelas"
        assert first["items"][0]["state"] == "SEATED"


class TestUnbind:
    async def test_lets_another_login_be_bound_and_keeps_the_evidence(
        self, desk, person, sari, login_of, codes, rows
    ):
        await bind(sari, codes)
        path = f"/v1/participants/{person['id']}/unbind"

        unbound = await desk.post(path, EVIDENCE)
        again = await desk.post(path, EVIDENCE)
        budi = await bind(login_of("budi"), codes)

        assert unbound.status_code == 200, unbound.text
        assert told(again) == (409, "person-not-bound")
        assert budi.status_code == 201, budi.text
        kept = await rows("SELECT * FROM enrollment.login_binding ORDER BY bound_at")
        assert [row["evidence_reference"] for row in kept] == ["BA/2026/17", None]
        assert kept[0]["unbound_by"] is not None
        (audit,) = await rows(
            "SELECT subject_id FROM enrollment.audit WHERE action = 'participant.unbind'"
        )
        assert str(audit["subject_id"]) == person["id"]
        events = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.participant.unbound'"
        )
        assert [each["payload"]["id"] for each in events] == [str(kept[0]["id"])]
        assert events[0]["payload"]["unbound_at"] is not None

    async def test_is_not_for_the_person_nor_for_an_office_elsewhere(
        self, person, sari, codes, caller_of
    ):
        await bind(sari, codes)
        path = f"/v1/participants/{person['id']}/unbind"
        elsewhere = caller_of(Role.REGIONAL_OFFICER, areas=["91"])
        here = caller_of(Role.REGIONAL_OFFICER, areas=["33.73"])

        assert told(await sari.post(path, EVIDENCE)) == (403, "office-only")
        assert told(await elsewhere.post(path, EVIDENCE)) == (404, "participant-unknown")
        assert (await here.post(f"/v1/participants/{new_id()}/unbind", EVIDENCE)).status_code == 404
        bare = await here.post(path, {**EVIDENCE, "evidence_reference": f"KTP {NIK}"})
        assert bare.status_code == 422
        assert NIK not in bare.text
        assert (await here.post(path, EVIDENCE)).status_code == 200


class TestVerifyContact:
    async def test_proves_the_contact_to_which_the_code_was_sent(self, person, sari, codes, rows):
        await bind(sari, codes)
        asked = await sari.post("/v1/me/contact-codes", {"channel": "PHONE"})
        wrong = await sari.post("/v1/me/contacts/verify", {"code": other_than(await codes.last())})
        proved = await sari.post("/v1/me/contacts/verify", {"code": await codes.last()})

        assert asked.status_code == 202
        assert told(wrong) == (422, "code-wrong")
        assert proved.status_code == 200, proved.text
        own = (await sari.get(ME)).json()
        assert own["phone_verified_at"] is not None
        assert own["email_verified_at"] is None
        again = await sari.post("/v1/me/contact-codes", {"channel": "PHONE"})
        assert told(again) == (409, "no-contact")
        (event,) = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.contact.verified'"
        )
        assert event["payload"] == {"participant_id": person["id"], "channel": "PHONE"}

    async def test_does_not_prove_a_contact_that_was_changed_since(self, person, sari, codes):
        await bind(sari, codes)
        await sari.post("/v1/me/contact-codes", {"channel": "PHONE"})
        code = await codes.last()
        changed = await sari.patch(ME, {"phone": "081200000018"}, version=1)

        refused = await sari.post("/v1/me/contacts/verify", {"code": code})

        assert changed.status_code == 200
        assert told(refused) == (422, "code-wrong")

    async def test_is_void_when_the_contact_changes(self, person, sari, codes):
        await bind(sari, codes)
        await sari.post("/v1/me/contact-codes", {"channel": "EMAIL"})
        await sari.post("/v1/me/contacts/verify", {"code": await codes.last()})
        version = (await sari.get(ME)).json()["version"]

        await sari.patch(ME, {"email": "baru@rahasia.example"}, version=version)

        own = (await sari.get(ME)).json()
        assert (own["email"], own["email_verified_at"]) == ("baru@rahasia.example", None)
