"""Applications over HTTP: who may send them, when, and what comes of them."""

import asyncio
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from services.enrollment.application_decisions.operations import Decided, decide
from shared.ids import new_id
from shared.schemas.enrollment import ApplicationState
from shared.scope import Role
from tests.enrollment.applications.conftest import PAPER, code_of, events_of
from tests.support.seats import NOW


async def applied(caller, wave, person, **changes) -> dict:
    """Return the receipt of an application."""
    response = await caller.post(wave.path, json=wave.body(person, **changes))
    assert response.status_code == 201, response.text
    return response.json()


def path_of(receipt: dict) -> str:
    return f"/v1/participants/{receipt['participant_id']}/applications/{receipt['id']}"


class TestApply:
    async def test_of_a_minor_waits_for_a_guardian_where_nobody_confirms(self, wave, someone):
        person, caller = someone
        born = date(NOW.year - 17, 1, 1)
        async with wave.seats.transaction() as session:
            await session.execute(text("UPDATE enrollment.program SET min_age = 15"))
            await session.execute(
                text("UPDATE enrollment.participant SET birth_date = :born"), {"born": born}
            )

        refused = await caller.post(wave.path, json=wave.body(person))
        await wave.set(confirm_hours=24)
        taken = await caller.post(wave.path, json=wave.body(person))

        assert code_of(refused) == (409, "guardian-missing")
        assert (taken.status_code, taken.json()["state"]) == (201, "SUBMITTED")

    async def test_submits_at_once_and_keeps_what_was_judged(self, wave, someone):
        person, caller = someone
        chosen = new_id()

        response = await caller.post(wave.path, json=wave.body(person, id=str(chosen)), key="k")
        again = await caller.post(wave.path, json=wave.body(person, id=str(chosen)), key="k")

        assert response.status_code == 201, response.text
        assert (again.content, again.headers["Idempotency-Replayed"]) == (response.content, "true")
        receipt = response.json()
        assert (receipt["id"], receipt["state"], receipt["reasons"]) == (
            str(chosen), "SUBMITTED", [],
        )  # fmt: skip
        assert len(receipt["code"]) == 10
        assert response.headers["Location"].endswith(path_of(receipt))
        read = (await caller.get(path_of(receipt))).json()
        assert (read["channel"], read["assisted_by"], read["place"]) == ("SELF", None, None)
        assert (read["sex"], read["judged_kind"], read["disability"]) == (
            "FEMALE", "PROSPECTIVE", False,
        )  # fmt: skip
        assert read["age"] == NOW.year - 1990 - ((NOW.month, NOW.day) < (6, 15))
        assert read["rule_version"] == "PP-7-2021"
        assert [(each["rank"], each["facility_id"]) for each in read["choices"]] == [
            (rank, str(facility)) for rank, facility in enumerate(wave.facilities, start=1)
        ]
        (event,) = await events_of(wave, person)
        assert event.topic == "enrollment.application.submitted"
        assert (event.payload["before"], event.payload["after"]) == (None, "SUBMITTED")
        assert event.payload["choices"] == 2
        assert event.facility_id == wave.facilities[0]

    async def test_whoever_is_not_eligible_is_told_why_and_may_apply_again(self, wave, as_person):
        child = await wave.seats.person(birth_date=date(NOW.year - 15, 1, 1))
        caller = as_person(child)

        first = await applied(caller, wave, child)
        second = await applied(caller, wave, child)

        assert (first["state"], first["reasons"]) == ("INELIGIBLE", ["not-eligible-age"])
        assert first["id"] != second["id"]
        assert [each.topic for each in await events_of(wave, child)] == [
            "enrollment.application.refused"
        ] * 2

    @pytest.mark.parametrize(
        ("choices", "refused"),
        [
            ([], (422, "validation-failed")),
            ([{}], (422, "validation-failed")),
            ([{"facility_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11"}], (422, "choice-unknown")),
            ([{"facility": "0"}, {"class": "0"}], (422, "choice-twice")),
            ([{"class": "1", "facility": "0"}], (422, "choice-unknown")),
        ],
    )
    async def test_choices_are_of_the_wave_and_each_facility_once(
        self, wave, someone, choices, refused
    ):
        person, caller = someone
        named = {"facility": wave.facilities, "class": wave.classes}
        sent = [
            {
                (f"{name}_id" if name in named else name): (
                    str(named[name][int(value)]) if name in named else value
                )
                for name, value in each.items()
            }
            for each in choices
        ]

        response = await caller.post(wave.path, json=wave.body(person, choices=sent))

        assert code_of(response) == refused

    async def test_a_choice_that_is_wrong_is_pointed_at(self, wave, someone):
        person, caller = someone
        elsewhere = await wave.seats.class_(state="CANCELLED")
        choices = [{"class_id": str(wave.classes[0])}, {"class_id": str(elsewhere)}]

        response = await caller.post(wave.path, json=wave.body(person, choices=choices))

        assert code_of(response) == (422, "choice-unknown")
        assert response.json()["errors"][0]["pointer"] == "/choices/1"

    @pytest.mark.parametrize(
        ("wave_is", "refused"),
        [
            ({"selection": "FIRST_COME"}, "wave-takes-claims"),
            ({"opens_at": NOW + timedelta(days=1)}, "window-not-open"),
            ({"closes_at": NOW - timedelta(hours=1)}, "window-closed"),
            ({"cancelled_at": NOW, "cancel_reason": "Anggaran"}, "wave-cancelled"),
        ],
    )
    async def test_takes_applications_while_the_window_is_open(
        self, wave, someone, wave_is, refused
    ):
        person, caller = someone
        await wave.set(**wave_is)

        response = await caller.post(wave.path, json=wave.body(person))

        assert code_of(response) == (409, refused)
        assert await events_of(wave, person) == []

    async def test_unknown_waves_and_members_are_refused(self, wave, someone):
        person, caller = someone

        unknown = await caller.post(f"/v1/waves/{new_id()}/applications", json=wave.body(person))
        member = await caller.post(wave.path, json=wave.body(person, name="Sari"))

        assert code_of(unknown) == (404, "wave-unknown")
        assert code_of(member) == (422, "validation-failed")
        assert "Sari" not in member.text

    async def test_one_application_per_person_and_wave(self, wave, someone):
        person, caller = someone
        first = await applied(caller, wave, person, submit=False)

        second = await caller.post(wave.path, json=wave.body(person))

        assert code_of(second) == (409, "application-exists")
        assert second.json()["application_id"] == first["id"]
        assert second.json()["state"] == "DRAFT"

    async def test_of_twenty_at_once_one_is_made(self, wave, someone):
        person, caller = someone

        answers = await asyncio.gather(
            *(caller.post(wave.path, json=wave.body(person)) for _ in range(20))
        )

        made = [each.json()["id"] for each in answers if each.status_code == 201]
        refused = [each for each in answers if each.status_code != 201]
        assert len(made) == 1
        assert {code_of(each) for each in refused} == {(409, "application-exists")}
        assert {each.json()["application_id"] for each in refused} == set(made)
        assert len(await events_of(wave, person)) == 1

    async def test_who_holds_a_place_in_the_programme_is_told_which(self, wave, someone):
        person, caller = someone
        await wave.set(selection="FIRST_COME")
        seat = (await caller.claim(wave.classes[0], person)).json()
        await wave.set(selection="LOTTERY")

        response = await caller.post(wave.path, json=wave.body(person))

        assert code_of(response) == (409, "already-enrolled")
        assert response.json()["enrollment_id"] == seat["id"]
        assert (response.json()["class_id"], response.json()["state"]) == (
            str(wave.classes[0]), "SEATED",
        )  # fmt: skip

    async def test_an_id_that_is_in_use_is_refused(self, wave, someone):
        person, caller = someone
        first = await applied(caller, wave, person, submit=False)
        await caller.post(f"{path_of(first)}/withdraw")

        response = await caller.post(wave.path, json=wave.body(person, id=first["id"]))

        assert code_of(response) == (409, "id-taken")

    async def test_of_two_people_who_choose_one_id_one_has_it(self, wave, as_person):
        """A frozen list names applications by their ids: twins would keep it from closing."""
        people = [await wave.seats.person() for _ in range(4)]
        chosen = str(new_id())

        answers = await asyncio.gather(
            *(as_person(each).post(wave.path, json=wave.body(each, id=chosen)) for each in people)
        )

        assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
        refused = [each for each in answers if each.status_code != 201]
        assert {code_of(each) for each in refused} == {(409, "id-taken")}


