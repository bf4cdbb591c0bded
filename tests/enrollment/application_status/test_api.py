"""The status and a draft, for whoever knows code and birth date."""

import asyncio
import json
from uuid import UUID

import pytest
from sqlalchemy import text

from services.enrollment.application_decisions.operations import Decided, decide
from shared.ids import new_id
from shared.schemas.enrollment import ApplicationState
from shared.scope import Role
from tests.enrollment.applications.conftest import PAPER, code_of
from tests.support.seats import NOW

BORN = "1990-06-15"
STATUS = "/v1/application-status"
RESUME = "/v1/application-drafts/resume"


@pytest.fixture
def ask(enrollment):
    """Return the function that asks without a login, from an address."""

    async def post(code: str | None = None, born: str = BORN, *, at="198.51.100.7", **more):
        body = {"birth_date": born, **({"code": code} if code else {}), **more}
        headers = {"X-Forwarded-For": at, **({"Accept-Language": "en"} if at else {})}
        return await enrollment.post(STATUS, json=body, headers=headers)

    return post


@pytest.fixture
async def receipt(wave, someone) -> dict:
    person, caller = someone
    return (await caller.post(wave.path, json=wave.body(person, submit=False))).json()


@pytest.fixture
def later(wave):
    """Return the function that lets the periods of all attempts pass."""

    async def pass_() -> None:
        async with wave.seats.transaction() as session:
            await session.execute(
                text("UPDATE enrollment.attempt SET expires_at = now() - interval '1 second'")
            )

    return pass_


async def audited(wave) -> list[tuple[str, str | None]]:
    async with wave.seats.transaction() as session:
        rows = await session.execute(
            text("SELECT action, subject_id FROM enrollment.audit ORDER BY at, id")
        )
        return [(row.action, row.subject_id) for row in rows]


class TestStatus:
    async def test_answers_from_the_record_of_this_moment_and_names_nobody(
        self, wave, someone, receipt, ask, enrollment
    ):
        person, caller = someone
        typed = f"{receipt['code'][:5].lower()}-{receipt['code'][5:]}"

        draft = (await ask(typed)).json()
        await caller.post(f"/v1/participants/{person}/applications/{receipt['id']}/submit")
        submitted = await ask(typed)
        indonesian = await enrollment.post(STATUS, json={"code": typed, "birth_date": BORN})

        assert draft["application"]["state"] == "DRAFT"
        assert submitted.headers["Cache-Control"] == "no-store"
        assert submitted.json()["application"]["state"] == "SUBMITTED"
        assert "awaits the selection" in submitted.json()["application"]["text"]
        assert "menunggu seleksi" in indonesian.json()["application"]["text"]
        assert submitted.json()["place"] is None
        told = json.dumps(submitted.json())
        assert not any(each in told for each in ("Peserta", BORN, str(person), receipt["code"]))
        assert await audited(wave) == [("application.status", person)] * 3

    async def test_a_place_in_line_and_a_refusal_are_told_in_words(
        self, wave, someone, receipt, ask, as_person
    ):
        person, caller = someone
        await caller.post(f"/v1/participants/{person}/applications/{receipt['id']}/submit")
        full = await wave.seats.class_(capacity=1, reserve_capacity=1)
        first = await wave.seats.person()
        await as_person(first).claim(full, first)
        seat = (await caller.claim(full, person)).json()
        reserve = Decided(
            person,
            UUID(receipt["id"]),
            ApplicationState.RESERVE,
            full,
            UUID(seat["id"]),
            ("rank-3",),
        )
        async with wave.seats.transaction() as session:
            await session.execute(
                text("UPDATE enrollment.enrollment SET application_id = :a WHERE id = :id"),
                {"a": receipt["id"], "id": seat["id"]},
            )
            await decide(session, [reserve], now=NOW)

        told = (await ask(receipt["code"])).json()

        assert told["application"]["reasons"] == [{"code": "rank-3", "text": "rank-3"}]
        assert told["place"]["state"] == "WAITLISTED"
        assert told["place"]["waitlist_position"] == 1
        assert told["place"]["facility_name"] == "BLKK Contoh"

    async def test_who_claimed_a_seat_names_the_place(self, wave, someone, ask):
        person, caller = someone
        seat = (await caller.claim(wave.classes[0], person)).json()
        place = {"class_id": str(wave.classes[0]), "enrollment_id": seat["id"]}

        right = await ask(**place)
        wrong = await ask(born="1990-06-16", **place)
        elsewhere = await ask(**{**place, "class_id": str(wave.classes[1])})

        assert (right.json()["application"], right.json()["place"]["state"]) == (None, "SEATED")
        assert code_of(wrong) == code_of(elsewhere) == (404, "status-unknown")

    async def test_a_wrong_code_and_a_wrong_birth_date_are_the_same(
        self, wave, someone, receipt, ask
    ):
        answers = [
            await ask("0000000000"),
            await ask(receipt["code"], "1990-06-16"),
            await ask("no code at all"),
        ]

        told = [{**each.json(), "request_id": None} for each in answers]
        assert told[0] == told[1] == told[2]
        assert code_of(answers[0]) == (404, "status-unknown")
        assert await audited(wave) == [
            ("application.status.refused", None),
            ("application.status.refused", someone[0]),
            ("application.status.refused", None),
        ]

    async def test_neither_tables_nor_logs_keep_what_was_asked(self, wave, receipt, ask, capfd):
        capfd.readouterr()
        await ask(receipt["code"])
        await ask(receipt["code"], "1990-06-16")

        logged = "".join(capfd.readouterr())
        assert "status-unknown" in logged
        assert not any(each in logged for each in (BORN, "1990-06-16", receipt["code"]))
        async with wave.seats.transaction() as session:
            for table in ("audit", "attempt", "event", "idempotency"):
                rows = await session.execute(text(f"SELECT t::text FROM enrollment.{table} t"))
                told = " ".join(row[0] for row in rows)
                assert BORN not in told
                assert "198.51.100.7" not in told

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"birth_date": BORN},
            {"birth_date": BORN, "code": "K7M2PQ09X1", "class_id": str(new_id())},
            {"birth_date": BORN, "enrollment_id": str(new_id())},
            {"birth_date": "1990-02-31", "code": "K7M2PQ09X1"},
            {"birth_date": BORN, "code": "K7M2PQ09X1", "nik": "1"},
        ],
    )
    async def test_what_is_not_asked_properly_is_refused(self, enrollment, body):
        response = await enrollment.post(STATUS, json=body)

        assert code_of(response) == (422, "validation-failed")
        assert "1990-02-31" not in response.text


