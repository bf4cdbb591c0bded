from datetime import timedelta

import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.clock import ledger_day, utc_now
from shared.ids import new_id
from shared.scope import Role
from tests.registry.world import agreement_body

TODAY = ledger_day(utc_now())
HASH = "ab" * 32
SIGNATORIES = [{"party": 0, "name": "Kanari Rahasia", "position": "Direktur Jenderal"}]
DOCUMENT = {"title": "Naskah", "reference": "arsip/1", "sha256": HASH, "mime": "application/pdf"}


def day(days: int) -> str:
    return (TODAY + timedelta(days)).isoformat()


def draft_body(**facts) -> dict:
    body = agreement_body(state="DRAFT", **facts)
    del body["signed_on"]
    return body


async def patched(world, agreement_id: str, patch: dict, *, version: int = 1, by=None):
    headers = {**(by or world.admin), "If-Match": f'"{version}"'}
    return await world.registry.patch(f"/v1/agreements/{agreement_id}", json=patch, headers=headers)


@pytest.fixture
def told(in_transaction):
    """Return the function that lists the payloads of a topic, the oldest first."""

    async def read(topic: str) -> list[dict]:
        async with in_transaction() as session:
            statement = (
                select(Event.payload)
                .where(Event.topic == f"registry.agreement.{topic}")
                .order_by(Event.xid, Event.id)
            )
            return list(await session.scalars(statement))

    return read


def pks(mou: dict, **facts) -> dict:
    return (
        agreement_body(
            kind="PKS", follows_from_id=mou["id"], valid_from="2026-01-01", signed_on="2026-01-01"
        )
        | facts
    )


class TestRecordAgreement:
    async def test_keeps_a_pks_that_follows_an_mou(self, world, in_transaction):
        facility = await world.facility()
        institution = await world.made(
            "/institutions", {"code": "MES", "name": "MES", "kind": "ASSOCIATION"}
        )
        mou = await world.agreement()
        parties = [{"ministry": "MSME"}, {"institution_id": institution["id"]}]

        response = await world.post(
            "/agreements", pks(mou, parties=parties, facility_ids=[facility["id"]] * 2)
        )

        agreement = response.json()
        assert response.status_code == 201, response.text
        assert agreement["follows_from_id"] == mou["id"]
        assert agreement["facilities"] == 1
        assert agreement["parties"] == [
            {"ministry": "MSME", "institution_id": None},
            {"ministry": None, "institution_id": institution["id"]},
        ]
        assert (await world.get(f"/agreements/{agreement['id']}")).json() == agreement
        async with in_transaction() as session:
            events = (
                await session.scalars(
                    select(Event)
                    .where(Event.topic == "registry.agreement.signed")
                    .order_by(Event.xid, Event.id)
                )
            ).all()
        assert [(event.owner_ministry, event.co_ministry) for event in events] == [
            ("MANPOWER", "MSME"),
            ("MSME", None),
        ]

    async def test_answers_a_repeated_request_with_the_same_bytes(self, world):
        body = agreement_body()
        first = await world.post("/agreements", body, key="k-1")

        again = await world.post("/agreements", body, key="k-1")

        assert (again.status_code, again.content) == (201, first.content)

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"kind": "PKS"}, "agreement-basis-refused"),
            ({"kind": "PKS", "follows_from_id": str(new_id())}, "agreement-basis-refused"),
            ({"valid_to": "2025-03-24"}, "agreement-period-invalid"),
            ({"parties": [{"ministry": "MSME"}] * 2}, "agreement-parties-invalid"),
            (
                {"parties": [{"institution_id": str(new_id())}, {"institution_id": str(new_id())}]},
                "agreement-parties-invalid",
            ),
            (
                {"parties": [{"ministry": "MSME"}, {"institution_id": str(new_id())}]},
                "institution-unknown",
            ),
            ({"facility_ids": [str(new_id())]}, "facility-unknown"),
            ({"area_codes": ["99"]}, "unknown-area"),
            (
                {"signatories": [{**SIGNATORIES[0], "party": 2}]},
                "agreement-signatory-party-unknown",
            ),
            ({"documents": [{**DOCUMENT, "sha256": "x"}]}, "validation-failed"),
            ({"state": "DRAFT"}, "validation-failed"),
            ({"state": "TERMINATED"}, "validation-failed"),
            ({"kind": "PLAN"}, "agreement-basis-refused"),
            ({"parties": [{}, {"ministry": "MSME"}]}, "validation-failed"),
            ({"number": ""}, "validation-failed"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, facts, code):
        response = await world.post("/agreements", agreement_body(**facts))

        assert (response.status_code, response.json()["code"]) == (422, code)
        assert (await world.get("/agreements")).json()["items"] == []

    @pytest.mark.parametrize(
        ("member", "code"), [("id", "agreement-id-taken"), ("number", "agreement-number-taken")]
    )
    async def test_refuses_what_is_taken(self, world, member, code):
        there = await world.agreement()

        response = await world.post("/agreements", agreement_body(**{member: there[member]}))

        assert (response.status_code, response.json()["code"]) == (409, code)

    @pytest.mark.parametrize(("ministry", "status"), [("MSME", 201), ("HOME_AFFAIRS", 403)])
    async def test_lets_a_manager_speak_for_a_party_only(self, world, ministry, status):
        manager = world.auth(Role.PROGRAM_MANAGER, ministries=[ministry])

        response = await world.post("/agreements", agreement_body(), by=manager)

        assert response.status_code == status

    async def test_is_refused_to_a_regional_officer(self, world):
        response = await world.post("/agreements", agreement_body(), by=world.officer("33"))

        assert response.status_code == 403


