import asyncio
from uuid import UUID

import pytest
from sqlalchemy import select

from services.registry.base import Event
from services.registry.facilities.tables import Facility
from services.registry.proposals.operations import supersede_open
from shared.clock import utc_now
from shared.ids import new_id
from shared.scope import Role


class Desk:
    """One facility in Central Java, its centre, which proposes, and offices, which decide."""

    def __init__(self, world, facility: dict) -> None:
        self.world = world
        self.facility = facility
        self.centre = world.auth(
            Role.FACILITY_OPERATOR, subject="centre", facilities=[facility["id"]]
        )
        self.office = self.officer("office", "33")
        self.abroad = self.officer("abroad", "32")

    def officer(self, subject: str, area: str) -> dict[str, str]:
        return self.world.auth(Role.REGIONAL_OFFICER, subject=subject, areas=[area])

    def body(self, change: dict, **facts) -> dict:
        return {
            "target": "FACILITY",
            "target_id": self.facility["id"],
            "change": change,
            "reason": "Papan nama berbeda.",
            **facts,
        }

    async def propose(self, change: dict, *, by=None, **facts):
        return await self.world.post("/proposals", self.body(change, **facts), by=by or self.centre)

    async def proposed(self, change: dict, *, by=None, **facts) -> str:
        response = await self.propose(change, by=by, **facts)
        assert response.status_code == 201, response.text
        return f"/proposals/{response.json()['id']}"

    async def decide(self, path: str, verb: str, body=None, *, by=None, key=None):
        return await self.world.post(f"{path}/{verb}", body, by=by or self.office, key=key)

    async def now(self) -> dict:
        return (await self.world.get(f"/facilities/{self.facility['id']}")).json()

    async def correct(self, change: dict) -> None:
        present = await self.now()
        response = await self.world.patch(
            f"/facilities/{present['id']}",
            change,
            headers={"If-Match": f'"{present["version"]}"'},
        )
        assert response.status_code == 200, response.text


@pytest.fixture
async def desk(world) -> Desk:
    return Desk(world, await world.facility(name="Balai Melati", area_code="33.73"))


class TestMakeProposal:
    async def test_keeps_what_would_change_and_changes_nothing(self, desk):
        response = await desk.propose({"name": "Balai Anggrek", "address": None})

        proposal = response.json()
        assert response.headers["Location"].endswith(f"/v1/proposals/{proposal['id']}")
        assert (proposal["state"], proposal["base_version"]) == ("OPEN", 1)
        assert proposal["diff"] == [
            {"member": "name", "before": "Balai Melati", "after": "Balai Anggrek"}
        ]
        assert (await desk.now()) == desk.facility

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"name": ""}, "/change/name"),
            ({"name": None}, "/change"),
            ({"status": "CLOSED"}, "/change/status"),
            ({"latitude": "utara"}, "/change/latitude"),
            ({}, "/change"),
        ],
    )
    async def test_refuses_at_once_what_its_target_would_refuse(self, desk, change, pointer):
        response = await desk.propose(change)

        problem = response.json()
        assert (response.status_code, problem["code"]) == (422, "validation-failed")
        assert problem["errors"][0]["pointer"] == pointer

    async def test_refuses_what_changes_nothing_or_is_about_nothing(self, desk):
        same = await desk.propose({"name": "Balai Melati"})
        nothing = await desk.propose({"name": "X"}, target_id=str(new_id()))

        assert (same.status_code, same.json()["code"]) == (422, "proposal-empty")
        assert (nothing.status_code, nothing.json()["code"]) == (404, "facility-not-found")

    async def test_puts_a_newer_one_in_the_place_of_the_same_makers_older(self, desk):
        older = await desk.proposed({"name": "Balai Anggrek"})
        anothers = await desk.proposed({"name": "Balai Mawar"}, by=desk.abroad)
        newer = await desk.proposed({"name": "Balai Kenanga"})

        first = (await desk.world.get(older)).json()
        assert first["state"] == "SUPERSEDED"
        assert f"/proposals/{first['superseded_by_id']}" == newer
        assert (await desk.world.get(anothers)).json()["state"] == "OPEN"

    async def test_leaves_one_open_of_many_that_one_office_makes_at_once(self, desk):
        answers = await asyncio.gather(
            *(desk.propose({"name": f"Balai {number}"}) for number in range(4))
        )

        codes = {each.status_code for each in answers}
        page = (await desk.world.get("/proposals", state="OPEN")).json()
        assert codes <= {201, 409}
        assert len(page["items"]) == 1

    async def test_answers_a_repeated_request_with_the_same_bytes(self, desk):
        body = desk.body({"name": "Balai Anggrek"})
        first = await desk.world.post("/proposals", body, by=desk.centre, key="k-1")

        again = await desk.world.post("/proposals", body, by=desk.centre, key="k-1")

        assert (again.status_code, again.content) == (201, first.content)

    async def test_is_not_for_those_who_only_read(self, desk):
        auditor = desk.world.auth(Role.AUDITOR)

        assert (await desk.propose({"name": "X"}, by=auditor)).status_code == 403