class TestLimits:
    async def test_a_code_is_closed_for_an_hour_after_five_wrong_dates(self, receipt, ask, later):
        wrong = [await ask(receipt["code"], f"1991-01-{day:02d}") for day in range(1, 6)]
        closed = await ask(receipt["code"], at="203.0.113.9")
        await later()
        opened = await ask(receipt["code"])

        assert {code_of(each) for each in wrong} == {(404, "status-unknown")}
        assert code_of(closed) == (429, "too-many-attempts")
        assert 0 < int(closed.headers["Retry-After"]) <= 3600
        assert opened.status_code == 200

    async def test_guesses_at_once_are_as_many_as_one_after_the_other(self, receipt, ask):
        answers = await asyncio.gather(
            *(ask(receipt["code"], f"1991-02-{day:02d}") for day in range(1, 21))
        )

        assert sorted(each.status_code for each in answers) == [404] * 5 + [429] * 15

    async def test_who_is_right_is_not_counted_as_wrong(self, receipt, ask):
        answers = [await ask(receipt["code"]) for _ in range(12)]

        assert {each.status_code for each in answers} == {200}

    async def test_an_address_is_closed_for_all_codes_and_others_are_not(self, wave, receipt, ask):
        # Thousands ask from the address of a telephone company; some of them type a digit wrong.
        guessed = [await ask(f"{number:010d}") for number in range(61)]
        open_still = await ask(receipt["code"])
        async with wave.seats.transaction() as session:
            await session.execute(
                text(
                    "UPDATE enrollment.attempt SET count = 600"
                    " WHERE kind = 'status-wrong-of-address'"
                )
            )
        closed = await ask(receipt["code"])
        # What the caller wrote into the header himself stands before what the entrance has seen.
        spoofed = await ask(receipt["code"], at="203.0.113.9, 198.51.100.7")
        elsewhere = await ask(receipt["code"], at="198.51.100.7, 203.0.113.9")

        assert {each.status_code for each in guessed} == {404}
        assert open_still.status_code == 200
        assert code_of(closed) == code_of(spoofed) == (429, "too-many-attempts")
        assert elsewhere.status_code == 200
        async with wave.seats.transaction() as session:
            rows = await session.execute(text("SELECT kind, key FROM enrollment.attempt"))
            assert not any(
                b"198.51" in row.key or receipt["code"].encode() in row.key for row in rows
            )


class TestResume:
    async def test_gives_a_draft_back_to_another_login_without_rights(
        self, wave, someone, receipt, as_person, as_staff
    ):
        person, caller = someone
        path = f"/v1/participants/{person}/applications/{receipt['id']}"
        cousin = as_person(new_id())
        body = {"code": receipt["code"], "birth_date": BORN}

        draft = await cousin.client.post(RESUME, json=body, headers=cousin.headers)
        submit = await cousin.post(f"{path}/submit")
        read = await cousin.get(path)
        centre = as_staff(Role.FACILITY_OPERATOR, facilities=[str(wave.facilities[0])])
        finished = await centre.post(f"{path}/submit", json={"paper": PAPER})
        over = await cousin.client.post(RESUME, json=body, headers=cousin.headers)

        assert draft.status_code == 200, draft.text
        assert draft.json()["id"] == receipt["id"]
        assert draft.json()["version"] == receipt["version"]
        assert [each["rank"] for each in draft.json()["choices"]] == [1, 2]
        assert (draft.json()["documents"], draft.json()["has_paper"]) == ([], False)
        assert (submit.status_code, read.status_code) == (404, 404)
        assert finished.json()["state"] == "SUBMITTED"
        # Submitted it can still be changed, so it is still given back.
        assert over.json()["state"] == "SUBMITTED"
        await caller.post(f"{path}/withdraw")
        gone = await cousin.client.post(RESUME, json=body, headers=cousin.headers)
        assert code_of(gone) == (409, "application-state-refused")

    async def test_needs_a_login_and_shares_the_limit_of_the_status(
        self, enrollment, someone, receipt, ask
    ):
        caller = someone[1]
        body = {"code": receipt["code"], "birth_date": "1991-01-01"}
        nobody = await enrollment.post(RESUME, json=body)
        for day in range(1, 6):
            await ask(receipt["code"], f"1991-01-{day:02d}")

        closed = await caller.client.post(RESUME, json=body, headers=caller.headers)

        assert code_of(nobody) == (401, "unauthorized")
        assert code_of(closed) == (429, "too-many-attempts")
