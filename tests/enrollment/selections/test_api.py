import hashlib
from datetime import timedelta

import pytest

from services.enrollment.base import Job
from services.enrollment.selection_announcements.jobs import push_on
from shared.clock import utc_now
from shared.ids import new_id
from shared.jobs.context import JobTables, WorkerContext
from shared.scope import Role

QUOTA = """
    INSERT INTO enrollment.wave_quota (id, wave_id, dimension, value, kind, seats)
    SELECT gen_random_uuid(), id, 'SEX', 'FEMALE', 'AT_MOST', 1 FROM enrollment.wave
"""
CLAIM = """
    INSERT INTO enrollment.program_claim (program_id, nik_index, class_id, enrollment_id)
    SELECT wave.program_id, nik_index, gen_random_uuid(), gen_random_uuid()
      FROM enrollment.participant, enrollment.wave
"""
CANCEL = "UPDATE enrollment.class SET state = 'CANCELLED'"
CHANGES = ["UPDATE enrollment.class SET capacity = 3", CANCEL, QUOTA, CLAIM]


def code_of(response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


class TestCommit:
    async def test_seals_the_seed_and_publishes_its_hash(self, draw, rows, enrollment):
        await draw.open((1, 1))
        seeds = []
        committed = await draw.commit()
        (row,) = await rows("SELECT * FROM enrollment.selection")
        keys = enrollment.state["nik_keys"]
        sealed = type("Sealed", (), {"cipher": row["seed_cipher"], "key_id": row["seed_key_id"]})
        bound = f"selection|seed_cipher|{draw.seats.wave_id}"
        seeds.append(bytes.fromhex(keys.unseal_text(sealed, bound_to=bound)))

        assert committed.json()["commitment"] == hashlib.sha256(seeds[0]).hexdigest()
        assert len(seeds[0]) == 32
        assert seeds[0] not in row["seed_cipher"]
        stored = await rows(
            "SELECT convert_from(body, 'UTF8') AS body FROM enrollment.idempotency"
            " UNION ALL SELECT payload::text FROM enrollment.event"
        )
        assert not [each for each in stored if seeds[0].hex() in each["body"]]

    async def test_there_is_no_second_seed(self, draw):
        await draw.open((1, 1))
        first = await draw.commit()

        assert code_of(await draw.commit()) == (409, "selection-committed")
        assert (await draw.told())["commitment"] == first.json()["commitment"]

    async def test_a_request_sent_again_is_the_same_seed(self, draw):
        await draw.open((1, 1))
        path = f"{draw.path}/selection/commit"

        first = await draw.runner.post(path, key="once", json={})
        again = await draw.runner.post(path, key="once", json={})

        assert again.content == first.content
        assert again.headers["Idempotency-Replayed"] == "true"

    async def test_is_refused_after_applications_close_and_without_a_selection(self, draw):
        await draw.open((1, 1))
        late = await draw.runner.post(
            f"{draw.path}/selection/commit", json={}, **draw.at(draw.closes_at)
        )
        await draw.sql("UPDATE enrollment.wave SET selection = 'FIRST_COME'")

        assert code_of(late) == (409, "commit-too-late")
        assert late.json()["errors"][0]["pointer"] == "/public_source"
        assert code_of(await draw.commit()) == (409, "wave-takes-claims")

    async def test_comes_late_with_a_figure_that_nobody_knows_yet(self, draw):
        await draw.open((1, 1))
        await draw.apply(await draw.seats.person())
        path = f"{draw.path}/selection/commit"
        late = await draw.runner.post(
            path, json={"public_source": "JISDOR"}, **draw.at(draw.after_close)
        )
        await draw.close()
        early = await draw.runner.post(
            f"{draw.path}/selection/preview", **draw.at(draw.after_close)
        )
        await draw.record_value("16123")
        approved = await draw.approve(await draw.preview())

        assert (late.status_code, approved.status_code) == (201, 200)
        assert code_of(early) == (409, "public-value-missing")

    async def test_is_for_who_runs_the_programme(self, draw):
        await draw.open((1, 1))
        stranger = draw.staff("stranger", ministries=["EDUCATION"])
        office = draw.staff("office", Role.REGIONAL_OFFICER, areas=["33"])
        path = f"{draw.path}/selection/commit"

        assert code_of(await stranger.post(path, json={})) == (403, "not-your-ministry")
        assert (await office.post(path, json={})).status_code == 403
        unknown = "/v1/waves/01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11/selection"
        assert code_of(await draw.runner.post(f"{unknown}/commit", json={})) == (
            404,
            "wave-unknown",
        )
        assert code_of(await draw.client.get(f"{draw.path}/selection")) == (
            404,
            "selection-unknown",
        )


class TestSteps:
    async def test_each_step_has_its_time(self, draw):
        await draw.open((1, 1))
        assert code_of(await draw.close()) == (404, "selection-unknown")
        await draw.commit()
        early = await draw.runner.post(f"{draw.path}/selection/close")
        assert code_of(early) == (409, "window-open")
        assert int(early.headers["Retry-After"]) > 0
        path = f"{draw.path}/selection/preview"
        unlisted = await draw.runner.post(path)
        assert code_of(unlisted) == (409, "selection-state-refused")
        assert (unlisted.json()["present"], unlisted.json()["allowed"]) == (
            "COMMITTED",
            ["CLOSED"],
        )
        await draw.close()
        assert code_of(await draw.close()) == (409, "selection-state-refused")
        assert code_of(await draw.runner.get(path)) == (404, "preview-unknown")
        assert code_of(await draw.runner.get(f"{draw.path}/selection/results")) == (
            404,
            "preview-unknown",
        )
        assert code_of(await draw.announce()) == (409, "selection-state-refused")
        unpromised = await draw.record_value("16123")
        assert code_of(unpromised) == (409, "public-value-refused")

    async def test_nobody_applies_after_the_list_is_frozen(self, draw):
        await draw.open((1, 1))
        await draw.apply(await draw.seats.person())
        await draw.commit()
        closed = await draw.close()
        person = await draw.seats.person()
        late = await draw.himself(person).post(
            f"{draw.path}/applications",
            json={
                "participant_id": str(person),
                "choices": [{"facility_id": str(draw.facilities[0])}],
                "submit": True,
            },
            **draw.at(draw.after_close),
        )

        assert closed.json()["list_count"] == 1
        assert code_of(late) == (409, "window-closed")

    async def test_an_empty_list_is_drawn_as_well(self, draw):
        await draw.open((1, 1))
        await draw.run()

        told = await draw.told()
        assert told["list_count"] == 0
        assert told["list_digest"] == hashlib.sha256(b"").hexdigest()
        assert (await draw.seats.class_row(draw.classes[0])).announced_at is not None


class TestPreview:
    async def test_is_listed_by_rank_in_pages_and_made_again_with_the_same_result(self, draw):
        await draw.open((2, 1))
        for person in await draw.seats.people(5):
            await draw.apply(person)
        await draw.commit()
        await draw.close()
        first = await draw.preview()
        second = await draw.preview()

        assert (first["number"], second["number"]) == (1, 2)
        assert first["result_digest"] == second["result_digest"]
        assert first["facilities"] == [
            {"facility_id": str(draw.facilities[0]), "placed": 2, "reserve": 1}
        ]
        items, path = [], f"{draw.path}/selection/results?limit=2"
        while path:
            page = (await draw.runner.get(path)).json()
            items += page["items"]
            path = page["next"] and page["next"].split("/enrollment")[1]
        assert [each["rank"] for each in items] == [1, 2, 3, 4, 5]
        assert [each["ticket"] for each in items] == sorted(each["ticket"] for each in items)
        assert [each["reserve_number"] for each in items] == [None, None, 1, None, None]

    @pytest.mark.parametrize("change", CHANGES)
    async def test_what_it_was_made_from_has_changed(self, draw, change):
        await draw.open((2, 1))
        await draw.apply(await draw.seats.person())
        await draw.commit()
        await draw.close()
        preview = await draw.preview()

        await draw.sql(change)

        assert code_of(await draw.approve(preview)) == (409, "preview-stale")
        assert (await draw.approve(await draw.preview())).status_code == 200

    async def test_approval_names_the_draw_that_was_looked_at(self, draw):
        await draw.open((2, 1))
        person = await draw.seats.person()
        application = await draw.apply(person)
        await draw.apply(await draw.seats.person())
        await draw.commit()
        await draw.close()
        old = await draw.preview()
        await draw.withdraw(person, application)
        assert code_of(await draw.approve(old)) == (409, "preview-stale")
        new = await draw.preview()

        assert code_of(await draw.approve(old)) == (409, "preview-stale")
        assert (await draw.approve(new)).status_code == 200
        assert new["outcomes"]["WITHDRAWN"] == 1
        again = await draw.runner.post(
            f"{draw.path}/selection/preview", **draw.at(draw.after_close)
        )
        assert code_of(again) == (409, "selection-state-refused")

    async def test_the_hour_lies_ahead_and_before_the_first_class(self, draw):
        await draw.open((2, 1))
        await draw.commit()
        await draw.close()
        preview = await draw.preview()
        for hour in (draw.closes_at, draw.closes_at + timedelta(days=30)):
            refused = await draw.approver.post(
                f"{draw.path}/selection/approve",
                json={
                    "result_digest": preview["result_digest"],
                    "announce_at": hour.isoformat(),
                },
                **draw.at(draw.after_close),
            )
            assert code_of(refused) == (422, "announce-at-invalid")
            assert refused.json()["errors"][0]["pointer"] == "/announce_at"

    async def test_who_scored_does_not_approve(self, draw):
        await draw.open((2, 1), selection="SCORE")
        await draw.state_criteria({"PLAN": 100})
        person = await draw.seats.person()
        application = await draw.apply(person)
        await draw.commit()
        scored = await draw.score(person, application, "PLAN", 70, by=draw.approver)
        await draw.close()
        preview = await draw.preview()

        refused = await draw.approve(preview)
        other = await draw.approve(preview, by=draw.staff("third"))

        assert scored.status_code == 200, scored.text
        assert code_of(refused) == (409, "four-eyes")
        assert other.status_code == 200

    async def test_no_seat_comes_or_goes_until_what_was_approved_is_announced(self, draw):
        await draw.open((2, 1))
        await draw.apply(await draw.seats.person())
        await draw.commit()
        await draw.close()
        preview = await draw.preview()
        path = f"/v1/classes/{draw.classes[0]}"

        async def patch(**body):
            read = await draw.client.get(path)
            headers = {**draw.runner.headers, "If-Match": read.headers["ETag"]}
            return await draw.client.patch(path, json=body, headers=headers)

        before = await patch(capacity=3)
        stale = await draw.approve(preview)
        await draw.approve(await draw.preview())
        answers = [await patch(capacity=2), await patch(reserve_capacity=5)]
        label = await patch(label="Angkatan 1", capacity=3)
        await draw.announce()
        after = await patch(capacity=2)

        assert [before.status_code, label.status_code, after.status_code] == [200] * 3
        assert code_of(stale) == (409, "preview-stale")
        assert [code_of(each) for each in answers] == [(409, "selection-approved")] * 2
        assert {each.json()["present"] for each in answers} == {"APPROVED"}

    async def test_who_records_the_public_figure_does_not_approve(self, draw):
        await draw.open((2, 1))
        await draw.commit(public_source="JISDOR")
        await draw.close()
        await draw.record_value("16123", by=draw.approver)

        assert code_of(await draw.approve(await draw.preview())) == (409, "four-eyes")


class TestPushOn:
    @pytest.fixture
    def context(self, draw, settings_of, enrollment_db) -> WorkerContext:
        return WorkerContext(
            service="enrollment",
            settings=settings_of("enrollment", enrollment_db),
            sessions=draw.seats.sessions,
            tables=JobTables(job=Job),
        )

    async def test_commits_and_closes_what_nobody_did(self, draw, context, enrollment, rows):
        await draw.open((1, 1))
        await draw.apply(await draw.seats.person())
        cron = push_on(enrollment.state["nik_keys"])

        await cron.run(context)
        assert (await draw.told())["state"] == "COMMITTED"
        await cron.run(context)
        assert (await draw.told())["state"] == "COMMITTED"
        await draw.sql("UPDATE enrollment.wave SET closes_at = :now", now=utc_now())
        await cron.run(context)
        assert (await draw.told())["state"] == "COMMITTED", "somebody may still be on the way"
        earlier = utc_now() - timedelta(seconds=11)
        await draw.sql("UPDATE enrollment.wave SET closes_at = :at", at=earlier)
        await cron.run(context)

        told = await draw.told()
        assert (told["state"], told["list_count"]) == ("CLOSED", 1)
        events = await rows(
            "SELECT topic, actor FROM enrollment.event"
            " WHERE topic LIKE 'enrollment.selection%' ORDER BY version"
        )
        assert [each["topic"].rpartition(".")[2] for each in events] == ["committed", "closed"]
        assert {each["actor"] for each in events} == {"balai:enrollment|worker"}

    async def test_a_fault_in_one_wave_holds_up_no_other(self, draw, context, enrollment, rows):
        await draw.open((1, 1))
        await draw.apply(await draw.seats.person())
        await draw.commit()
        await draw.sql(
            "UPDATE enrollment.wave SET closes_at = :at", at=utc_now() - timedelta(minutes=1)
        )
        # What would freeze the list meets a row that is there already.
        await draw.sql(
            "INSERT INTO enrollment.selection_entry"
            " (wave_id, application_id, participant_id, facility_ids, class_ids)"
            " SELECT wave_id, id, participant_id, '{}', '{}' FROM enrollment.application"
        )
        other = new_id()
        for table, member in (("wave", "id"), ("selection", "wave_id")):
            await draw.sql(
                f"INSERT INTO enrollment.{table} SELECT (jsonb_populate_record(row,"
                f" to_jsonb(row) || jsonb_build_object('{member}', cast(:id AS text)"
                + (", 'code', 'W-2'" if table == "wave" else "")
                + f"))).* FROM enrollment.{table} row",
                id=str(other),
            )

        await push_on(enrollment.state["nik_keys"]).run(context)

        found = await rows("SELECT wave_id, state FROM enrollment.selection")
        assert {each["wave_id"]: each["state"] for each in found} == {
            draw.seats.wave_id: "COMMITTED",
            other: "CLOSED",
        }

    async def test_leaves_a_wave_that_is_not_open_or_was_called_off(
        self, draw, context, enrollment
    ):
        await draw.open((1, 1))
        cron = push_on(enrollment.state["nik_keys"])
        await draw.sql(
            "UPDATE enrollment.wave SET cancelled_at = :now, cancel_reason = 'Batal'", now=utc_now()
        )
        await cron.run(context)
        assert (await draw.client.get(f"{draw.path}/selection")).status_code == 404
        await draw.sql(
            "UPDATE enrollment.wave SET cancelled_at = NULL, cancel_reason = NULL, opens_at = :at",
            at=utc_now() + timedelta(hours=1),
        )

        await cron.run(context)

        assert (await draw.client.get(f"{draw.path}/selection")).status_code == 404