class TestAssisted:
    async def test_the_centre_of_any_choice_applies_for_many_with_paper(self, wave, as_staff):
        centre = as_staff(Role.FACILITY_OPERATOR, facilities=[str(wave.facilities[1])])
        people = await wave.seats.people(3)

        for person in people:
            receipt = await applied(centre, wave, person, paper=PAPER)
            read = (await centre.get(path_of(receipt))).json()
            assert (read["channel"], read["paper_reference"]) == ("ASSISTED", PAPER["reference"])
            assert read["assisted_by"]

    async def test_paper_goes_with_who_applies(self, wave, someone, as_staff):
        person, caller = someone
        centre = as_staff(Role.FACILITY_OPERATOR, facilities=[str(wave.facilities[0])])

        without = await centre.post(wave.path, json=wave.body(person))
        own = await caller.post(wave.path, json=wave.body(person, paper=PAPER))

        assert code_of(without) == (422, "paper-missing")
        assert code_of(own) == (422, "paper-unexpected")

    @pytest.mark.parametrize(
        ("role", "grant", "refused"),
        [
            (Role.REGIONAL_OFFICER, {"areas": ["91"]}, (403, "out-of-scope")),
            # The home is read, not written.
            (Role.REGIONAL_OFFICER, {"areas": ["12"]}, (403, "out-of-scope")),
            (Role.PARTICIPANT, {"participant_id": str(new_id())}, (404, "participant-unknown")),
            (Role.INSTRUCTOR, {"facilities": [str(new_id())]}, (403, "forbidden")),
            (Role.AUDITOR, {}, (403, "forbidden")),
        ],
    )
    async def test_nobody_else_applies(self, wave, as_staff, role, grant, refused):
        person = await wave.seats.person(
            home_area_code="12.71", home_province_code="12", home_regency_code="12.71"
        )

        response = await as_staff(role, **grant).post(
            wave.path, json=wave.body(person, paper=PAPER)
        )

        assert code_of(response) == refused

    async def test_the_centre_submits_the_draft_that_a_person_began(self, wave, someone, as_staff):
        person, caller = someone
        centre = as_staff(Role.FACILITY_OPERATOR, facilities=[str(wave.facilities[1])])
        draft = await applied(caller, wave, person, submit=False)

        bare = await centre.post(f"{path_of(draft)}/submit")
        done = await centre.post(f"{path_of(draft)}/submit", json={"paper": PAPER})

        assert code_of(bare) == (422, "paper-missing")
        assert done.json()["state"] == "SUBMITTED"
        assert (await caller.get(path_of(draft))).json()["channel"] == "ASSISTED"
        # The paper that asks for a place does not give it up.
        kept = await centre.post(f"{path_of(draft)}/withdraw")
        assert code_of(kept) == (422, "paper-missing")
        paper = {"reference": "BLKK-17/2027/0043", "sha256": "8e" * 32}
        withdrawn = await centre.post(f"{path_of(draft)}/withdraw", json={"paper": paper})
        assert withdrawn.json()["state"] == "WITHDRAWN"


