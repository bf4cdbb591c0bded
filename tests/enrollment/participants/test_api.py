import asyncio

import pytest

from shared.ids import new_id
from shared.scope import Role
from shared.settings import Mode
from tests.support.planning import BORN, EMAIL, NAME, NIK, PHONE, Desk, business_body, person_body

pytestmark = pytest.mark.usefixtures("areas")


class TestRegisterParticipant:
    async def test_answers_nothing_that_names_the_person(self, desk):
        response = await desk.post("/v1/participants", person_body())

        assert response.status_code == 201, response.text
        person = response.json()
        assert person["entrant_kind"] == "PROSPECTIVE"
        assert (person["home_province_code"], person["home_regency_code"]) == ("33", "33.73")
        assert person["warnings"] == []
        for secret in (NIK, NAME, PHONE, EMAIL, BORN):
            assert secret not in response.text
        assert response.headers["Location"].endswith(f"/v1/participants/{person['id']}")

    async def test_seals_the_nik(self, desk, rows):
        person = await desk.made("/v1/participants", person_body())

        (row,) = await rows("SELECT * FROM enrollment.participant")
        (claim,) = await rows("SELECT * FROM enrollment.identity_claim")
        assert str(row["id"]) == person["id"]
        assert row["nik_masked"] == "3373********0000"
        assert row["nik_key_id"] == "k1"
        assert NIK.encode() not in bytes(row["nik_cipher"])
        assert row["nik_index"] == claim["nik_index"]
        assert str(claim["participant_id"]) == person["id"]

    async def test_tells_the_other_services_coarsely(self, desk, rows):
        person = await desk.made("/v1/participants", person_body(business=business_body()))

        (event,) = await rows("SELECT * FROM enrollment.event")
        assert event["payload"] == {
            "participant_id": person["id"],
            "sex": "FEMALE",
            "age_band": "35_44",
            "entrant_kind": "MICRO",
            "home_province_code": "33",
            "home_regency_code": "33.73",
            "synthetic": True,
        }
        assert str(event["participant_id"]) == str(event["stream_id"]) == person["id"]

    async def test_computes_the_size_class_and_keeps_what_decided(self, desk, rows):
        business = business_body(capital_rupiah=3_000_000_000, annual_sales_rupiah=1)
        body = person_body(business=business, entrant_kind="MICRO")

        person = await desk.made("/v1/participants", body)

        assert (person["entrant_kind"], person["size_criterion"]) == ("SMALL", "CAPITAL")
        assert person["rule_version"] == "PP-7-2021"
        assert person["warnings"] == ["entrant-kind-differs"]
        (row,) = await rows("SELECT * FROM enrollment.participant")
        assert (row["kind_by_capital"], row["kind_by_sales"]) == ("SMALL", "MICRO")
        assert (row["capital_rupiah"], row["kbli_scheme"]) == (3_000_000_000, "2020")

    async def test_is_synthetic_when_the_nik_is(self, desk):
        person = await desk.made("/v1/participants", person_body(synthetic=False))

        assert person["synthetic"]

    async def test_registers_a_medium_business(self, desk):
        business = business_body(capital_rupiah=9_000_000_000)

        person = await desk.made("/v1/participants", person_body(business=business))

        assert person["entrant_kind"] == "MEDIUM"

    async def test_keeps_each_consent_with_its_version(self, desk, rows):
        consents = [
            {"purpose": "FOLLOW_UP", "given": True, "version": "2026-1"},
            {"purpose": "REFERRAL", "given": False, "version": "2026-1"},
        ]

        await desk.made("/v1/participants", person_body(consents=consents))

        (row,) = await rows("SELECT * FROM enrollment.participant")
        kept = [{name: each[name] for name in consents[0]} for each in row["consents"]]
        assert kept == consents
        assert all(each["at"] for each in row["consents"])
        assert row["legal_basis"] == "PUBLIC_TASK"

    @pytest.mark.parametrize(
        ("changes", "warnings"),
        [
            ({"birth_date": "1985-04-18"}, ["nik-birth-date-differs"]),
            ({"sex": "MALE"}, ["nik-sex-differs"]),
            ({"nik": "3399015704850000"}, ["nik-place-unknown"]),
        ],
    )
    async def test_warns_where_the_nik_disagrees_and_accepts(self, desk, changes, warnings):
        person = await desk.made("/v1/participants", person_body(**changes))

        assert person["warnings"] == warnings

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"nik": "337301570485"}, "nik-malformed"),
            ({"nik": "3373013213850000"}, "nik-malformed"),
            ({"nik": 3373015704850000}, "validation-failed"),
            ({"legal_basis": None}, "legal-basis-missing"),
            ({"legal_basis": "CONSENT"}, "legal-basis-missing"),
            ({"home_area_code": "33.99"}, "unknown-area"),
            ({"home_area_code": "33.73.99"}, "unknown-area"),
            ({"home_area_code": "33"}, "validation-failed"),
            ({"birth_date": "2031-01-01"}, "birth-date-invalid"),
            ({"entrant_kind": "MICRO"}, "business-missing"),
            (
                {"entrant_kind": "PROSPECTIVE", "business": business_body()},
                "business-unexpected",
            ),
            ({"business": business_body(founded_on="2031-01-01")}, "founded-in-future"),
            ({"business": business_body(capital_rupiah=None)}, "size-unknown"),
            ({"business": business_body(capital_rupiah=10**11)}, "business-too-large"),
            ({"business": business_body(kbli_scheme=None)}, "validation-failed"),
            ({"business": business_body(nib="1")}, "validation-failed"),
            ({"phone": "besok"}, "validation-failed"),
            ({"email": "kanari"}, "validation-failed"),
            ({"address": "Jl. Rahasia"}, "validation-failed"),
        ],
    )
    async def test_refuses_and_never_repeats_what_was_sent(self, desk, rows, changes, code):
        response = await desk.post("/v1/participants", person_body(**changes))

        assert (response.status_code, response.json()["code"]) == (422, code)
        for secret in (NAME, PHONE, EMAIL, str(changes.get("nik", NIK))):
            assert secret not in response.text
        assert await rows("SELECT id FROM enrollment.participant") == []
        assert await rows("SELECT nik_index FROM enrollment.identity_claim") == []

    async def test_refuses_who_has_registered_anywhere(self, desk, desk_of, rows):
        await desk.made("/v1/participants", person_body())
        office = desk_of(Role.REGIONAL_OFFICER, areas=["91"])

        response = await office.post("/v1/participants", person_body(name="Orang Lain"))

        assert (response.status_code, response.json()["code"]) == (409, "identity-known")
        assert len(await rows("SELECT id FROM enrollment.event")) == 1

    async def test_lets_one_of_many_register_at_the_same_moment(self, desk, rows):
        answers = await asyncio.gather(
            *(desk.post("/v1/participants", person_body()) for _ in range(8))
        )

        assert sorted(each.status_code for each in answers) == [201] + [409] * 7
        assert len(await rows("SELECT id FROM enrollment.participant")) == 1

    async def test_refuses_an_id_that_is_taken(self, desk, rows):
        person = await desk.made("/v1/participants", person_body())

        response = await desk.post(
            "/v1/participants", person_body(id=person["id"], nik="3373015704860000")
        )

        assert (response.status_code, response.json()["code"]) == (409, "id-taken")
        assert len(await rows("SELECT nik_index FROM enrollment.identity_claim")) == 1

    async def test_answers_the_same_under_the_same_key(self, desk, rows):
        first = await desk.post("/v1/participants", person_body(), key="k1")
        second = await desk.post("/v1/participants", person_body(), key="k1")

        assert second.content == first.content
        assert second.headers["Idempotency-Replayed"] == "true"
        assert len(await rows("SELECT id FROM enrollment.participant")) == 1

    async def test_needs_a_key(self, enrollment, desk):
        response = await enrollment.post(
            "/v1/participants", json=person_body(), headers=desk.caller
        )

        assert (response.status_code, response.json()["code"]) == (400, "idempotency-key-missing")

    async def test_goes_on_while_the_registry_is_away(self, desk, fake_registry):
        fake_registry.away = True

        await desk.made("/v1/participants", person_body())

    async def test_lets_a_participant_register_himself(self, desk_of):
        me = new_id()
        participant = desk_of(Role.PARTICIPANT, participant_id=me)

        person = await participant.made("/v1/participants", person_body())

        assert person["id"] == str(me)

    async def test_refuses_a_participant_who_registers_another(self, desk_of):
        participant = desk_of(Role.PARTICIPANT, participant_id=new_id())

        response = await participant.post("/v1/participants", person_body(id=str(new_id())))

        assert (response.status_code, response.json()["code"]) == (403, "not-yourself")

    @pytest.mark.parametrize(
        ("role", "grant", "status"),
        [
            (Role.REGIONAL_OFFICER, {"areas": ["91"]}, 201),
            (Role.FACILITY_OPERATOR, {"facilities": [new_id()]}, 201),
            (Role.REGIONAL_OFFICER, {}, 403),
            (Role.INSTRUCTOR, {"facilities": [new_id()]}, 403),
            (Role.ANALYST, {}, 403),
            (Role.AUDITOR, {}, 403),
            (Role.SERVICE, {}, 403),
        ],
    )
    async def test_is_for_offices_and_oneself(self, desk_of, role, grant, status):
        response = await desk_of(role, **grant).post("/v1/participants", person_body())

        assert response.status_code == status


