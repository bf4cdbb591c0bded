"""A lottery from the commitment to the offers, over HTTP."""

import hashlib
from datetime import datetime, timedelta

from shared.scope import Role
from tests.support.seats import Applicant


class TestLottery:
    async def test_thirty_people_two_facilities_one_draw(self, draw):
        await draw.open((4, 3), (6, 2))
        first, second = draw.facilities
        people = await draw.seats.people(30)
        committed = await draw.commit()
        assert committed.status_code == 201, committed.text
        assert committed.json()["state"] == "COMMITTED"
        assert committed.json()["seed"] is None
        of = {
            await draw.apply(person, *((first, second) if number % 3 else (second,))): person
            for number, person in enumerate(people)
        }

        closed = await draw.close()

        assert closed.status_code == 200, closed.text
        assert closed.json()["list_count"] == 30
        seen = await draw.published()
        assert {each["id"] for each in seen["applications"]} == set(of)
        assert {each["outcome"] for each in seen["applications"]} == {None}
        lines = "".join(
            " ".join([each["id"], *each["choices"]]) + "\n" for each in seen["applications"]
        )
        assert hashlib.sha256(lines.encode()).hexdigest() == closed.json()["list_digest"]

        preview = await draw.preview()
        assert preview["outcomes"] == {
            "PLACED": 10, "RESERVE": 5, "NOT_SELECTED": 15, "INELIGIBLE": 0, "WITHDRAWN": 0,
        }  # fmt: skip
        own = await draw.approve(preview, by=draw.runner)
        assert (own.status_code, own.json()["code"]) == (409, "four-eyes")
        approved = await draw.approve(preview)
        assert approved.status_code == 200, approved.text
        early = await draw.announce(moment=draw.announce_at - timedelta(seconds=1))
        assert (early.status_code, early.json()["code"]) == (409, "announcement-early")
        assert early.json()["announce_at"]
        assert (await draw.told())["seed"] is None

        announced = await draw.announce()

        assert announced.status_code == 202, announced.text
        told = await draw.told()
        assert told["state"] == "ANNOUNCED"
        assert hashlib.sha256(bytes.fromhex(told["seed"])).hexdigest() == told["commitment"]
        assert told["commitment"] == committed.json()["commitment"]
        await self._check_places(draw, of)

    async def _check_places(self, draw, of) -> None:
        published = (await draw.published())["applications"]
        ranks = {each["id"]: each["rank"] for each in published}
        outcomes = {each["id"]: each["outcome"] for each in published}
        deadline = draw.announce_at + timedelta(hours=48)
        for class_id in draw.classes:
            class_ = await draw.seats.class_row(class_id)
            rows = await draw.seats.enrollments(class_id)
            offered = [row for row in rows if row.state == "OFFERED"]
            waiting = [row for row in rows if row.state == "WAITLISTED"]
            assert class_.announced_at == draw.announce_at
            assert (class_.taken, class_.waiting) == (len(offered), len(waiting))
            assert {row.confirm_by for row in offered} == {deadline}
            assert {outcomes[str(row.application_id)] for row in offered} == {"PLACED"}
            in_line = [ranks[str(row.application_id)] for row in waiting]
            assert in_line == sorted(in_line)
            assert {of[str(row.application_id)] for row in rows} == {
                row.participant_id for row in rows
            }
        assert sorted(ranks.values()) == list(range(1, 31))

    async def test_a_person_reads_why_and_staff_leave_a_trace(self, draw, rows):
        await draw.open((1, 1))
        people = await draw.seats.people(3)
        of = {await draw.apply(person): person for person in people}
        await draw.commit()

        async def reasons(application: str, caller=None, language="en"):
            person = of[application]
            headers = draw.auth(Role.PARTICIPANT, participant_id=str(person))
            who = caller or Applicant(draw.client, headers)
            return await draw.client.get(
                f"/v1/participants/{person}/applications/{application}/reasons",
                headers={**who.headers, "Accept-Language": language},
            )

        early = await reasons(next(iter(of)))
        await draw.run()
        published = sorted((await draw.published())["applications"], key=lambda one: one["rank"])
        placed, reserve, nothing = [each["id"] for each in published]

        told = (await reasons(nothing)).json()

        assert (early.status_code, early.json()["code"]) == (409, "selection-not-announced")
        assert (told["outcome"], told["state"]) == ("NOT_SELECTED", "NOT_SELECTED")
        assert told["summary"] == "Lottery: this ticket is number 3 of 3."
        assert [(each["choice"], each["code"]) for each in told["steps"]] == [
            (1, "choice-full"),
            (1, "reserve-full"),
        ]
        assert told["steps"][0]["detail"] == "Choice 1: all seats had gone to higher ranks."
        assert (await reasons(reserve, language="id")).json()["steps"][1]["detail"] == (
            "Pilihan 1: cadangan nomor 1 dari undian ini."
        )
        assert (await reasons(placed)).json()["steps"][-1]["code"] == "placed"
        head = draw.staff("head", Role.FACILITY_OPERATOR, facilities=[draw.facilities[0]])
        assert (await reasons(placed, head)).status_code == 200
        elsewhere = draw.staff("far", Role.REGIONAL_OFFICER, areas=["12"])
        assert (await reasons(placed, elsewhere)).status_code == 404
        noted = await rows(
            "SELECT actor, subject_id FROM enrollment.audit"
            " WHERE action = 'application.reasons.read' ORDER BY id"
        )
        assert [(each["actor"], each["subject_id"]) for each in noted] == [
            ("balai:cli|head", of[placed])
        ]

    async def test_two_strangers_read_nothing_that_names_anybody(self, draw):
        await draw.open((1, 1))
        person = await draw.seats.person()
        await draw.apply(person)
        await draw.run()

        for path in ("selection", "draw", "selection-criteria"):
            response = await draw.client.get(f"{draw.path}/{path}")
            assert response.status_code == 200
            assert str(person) not in response.text
            assert "runner" not in response.text
            again = await draw.client.get(
                f"{draw.path}/{path}", headers={"If-None-Match": response.headers["ETag"]}
            )
            assert again.status_code == 304
        assert datetime.fromisoformat((await draw.told())["announced_at"]) == draw.announce_at


class TestWindow:
    async def test_nobody_moves_the_end_once_the_list_is_frozen(self, draw):
        await draw.open((1, 1))
        await draw.apply(await draw.seats.person())
        await draw.commit()
        later = (draw.closes_at + timedelta(days=2)).isoformat()

        async def extend(version: int):
            return await draw.client.patch(
                draw.path,
                json={"closes_at": later},
                headers={**draw.runner.headers, "If-Match": f'"{version}"'},
            )

        assert (await draw.close()).status_code == 200
        refused = await extend(1)
        named = await draw.client.patch(
            draw.path,
            json={"name": "Gelombang satu"},
            headers={**draw.runner.headers, "If-Match": '"1"'},
        )

        assert (refused.status_code, refused.json()["code"]) == (409, "wave-member-fixed")
        assert (refused.json()["present"], refused.json()["allowed"]) == (
            "CLOSED", ["name", "promote_until"],
        )  # fmt: skip
        assert named.status_code == 200, named.text
        assert (await draw.told())["list_count"] == 1