class TestDrafts:
    async def test_are_seen_by_their_ministries_only(self, world):
        draft = await world.made("/agreements", draft_body())
        others = world.auth(Role.PROGRAM_MANAGER, ministries=["HOME_AFFAIRS"])
        ours = world.auth(Role.PROGRAM_MANAGER, ministries=["MSME"])

        assert (draft["state"], draft["signed_on"], draft["version"]) == ("DRAFT", None, 1)
        for path in ("", "/chain", "/facilities", "/documents", "/signatories", "/targets"):
            hidden = await world.get(f"/agreements/{draft['id']}{path}", by=others)
            assert (hidden.status_code, hidden.json()["code"]) == (404, "agreement-not-found")
            seen = await world.get(f"/agreements/{draft['id']}{path}", by=ours)
            assert seen.status_code == 200
        assert (await world.get("/agreements", by=others)).json()["items"] == []
        assert (await patched(world, draft["id"], {"title": "X"}, by=others)).status_code == 404

    async def test_change_until_they_are_signed(self, world, told):
        facility = await world.facility()
        draft = await world.made("/agreements", draft_body(signatories=SIGNATORIES))
        patch = {
            "title": "Judul baru",
            "valid_from": "2025-05-01",
            "valid_to": "2090-01-01",
            "facility_ids": [facility["id"]],
            "parties": [{"ministry": "MSME"}, {"ministry": "MANPOWER"}],
            "area_codes": ["33", "32"],
            "trades": ["BAKERY"],
            "scope": "Pelatihan.",
        }

        changed = await patched(world, draft["id"], patch)
        moved = await patched(world, draft["id"], {"valid_from": "2025-06-01"}, version=2)
        stale = await patched(world, draft["id"], {"title": "Lain"})
        signed = await world.post(f"/agreements/{draft['id']}/sign", {"signed_on": "2025-05-20"})
        late = await patched(world, draft["id"], {"title": "Lain"}, version=4)

        assert changed.status_code == 200, changed.text
        assert {name: changed.json()[name] for name in patch if name in ("title", "scope")} == {
            "title": "Judul baru",
            "scope": "Pelatihan.",
        }
        assert changed.json()["area_codes"] == ["32", "33"]
        assert changed.json()["parties"][0]["ministry"] == "MSME"
        assert (moved.json()["version"], moved.headers["ETag"]) == (3, '"3"')
        assert stale.status_code == 412
        assert (signed.status_code, signed.json()["state"]) == (200, "ACTIVE")
        assert (late.status_code, late.json()["code"]) == (409, "agreement-state-refused")
        assert (late.json()["present"], "CHANGE" in late.json()["allowed"]) == ("ACTIVE", False)
        covered = (await world.get(f"/agreements/{draft['id']}/facilities")).json()["items"]
        assert [each["valid_from"] for each in covered] == ["2025-06-01"]
        people = (await world.get(f"/agreements/{draft['id']}/signatories")).json()["items"]
        assert [each["name"] for each in people] == ["Kanari Rahasia"]
        assert [each["state"] for each in await told("drafted") + await told("changed")] == (
            ["DRAFT"] * 3
        )
        assert [each["facilities"] for each in await told("signed")] == [1]

    @pytest.mark.parametrize(
        ("patch", "code"),
        [
            ({"valid_to": "2025-03-24"}, "agreement-period-invalid"),
            ({"parties": [{"ministry": "MSME"}] * 2}, "agreement-parties-invalid"),
            ({"facility_ids": [str(new_id())]}, "facility-unknown"),
            ({"follows_from_id": str(new_id())}, "agreement-basis-refused"),
            ({"title": None}, "validation-failed"),
            ({"state": "SIGNED"}, "validation-failed"),
        ],
    )
    async def test_refuse_what_is_wrong_and_keep_what_they_are(self, world, patch, code):
        draft = await world.made("/agreements", draft_body())

        refused = await patched(world, draft["id"], patch)

        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert (await world.get(f"/agreements/{draft['id']}")).json() == draft

    async def test_cannot_leave_the_hands_of_their_ministries(self, world):
        draft = await world.made("/agreements", draft_body())
        manager = world.auth(Role.PROGRAM_MANAGER, ministries=["MSME"])
        parties = [{"ministry": "MANPOWER"}, {"ministry": "HOME_AFFAIRS"}]

        response = await patched(world, draft["id"], {"parties": parties}, by=manager)

        assert (response.status_code, response.json()["code"]) == (403, "out-of-scope")

    async def test_take_no_number_that_is_taken(self, world):
        there = await world.agreement()
        draft = await world.made("/agreements", draft_body())

        response = await patched(world, draft["id"], {"number": there["number"]})

        assert (response.status_code, response.json()["code"]) == (409, "agreement-number-taken")