class TestReadProposals:
    async def test_shows_those_of_the_scope_and_ones_own(self, desk):
        path = await desk.proposed({"name": "Balai Anggrek"}, by=desk.abroad)
        seen = {}
        for name, caller in {
            "office": desk.office,
            "its maker": desk.abroad,
            "centre": desk.centre,
            "another office": desk.officer("else", "32"),
        }.items():
            one = await desk.world.get(path, by=caller)
            many = (await desk.world.get("/proposals", by=caller)).json()["items"]
            mine = (await desk.world.get("/proposals", by=caller, mine=True)).json()["items"]
            seen[name] = (one.status_code, len(many), len(mine))

        assert seen == {
            "office": (200, 1, 0),
            "its maker": (200, 1, 1),
            "centre": (200, 1, 0),
            "another office": (404, 0, 0),
        }

    async def test_follows_an_institution_that_moves(self, desk, world):
        institution = await world.made(
            "/institutions", {"code": "YPS", "name": "Satu", "kind": "BANK", "area_code": "33.73"}
        )
        about = {"target": "INSTITUTION", "target_id": institution["id"]}
        path = await desk.proposed({"name": "Dua"}, by=desk.abroad, **about)
        moved = await world.patch(
            f"/institutions/{institution['id']}",
            {"area_code": "91.71"},
            headers={"If-Match": '"1"'},
        )
        papua = desk.officer("papua", "91")

        before = await desk.decide(path, "approve")
        after = await desk.decide(path, "approve", by=papua)

        assert moved.status_code == 200, moved.text
        assert (before.status_code, after.status_code) == (404, 200)
        assert len((await world.get("/proposals", by=papua)).json()["items"]) == 1
        assert (await world.get("/proposals", by=desk.office)).json()["items"] == []
        files = [await world.get("/exports/proposals", by=by) for by in (papua, desk.office)]
        assert [path.removeprefix("/proposals/") in file.text for file in files] == [True, False]

    async def test_compares_with_the_target_as_it_is_now(self, desk):
        path = await desk.proposed({"name": "Balai Anggrek"})
        fresh = (await desk.world.get(path)).json()
        await desk.correct({"name": "Balai Mawar"})

        late = (await desk.world.get(path)).json()

        assert (fresh["outdated"], late["outdated"]) == (False, True)
        assert fresh["present"] == fresh["diff"] == late["diff"]
        assert late["present"] == [
            {"member": "name", "before": "Balai Mawar", "after": "Balai Anggrek"}
        ]

    async def test_pages_and_narrows(self, desk):
        paths = [
            await desk.proposed({"name": f"Balai {number}"}, by=desk.officer(f"o-{number}", "33"))
            for number in range(3)
        ]
        await desk.decide(paths[0], "refuse", {"reason": "Sudah benar."})

        first = (await desk.world.get("/proposals", limit=2)).json()
        rest = first["next"].removeprefix("http://balai.test/registry")
        second = (await desk.world.registry.get(rest, headers=desk.world.admin)).json()
        still = (
            await desk.world.get(
                "/proposals", state="OPEN", target="FACILITY", target_id=desk.facility["id"]
            )
        ).json()

        found = [f"/proposals/{each['id']}" for each in first["items"] + second["items"]]
        assert found == paths
        assert [f"/proposals/{each['id']}" for each in still["items"]] == paths[1:]