class TestProduction:
    @pytest.fixture
    def real(self, desk) -> Desk:
        """The same service, told that its data are real."""
        settings = desk.client.state["settings"]
        desk.client.state["settings"] = settings.model_copy(update={"mode": Mode.PRODUCTION})
        return desk

    async def test_refuses_a_synthetic_nik(self, real, rows):
        response = await real.post("/v1/participants", person_body())

        assert (response.status_code, response.json()["code"]) == (422, "nik-synthetic")
        assert await rows("SELECT id FROM enrollment.participant") == []

    async def test_accepts_one_that_an_office_could_issue(self, real):
        await real.made("/v1/participants", person_body(nik="3373015704850001"))


class TestGetParticipant:
    @pytest.fixture
    async def person(self, desk) -> dict:
        return await desk.made("/v1/participants", person_body(business=business_body()))

    def path(self, person: dict) -> str:
        return f"/v1/participants/{person['id']}"

    async def test_shows_a_masked_nik_and_notes_the_reading(self, desk, person, rows):
        response = await desk.get(self.path(person))

        found = response.json()
        assert response.status_code == 200, response.text
        assert found["nik_masked"] == "3373********0000"
        assert (found["name"], found["birth_date"]) == (NAME, BORN)
        assert found["annual_sales_rupiah"] == 200_000_000
        assert NIK not in response.text
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["ETag"] == '"1"'
        (audit,) = await rows("SELECT * FROM enrollment.audit")
        assert audit["action"] == "participant.read"
        assert str(audit["subject_id"]) == person["id"]
        assert audit["actor"].endswith("|test-national_admin")

    async def test_shows_himself_to_himself_without_a_note(self, desk_of, person, rows):
        himself = desk_of(Role.PARTICIPANT, participant_id=person["id"])

        assert (await himself.get(self.path(person))).status_code == 200
        assert await rows("SELECT id FROM enrollment.audit") == []

    @pytest.mark.parametrize(
        ("role", "grant"),
        [
            (Role.REGIONAL_OFFICER, {"areas": ["33"]}),
            (Role.REGIONAL_OFFICER, {"areas": ["33.73"], "ministries": ["MSME"]}),
            (Role.AUDITOR, {}),
        ],
    )
    async def test_shows_who_lives_in_the_area(self, desk_of, person, role, grant):
        assert (await desk_of(role, **grant).get(self.path(person))).status_code == 200

    @pytest.mark.parametrize(
        ("role", "grant"),
        [
            (Role.REGIONAL_OFFICER, {"areas": ["31"]}),
            (Role.REGIONAL_OFFICER, {"areas": ["33.72"]}),
            (Role.FACILITY_OPERATOR, {"facilities": [new_id()]}),
            (Role.PARTICIPANT, {"participant_id": new_id()}),
        ],
    )
    async def test_hides_everybody_else_and_notes_the_attempt(
        self, desk_of, person, rows, role, grant
    ):
        stranger = desk_of(role, **grant)

        found = await stranger.get(self.path(person))
        unknown = await stranger.get(f"/v1/participants/{new_id()}")

        assert found.status_code == unknown.status_code == 404
        assert found.json()["code"] == unknown.json()["code"] == "participant-unknown"
        audit = await rows("SELECT * FROM enrollment.audit ORDER BY at")
        assert [each["action"] for each in audit] == [
            "denied GET /v1/participants/{participant_id}"
        ] * 2
        assert str(audit[0]["subject_id"]) == person["id"]

    @pytest.mark.parametrize("role", [Role.ANALYST, Role.SERVICE])
    async def test_refuses_who_has_no_business_with_people(self, desk_of, person, rows, role):
        response = await desk_of(role).get(self.path(person))

        assert response.status_code == 403
        (audit,) = await rows("SELECT * FROM enrollment.audit")
        assert audit["action"] == "denied GET /v1/participants/{participant_id}"
        assert "participants:read" in str(audit["detail"])

    async def test_refuses_nobody(self, enrollment, person):
        assert (await enrollment.get(self.path(person))).status_code == 401


