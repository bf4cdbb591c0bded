"""Certificates over HTTP: issued by a job, downloaded, revoked, issued anew."""

import asyncio
import json
from uuid import UUID

import pytest
from sqlalchemy import update

from services.enrollment.participants.tables import Participant
from services.enrollment.person_keys.operations import destroy_key
from shared.ids import new_id
from shared.scope import Role
from tests.support.certified import NAME, SIGNATORY
from tests.support.seats import NOW


async def rename(seats, participant_id: str, name: str) -> None:
    async with seats.transaction() as session:
        statement = update(Participant).where(Participant.id == UUID(participant_id))
        await session.execute(statement.values(name=name))


class TestIssueCertificates:
    async def test_certifies_all_who_completed(self, trained, admin, rows):
        answer = await trained.issue(admin)

        job = (await admin.get(f"/v1/jobs/{answer.json()['id']}")).json()
        assert answer.status_code == 202
        assert answer.headers["Location"].endswith(f"/v1/jobs/{job['id']}")
        assert (job["status"], job["result"]) == ("SUCCEEDED", {"issued": 2, "printed": 2})
        assert job["progress"] == {"done": 2, "total": 2}
        items = (await admin.get(trained.path)).json()["items"]
        assert [each["enrollment_id"] for each in items] == trained.running.ids[:2]
        first = items[0]
        assert (first["state"], first["printed"], first["synthetic"]) == ("VALID", True, True)
        assert first["facility_name"] == "BLKK Nama Baru"
        assert [each["number"].rpartition("-")[0] for each in items] == [
            f"BALAI-{NOW.year}-BLK-1-{serial:05d}" for serial in (1, 2)
        ]
        assert first["verification_url"] == (
            f"http://balai.test/enrollment/verify/{first['number']}"
        )

    async def test_keeps_the_name_and_the_paper_sealed_and_out_of_everything_else(
        self, trained, admin, rows
    ):
        await trained.issue(admin)

        for table in ("training_certificate", "certificate_order", "event", "job", "idempotency"):
            told = await rows(f"SELECT row_to_json(t)::text AS told FROM enrollment.{table} t")
            assert told, table
            assert not any("Kanari" in each["told"] for each in told), table
        (kept,) = await rows(
            "SELECT pdf_cipher FROM enrollment.training_certificate ORDER BY number LIMIT 1"
        )
        assert b"%PDF" not in kept["pdf_cipher"]

    async def test_tells_each_cell_and_nobody_by_name(self, trained, admin, seats):
        await trained.issue(admin)

        events = [
            each.payload
            for each in await seats.events(trained.running.class_id)
            if each.topic == "enrollment.certificate.issued"
        ]
        assert len(events) == 2
        assert {each["before"] for each in events} == {None}
        cell = events[0]["after"]
        assert (cell["kind"], cell["state"], cell["province_code"]) == ("TRAINING", "VALID", "33")
        assert cell["program_id"] == str(seats.program_id)

    async def test_certifies_nobody_twice_and_numbers_without_gaps(self, trained, admin, rows):
        first, second, _ = trained.running.ids
        bodies = [{"signatory": SIGNATORY}, {"signatory": SIGNATORY, "enrollment_ids": [first]}]

        answers = await asyncio.gather(
            *(admin.post(trained.path, json=each) for each in (*bodies, *bodies))
        )
        await trained.worker()
        again = await trained.issue(admin, second)

        assert {each.status_code for each in (*answers, again)} == {202}
        items = (await admin.get(trained.path)).json()["items"]
        assert sorted(each["enrollment_id"] for each in items) == sorted([first, second])
        assert sorted(each["number"].split("-")[-2] for each in items) == ["00001", "00002"]
        assert await rows("SELECT last FROM enrollment.certificate_counter") == [{"last": 2}]

    async def test_answers_the_same_under_the_same_key(self, trained, admin, rows):
        answers = [await trained.issue(admin, key="k") for _ in range(2)]

        assert answers[0].content == answers[1].content
        assert len(await rows("SELECT id FROM enrollment.certificate_order")) == 1

    async def test_tells_the_person_with_number_and_link(self, trained, admin, rows):
        (item, _) = await trained.issued(admin)

        notices = await rows(
            "SELECT participant_id, params FROM enrollment.notice"
            " WHERE kind = 'CERTIFICATE' AND occasion_id = :id",
            id=item["id"],
        )
        assert [str(each["participant_id"]) for each in notices] == [item["participant_id"]]
        assert notices[0]["params"]["number"] == item["number"]
        assert notices[0]["params"]["path"] == f"/enrollment/verify/{item['number']}"

    async def test_waits_for_the_name_of_the_facility(self, trained, admin, fake_registry, worker):
        fake_registry.failing.add("/v1/facilities/")
        answer = await admin.post(trained.path, json={"signatory": SIGNATORY})
        await worker()
        waits = (await admin.get(f"/v1/jobs/{answer.json()['id']}")).json()
        fake_registry.failing.clear()

        items = await trained.issued(admin)

        assert (waits["status"], waits["result"]) == ("QUEUED", None)
        assert [each["printed"] for each in items] == [True, True]

    async def test_refuses_a_class_in_which_nobody_was_trained(self, seats, admin):
        class_id = await seats.class_()

        answer = await admin.post(
            f"/v1/classes/{class_id}/certificates", json={"signatory": SIGNATORY}
        )

        assert (answer.status_code, answer.json()["code"]) == (409, "class-not-trained")
        assert answer.json()["present"] == "PLANNED"
        assert answer.json()["allowed"] == ["OPENED", "COMPLETED"]

    async def test_names_who_has_not_completed(self, trained, admin):
        *_, left = trained.running.ids

        answer = await trained.issue(admin, left, str(new_id()))

        assert (answer.status_code, answer.json()["code"]) == (422, "roll-refused")
        assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [
            ("/enrollment_ids/0", "not-seated"),
            ("/enrollment_ids/1", "enrollment-unknown"),
        ]

    async def test_leaves_out_whose_data_were_erased(self, trained, admin, seats):
        async with seats.transaction() as session:
            await destroy_key(session, UUID(await trained.participant()), NOW)

        items = await trained.issued(admin)

        assert [each["enrollment_id"] for each in items] == trained.running.ids[1:2]

    async def test_is_for_who_runs_the_class(self, trained, admin, applicant):
        body = {"signatory": SIGNATORY}
        office = applicant(Role.REGIONAL_OFFICER, areas=["91"])

        assert (await applicant(Role.INSTRUCTOR).post(trained.path, json=body)).status_code == 403
        assert (await office.post(trained.path, json=body)).json()["code"] == "out-of-scope"
        unknown = f"/v1/classes/{new_id()}/certificates"
        assert (await admin.post(unknown, json=body)).status_code == 404
        assert (await admin.post(trained.path, json={})).status_code == 422