class TestApproveProposal:
    async def test_changes_the_target_in_the_same_moment(self, desk, in_transaction):
        path = await desk.proposed({"name": "Balai Anggrek", "trades": ["BAKERY"]})

        first = await desk.decide(path, "approve", key="k-1")
        again = await desk.decide(path, "approve", key="k-1")
        twice = await desk.decide(path, "approve")

        present = await desk.now()
        assert (present["name"], present["trades"]) == ("Balai Anggrek", ["BAKERY"])
        assert first.json()["state"] == "APPROVED"
        assert again.content == first.content
        assert (twice.status_code, twice.json()["code"]) == (409, "proposal-closed")
        async with in_transaction() as session:
            events = (
                await session.scalars(
                    select(Event)
                    .where(Event.topic.in_(["registry.facility.changed", *TOPICS]))
                    .order_by(Event.xid, Event.id)
                )
            ).all()
        assert [event.topic for event in events] == [
            "registry.proposal.made",
            "registry.facility.changed",
            "registry.proposal.approved",
        ]
        assert "Anggrek" not in str(events[0].payload)

    async def test_needs_another_than_its_maker(self, desk):
        path = await desk.proposed({"name": "Balai Anggrek"}, by=desk.office)

        own = await desk.decide(path, "approve")
        refusal = await desk.decide(path, "refuse", {"reason": "Salah."})
        other = await desk.decide(path, "approve", by=desk.officer("second", "33"))

        assert (own.status_code, own.json()["code"]) == (403, "proposal-own")
        assert refusal.json()["code"] == "proposal-own"
        assert other.status_code == 200

    async def test_is_refused_to_whom_the_target_is_none_of_his(self, desk):
        path = await desk.proposed({"name": "Balai Anggrek"})

        foreign = await desk.decide(path, "approve", by=desk.abroad)
        centre = await desk.decide(path, "approve", by=desk.centre)
        unknown = await desk.decide(f"/proposals/{new_id()}", "approve")

        assert (foreign.status_code, foreign.json()["code"]) == (404, "proposal-not-found")
        assert centre.status_code == 403
        assert unknown.status_code == 404

    async def test_does_not_overwrite_what_has_changed_since(self, desk):
        path = await desk.proposed({"name": "Balai Anggrek"})
        await desk.correct({"name": "Balai Mawar"})

        late = await desk.decide(path, "approve")

        assert (late.status_code, late.json()["code"]) == (409, "proposal-outdated")
        assert late.json()["present"] == [
            {"member": "name", "before": "Balai Mawar", "after": "Balai Anggrek"}
        ]
        assert (await desk.now())["name"] == "Balai Mawar"
        assert (await desk.world.get(path)).json()["state"] == "OPEN"

    async def test_minds_only_the_members_that_it_is_about(self, desk):
        path = await desk.proposed({"name": "Balai Anggrek"})
        await desk.correct({"trades": ["WELDING"]})

        assert (await desk.decide(path, "approve")).status_code == 200
        present = await desk.now()
        assert (present["name"], present["trades"]) == ("Balai Anggrek", ["WELDING"])

    async def test_keeps_it_open_when_the_targets_own_rules_refuse(self, desk):
        path = await desk.proposed({"form": "BPVP"})

        response = await desk.decide(path, "approve")

        assert (response.status_code, response.json()["code"]) == (422, "facility-form-refused")
        assert (await desk.world.get(path)).json()["state"] == "OPEN"

    async def test_happens_once_when_two_approve_at_once(self, desk, in_transaction):
        path = await desk.proposed({"name": "Balai Anggrek"})

        answers = await asyncio.gather(
            *(desk.decide(path, "approve", by=desk.officer(f"o-{each}", "33")) for each in "abc")
        )

        assert sorted(each.status_code for each in answers) == [200, 409, 409]
        async with in_transaction() as session:
            assert (await session.scalars(select(Facility.version))).one() == 2

    async def test_changes_an_institution_as_well(self, world):
        institution = await world.made(
            "/institutions",
            {"code": "YPS", "name": "Yayasan Satu", "kind": "FOUNDATION", "area_code": "33.73"},
        )
        desk = Desk(world, await world.facility())
        change = {"name": "Yayasan Dua"}
        path = await desk.proposed(change, target="INSTITUTION", target_id=institution["id"])

        response = await desk.decide(path, "approve")

        assert response.json()["state"] == "APPROVED", response.text
        present = (await world.get(f"/institutions/{institution['id']}")).json()
        assert (present["name"], present["version"]) == ("Yayasan Dua", 2)

    async def test_changes_a_space_as_well(self, desk):
        space = await desk.world.space(desk.facility["id"], name="Bengkel", capacity=16)
        about = {"target": "SPACE", "target_id": space["id"], "by": desk.abroad}
        path = await desk.proposed({"capacity": 20}, **about)
        nothing = await desk.propose({"capacity": 16}, **about)
        nonsense = await desk.propose({"capacity": 0}, **about)
        foreign = await desk.decide(path, "approve", by=desk.officer("else", "32"))

        response = await desk.decide(path, "approve")

        assert response.json()["state"] == "APPROVED", response.text
        assert nothing.json()["code"] == "proposal-empty"
        assert nonsense.json()["errors"][0]["pointer"] == "/change/capacity"
        assert foreign.status_code == 404
        present = (await desk.world.get(f"/spaces/{space['id']}")).json()
        assert (present["capacity"], present["version"]) == (20, 2)

    async def test_minds_who_is_coming_to_a_space(self, desk, world):
        one = await world.space(desk.facility["id"], name="Bengkel")
        await world.space(desk.facility["id"], name="Dapur")
        path = await desk.proposed({"name": "Dapur"}, target="SPACE", target_id=one["id"])

        response = await desk.decide(path, "approve")

        assert (response.status_code, response.json()["code"]) == (409, "space-name-taken")
        assert (await world.get(path)).json()["state"] == "OPEN"

    async def test_changes_a_draft_of_an_agreement_among_its_ministries(self, desk, world):
        draft = await world.agreement(state="DRAFT", signed_on=None, title="Rancangan")
        about = {"target": "AGREEMENT", "target_id": draft["id"]}
        maker, other, stranger = (
            world.auth(Role.PROGRAM_MANAGER, subject=each, ministries=[each])
            for each in ("MANPOWER", "MSME", "COOPERATIVES")
        )
        change = {"title": "Nota kesepahaman", "valid_to": "2028-03-24", "trades": ["BAKERY"]}
        path = await desk.proposed(change, by=maker, **about)
        hidden = await desk.propose({"title": "X"}, by=desk.office, **about)
        seen = (await world.get(path, by=other)).json()

        response = await desk.decide(path, "approve", by=other)

        assert response.json()["state"] == "APPROVED", response.text
        assert [each["member"] for each in seen["present"]] == ["title", "trades", "valid_to"]
        assert (await world.get(path, by=stranger)).status_code == 404
        assert (hidden.status_code, hidden.json()["code"]) == (404, "agreement-not-found")
        present = (await world.get(f"/agreements/{draft['id']}")).json()
        assert {name: present[name] for name in change} == change
        assert present["version"] == 2

    async def test_keeps_whom_an_agreement_binds_and_its_dates_sound(self, desk, world):
        draft = await world.agreement(state="DRAFT", signed_on=None)
        about = {"target": "AGREEMENT", "target_id": draft["id"], "by": world.admin}
        parties = await desk.propose({"parties": draft["parties"]}, **about)
        path = await desk.proposed({"valid_to": "2025-03-24"}, **about)
        manager = world.auth(Role.PROGRAM_MANAGER, ministries=["MSME"])

        response = await desk.decide(path, "approve", by=manager)

        assert parties.json()["errors"][0]["pointer"] == "/change/parties"
        assert (response.status_code, response.json()["code"]) == (422, "agreement-period-invalid")

    async def test_is_not_for_what_does_not_change_any_more(self, desk, world):
        agreement = await world.agreement()
        space = await world.space(desk.facility["id"])
        closed = await world.facility()
        await world.post(f"/spaces/{space['id']}/close")
        await world.post(f"/facilities/{closed['id']}/close")

        codes = []
        for target, target_id, change in (
            ("AGREEMENT", agreement["id"], {"title": "X"}),
            ("SPACE", space["id"], {"name": "X"}),
            ("FACILITY", closed["id"], {"name": "X"}),
        ):
            answer = await desk.propose(change, by=world.admin, target=target, target_id=target_id)
            codes.append((answer.status_code, answer.json()["code"]))

        assert codes == [
            (409, "agreement-state-refused"), (409, "space-closed"), (409, "facility-closed"),
        ]  # fmt: skip