class TestGetParticipantNik:
    @pytest.fixture
    async def person(self, desk) -> dict:
        return await desk.made("/v1/participants", person_body())

    async def test_shows_it_with_the_permission_and_notes_it(self, desk, person, rows):
        response = await desk.get(f"/v1/participants/{person['id']}/nik")

        assert response.json() == {"participant_id": person["id"], "nik": NIK}
        assert response.headers["Cache-Control"] == "no-store"
        (audit,) = await rows("SELECT * FROM enrollment.audit")
        assert audit["action"] == "participant.nik.read"

    @pytest.mark.parametrize(
        ("role", "grant"),
        [
            (Role.REGIONAL_OFFICER, {"areas": ["33"]}),
            (Role.AUDITOR, {}),
            (Role.PROGRAM_MANAGER, {"ministries": ["MSME"]}),
        ],
    )
    async def test_refuses_without_it_and_notes_the_attempt(
        self, desk_of, person, rows, role, grant
    ):
        response = await desk_of(role, **grant).get(f"/v1/participants/{person['id']}/nik")

        assert response.status_code == 403
        assert NIK not in response.text
        (audit,) = await rows("SELECT * FROM enrollment.audit")
        assert audit["action"] == "denied GET /v1/participants/{participant_id}/nik"
        assert str(audit["subject_id"]) == person["id"]

    async def test_answers_404_when_unknown(self, desk):
        response = await desk.get(f"/v1/participants/{new_id()}/nik")

        assert (response.status_code, response.json()["code"]) == (404, "participant-unknown")