class TestChange:
    async def test_choices_change_after_submission_and_a_patch_finds_its_own_effect(
        self, wave, someone
    ):
        person, caller = someone
        receipt = await applied(caller, wave, person)
        choices = [{"class_id": str(wave.classes[1])}]

        async def patch(version: int, **body):
            return await caller.client.patch(
                path_of(receipt), json=body, headers={**caller.headers, "If-Match": f'"{version}"'}
            )

        first = await patch(1, choices=choices)
        again = await patch(1, choices=choices)
        stale = await patch(1, choices=[{"facility_id": str(wave.facilities[0])}])

        assert first.status_code == 200, first.text
        assert (first.headers["ETag"], first.json()["state"]) == ('"2"', "SUBMITTED")
        assert [each["class_id"] for each in first.json()["choices"]] == [str(wave.classes[1])]
        assert (again.status_code, again.headers["ETag"]) == (200, '"2"')
        assert code_of(stale) == (412, "stale")
        sent, changed = await events_of(wave, person)
        assert sent.topic == "enrollment.application.submitted"
        assert changed.topic == "enrollment.application.changed"
        assert (sent.payload["left"], changed.payload["left"]) == (None, sent.payload["entered"])
        entered = changed.payload["entered"]
        assert entered["facility_id"] == str(wave.facilities[1])
        assert (entered["province_code"], entered["trade"]) == ("51", "")
        kept = {"age_band", "sex", "entrant_kind", "home_regency_code", "state", "facility_kind"}
        assert {name: entered[name] for name in kept} == {
            name: sent.payload["entered"][name] for name in kept
        }

    async def test_needs_the_version_and_takes_nothing_away(self, wave, someone):
        person, caller = someone
        path = path_of(await applied(caller, wave, person))
        blind = await caller.client.patch(path, json={"choices": []}, headers=caller.headers)
        headers = {**caller.headers, "If-Match": '"1"'}
        none = await caller.client.patch(path, json={"choices": None}, headers=headers)

        assert code_of(blind) == (428, "precondition-required")
        assert code_of(none) == (422, "validation-failed")

    async def test_nothing_changes_once_the_window_has_closed_but_one_may_withdraw(
        self, wave, someone
    ):
        person, caller = someone
        submitted = path_of(await applied(caller, wave, person))
        await wave.set(closes_at=NOW - timedelta(minutes=1))

        choices = {"choices": [{"class_id": str(wave.classes[1])}]}
        headers = {**caller.headers, "If-Match": '"1"'}
        changed = await caller.client.patch(submitted, json=choices, headers=headers)
        submit = await caller.post(f"{submitted}/submit")
        withdrawn = await caller.post(f"{submitted}/withdraw")

        assert code_of(changed) == (409, "window-closed")
        assert code_of(submit) == (409, "window-closed")
        assert withdrawn.json()["state"] == "WITHDRAWN"


