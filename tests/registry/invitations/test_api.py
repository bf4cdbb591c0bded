import asyncio

import pytest
from sqlalchemy import select, text, update

from services.registry.base import Event, Idempotency
from services.registry.invitations.rules import TRIES, code_of, read_code
from services.registry.invitations.tables import Invitation
from shared.ids import new_id
from shared.scope import Role
from tests.registry.invitations.conftest import in_days


def assert_refused(response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code)


async def topics(in_transaction, invitation_id: str) -> list[str]:
    async with in_transaction() as session:
        statement = (
            select(Event.topic)
            .where(Event.stream_id == invitation_id)
            .order_by(Event.xid, Event.id)
        )
        return [
            topic.removeprefix("registry.invitation.") for topic in await session.scalars(statement)
        ]


class TestIssueInvitation:
    async def test_shows_the_code_in_this_answer_alone(self, door, in_transaction):
        facility = await door.facility(name="BLKK Melati", kind="BLKK")

        made = await door.invited(facility["id"], by=door.officer("33"))

        code = read_code(made["code"])
        assert (made["state"], made["role"]) == ("ISSUED", "FACILITY_OPERATOR")
        assert made["label"] == "BLKK Melati"
        shown = await door.get(f"/invitations/{made['id']}")
        assert shown.json() == {name: value for name, value in made.items() if name != "code"}
        async with in_transaction() as session:
            tables = ("invitation", "event", "idempotency")
            for table in tables:
                kept = await session.execute(
                    text(f"SELECT CAST(t AS text) FROM registry.{table} t")
                )
                everything = " ".join(row[0] for row in kept)
                assert code not in everything
                assert made["code"] not in everything
            answer = await session.scalar(
                select(Idempotency.body).where(Idempotency.status == 201).limit(1)
            )
        assert answer is not None

    async def test_answers_a_repeated_request_with_the_same_bytes(self, door):
        facility = await door.facility()
        body = {"facility_id": facility["id"], "expires_at": in_days(3)}
        first = await door.post("/invitations", body, key="k-1")

        again = await door.post("/invitations", body, key="k-1")

        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.headers["Location"] == first.headers["Location"]

    @pytest.mark.parametrize(
        ("facts", "status", "code"),
        [
            ({"role": "REGIONAL_OFFICER"}, 422, "invited-role-refused"),
            ({"expires_at": in_days(-1)}, 422, "invitation-expiry-invalid"),
            ({"expires_at": in_days(100)}, 422, "invitation-expiry-invalid"),
            ({"facility_id": str(new_id())}, 404, "facility-not-found"),
            ({"expires_at": "2026-12-01T00:00:00"}, 422, "validation-failed"),
        ],
    )
    async def test_refuses_what_is_not_sound(self, door, facts, status, code):
        facility = await door.facility()

        assert_refused(await door.invite(**{"facility_id": facility["id"], **facts}), status, code)

    async def test_refuses_a_closed_facility(self, door):
        facility = await door.facility()
        await door.post(f"/facilities/{facility['id']}/close")

        assert_refused(await door.invite(facility["id"]), 409, "facility-closed")

    async def test_is_for_the_office_of_the_place(self, door, auth):
        facility = await door.facility(area_code="33.73", owner_ministry="MANPOWER")
        operator = auth(Role.FACILITY_OPERATOR, facilities=[facility["id"]])

        assert_refused(
            await door.invite(facility["id"], by=door.officer("32")), 403, "out-of-scope"
        )
        assert_refused(
            await door.invite(facility["id"], by=door.officer("33", "MSME")), 403, "out-of-scope"
        )
        assert_refused(await door.invite(facility["id"], by=operator), 403, "forbidden")


