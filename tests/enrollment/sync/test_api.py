"""What a device tells later, over HTTP: each change with a verdict of its own."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from services.enrollment.sheets.tables import Sheet
from services.enrollment.sync_ledger.tables import SyncChange
from shared.clock import utc_now
from shared.ids import new_id
from shared.scope import SYSTEM, Actor, Role
from tests.support.phones import Phone
from tests.support.planning import BORN, NAME, NIK, person_body
from tests.support.rolls import entry, run_class
from tests.support.seats import NOW, Applicant


def roll(running, *entries: dict, position: int = 1, **more) -> dict:
    return {
        "class_id": str(running.class_id),
        "position": position,
        "entries": list(entries),
        **more,
    }


def outcomes(verdicts: list[dict]) -> list[str]:
    """Return each verdict, with the code of a refusal."""
    return [
        each["verdict"] + (f" {each['problem']['code']}" if "problem" in each else "")
        for each in verdicts
    ]


class TestSyncChanges:
    async def test_applies_a_day_in_order_and_the_second_time_changes_nothing(
        self, areas, seats, admin, enrollment, auth, rows
    ):
        place = new_id()
        running = await run_class(seats, admin, opened=False, facility_id=place)
        head = Applicant(enrollment, auth(Role.FACILITY_OPERATOR, facilities=[str(place)]))
        phone = Phone(head)
        await phone.register()
        here, away, third = running.ids
        start = (await seats.class_row(running.class_id)).starts_at
        phone.change("participant.register", person_body(id=str(new_id())))
        phone.change(
            "opening.report",
            {
                "class_id": str(running.class_id),
                "started_at": start.isoformat(),
                "present": [here],
                "absent": [away],
            },
        )
        phone.change("attendance.record", roll(running, entry(here), entry(third, "ABSENT")))
        phone.change("attendance.record", roll(running, entry(third, "LATE")), base=1)
        phone.change(
            "enrollment.drop_out",
            {"class_id": str(running.class_id), "enrollment_id": away, "reason": "Pindah"},
            base=1,
        )

        first = await phone.told()
        events = await seats.events(running.class_id)
        again = await phone.told()

        assert outcomes(first) == ["APPLIED"] * 5
        assert [each.get("version") for each in first] == [1, 2, 1, 2, 3]
        assert first[0]["id"] == phone.queue[0]["body"]["id"]
        assert outcomes(again) == ["DUPLICATE"] * 5
        assert [{**each, "verdict": each["earlier"]} for each in again] == [
            {**each, "earlier": each["verdict"]} for each in first
        ]
        assert len(await seats.events(running.class_id)) == len(events)
        kept = str(await rows("SELECT * FROM enrollment.sync_change"))
        for secret in (NIK, NAME, BORN):
            assert secret not in kept

    async def test_shows_both_versions_of_what_an_office_corrected(self, running, phone, admin):
        here, away, _ = running.ids
        first = phone.change("attendance.record", roll(running, entry(here), entry(away)))
        assert outcomes(await phone.told()) == ["APPLIED"]
        await running.call(
            admin, entry(away, "EXCUSED", note_code="LETTER"), base='"1"', reason="Surat"
        )

        made = phone.change(
            "attendance.record", roll(running, entry(here), entry(away, "ABSENT")), base=1
        )
        (verdict,) = await phone.told([made])

        assert verdict["verdict"] == "CONFLICT"
        theirs, ours = verdict["conflict"]["theirs"], verdict["conflict"]["ours"]
        assert (verdict["version"], theirs["version"], theirs["by"]) == (2, 2, "OTHER")
        assert theirs["entries"] == [
            {"enrollment_id": away, "status": "EXCUSED", "note_code": "LETTER"}
        ]
        assert ours == {
            "by": "SELF",
            "made_at": ours["made_at"],
            "base_version": 1,
            "entries": [{"enrollment_id": away, "status": "ABSENT"}],
        }
        assert datetime.fromisoformat(ours["made_at"]) == datetime.fromisoformat(made["made_at"])
        sheet = (await admin.get(running.path())).json()
        assert [each["status"] for each in sheet["entries"]] == ["PRESENT", "EXCUSED"]
        # Who has seen it says so with the version that stands; what is the same is no conflict.
        settled = phone.change("attendance.record", roll(running, entry(away, "ABSENT")), base=2)
        same = phone.change("attendance.record", roll(running, entry(here)), base=1)
        assert outcomes(await phone.told([settled, same])) == ["APPLIED", "APPLIED"]
        assert outcomes(await phone.told([first, made])) == ["DUPLICATE", "DUPLICATE"]

    async def test_a_bad_change_drops_no_other_but_those_that_build_upon_it(
        self, running, phone, admin
    ):
        here, _, third = running.ids
        await running.call(admin, entry(here, "LATE"))
        changes = [
            phone.change("attendance.record", roll(running, entry(here))),
            phone.change("attendance.record", roll(running, entry(here, "ABSENT")), base=1),
            phone.change("attendance.record", roll(running, entry("no id"), position=2)),
            phone.change("facility.close", {}),
            phone.change("attendance.record", roll(running, entry(str(new_id())), position=2)),
            phone.change("attendance.record", roll(running, entry(third), position=3)),
            phone.change("attendance.record", roll(running, entry(third), position=5)),
        ]
        named = phone.change(
            "enrollment.drop_out",
            {"class_id": str(running.class_id), "enrollment_id": third},
            depends_on=[changes[3]["change_id"]],
        )

        verdicts = await phone.told()

        assert outcomes(verdicts) == [
            "CONFLICT",
            "REFUSED dependency-failed",
            "REFUSED validation-failed",
            "REFUSED change-kind-unknown",
            "REFUSED roll-refused",
            "APPLIED",
            "REFUSED session-not-started",
            "REFUSED dependency-failed",
        ]
        assert verdicts[1]["problem"]["change_id"] == changes[0]["change_id"]
        assert verdicts[7]["problem"]["change_id"] == named["depends_on"][0]
        assert verdicts[2]["problem"]["errors"][0]["pointer"] == "/entries/0/enrollment_id"
        assert verdicts[2]["problem"]["title"] == "Parts of the request are not valid."
        assert outcomes(await phone.told()) == [
            each.replace("REFUSED", "DUPLICATE")
            .replace("APPLIED", "DUPLICATE")
            .replace("CONFLICT", "DUPLICATE")
            for each in outcomes(verdicts)
        ]

    async def test_what_a_refused_registration_was_to_make_takes_the_rest_along(
        self, areas, running, phone
    ):
        person = str(new_id())
        phone.change("participant.register", person_body(id=person, nik="12"))
        fine = phone.change("participant.register", person_body())
        assert outcomes(await phone.told()) == ["REFUSED nik-malformed", "APPLIED"]
        (twice,) = await phone.told([{**fine, "change_id": str(new_id())}])
        assert outcomes([twice]) == ["REFUSED identity-known"]

        (made,) = await phone.told([fine])

        assert made["id"] == fine["change_id"]

    async def test_a_member_that_nothing_can_keep_is_refused_for_good(self, phone):
        phone.change("attendance.record", {"a\x00": "b"})

        (first,) = await phone.told()
        (again,) = await phone.told()

        assert (first["verdict"], first.get("retry")) == ("REFUSED", None)
        assert first["problem"]["code"] == "validation-failed"
        assert again["verdict"] == "DUPLICATE"

    async def test_one_id_is_one_change(self, running, phone):
        made = phone.change("attendance.record", roll(running, entry(running.ids[0])))
        await phone.told()

        (other,) = await phone.told(
            [{**made, "body": roll(running, entry(running.ids[0], "ABSENT"))}]
        )

        assert outcomes([other]) == ["REFUSED change-id-reused"]

    async def test_what_builds_upon_what_has_not_come_is_sent_again(self, running, phone):
        here = running.ids[0]
        first = phone.change("attendance.record", roll(running, entry(here)))
        then = phone.change("attendance.record", roll(running, entry(here, "LATE")), base=1)
        last = phone.change(
            "attendance.record",
            roll(running, entry(here), position=2),
            depends_on=[first["change_id"]],
        )

        early = await phone.told([then, last])
        rest = await phone.told([first, then, last])

        assert outcomes(early) == [
            "REFUSED base-version-unknown",
            "REFUSED dependency-missing",
        ]
        assert [each["retry"] for each in early] == [True, True]
        assert outcomes(rest) == ["APPLIED"] * 3

    async def test_a_change_builds_upon_the_one_that_it_names(self, running, phone):
        here, before = running.ids[0], []
        for status in ("PRESENT", "PRESENT", "ABSENT", "LATE"):
            made = phone.change(
                "attendance.record", roll(running, entry(here, status)), depends_on=before
            )
            before = [made["change_id"]]

        told = await phone.told()

        assert outcomes(told) == ["APPLIED"] * 4
        # The second says nothing new, so no device could have counted to what the third meets.
        assert [each["version"] for each in told] == [1, 1, 2, 3]

    async def test_judges_hours_by_the_clock_of_the_server(self, seats, running, head, phone):
        phone.ahead = timedelta(hours=3)
        phone.change("attendance.record", roll(running, entry(running.ids[0])))

        answer = (await phone.send()).json()

        assert outcomes(answer["verdicts"]) == ["APPLIED"]
        assert abs(answer["skew_ms"] - 3 * 3600 * 1000) < 60_000
        async with seats.transaction() as session:
            sheet = (await session.scalars(select(Sheet))).one()
            kept = (await session.scalars(select(SyncChange))).one()
        assert abs(sheet.taken_at - utc_now()) < timedelta(minutes=1)
        assert (sheet.device_id, kept.skew_ms) == (phone.id, answer["skew_ms"])
        assert abs(kept.made_at - phone.clock()) < timedelta(minutes=1)
        (own,) = (await head.get("/v1/me/devices")).json()["items"]
        assert own["skew_ms"] == answer["skew_ms"]

    async def test_is_late_within_the_lock_and_not_after(self, seats, admin, enrollment, auth):
        place = new_id()
        running = await run_class(seats, admin, days_ago=9, sessions=9, facility_id=place)
        head = Applicant(enrollment, auth(Role.FACILITY_OPERATOR, facilities=[str(place)]))
        phone = Phone(head)
        await phone.register()
        for position in (1, 4):
            made_at = (NOW - timedelta(days=10 - position)).isoformat()
            body = roll(running, entry(running.ids[0]), position=position)
            phone.change("attendance.record", body, made_at=made_at)

        verdicts = await phone.told()

        assert outcomes(verdicts) == ["REFUSED attendance-locked", "APPLIED"]

    async def test_an_opening_of_two_devices_is_one_opening(self, seats, admin, enrollment, auth):
        place = new_id()
        running = await run_class(seats, admin, opened=False, facility_id=place)
        caller = auth(Role.FACILITY_OPERATOR, facilities=[str(place)], subject="kepala")
        mate = auth(Role.INSTRUCTOR, facilities=[str(place)], subject="instruktur")
        one = Phone(Applicant(enrollment, caller))
        two = Phone(Applicant(enrollment, mate))
        await one.register()
        await two.register()
        here, away, third = running.ids
        start = (await seats.class_row(running.class_id)).starts_at

        def said(phone, minutes=0, **lists):
            at = (start + timedelta(minutes=minutes)).isoformat()
            body = {"class_id": str(running.class_id), "started_at": at, **lists}
            return phone.change("opening.report", body)

        said(one, present=[here], absent=[away])
        said(two, 2, present=[here, third], absent=[away])
        said(two, 2, present=[here, away])
        said(one, 40, present=[third])

        assert outcomes(await one.told(one.queue[:1])) == ["APPLIED"]
        added, contradicted = await two.told()
        (elsewhen,) = await one.told(one.queue[1:])

        assert outcomes([added, contradicted, elsewhen]) == ["APPLIED", "CONFLICT", "CONFLICT"]
        assert contradicted["conflict"]["theirs"]["presences"] == [
            {"enrollment_id": away, "presence": "ABSENT"}
        ]
        assert contradicted["conflict"]["theirs"]["by"] == "OTHER"
        assert elsewhen["conflict"]["theirs"]["by"] == "SELF"
        opening = (await admin.get(f"/v1/classes/{running.class_id}/opening")).json()
        assert (opening["present"], opening["absent"]) == (2, 1)

    async def test_ends_what_nobody_ended_meanwhile(self, running, phone, admin):
        here, away, _ = running.ids
        ended = f"/v1/classes/{running.class_id}/enrollments/{away}/complete"
        assert (await admin.post(ended)).status_code == 200

        def end(kind: str, who: str):
            body = {"class_id": str(running.class_id), "enrollment_id": who}
            return phone.change(f"enrollment.{kind}", body, base=1)

        end("complete", here)
        end("complete", away)
        end("drop_out", away)

        verdicts = await phone.told()

        assert outcomes(verdicts) == ["APPLIED", "APPLIED", "CONFLICT"]
        conflict = verdicts[2]["conflict"]
        assert (conflict["theirs"]["state"], conflict["theirs"]["by"]) == ("COMPLETED", "OTHER")
        assert conflict["ours"]["state"] == "DROPPED_OUT"

    async def test_judges_each_change_by_the_scope_of_its_sender(
        self, seats, admin, running, enrollment, auth, rows
    ):
        caller = auth(Role.INSTRUCTOR, facilities=[str(new_id())])
        stranger = Phone(Applicant(enrollment, caller))
        await stranger.register()
        stranger.change("attendance.record", roll(running, entry(running.ids[0])))
        stranger.change("participant.register", person_body())

        verdicts = await stranger.told()

        assert outcomes(verdicts) == ["REFUSED out-of-scope", "REFUSED forbidden"]
        assert await rows(
            "SELECT action, detail->>'code' AS code FROM enrollment.audit ORDER BY action"
        ) == [
            {"action": "denied sync attendance.record", "code": "out-of-scope"},
            {"action": "denied sync participant.register", "code": "forbidden"},
        ]

    async def test_takes_nothing_of_a_device_that_is_unknown_or_revoked(
        self, running, head, phone, enrollment, auth
    ):
        phone.change("attendance.record", roll(running, entry(running.ids[0])))
        other = Applicant(enrollment, auth(Role.INSTRUCTOR, facilities=[str(new_id())]))
        stolen = await Phone(other, id=phone.id).send(phone.queue)
        assert (stolen.status_code, stolen.json()["code"]) == (404, "device-unknown")
        assert (await head.post(f"/v1/devices/{phone.id}/revoke")).status_code == 200

        answer = await phone.send()

        assert answer.status_code == 403
        assert (answer.json()["code"], answer.json()["wipe"]) == ("device-revoked", True)

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ([], 422),
            ([{}], 422),
            ("many", 422),
            ([{"change_id": "x", "kind": "a", "made_at": "2027-02-08T01:00:00Z", "body": {}}], 422),
        ],
    )
    async def test_refuses_what_is_no_queue(self, running, phone, changes, status):
        if changes == "many":
            body = roll(running, entry(running.ids[0]))
            changes = [phone.change("attendance.record", body) for _ in range(101)]

        answer = await phone.send(changes)

        assert answer.status_code == status

    async def test_a_queue_sent_twice_at_once_has_one_effect(self, seats, running, phone):
        here = running.ids[0]
        for base, status in enumerate(["PRESENT", "LATE", "ABSENT", "PRESENT"]):
            phone.change("attendance.record", roll(running, entry(here, status)), base=base or None)

        both = await asyncio.gather(phone.told(), phone.told())

        for pair in zip(*both, strict=True):
            assert sorted(each["verdict"] for each in pair) == ["APPLIED", "DUPLICATE"]
        async with seats.transaction() as session:
            sheet = (await session.scalars(select(Sheet))).one()
        assert sheet.version == 4

    async def test_what_is_being_judged_elsewhere_halts_the_queue(self, seats, running, phone):
        first = phone.change("attendance.record", roll(running, entry(running.ids[0])))
        phone.change("attendance.record", roll(running, entry(running.ids[1]), position=2))
        held = SyncChange(
            device_id=phone.id,
            change_id=first["change_id"],
            kind="held",
            fingerprint=b"-",
            subject="held",
            made_at=NOW,
            received_at=NOW,
            skew_ms=0,
            verdict="REFUSED",
            answer={},
        )
        sessions = seats.sessions
        async with sessions(info={"scope": SYSTEM, "actor": Actor("test", "test")}) as session:
            session.add(held)
            await session.flush()
            verdicts = await phone.told()

        assert outcomes(verdicts) == ["REFUSED change-in-flight"] * 2
        assert [each["retry"] for each in verdicts] == [True, True]
        assert outcomes(await phone.told()) == ["APPLIED", "APPLIED"]