class TestLife:
    async def test_a_draft_is_submitted_withdrawn_and_applied_for_anew(self, wave, someone):
        person, caller = someone
        draft = await applied(caller, wave, person, submit=False)
        assert (draft["state"], draft["submitted_at"]) == ("DRAFT", None)

        submitted = await caller.post(f"{path_of(draft)}/submit", key="s")
        again = await caller.post(f"{path_of(draft)}/submit", key="s")
        twice = await caller.post(f"{path_of(draft)}/submit")
        withdrawn = await caller.post(f"{path_of(draft)}/withdraw")
        gone = await caller.post(f"{path_of(draft)}/withdraw")
        anew = await applied(caller, wave, person)

        assert submitted.json()["state"] == "SUBMITTED"
        assert again.content == submitted.content
        assert code_of(twice) == (409, "application-state-refused")
        assert twice.json()["present"] == "SUBMITTED"
        assert "WITHDRAWN" in twice.json()["allowed"]
        assert withdrawn.json()["state"] == "WITHDRAWN"
        assert (gone.json()["present"], gone.json()["allowed"]) == ("WITHDRAWN", [])
        assert anew["code"] != draft["code"]
        told = [
            tuple(
                each.payload[side] and each.payload[side]["state"] for side in ("left", "entered")
            )
            for each in await events_of(wave, person)
        ]
        assert told == [
            (None, None),
            (None, "SUBMITTED"),
            ("SUBMITTED", "WITHDRAWN"),
            (None, "SUBMITTED"),
        ]
        mine = (await caller.get("/v1/me/applications")).json()["items"]
        assert [(each["id"], each["state"]) for each in mine] == [
            (anew["id"], "SUBMITTED"), (draft["id"], "WITHDRAWN"),
        ]  # fmt: skip

    async def test_a_place_shows_as_it_is_at_the_moment(self, wave, someone):
        person, caller = someone
        receipt = await applied(caller, wave, person)
        seat = await _seat(wave, caller, person)
        async with wave.seats.transaction() as session:
            placed = Decided(person, _uuid(receipt), ApplicationState.PLACED, *seat)
            await decide(session, [placed], now=NOW)
            linked = "UPDATE enrollment.enrollment SET application_id = :application WHERE id = :id"
            await session.execute(text(linked), {"application": _uuid(receipt), "id": seat[1]})

        before = (await caller.get(path_of(receipt))).json()
        await caller.post(f"/v1/classes/{seat[0]}/enrollments/{seat[1]}/cancel")
        after = (await caller.get(path_of(receipt))).json()

        assert (before["state"], before["place"]["state"]) == ("PLACED", "SEATED")
        assert before["place"]["class_id"] == str(seat[0])
        assert (after["state"], after["place"]["state"]) == ("PLACED", "CANCELLED")
        withdrawn = await caller.post(f"{path_of(receipt)}/withdraw")
        assert code_of(withdrawn) == (409, "application-state-refused")
        assert (await events_of(wave, person))[-1].topic == "enrollment.application.decided"


