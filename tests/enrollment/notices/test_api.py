"""Services ask for notices without knowing contacts; offices read what somebody was told."""

from datetime import timedelta

import pytest

from shared.ids import new_id
from shared.scope import Role
from tests.support.seats import NOW, Applicant

EMAIL = "kanari@rahasia.example"
TOKEN = "rahasia-sekali-0123456789"
YES = {"purpose": "FOLLOW_UP", "given": True, "version": "1", "at": "2026-01-01T00:00:00Z"}
NO = {**YES, "given": False}


@pytest.fixture
def service(enrollment, auth) -> Applicant:
    return Applicant(enrollment, auth(Role.SERVICE, subject="balai:reporting"))


@pytest.fixture
def people_of(enrollment, auth):
    """Return the function that makes somebody: `people_of(Role.ANALYST)`."""
    return lambda role, **grant: Applicant(enrollment, auth(role, **grant))


@pytest.fixture
def elsewhere(people_of) -> Applicant:
    return people_of(Role.REGIONAL_OFFICER, areas=["91"])


def asked(*people, occasion_id=None, **changes) -> dict:
    return {
        "kind": "FOLLOW_UP",
        "path": "/reporting/answer",
        "months": 6,
        "expires_at": (NOW + timedelta(days=30)).isoformat(),
        "recipients": [
            {
                "participant_id": str(each),
                "occasion_id": str(occasion_id or new_id()),
                "token": TOKEN,
            }
            for each in people
        ],
        **changes,
    }


class TestRequestNotices:
    async def test_tells_each_once_and_answers_for_each(
        self, seats, service, post, mail, rows, capfd
    ):
        person = await seats.person(synthetic=False, email=EMAIL, consents=[NO, YES])
        occasion, key = new_id(), str(new_id())
        body = asked(person, person, new_id(), occasion_id=occasion)

        first = await service.post("/v1/notices", json=body, key=key)
        same = await service.post("/v1/notices", json=body, key=key)
        again = await service.post("/v1/notices", json=asked(person, occasion_id=occasion))
        sealed = str(await rows("SELECT * FROM enrollment.notice"))
        await post()

        assert first.status_code == same.status_code == again.status_code == 207
        assert first.content == same.content
        assert [(each["status"], each["outcome"]) for each in first.json()["items"]] == [
            (202, "QUEUED"),
            (200, "ALREADY"),
            (404, "UNKNOWN"),
        ]
        assert [each["outcome"] for each in again.json()["items"]] == ["ALREADY"]
        (letter,) = mail.letters
        assert f"http://balai.test/reporting/answer#{TOKEN}" in letter.get_content()
        (kept,) = await rows("SELECT state, token_cipher FROM enrollment.notice")
        assert kept == {"state": "SENT", "token_cipher": None}
        everything = sealed + "".join(capfd.readouterr())
        for table in ("notice", "job", "event", "idempotency"):
            everything += str(await rows(f"SELECT * FROM enrollment.{table}"))
        assert TOKEN not in everything
        assert EMAIL not in everything

    async def test_a_reminder_is_a_letter_of_its_own(self, seats, service, post, mail, rows):
        person = await seats.person(synthetic=False, email=EMAIL, consents=[YES])
        first = await service.post("/v1/notices", json=asked(person))
        reminder = await service.post("/v1/notices", json=asked(person, kind="FOLLOW_UP_REMINDER"))
        await post()

        told = [each.json()["items"][0]["outcome"] for each in (first, reminder)]
        assert told == ["QUEUED", "QUEUED"]
        subjects = sorted(letter["Subject"] for letter in mail.letters)
        assert subjects == [
            "Apa kabar usaha Anda, 6 bulan setelah pelatihan?",
            "Kami masih menunggu kabar Anda",
        ]

    @pytest.mark.parametrize("consents", [[], [YES, NO]])
    async def test_nobody_is_asked_who_has_not_agreed(self, seats, service, post, told, consents):
        person = await seats.person(synthetic=False, email=EMAIL, consents=consents)
        await service.post("/v1/notices", json=asked(person))

        await post()

        assert await told() == [("FOLLOW_UP", "SUPPRESSED", "no-consent")]

    async def test_what_is_past_due_is_not_sent(self, seats, service, post, told):
        person = await seats.person(synthetic=False, email=EMAIL, consents=[YES])
        past = (NOW - timedelta(hours=1)).isoformat()
        await service.post("/v1/notices", json=asked(person, expires_at=past))

        await post()

        assert await told() == [("FOLLOW_UP", "SUPPRESSED", "past-due")]

    @pytest.mark.parametrize(
        "change",
        [
            {"kind": "SEAT"},
            {"path": "https://elsewhere.example/"},
            {"path": "/a#b"},
            {"months": 5},
            {"recipients": []},
            {"expires_at": "2027-01-01T00:00:00"},
        ],
    )
    async def test_refuses_what_it_cannot_send(self, service, change):
        answer = await service.post("/v1/notices", json=asked(new_id(), **change))

        assert answer.status_code == 422

    async def test_refuses_a_token_that_no_address_can_hold_without_telling_it(self, service):
        body = asked(new_id())
        body["recipients"][0]["token"] = "a secret with spaces"

        answer = await service.post("/v1/notices", json=body)

        assert answer.status_code == 422
        assert "a secret" not in answer.text

    async def test_is_for_services_only(self, admin):
        assert (await admin.post("/v1/notices", json=asked(new_id()))).status_code == 403