class TestIssueInvitations:
    async def test_makes_a_list_for_all_that_have_no_head(self, door):
        blkk = [
            await door.facility(kind="BLKK", area_code="33.73", name=f"BLKK {n}") for n in range(4)
        ]
        await door.facility(kind="BLKK", area_code="32.73")
        await door.facility(kind="UPTD", area_code="33.73")
        await door.head(blkk[0]["id"])
        body = {"area": "33", "expires_at": in_days(30), "limit": 2}

        first = await door.post("/invitations/bulk", body, by=door.officer("33"), key="k-1")
        again = await door.post("/invitations/bulk", body, by=door.officer("33"), key="k-1")
        rest = await door.post("/invitations/bulk", body, by=door.officer("33"))
        none = await door.post("/invitations/bulk", body, by=door.officer("33"))

        assert first.status_code == 201
        assert again.content == first.content
        listed = first.json()["items"] + rest.json()["items"]
        assert [each["facility_name"] for each in listed] == ["BLKK 1", "BLKK 2", "BLKK 3"]
        assert len({read_code(each["code"]) for each in listed}) == 3
        assert [page.json()["remaining"] for page in (first, rest, none)] == [1, 0, 0]
        assert (await door.claim(listed[0]["code"])).status_code == 201

    async def test_gives_two_offices_at_once_different_ones(self, door):
        for _ in range(4):
            await door.facility(kind="BLKK", area_code="33.73")
        body = {"area": "33.73", "expires_at": in_days(30), "limit": 3}

        both = await asyncio.gather(
            *(door.post("/invitations/bulk", body, by=door.officer("33")) for _ in range(2))
        )

        invited = [each["facility_id"] for one in both for each in one.json()["items"]]
        assert [one.status_code for one in both] == [201, 201]
        assert len(invited) == len(set(invited))
        assert 3 <= len(invited) <= 4

    async def test_invites_nobody_of_another_region_and_refuses_unknown_areas(self, door):
        await door.facility(kind="BLKK", area_code="33.73")
        body = {"area": "33.73", "expires_at": in_days(30)}

        elsewhere = await door.post("/invitations/bulk", body, by=door.officer("32"))
        unknown = await door.post("/invitations/bulk", {**body, "area": "99"})

        assert elsewhere.json() == {"items": [], "remaining": 0}
        assert_refused(unknown, 422, "unknown-area")


class TestListInvitations:
    async def test_shows_those_of_the_place_page_by_page(self, door, in_transaction):
        here, there = (
            await door.facility(area_code="33.73"),
            await door.facility(area_code="32.73"),
        )
        made = [await door.invited(each["id"]) for each in (here, here, there)]
        late = await door.invited(here["id"])
        async with in_transaction() as session:
            statement = update(Invitation).where(Invitation.id == late["id"])
            await session.execute(statement.values(expires_at=text("now()")))

        async def ids(**parameters) -> list[str]:
            found = await door.get("/invitations", **parameters)
            assert all("code" not in each for each in found.json()["items"])
            return [each["id"] for each in found.json()["items"]]

        assert await ids(by=door.officer("33")) == [made[0]["id"], made[1]["id"], late["id"]]
        assert await ids(by=door.officer("91")) == []
        assert await ids(facility_id=there["id"]) == [made[2]["id"]]
        assert await ids(state="EXPIRED") == [late["id"]]
        assert await ids(state="ISSUED", by=door.officer("33")) == [made[0]["id"], made[1]["id"]]
        first = (await door.get("/invitations", limit=3)).json()
        rest = (await door.registry.get(first["next"], headers=door.admin)).json()
        assert [each["id"] for each in rest["items"]] == [late["id"]]
        assert_refused(
            await door.get(f"/invitations/{made[2]['id']}", by=door.officer("33")),
            404,
            "invitation-not-found",
        )


class TestApproveInvitation:
    async def test_lets_the_head_of_a_centre_in(self, door, in_transaction):
        facility = await door.facility(area_code="33.73", kind="BLKK")
        invitation = await door.invited(facility["id"])
        claimed = await door.claim(invitation["code"])
        assert claimed.status_code == 201
        assert not await door.may_act("ibu-sari")

        approved = await door.decide(
            invitation, "approve", {"valid_to": "2040-12-31"}, by=door.officer("33")
        )

        assert (approved.status_code, approved.json()["state"]) == (200, "APPROVED")
        assert approved.json()["claimed_subject"] == "ibu-sari"
        await door.acts("ibu-sari")
        space = await door.post(
            f"/facilities/{facility['id']}/spaces",
            {"name": "Ruang 1", "capacity": 20},
            by=door.login("ibu-sari"),
        )
        assert space.status_code == 201
        assignment = await door.get(f"/assignments/{approved.json()['assignment_id']}")
        assert assignment.json()["facilities"] == [facility["id"]]
        assert assignment.json()["valid_to"] == "2040-12-31"
        assert await topics(in_transaction, invitation["id"]) == ["issued", "claimed", "approved"]

    async def test_needs_a_claim_an_office_and_an_open_facility(self, door):
        facility = await door.facility(area_code="33.73")
        unclaimed, claimed = [await door.invited(facility["id"]) for _ in range(2)]
        await door.claim(claimed["code"])

        refused = await door.decide(unclaimed, "approve", {})
        assert_refused(refused, 409, "invitation-state-refused")
        assert refused.json()["present"] == "ISSUED"
        assert "APPROVED" not in refused.json()["allowed"]
        assert_refused(
            await door.decide(claimed, "approve", {}, by=door.officer("32")),
            404,
            "invitation-not-found",
        )
        await door.post(f"/facilities/{facility['id']}/close")
        assert_refused(await door.decide(claimed, "approve", {}), 409, "facility-closed")

    async def test_nobody_approves_himself(self, door):
        facility = await door.facility(area_code="33.73")
        invitation = await door.invited(facility["id"])
        await door.made(
            "/assignments",
            {
                "issuer": "balai:people",
                "subject": "pak-dinas",
                "label": "Dinas",
                "role": "REGIONAL_OFFICER",
                "areas": ["33"],
            },
        )
        await door.acts("pak-dinas")
        assert (await door.claim(invitation["code"], "pak-dinas")).status_code == 201

        refused = await door.decide(invitation, "approve", {}, by=door.login("pak-dinas"))

        assert_refused(refused, 403, "own-assignment")