async def _seat(wave, caller, person):
    """Give the person a seat as a selection would; return class and enrollment."""
    await wave.set(selection="FIRST_COME")
    seat = (await caller.claim(wave.classes[0], person)).json()
    return wave.classes[0], UUID(seat["id"])


def _uuid(receipt: dict) -> UUID:
    return UUID(receipt["id"])


class TestRead:
    async def test_choices_and_homes_are_seen_by_their_regions_alone(self, wave, as_staff):
        person = await wave.seats.person(
            home_area_code="12.71", home_province_code="12", home_regency_code="12.71"
        )
        admin = as_staff(Role.NATIONAL_ADMIN)
        receipt = await applied(admin, wave, person, paper=PAPER)

        async def seen(role: Role, **grant) -> list[int]:
            caller = as_staff(role, **grant)
            listed = await caller.get(wave.path)
            one = await caller.get(path_of(receipt))
            return [len(listed.json()["items"]), one.status_code]

        assert await seen(Role.FACILITY_OPERATOR, facilities=[str(wave.facilities[1])]) == [1, 200]
        assert await seen(Role.REGIONAL_OFFICER, areas=["51.71"]) == [1, 200]
        assert await seen(Role.REGIONAL_OFFICER, areas=["12"]) == [1, 200]
        assert await seen(Role.REGIONAL_OFFICER, areas=["91"]) == [0, 404]
        assert await seen(Role.FACILITY_OPERATOR, facilities=[str(new_id())]) == [0, 404]
        assert await seen(Role.PARTICIPANT, participant_id=str(person)) == [1, 200]
        assert await seen(Role.PARTICIPANT, participant_id=str(new_id())) == [0, 404]

    async def test_lists_are_narrowed_and_paged(self, wave, as_staff, as_person):
        admin = as_staff(Role.NATIONAL_ADMIN)
        people = await wave.seats.people(3)
        ids = [(await applied(admin, wave, each, paper=PAPER))["id"] for each in people[:2]]
        own = as_person(people[2])
        draft = await applied(
            own, wave, people[2], submit=False, choices=[{"class_id": str(wave.classes[1])}]
        )
        ids.append(draft["id"])

        async def found(**params) -> list[str]:
            answer = await admin.get(wave.path, **params)
            assert answer.status_code == 200, answer.text
            return [each["id"] for each in answer.json()["items"]]

        assert await found() == ids
        assert await found(state="DRAFT") == ids[2:]
        assert await found(channel="ASSISTED") == ids[:2]
        assert await found(facility_id=str(wave.facilities[0])) == ids[:2]
        assert await found(facility_id=str(wave.facilities[1]), state="DRAFT,SUBMITTED") == ids
        moment = (await admin.get(f"/v1/participants/{people[1]}/applications")).json()
        after = moment["items"][0]["updated_at"]
        assert await found(updated_after=after) == ids[2:]
        first = (await admin.get(wave.path, limit=2)).json()
        assert [each["id"] for each in first["items"]] == ids[:2]
        rest = await admin.client.get(first["next"], headers=admin.headers)
        assert [each["id"] for each in rest.json()["items"]] == ids[2:]
        assert code_of(await admin.get(wave.path, state="LOST")) == (400, "state-unknown")
        assert code_of(await admin.get(wave.path, nik="1")) == (400, "unknown-parameter")

    async def test_staff_leave_a_trace_when_they_read_a_person(self, wave, someone, as_staff):
        person, caller = someone
        receipt = await applied(caller, wave, person)
        admin = as_staff(Role.NATIONAL_ADMIN)

        await caller.get(path_of(receipt))
        await admin.get(path_of(receipt))
        await admin.get(f"/v1/participants/{person}/applications")

        async with wave.seats.transaction() as session:
            rows = await session.execute(
                text("SELECT action FROM enrollment.audit WHERE subject_id = :id ORDER BY at"),
                {"id": person},
            )
            assert [row.action for row in rows] == [
                "application.read", "participant.applications.read",
            ]  # fmt: skip


