"""Whoever holds a certificate verifies it; nobody lists any."""

from uuid import UUID

import pytest

from services.enrollment.attempts.tables import Attempt
from services.enrollment.certificate_verifications import rules
from services.enrollment.person_keys.operations import destroy_key
from tests.support.seats import NOW

JSON = "/v1/certificate-verifications/"
PAGE = "/verify/"


@pytest.fixture
async def items(trained, admin) -> list[dict]:
    return await trained.issued(admin)


class TestVerifyCertificate:
    async def test_tells_anybody_what_the_paper_says_with_a_masked_name(self, items, enrollment):
        number = items[0]["number"]

        answer = await enrollment.get(JSON + number)
        typed = await enrollment.get(JSON + number.lower())

        told = answer.json()
        assert (answer.status_code, typed.json()) == (200, told)
        assert (told["state"], told["name"]) == ("VALID", "Kan*** R. U.")
        assert told["facility_name"] == "BLKK Nama Baru"
        assert "participant_id" not in told
        assert answer.headers["Cache-Control"] == "no-store"

    async def test_tells_of_what_was_revoked_and_replaced(self, items, enrollment, admin, trained):
        revoked, replaced = items
        await admin.post(f"/v1/certificates/{revoked['id']}/revoke", json={"reason": "Rahasia"})
        await admin.post(f"/v1/certificates/{replaced['id']}/reissue", json={"reason": "Nama"})
        await trained.worker()

        told = [(await enrollment.get(JSON + each["number"])).json() for each in items]

        assert [each["state"] for each in told] == ["REVOKED", "REISSUED"]
        assert all(each["ended_at"] for each in told)
        assert "Rahasia" not in str(told)
        successor = (await enrollment.get(JSON + told[1]["replaced_by"])).json()
        assert successor["state"] == "VALID"

    async def test_still_vouches_for_a_training_whose_person_was_erased(
        self, items, enrollment, seats
    ):
        async with seats.transaction() as session:
            await destroy_key(session, UUID(items[0]["participant_id"]), NOW)

        told = (await enrollment.get(JSON + items[0]["number"])).json()

        assert (told["state"], told["name"]) == ("VALID", None)

    async def test_refuses_who_guesses_and_never_who_knows(self, items, enrollment, rows, seats):
        head, _, tail = items[0]["number"].rpartition("-")
        guess = f"{head}-{tail[::-1]}" if tail != tail[::-1] else f"{head}-0000000000"

        first = await enrollment.get(JSON + guess)
        async with seats.transaction() as session:
            (attempt,) = await session.scalars(Attempt.__table__.select())
            assert attempt
            await session.execute(Attempt.__table__.update().values(count=rules.MISSES))
        over = await enrollment.get(JSON + guess)
        known = await enrollment.get(JSON + items[0]["number"])

        assert (first.status_code, first.json()["code"]) == (404, "certificate-number-unknown")
        assert (over.status_code, over.json()["code"]) == (429, "too-many-attempts")
        assert int(over.headers["Retry-After"]) > 0
        assert known.status_code == 200


class TestShowVerification:
    @pytest.mark.parametrize(
        ("query", "header", "language", "heading"),
        [
            ("", None, "id", "Berlaku"),
            ("", "en-GB,en;q=0.9", "en", "Valid"),
            ("?lang=en", "id", "en", "Valid"),
            ("?lang=id", "en", "id", "Berlaku"),
        ],
    )
    async def test_speaks_two_languages(self, items, enrollment, query, header, language, heading):
        headers = {} if header is None else {"Accept-Language": header}

        answer = await enrollment.get(PAGE + items[0]["number"] + query, headers=headers)

        assert (answer.status_code, answer.headers["Content-Language"]) == (200, language)
        assert f'<html lang="{language}">' in answer.text
        assert f"<strong>{heading}</strong>" in answer.text

    async def test_is_small_and_runs_nothing(self, items, enrollment):
        answer = await enrollment.get(PAGE + items[0]["number"])

        policy = answer.headers["Content-Security-Policy"]
        assert len(answer.content) < 6 * 1024
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy
        assert "<script" not in answer.text
        assert "Kanari" not in answer.text
        assert "DATA SINTETIS" in answer.text

    async def test_leads_to_the_successor(self, items, enrollment, admin, trained):
        old = items[0]
        await admin.post(f"/v1/certificates/{old['id']}/reissue", json={"reason": "Nama"})
        await trained.worker()

        page = (await enrollment.get(PAGE + old["number"])).text

        number = (await enrollment.get(JSON + old["number"])).json()["replaced_by"]
        assert f'<a href="./{number}">' in page
        assert "Digantikan" in page

    async def test_knows_no_other_number_and_echoes_none(self, enrollment):
        answer = await enrollment.get(PAGE + "%3Cscript%3Ealert(1)")

        assert answer.status_code == 404
        assert "Nomor tidak dikenal" in answer.text
        assert "alert" not in answer.text