class TestGetCertificatePdf:
    async def test_gives_the_person_and_the_centre_the_paper(
        self, trained, admin, applicant, seats, rows
    ):
        (item, _) = await trained.issued(admin)
        path = f"/v1/certificates/{item['id']}/pdf"
        himself = applicant(Role.PARTICIPANT, participant_id=item["participant_id"])
        place = (await seats.class_row(trained.running.class_id)).facility_id
        head = applicant(Role.FACILITY_OPERATOR, facilities=[str(place)])

        own = await himself.get(path)
        noted = await rows("SELECT action FROM enrollment.audit WHERE action = 'certificate.pdf'")
        staff = await head.get(path)

        assert own.content == staff.content
        assert own.content.startswith(b"%PDF-")
        assert own.headers["Content-Type"] == "application/pdf"
        assert own.headers["Cache-Control"] == "private, no-store"
        assert item["number"] in own.headers["Content-Disposition"]
        assert noted == []
        assert await rows(
            "SELECT subject_id::text FROM enrollment.audit WHERE action = 'certificate.pdf'"
        ) == [{"subject_id": item["participant_id"]}]

    async def test_knows_nothing_for_strangers_nor_of_the_erased(
        self, trained, admin, applicant, seats
    ):
        (item, other) = await trained.issued(admin)
        path = f"/v1/certificates/{item['id']}"
        strangers = [
            applicant(Role.PARTICIPANT, participant_id=other["participant_id"]),
            applicant(Role.REGIONAL_OFFICER, areas=["91"]),
        ]
        for who in strangers:
            assert (await who.get(path)).status_code == 404
            assert (await who.get(path + "/pdf")).status_code == 404
        assert (await applicant(Role.ANALYST).get(path + "/pdf")).status_code == 403
        async with seats.transaction() as session:
            await destroy_key(session, UUID(item["participant_id"]), NOW)

        gone = await admin.get(path + "/pdf")

        assert (gone.status_code, gone.json()["code"]) == (404, "certificate-erased")
        assert (await admin.get(path)).json()["state"] == "VALID"

    async def test_lists_the_certificates_of_a_person(self, trained, admin, applicant, rows):
        (item, other) = await trained.issued(admin)
        himself = applicant(Role.PARTICIPANT, participant_id=item["participant_id"])

        own = await himself.get(f"/v1/participants/{item['participant_id']}/certificates")
        others = await himself.get(f"/v1/participants/{other['participant_id']}/certificates")
        silent = await rows("SELECT id FROM enrollment.audit WHERE action = 'certificates.list'")
        await admin.get(f"/v1/participants/{item['participant_id']}/certificates")
        (noted,) = await rows(
            "SELECT subject_id FROM enrollment.audit WHERE action = 'certificates.list'"
        )

        assert [each["id"] for each in own.json()["items"]] == [item["id"]]
        assert others.json()["items"] == []
        assert (silent, str(noted["subject_id"])) == ([], item["participant_id"])