class TestSupersedeOpen:
    async def test_ends_what_is_proposed_for_a_facility_and_what_is_in_it(
        self, desk, in_transaction
    ):
        space = await desk.world.space(desk.facility["id"])
        other = await desk.world.space((await desk.world.facility())["id"])
        paths = [
            await desk.proposed({"name": "Balai Anggrek"}),
            await desk.proposed({"name": "Dapur"}, target="SPACE", target_id=space["id"]),
            await desk.proposed({"name": "Dapur"}, target="SPACE", target_id=other["id"]),
        ]

        async with in_transaction() as session:
            found = await supersede_open(
                session, UUID(desk.facility["id"]), by="test|merger", now=utc_now()
            )

        states = [(await desk.world.get(path)).json()["state"] for path in paths]
        assert (found, states) == (2, ["SUPERSEDED", "SUPERSEDED", "OPEN"])


class TestRefuseProposal:
    async def test_says_why(self, desk):
        path = await desk.proposed({"name": "Balai Anggrek"})

        silent = await desk.decide(path, "refuse", {})
        refused = await desk.decide(path, "refuse", {"reason": "Sudah sesuai papan."})
        late = await desk.decide(path, "approve")

        assert silent.status_code == 422
        assert refused.json()["state"] == "REFUSED"
        assert refused.json()["decision_reason"] == "Sudah sesuai papan."
        assert (late.status_code, late.json()["code"]) == (409, "proposal-closed")

    async def test_is_hidden_from_another_province(self, desk):
        path = await desk.proposed({"name": "Balai Anggrek"})

        response = await desk.decide(path, "refuse", {"reason": "Tidak."}, by=desk.abroad)

        assert (response.status_code, response.json()["code"]) == (404, "proposal-not-found")


class TestWithdrawProposal:
    async def test_is_for_its_maker_alone(self, desk):
        path = await desk.proposed({"name": "Balai Anggrek"})

        another = await desk.decide(path, "withdraw")
        maker = await desk.decide(path, "withdraw", by=desk.centre)
        twice = await desk.decide(path, "withdraw", by=desk.centre)

        assert (another.status_code, another.json()["code"]) == (403, "proposal-of-another")
        assert maker.json()["state"] == "WITHDRAWN"
        assert (twice.status_code, twice.json()["code"]) == (409, "proposal-closed")


TOPICS = ["registry.proposal.made", "registry.proposal.approved"]