class TestSearchParticipants:
    @pytest.fixture
    async def person(self, desk) -> dict:
        return await desk.made("/v1/participants", person_body())

    async def search(self, desk: Desk, nik: str):
        return await desk.client.post(
            "/v1/participants/search", json={"nik": nik}, headers=desk.caller
        )

    async def test_finds_by_nik_and_notes_the_search(self, desk, person, rows):
        response = await self.search(desk, NIK)

        (found,) = response.json()["items"]
        assert (found["id"], found["name"]) == (person["id"], NAME)
        assert NIK not in response.text
        (audit,) = await rows("SELECT * FROM enrollment.audit")
        assert (audit["action"], audit["detail"]) == ("participant.search", None)

    async def test_finds_nobody_and_notes_that_too(self, desk, person, rows):
        response = await self.search(desk, "3373015704850001")

        assert response.json() == {"items": [], "next": None}
        (audit,) = await rows("SELECT * FROM enrollment.audit")
        assert audit["subject_id"] is None

    @pytest.mark.parametrize(("codes", "count"), [(["33"], 1), (["31"], 0)])
    async def test_stays_within_the_area(self, desk_of, person, codes, count):
        office = desk_of(Role.REGIONAL_OFFICER, areas=codes)

        assert len((await self.search(office, NIK)).json()["items"]) == count

    async def test_refuses_what_is_no_nik(self, desk):
        response = await self.search(desk, "33730157")

        assert (response.status_code, response.json()["code"]) == (422, "nik-malformed")

    async def test_refuses_an_analyst(self, desk_of, person):
        assert (await self.search(desk_of(Role.ANALYST), NIK)).status_code == 403