class TestSignAgreement:
    async def test_needs_a_basis_that_is_signed(self, world):
        mou = await world.made("/agreements", draft_body())
        body = draft_body(kind="PKS", follows_from_id=mou["id"])
        draft = await world.made("/agreements", body)

        refused = await world.post(f"/agreements/{draft['id']}/sign", {"signed_on": "2025-03-25"})
        await world.post(f"/agreements/{mou['id']}/sign", {"signed_on": "2025-03-25"})
        signed = await world.post(f"/agreements/{draft['id']}/sign", {"signed_on": "2025-03-25"})

        assert (refused.status_code, refused.json()["code"]) == (422, "agreement-basis-refused")
        assert signed.status_code == 200, signed.text

    async def test_has_one_effect_under_one_key(self, world, told):
        draft = await world.made("/agreements", draft_body())
        body = {"signed_on": "2025-03-25", "signatories": SIGNATORIES}

        first = await world.post(f"/agreements/{draft['id']}/sign", body, key="k-2")
        again = await world.post(f"/agreements/{draft['id']}/sign", body, key="k-2")
        other = await world.post(f"/agreements/{draft['id']}/sign", body)

        assert (first.status_code, again.content) == (200, first.content)
        assert (other.status_code, other.json()["present"]) == (409, "ACTIVE")
        assert len(await told("signed")) == 1
        assert "Kanari" not in str(await told("signed"))


