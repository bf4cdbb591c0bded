"""Certificates of an LSP over HTTP: recorded by a centre, judged by an office."""

from uuid import UUID

import pytest
from sqlalchemy import text

from services.enrollment.person_keys.operations import destroy_key
from shared.ids import new_id
from shared.scope import Role
from tests.support.seats import NOW

NUMBER = "10710 7512 3 0000001 2026"


def body(**changes) -> dict:
    return {
        "lsp_name": "LSP Contoh",
        "lsp_license": "BNSP-LSP-000-ID",
        "scheme_name": "Pembuat roti",
        "number": NUMBER,
        "level": 2,
        "issued_on": "2026-02-20",
        "valid_until": "2999-02-20",
        "evidence": {"reference": "arsip/2026/0001.pdf", "sha256": "0" * 64},
        **changes,
    }


@pytest.fixture
def path(running) -> str:
    return f"/v1/classes/{running.class_id}/enrollments/{running.ids[0]}/competence-certificates"


@pytest.fixture
async def recorded(path, head) -> dict:
    answer = await head.post(path, json=body())
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
async def person(running, seats) -> str:
    rows = await seats.enrollments(running.class_id)
    return next(str(row.participant_id) for row in rows if str(row.id) == running.ids[0])


class TestRecordCompetenceCertificate:
    async def test_records_what_the_lsp_has_written(self, path, head, rows, seats, person):
        answer = await head.post(path, json=body(), key="k")
        same = await head.post(path, json=body(), key="k")

        assert same.content == answer.content
        where = f"/v1/competence-certificates/{answer.json()['id']}"
        assert answer.headers["Location"].endswith(where)
        told = (await head.get(where)).json()
        assert (told["number"], told["state"], told["in_force"]) == (NUMBER, "RECORDED", False)
        assert told["evidence"] == {"reference": "arsip/2026/0001.pdf", "sha256": "0" * 64}
        for table in ("competence_certificate", "idempotency", "event"):
            found = await rows(f"SELECT row_to_json(t)::text AS told FROM enrollment.{table} t")
            assert found
            assert not any(NUMBER in each["told"] for each in found), table
        (event,) = await rows(
            "SELECT payload FROM enrollment.event WHERE stream_id = :id"
            " AND topic = 'enrollment.competence_certificate.recorded'",
            id=person,
        )
        cell = event["payload"]["after"]
        assert (cell["kind"], cell["state"]) == ("COMPETENCE", "RECORDED")

    async def test_refuses_a_number_twice_and_impossible_dates(self, path, recorded, head):
        twice = await head.post(path, json=body(number=NUMBER.replace(" ", "")))
        same_id = await head.post(path, json=body(id=recorded["id"], number="2"))
        dates = await head.post(path, json=body(number="3", valid_until="2026-02-19"))

        assert (twice.status_code, twice.json()["code"]) == (409, "competence-number-taken")
        assert (same_id.status_code, same_id.json()["code"]) == (409, "id-taken")
        assert (dates.status_code, dates.json()["code"]) == (422, "competence-dates-invalid")

    async def test_is_for_who_runs_the_class(self, path, running, head, applicant):
        away = applicant(Role.REGIONAL_OFFICER, areas=["91"])
        unknown = path.replace(running.ids[0], str(new_id()))

        assert (await applicant(Role.INSTRUCTOR).post(path, json=body())).status_code == 403
        assert (await away.post(path, json=body())).status_code == 404
        assert (await head.post(unknown, json=body())).status_code == 404
        assert (await head.post(path, json={**body(), "nik": "1"})).status_code == 422

    async def test_is_of_who_was_trained(self, path, running, head, seats):
        async with seats.transaction() as session:
            await session.execute(
                text(
                    "UPDATE enrollment.enrollment SET state = 'CANCELLED', decided_at = now()"
                    " WHERE id = :id"
                ),
                {"id": running.ids[0]},
            )

        answer = await head.post(path, json=body())

        assert (answer.status_code, answer.json()["code"]) == (409, "competence-untrained")
        assert answer.json()["present"] == "CANCELLED"
        assert answer.json()["allowed"] == ["SEATED", "COMPLETED", "DROPPED_OUT"]


class TestReadCompetenceCertificates:
    async def test_shows_the_person_his_own_and_notes_who_else_looks(
        self, recorded, person, head, applicant, rows
    ):
        himself = applicant(Role.PARTICIPANT, participant_id=person)
        away = applicant(Role.REGIONAL_OFFICER, areas=["91"])
        listed = f"/v1/participants/{person}/competence-certificates"

        own = (await himself.get(listed)).json()["items"]
        silent = await rows("SELECT action FROM enrollment.audit WHERE action LIKE 'competence%'")
        await head.get(listed)
        await head.get(f"/v1/competence-certificates/{recorded['id']}")

        assert [each["number"] for each in own] == [NUMBER]
        assert silent == []
        assert await rows(
            "SELECT action FROM enrollment.audit WHERE action LIKE 'competence%' ORDER BY action"
        ) == [{"action": "competence-certificate.read"}, {"action": "competence-certificates.list"}]
        assert (await away.get(listed)).json()["items"] == []
        one = f"/v1/competence-certificates/{recorded['id']}"
        assert (await away.get(one)).status_code == 404
        assert (await applicant(Role.ANALYST).get(one)).status_code == 403

    async def test_forgets_the_number_with_the_person(self, recorded, person, head, seats):
        async with seats.transaction() as session:
            await destroy_key(session, UUID(person), NOW)

        told = (await head.get(f"/v1/competence-certificates/{recorded['id']}")).json()

        assert (told["number"], told["evidence"]) == (None, None)
        assert told["scheme_name"] == "Pembuat roti"


class TestJudgeCompetenceCertificate:
    async def test_counts_once_an_office_has_verified_it(self, recorded, head, applicant, seats):
        office = applicant(Role.REGIONAL_OFFICER, areas=["33.73"])
        path = f"/v1/competence-certificates/{recorded['id']}"

        centre = await head.post(f"{path}/verify")
        good = await office.post(f"{path}/verify")
        again = await office.post(f"{path}/verify")
        told = (await office.get(path)).json()
        bad = await office.post(f"{path}/reject", json={"reason": "Nomor tidak dikenal"})
        after = (await office.get(path)).json()

        assert centre.status_code == 403
        assert (good.status_code, good.json()["state"]) == (200, "VERIFIED")
        assert (again.status_code, again.json()["present"]) == (409, "VERIFIED")
        assert again.json()["allowed"] == ["REJECTED"]
        assert (told["in_force"], bad.status_code) == (True, 200)
        assert (after["state"], after["in_force"], after["reason"]) == (
            "REJECTED",
            False,
            "Nomor tidak dikenal",
        )

    async def test_is_for_an_office_of_the_place(self, recorded, applicant):
        away = applicant(Role.REGIONAL_OFFICER, areas=["91"])
        path = f"/v1/competence-certificates/{recorded['id']}"

        assert (await away.post(f"{path}/verify")).status_code == 404
        assert (await away.post(f"{path}/reject", json={"reason": "x"})).status_code == 404