class TestEndInvitation:
    async def test_a_revoked_code_is_worth_nothing(self, door, in_transaction):
        facility = await door.facility()
        invitation = await door.invited(facility["id"])

        revoked = await door.decide(invitation, "revoke", {"reason": "Surat hilang"})

        assert (revoked.json()["state"], revoked.json()["reason"]) == ("REVOKED", "Surat hilang")
        assert_refused(await door.claim(invitation["code"]), 404, "invitation-not-found")
        assert await topics(in_transaction, invitation["id"]) == ["issued", "revoked"]

    async def test_a_refused_claim_lets_nobody_in(self, door):
        facility = await door.facility(area_code="33.73")
        invitation = await door.invited(facility["id"])
        await door.claim(invitation["code"])

        elsewhere = await door.decide(invitation, "refuse", {"reason": "x"}, by=door.officer("32"))
        refused = await door.decide(
            invitation, "refuse", {"reason": "Bukan pengurus"}, by=door.officer("33")
        )

        assert elsewhere.status_code == 404
        assert refused.json()["state"] == "REFUSED"
        assert_refused(
            await door.decide(invitation, "approve", {}), 409, "invitation-state-refused"
        )
        assert_refused(await door.claim(invitation["code"], "budi"), 409, "invitation-used")


async def hand_over(door, facility_id: str, *, by=None, **facts):
    body = {"expires_at": in_days(30), **facts}
    return await door.post(f"/facilities/{facility_id}/handover", body, by=by)


class TestHandOverFacility:
    @pytest.mark.parametrize("by_head", [True, False])
    async def test_the_next_head_comes_when_the_present_one_goes(self, door, by_head):
        facility = await door.facility(area_code="33.73")
        former = await door.head(facility["id"])
        await door.acts("ibu-sari")
        by = door.login("ibu-sari") if by_head else door.officer("33")

        invitation = await hand_over(door, facility["id"], by=by)

        assert invitation.status_code == 201, invitation.text
        assert invitation.json()["hands_over_id"] == former["id"]
        await door.claim(invitation.json()["code"], "pak-budi")
        assert await door.may_act("ibu-sari")
        approved = await door.decide(invitation.json(), "approve", {}, by=door.officer("33"))
        assert approved.status_code == 200
        await door.acts("pak-budi")
        await door.acts("ibu-sari", wanted=False)
        ended = (await door.get(f"/assignments/{former['id']}")).json()
        assert (ended["revoke_reason"], ended["revoked_by"]) == (
            "handover",
            "balai:cli|test-regional_officer",
        )

    async def test_comes_to_one_person_only(self, door):
        facility = await door.facility(area_code="33.73")
        await door.head(facility["id"])
        invitations = [
            (await hand_over(door, facility["id"], by=door.officer("33"))).json() for _ in range(2)
        ]
        for invitation, subject in zip(invitations, ("pak-budi", "bu-ani"), strict=True):
            await door.claim(invitation["code"], subject)

        decided = [
            await door.decide(invitation, "approve", {}, by=door.officer("33"))
            for invitation in invitations
        ]

        assert decided[0].status_code == 200
        assert_refused(decided[1], 409, "handover-done")

    async def test_is_for_the_head_and_the_office_of_the_place(self, door, auth):
        facility = await door.facility(area_code="33.73")
        await door.head(facility["id"])
        other = await door.facility(area_code="33.73")
        await door.head(other["id"], "pak-budi")
        await door.acts("pak-budi")

        assert_refused(
            await hand_over(door, facility["id"], by=door.login("pak-budi")),
            403,
            "handover-refused",
        )
        assert_refused(
            await hand_over(door, facility["id"], by=door.officer("32")), 403, "out-of-scope"
        )
        assert_refused(
            await hand_over(door, facility["id"], by=auth(Role.AUDITOR)), 403, "handover-refused"
        )

    async def test_needs_to_know_who_goes(self, door):
        facility = await door.facility()

        assert_refused(await hand_over(door, facility["id"]), 409, "handover-unclear")
        first = await door.head(facility["id"])
        await door.head(facility["id"], "pak-budi")
        assert_refused(await hand_over(door, facility["id"]), 409, "handover-unclear")
        named = await hand_over(door, facility["id"], assignment_id=first["id"])
        assert (named.status_code, named.json()["hands_over_id"]) == (201, first["id"])
        assert_refused(
            await hand_over(door, facility["id"], assignment_id=str(new_id())),
            409,
            "handover-unclear",
        )