class TestTerminateAgreement:
    async def test_ends_it_on_the_day(self, world, told):
        agreement = await world.agreement(valid_to=day(400))
        body = {"day": day(10), "reason": "Program berakhir."}

        ended = await world.post(f"/agreements/{agreement['id']}/terminate", body)
        later = await world.get(f"/agreements/{agreement['id']}", on=day(10))
        again = await world.post(f"/agreements/{agreement['id']}/terminate", body)

        assert ended.status_code == 200, ended.text
        assert (ended.json()["state"], ended.json()["kept_state"]) == ("ACTIVE", "TERMINATED")
        assert (later.json()["state"], later.json()["ended_on"]) == ("TERMINATED", day(10))
        assert (again.status_code, again.json()["allowed"]) == (409, [])
        (event,) = await told("terminated")
        assert (event["before"], event["after"]) == ("ACTIVE", "TERMINATED")
        assert "reason" not in str(event)

    async def test_refuses_a_day_outside_its_validity(self, world):
        agreement = await world.agreement(valid_to=day(400))
        path = f"/agreements/{agreement['id']}/terminate"

        response = await world.post(path, {"day": day(401), "reason": "Terlambat."})

        assert (response.status_code, response.json()["code"]) == (422, "agreement-end-invalid")

    async def test_is_for_its_ministries_only(self, world):
        agreement = await world.agreement()
        others = world.auth(Role.PROGRAM_MANAGER, ministries=["HOME_AFFAIRS"])
        path, body = f"/agreements/{agreement['id']}/terminate", {"day": day(1), "reason": "X"}

        assert (await world.post(path, body, by=others)).json()["code"] == "out-of-scope"
        assert (await world.post(path, body, by=world.officer("33"))).status_code == 403
        unknown = await world.post(f"/agreements/{new_id()}/terminate", body)
        assert (unknown.status_code, unknown.json()["code"]) == (404, "agreement-not-found")


class TestRenewAgreement:
    async def test_makes_a_successor_that_takes_over(self, world, told):
        facility, ended = await world.facility(), await world.facility()
        agreement = await world.agreement(
            valid_to=day(30), facility_ids=[facility["id"], ended["id"]], trades=["BAKERY"]
        )
        await world.post(
            f"/agreements/{agreement['id']}/facilities/{ended['id']}/end", {"last_day": day(0)}
        )
        body = {"number": "MoU-baru", "signed_on": day(0), "valid_from": day(31)}

        renewed = await world.post(f"/agreements/{agreement['id']}/renew", body)
        before = (await world.get(f"/agreements/{agreement['id']}")).json()
        after = (await world.get(f"/agreements/{agreement['id']}", on=day(31))).json()
        again = await world.post(
            f"/agreements/{agreement['id']}/renew", {**body, "number": "MoU-lain"}
        )

        assert renewed.status_code == 201, renewed.text
        successor = renewed.json()
        assert (successor["renews_id"], successor["trades"]) == (agreement["id"], ["BAKERY"])
        assert (successor["facilities"], successor["valid_to"]) == (1, None)
        assert successor["parties"] == agreement["parties"]
        assert (before["state"], before["renewed_by_id"]) == ("ACTIVE", successor["id"])
        assert (after["state"], after["ended_on"]) == ("RENEWED", day(31))
        assert (again.status_code, again.json()["present"]) == (409, "RENEWED")
        (event,) = await told("renewed")
        assert (event["before"], event["successor_id"]) == ("EXPIRING", successor["id"])

    async def test_lets_it_live_until_the_successor_is_signed(self, world):
        agreement = await world.agreement(valid_to=day(30))
        body = {"number": "MoU-draf", "state": "DRAFT", "valid_from": day(31)}
        draft = (await world.post(f"/agreements/{agreement['id']}/renew", body)).json()
        present = (await world.get(f"/agreements/{agreement['id']}")).json()

        signed = await world.post(f"/agreements/{draft['id']}/sign", {"signed_on": day(0)})

        assert (present["state"], present["renewed_by_id"]) == ("EXPIRING", None)
        assert signed.status_code == 200, signed.text
        after = (await world.get(f"/agreements/{agreement['id']}")).json()
        assert (after["kept_state"], after["renewed_by_id"]) == ("RENEWED", draft["id"])

    async def test_refuses_a_successor_that_begins_no_later(self, world):
        agreement = await world.agreement()
        body = {"number": "N", "signed_on": day(0), "valid_from": agreement["valid_from"]}

        response = await world.post(f"/agreements/{agreement['id']}/renew", body)

        assert (response.status_code, response.json()["code"]) == (422, "agreement-renewal-invalid")