class TestListNotices:
    async def test_shows_what_somebody_was_told_the_newest_first(
        self, seats, admin, post, elsewhere, rows, people_of
    ):
        person = await seats.person(synthetic=False, email=EMAIL)
        for _ in range(3):
            class_id = await seats.class_()
            seat = (await admin.claim(class_id, person)).json()
            await post()
            await admin.post(f"/v1/classes/{class_id}/enrollments/{seat['id']}/cancel")
            await post()
        path = f"/v1/participants/{person}/notices"

        pages = [await admin.get(path, limit=4)]
        pages.append(await admin.client.get(pages[0].json()["next"], headers=admin.headers))
        own = await people_of(Role.PARTICIPANT, participant_id=str(person)).get(path)
        nearby = people_of(Role.REGIONAL_OFFICER, areas=["33"])
        analyst = people_of(Role.ANALYST)

        items = [each for page in pages for each in page.json()["items"]]
        assert [each["kind"] for each in items] == ["CANCELLED", "SEAT"] * 3
        assert pages[1].json()["next"] is None
        assert {each["state"] for each in items} == {"SENT"}
        assert EMAIL not in pages[0].text
        assert own.json()["items"] == items
        assert (await nearby.get(path)).json()["items"] == items
        assert (await elsewhere.get(path)).json()["code"] == "participant-unknown"
        assert (await analyst.get(path)).status_code == 403
        read = await rows(
            "SELECT subject_id FROM enrollment.audit WHERE action = 'participant.notices.read'"
        )
        assert [row["subject_id"] for row in read] == [person] * 3


class TestRetryNotice:
    async def test_sends_what_has_failed_again_and_only_that(
        self, seats, admin, post, mail, rows, elsewhere
    ):
        person = await seats.person(synthetic=False, email=EMAIL)
        mail.refusals[EMAIL] = "550 nobody"
        await admin.claim(await seats.class_(), person)
        await post()
        (failed,) = (await admin.get(f"/v1/participants/{person}/notices")).json()["items"]
        path = f"/v1/participants/{person}/notices/{failed['id']}/retry"
        mail.refusals.clear()

        refused = await elsewhere.post(path)
        unknown = await admin.post(f"/v1/participants/{person}/notices/{new_id()}/retry")
        key = str(new_id())
        retried = [await admin.post(path, key=key) for _ in range(2)]
        pending = await admin.post(path)
        await post()
        sent = await admin.post(path)

        assert (failed["state"], failed["reason"]) == ("FAILED", "smtp-550")
        assert refused.json()["code"] == "participant-unknown"
        assert unknown.json()["code"] == "notice-unknown"
        assert [each.status_code for each in retried] == [200, 200]
        assert retried[0].json()["state"] == "PENDING"
        assert retried[0].json()["attempts"] == 0
        assert (pending.status_code, pending.json()["code"]) == (409, "notice-not-failed")
        assert (sent.json()["code"], sent.json()["state"]) == ("notice-not-failed", "SENT")
        assert len(mail.letters) == 1
        told = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.notice.retried'"
        )
        assert [row["payload"] for row in told] == [
            {"notice_id": failed["id"], "participant_id": str(person), "kind": "SEAT"}
        ]


class TestOff:
    async def test_nothing_is_promised_where_notices_are_off(
        self, enrollment, service, admin, seats
    ):
        settings = enrollment.state["settings"]
        enrollment.state["settings"] = settings.model_copy(update={"notices": "off"})

        answers = [
            await service.post("/v1/notices", json=asked(new_id())),
            await admin.post(f"/v1/participants/{await seats.person()}/notices/{new_id()}/retry"),
        ]

        assert [each.json()["code"] for each in answers] == ["notices-off"] * 2
        assert [each.status_code for each in answers] == [409] * 2