class TestClaims:
    async def test_one_code_claimed_by_many_at_once_is_one_persons(self, door, in_transaction):
        facility = await door.facility()
        invitation = await door.invited(facility["id"])

        answers = await asyncio.gather(
            *(door.claim(invitation["code"], f"orang-{n}") for n in range(6))
        )

        codes = sorted(each.status_code for each in answers)
        assert codes == [201, 409, 409, 409, 409, 409]
        assert {each.json()["code"] for each in answers if each.status_code == 409} == {
            "invitation-used"
        }
        winner = next(n for n, each in enumerate(answers) if each.status_code == 201)
        kept = (await door.get(f"/invitations/{invitation['id']}")).json()
        assert kept["claimed_subject"] == f"orang-{winner}"
        assert await topics(in_transaction, invitation["id"]) == ["issued", "claimed"]

    async def test_a_wrong_an_expired_and_no_code_look_the_same(self, door, in_transaction):
        facility = await door.facility()
        late = await door.invited(facility["id"])
        async with in_transaction() as session:
            statement = update(Invitation).where(Invitation.id == late["id"])
            await session.execute(statement.values(expires_at=text("now()")))

        wrong = await door.claim(code_of(b"another key", new_id()))
        expired = await door.claim(late["code"])

        assert_refused(wrong, 404, "invitation-not-found")
        assert_refused(expired, 404, "invitation-not-found")
        assert wrong.json()["detail"] == expired.json()["detail"]

    async def test_a_repeated_claim_gets_the_same_answer(self, door):
        invitation = await door.invited((await door.facility())["id"])
        first = await door.claim(invitation["code"], key="k-1")

        again = await door.claim(invitation["code"], key="k-1")

        assert (first.status_code, again.content) == (201, first.content)
        assert_refused(await door.claim(invitation["code"]), 409, "invitation-used")

    async def test_a_mistyped_code_costs_no_try(self, door):
        invitation = await door.invited((await door.facility())["id"])
        mistyped = invitation["code"][:-1] + ("2" if invitation["code"][-1] != "2" else "3")

        for _ in range(TRIES + 1):
            assert_refused(await door.claim(mistyped), 422, "invitation-code-mistyped")

        assert (await door.claim(invitation["code"])).status_code == 201

    async def test_nobody_tries_codes_for_long(self, door):
        invitation = await door.invited((await door.facility())["id"])

        tried = await asyncio.gather(
            *(door.claim(code_of(b"another key", new_id())) for _ in range(TRIES + 2))
        )
        late = await door.claim(invitation["code"])

        codes = sorted(each.status_code for each in tried)
        assert codes == [404] * TRIES + [429] * 2
        assert_refused(late, 429, "too-many-claims")
        assert 0 < int(late.headers["Retry-After"]) <= 3600
        assert (await door.claim(invitation["code"], "pak-budi")).status_code == 201

    async def test_is_not_for_logins_that_bring_their_role(self, door):
        invitation = await door.invited((await door.facility())["id"])
        body = {"code": invitation["code"]}

        assert_refused(
            await door.post("/me/invitations", body, by=door.admin), 403, "claim-refused"
        )
        nobody = await door.registry.post(
            "/v1/me/invitations", json=body, headers={"Idempotency-Key": "k"}
        )
        assert_refused(nobody, 401, "unauthorized")