class TestSignatories:
    async def test_are_named_to_its_ministries_only(self, world):
        agreement = await world.agreement(signatories=SIGNATORIES)
        path = f"/agreements/{agreement['id']}/signatories"
        manager = world.auth(Role.PROGRAM_MANAGER, ministries=["MSME"])
        others = world.auth(Role.PROGRAM_MANAGER, ministries=["HOME_AFFAIRS"])

        assert [each["name"] for each in (await world.get(path, by=manager)).json()["items"]] == [
            "Kanari Rahasia"
        ]
        for caller in (others, world.officer("33"), world.officer("33", "MSME")):
            assert (await world.get(path, by=caller)).json()["items"] == []
        assert (await world.get(path, by=world.auth(Role.ANALYST))).status_code == 403
        assert "Kanari" not in str((await world.get("/agreements")).json())


class TestListAgreements:
    async def test_narrows_and_pages(self, world):
        facility = await world.facility()
        mou = await world.agreement(number="1")
        await world.made("/agreements", pks(mou, number="2", facility_ids=[facility["id"]]))
        await world.made("/agreements", pks(mou, number="3"))

        async def numbers(**filters) -> list[str]:
            page = (await world.get("/agreements", **filters)).json()
            return [each["number"] for each in page["items"]]

        assert await numbers() == ["1", "2", "3"]
        assert await numbers(kind="PKS") == ["2", "3"]
        assert await numbers(facility_id=facility["id"]) == ["2"]
        first = (await world.get("/agreements", limit=2)).json()
        rest = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(rest, headers=world.admin)).json()
        assert [each["number"] for each in second["items"]] == ["3"]

    async def test_narrows_by_who_agreed_and_when_it_ends(self, world):
        institution = await world.made(
            "/institutions", {"code": "MES", "name": "MES", "kind": "ASSOCIATION"}
        )
        parties = [{"ministry": "MSME"}, {"institution_id": institution["id"]}]
        await world.agreement(number="1", valid_to="2027-01-01")
        await world.agreement(number="2", parties=parties)

        async def numbers(**filters) -> list[str]:
            page = (await world.get("/agreements", **filters)).json()
            return [each["number"] for each in page["items"]]

        assert await numbers(ministry="MANPOWER") == ["1"]
        assert await numbers(ministry="MSME") == ["1", "2"]
        assert await numbers(institution_id=institution["id"]) == ["2"]
        assert await numbers(expires_before="2027-01-02") == ["1"]
        assert await numbers(expires_before="2027-01-01") == []

    async def test_finds_each_by_the_state_that_it_shows(self, world):
        await world.agreement(number="open")
        await world.agreement(number="ahead", valid_from=day(50), valid_to=day(200))
        await world.agreement(number="gone", valid_to=day(-1))
        ends = await world.agreement(number="ends", valid_to=day(60))
        stops = await world.agreement(number="stops", valid_to=day(60))
        await world.made("/agreements", draft_body(number="draft"))
        await world.post(
            f"/agreements/{ends['id']}/renew",
            {"number": "next", "signed_on": day(0), "valid_from": day(55)},
        )
        await world.post(f"/agreements/{stops['id']}/terminate", {"day": day(52), "reason": "X"})

        for on in (day(-400), day(0), day(51), day(53), day(61), day(111), day(201)):
            every = (await world.get("/agreements", on=on)).json()["items"]
            assert len(every) == 7
            for state in {each["state"] for each in every} | {"ACTIVE", "EXPIRING", "EXPIRED"}:
                found = (await world.get("/agreements", on=on, state=state)).json()["items"]
                assert found == [each for each in every if each["state"] == state], (on, state)


class TestGetAgreement:
    async def test_answers_404_for_an_unknown_id(self, world):
        response = await world.get(f"/agreements/{new_id()}")

        assert (response.status_code, response.json()["code"]) == (404, "agreement-not-found")