class TestRaces:
    async def test_of_two_patches_of_one_version_one_counts(self, wave, someone):
        person, caller = someone
        receipt = await applied(caller, wave, person)
        headers = {**caller.headers, "If-Match": '"1"'}

        answers = await asyncio.gather(
            *(
                caller.client.patch(
                    path_of(receipt), json={"choices": [{"class_id": str(each)}]}, headers=headers
                )
                for each in wave.classes
            )
        )

        assert sorted(each.status_code for each in answers) == [200, 412]
        (kept,) = (each.json() for each in answers if each.status_code == 200)
        read = (await caller.get(path_of(receipt))).json()
        assert (read["choices"], read["version"]) == (kept["choices"], 2)

    async def test_of_submitting_and_withdrawing_at_once_nothing_is_half_done(self, wave, someone):
        person, caller = someone
        draft = await applied(caller, wave, person, submit=False)

        answers = await asyncio.gather(
            *(caller.post(f"{path_of(draft)}/{verb}") for verb in ("submit", "withdraw") * 4)
        )

        topics = [each.topic.rpartition(".")[2] for each in await events_of(wave, person)]
        done = sum(each.status_code == 200 for each in answers)
        assert topics in (["drafted", "submitted", "withdrawn"], ["drafted", "withdrawn"])
        assert done == len(topics) - 1
        assert {each.status_code for each in answers} == {200, 409}
        read = (await caller.get(path_of(draft))).json()
        assert (read["state"], read["version"]) == ("WITHDRAWN", len(topics))

    async def test_nobody_applies_and_withdraws_without_end(self, wave, someone):
        person, caller = someone
        for _ in range(20):
            receipt = await applied(caller, wave, person)
            await caller.post(f"{path_of(receipt)}/withdraw")

        response = await caller.post(wave.path, json=wave.body(person))

        assert code_of(response) == (429, "too-many-attempts")