class TestRevokeCertificate:
    async def test_revokes_once_and_says_so(self, trained, admin, seats):
        (item, _) = await trained.issued(admin)
        path = f"/v1/certificates/{item['id']}/revoke"

        named = await admin.post(path, json={"reason": "NIK 3373015704850000 keliru"})
        assert (named.status_code, "3373015704850000" in named.text) == (422, False)
        answer = await admin.post(path, json={"reason": "Keliru"}, key="k")
        same = await admin.post(path, json={"reason": "Keliru"}, key="k")
        again = await admin.post(path, json={"reason": "Keliru"})

        assert same.content == answer.content
        assert (answer.json()["state"], answer.json()["reason"]) == ("REVOKED", "Keliru")
        assert answer.headers["ETag"] == '"2"'
        assert (again.status_code, again.json()["code"]) == (409, "certificate-state-refused")
        assert (again.json()["present"], again.json()["allowed"]) == ("REVOKED", [])
        last = (await seats.events(trained.running.class_id))[-1]
        assert last.topic == "enrollment.certificate.revoked"
        assert [last.payload[each]["state"] for each in ("before", "after")] == [
            "VALID",
            "REVOKED",
        ]

    async def test_lets_who_is_named_have_another_one(self, trained, admin):
        (item, _) = await trained.issued(admin)
        await admin.post(f"/v1/certificates/{item['id']}/revoke", json={"reason": "Keliru"})

        left = await trained.issued(admin)
        named = await trained.issued(admin, item["enrollment_id"])

        assert [each["state"] for each in left] == ["REVOKED", "VALID"]
        assert [each["state"] for each in named] == ["REVOKED", "VALID", "VALID"]

    async def test_is_for_an_office_of_the_place(self, trained, admin, applicant, seats):
        (item, _) = await trained.issued(admin)
        path = f"/v1/certificates/{item['id']}/revoke"
        place = (await seats.class_row(trained.running.class_id)).facility_id
        head = applicant(Role.FACILITY_OPERATOR, facilities=[str(place)])
        away = applicant(Role.REGIONAL_OFFICER, areas=["91"])

        assert (await head.post(path, json={"reason": "x"})).status_code == 403
        assert (await away.post(path, json={"reason": "x"})).status_code == 404
        assert (await admin.post(path, json={})).status_code == 422


class TestReissueCertificate:
    @pytest.fixture
    async def reissued(self, trained, admin, seats) -> tuple[dict, dict]:
        (old, _) = await trained.issued(admin)
        await rename(seats, old["participant_id"], "Kenari Rahasia Utama")
        answer = await admin.post(
            f"/v1/certificates/{old['id']}/reissue", json={"reason": "Ejaan nama"}
        )
        assert answer.status_code == 202, answer.text
        await trained.worker()
        items = (await admin.get(trained.path)).json()["items"]
        return old, next(each for each in items if each["replaces"] is not None)

    async def test_puts_another_in_its_place(self, reissued, trained, admin, seats):
        old, new = reissued

        before = (await admin.get(f"/v1/certificates/{old['id']}")).json()
        assert (before["state"], before["replaced_by"]) == ("REISSUED", new["number"])
        assert (before["reason"], new["replaces"]) == ("Ejaan nama", old["number"])
        assert (new["state"], new["printed"]) == ("VALID", True)
        assert new["facility_name"] == "BLKK Nama Baru"
        told = [
            (each.topic.rpartition(".")[2], each.payload["replaces_id"])
            for each in await seats.events(trained.running.class_id)
            if "certificate" in each.topic
        ]
        assert told[-2:] == [("reissued", None), ("issued", old["id"])]

    async def test_refuses_what_has_been_replaced(self, reissued, admin):
        old, _ = reissued

        answer = await admin.post(f"/v1/certificates/{old['id']}/reissue", json={"reason": "Lagi"})

        assert (answer.status_code, answer.json()["present"]) == (409, "REISSUED")

    async def test_replaces_once_what_was_asked_twice(self, trained, admin, rows):
        (old, _) = await trained.issued(admin)
        path = f"/v1/certificates/{old['id']}/reissue"
        for _ in range(2):
            assert (await admin.post(path, json={"reason": "Ejaan"})).status_code == 202

        await trained.worker()

        jobs = await rows(
            "SELECT state, error FROM enrollment.job WHERE kind = 'issue-certificates'"
            " ORDER BY state, error NULLS FIRST"
        )
        assert [each["error"] for each in jobs] == ["certificate-state-refused", None, None]
        valid = await rows(
            "SELECT number FROM enrollment.training_certificate WHERE state = 'VALID'"
        )
        assert len(valid) == 2


async def test_no_answer_but_the_paper_holds_the_name(trained, admin):
    (item, _) = await trained.issued(admin)

    assert "Kanari" not in json.dumps(item)
    assert NAME.startswith("Kanari")
