"""Proposing, sending, concluding a referral: the registry is asked before anything is written."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from services.enrollment.referral_sendings.jobs import settle_left_over
from services.enrollment.worker import create_worker
from shared.clock import ledger_day, utc_now
from shared.ids import new_id
from shared.scope import Role


@pytest.fixture
def service(referring):
    return referring.registry.add_target("PLUT_SERVICE")


@pytest.fixture
def line(referring):
    return referring.registry.add_target("PRODUCTION_SLOT")


@pytest.fixture
async def second(referring, trained, rows):
    """Return the function that lets the other graduate of the class ask for the same hours."""
    participant_id = await trained.participant(1)
    himself = referring.applicant(Role.PARTICIPANT, participant_id=participant_id)

    async def consented(target_id) -> dict:
        body = referring.body(target_id, enrollment_id=trained.running.ids[1])
        path = f"/v1/participants/{participant_id}/referrals"
        made = await himself.post(path, json=body)
        assert made.status_code == 201, made.text
        return await referring.turned(himself, made.json(), "consent", {"version": "2027-1"})

    return consented


@pytest.fixture
def settle_later(settings_of, enrollment_db, fake_registry):
    """Return the function that settles what the jobs could not."""

    async def settle() -> None:
        settings = settings_of("enrollment", enrollment_db, redis_url=None)
        worker = create_worker(settings, registry_transport=fake_registry)
        async with worker.context() as context:
            await settle_left_over(context)

    return settle


def held(referring) -> list[str]:
    return [each["state"] for each in referring.registry.hours.values()]


class TestProposeReferral:
    async def test_copies_what_the_registry_says(self, referring, service, rows):
        body = referring.body(service)

        made = await referring.himself.post(referring.path, json=body, key="k")
        same = await referring.himself.post(referring.path, json=body, key="k")
        other = await referring.himself.post(referring.path, json=body)

        assert made.status_code == 201, made.text
        assert same.content == made.content
        told = made.json()
        assert made.headers["Location"].endswith(f"/v1/referrals/{told['id']}")
        assert (told["state"], told["target"], told["to_facility_name"]) == (
            "PROPOSED",
            "DATA SINTETIS PLUT_SERVICE",
            "DATA SINTETIS Rumah Produksi",
        )
        assert (other.status_code, other.json()["code"]) == (409, "referral-open")

    async def test_passes_the_registrys_refusal_on(self, referring, rows):
        incubator = referring.registry.add_target("INCUBATOR")
        referring.registry.refuse(incubator, 409, "incubator-full", "Penuh.")

        full = await referring.head.post(referring.path, json=referring.body(incubator))
        referring.registry.away = True
        away = await referring.head.post(referring.path, json=referring.body(incubator))

        assert (full.status_code, full.json()["code"]) == (409, "incubator-full")
        assert (away.status_code, away.json()["code"]) == (503, "registry-unavailable")
        assert await rows("SELECT id FROM enrollment.referral") == []

    async def test_refuses_who_is_not_trained_or_not_the_callers(self, referring, service, trained):
        dropped = await trained.participant(2)
        left = referring.body(service, enrollment_id=trained.running.ids[2])
        away = referring.applicant(Role.REGIONAL_OFFICER, areas=["91"])
        stranger = referring.applicant(Role.PARTICIPANT, participant_id=str(new_id()))

        early = await referring.head.post(f"/v1/participants/{dropped}/referrals", json=left)
        mixed = await referring.head.post(
            f"/v1/participants/{dropped}/referrals", json=referring.body(service)
        )

        assert (early.status_code, early.json()["code"]) == (409, "referral-too-early")
        assert early.json()["present"] == "DROPPED_OUT"
        assert mixed.status_code == 404
        for nobody in (away, stranger):
            answer = await nobody.post(referring.path, json=referring.body(service))
            assert answer.status_code == 404

    async def test_refuses_what_a_kind_does_not_have(self, referring, service, line):
        bank = referring.registry.add_target("BANK")
        for body in (
            referring.body(service, financing="KUR"),
            referring.body(bank, financing=None),
            referring.body(line, slots=None),
            referring.body(service, kind="SCHOOL"),
            {**referring.body(service), "nik": "1"},
        ):
            answer = await referring.head.post(referring.path, json=body)
            assert (answer.status_code, answer.json()["code"]) == (422, "validation-failed")


class TestSendReferral:
    async def test_asks_for_consent_first_and_is_not_for_the_person(self, referring, service):
        referral = await referring.proposed(service)

        early = await referring.turn(referring.head, referral, "send")
        await referring.turned(referring.himself, referral, "consent", {"version": "2027-1"})
        himself = await referring.turn(referring.himself, referral, "send")
        sent = await referring.turn(referring.head, referral, "send", key="k")
        same = await referring.turn(referring.head, referral, "send", key="k")

        assert (early.status_code, early.json()["present"]) == (409, "PROPOSED")
        assert early.json()["allowed"] == ["CONSENTED", "WITHDRAWN"]
        assert (himself.status_code, himself.json()["code"]) == (403, "out-of-scope")
        assert (sent.status_code, sent.json()["state"]) == (200, "SENT")
        assert same.content == sent.content

    async def test_stops_once_the_consent_is_withdrawn(self, referring, line):
        referral = await referring.consented(line)
        await referring.himself.post(
            f"/v1/participants/{referring.participant_id}/consents",
            json={"purpose": "REFERRAL", "given": False, "version": "2027-1"},
        )

        answer = await referring.turn(referring.head, referral, "send")

        assert (answer.status_code, answer.json()["code"]) == (409, "referral-consent-missing")
        assert referring.registry.hours == {}

    async def test_books_the_hours_and_confirms_them(self, referring, line, worker):
        sent = await referring.sent(line)
        before = held(referring)
        await worker()
        told = (await referring.head.get(f"/v1/referrals/{sent['id']}")).json()

        assert before == ["HELD"]
        assert held(referring) == ["CONFIRMED"]
        assert told["booking_id"] == referring.registry.hours[sent["id"]]["booking_id"]
        assert told["booked_at"] is not None

    async def test_lets_one_of_two_have_the_last_hours(self, referring, line, second, worker):
        mine, other = await referring.consented(line), await second(line)

        answers = await asyncio.gather(
            referring.turn(referring.head, mine, "send"),
            referring.turn(referring.head, other, "send"),
        )
        await worker()

        assert sorted(each.status_code for each in answers) == [200, 409]
        (refused,) = [each for each in answers if each.status_code == 409]
        assert refused.json()["code"] == "space-taken"
        loser = other if refused is answers[1] else mine
        told = (await referring.head.get(f"/v1/referrals/{loser['id']}")).json()
        assert (told["state"], told["booking_id"]) == ("CONSENTED", None)
        assert held(referring) == ["CONFIRMED"]

    async def test_gives_the_hours_back_when_it_is_not_sent_after_all(self, referring, line):
        referral = await referring.consented(line)

        async def withdraw() -> None:
            await referring.turned(referring.himself, referral, "withdraw", {"reason": "Pindah"})

        referring.registry.after_booking = withdraw
        answer = await referring.turn(referring.head, referral, "send")

        assert (answer.status_code, answer.json()["present"]) == (409, "WITHDRAWN")
        assert held(referring) == ["RELEASED"]

    async def test_keeps_the_hours_of_who_sent_it_at_the_same_time(self, referring, line, worker):
        referral = await referring.consented(line)

        answers = await asyncio.gather(
            *(referring.turn(referring.head, referral, "send") for _ in range(3))
        )
        await worker()

        assert sorted(each.status_code for each in answers) == [200, 409, 409]
        assert held(referring) == ["CONFIRMED"]

    async def test_leaves_nothing_half_done_when_the_answer_is_lost(self, referring, line, worker):
        referral = await referring.consented(line)
        referring.registry.answer_lost = True

        lost = await referring.turn(referring.head, referral, "send")
        told = (await referring.head.get(f"/v1/referrals/{referral['id']}")).json()
        referring.registry.answer_lost = False
        again = await referring.turn(referring.head, referral, "send")
        await worker()

        assert (lost.status_code, told["state"]) == (503, "CONSENTED")
        assert (again.status_code, again.json()["state"]) == (200, "SENT")
        assert held(referring) == ["CONFIRMED"]


class TestSettle:
    async def test_books_anew_what_lapsed_before_it_was_confirmed(self, referring, line, worker):
        sent = await referring.sent(line)
        referring.registry.lapse()

        await worker()

        told = (await referring.head.get(f"/v1/referrals/{sent['id']}")).json()
        assert told["state"] == "SENT"
        assert told["booking_id"] != sent["booking_id"]
        assert told["booked_at"] is not None
        assert held(referring) == ["CONFIRMED"]

    async def test_ends_a_referral_whose_hours_another_has_by_now(
        self, referring, line, second, worker
    ):
        sent, other = await referring.sent(line), await second(line)
        referring.registry.lapse()
        await referring.turned(referring.head, other, "send")

        await worker()

        told = (await referring.head.get(f"/v1/referrals/{sent['id']}")).json()
        assert (told["state"], told["reason"], told["booking_id"]) == (
            "REFUSED",
            "space-taken",
            None,
        )

    @pytest.mark.parametrize("ending", ["refuse", "withdraw", "nothing"])
    async def test_releases_the_hours_of_what_comes_to_nothing(
        self, referring, line, worker, ending
    ):
        sent = await referring.sent(line)
        await worker()
        receiver = referring.receiver(line)
        if ending == "nothing":
            await referring.turned(receiver, sent, "accept")
            today = ledger_day(utc_now()).isoformat()
            await referring.turned(receiver, sent, "result", {"outcome": "NOTHING", "on": today})
        else:
            who = receiver if ending == "refuse" else referring.himself
            await referring.turned(who, sent, ending, {"reason": "Berhalangan"})
        await worker()

        told = (await referring.head.get(f"/v1/referrals/{sent['id']}")).json()
        assert held(referring) == ["RELEASED"]
        assert (told["booking_id"], told["booked_at"]) == (None, None)

    async def test_waits_for_a_registry_that_is_away(self, referring, line, worker, settle_later):
        await referring.sent(line)
        referring.registry.failing = {"/v1/referral-bookings/"}
        await worker()
        left = held(referring)
        referring.registry.failing = set()
        await settle_later()

        assert left == ["HELD"]
        assert held(referring) == ["CONFIRMED"]


class TestConcludeReferral:
    async def test_links_the_tenant_that_the_registry_knows(self, referring, rows):
        incubator = referring.registry.add_target("INCUBATOR")
        sent = await referring.sent(incubator)
        receiver = referring.receiver(incubator)
        await referring.turned(receiver, sent, "accept")
        today, tenant = ledger_day(utc_now()), new_id()
        body = {"outcome": "TENANT_JOINED", "on": today.isoformat(), "tenant_id": str(tenant)}

        unknown = await referring.turn(receiver, sent, "result", body)
        person = UUID(referring.participant_id)
        referring.registry.tenants.add((incubator, tenant, person))
        joined = await referring.turn(receiver, sent, "result", body, key="k")
        same = await referring.turn(receiver, sent, "result", body, key="k")

        assert (unknown.status_code, unknown.json()["code"]) == (404, "tenant-unknown")
        assert joined.status_code == 200, joined.text
        assert (joined.json()["state"], joined.json()["tenant_id"]) == ("RESULT", str(tenant))
        assert same.content == joined.content
        (event,) = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.referral.concluded'"
        )
        after = event["payload"]["after"]
        assert (after["kind"], after["outcome"]) == ("INCUBATOR", "TENANT_JOINED")

    async def test_refuses_what_cannot_have_come_of_it(self, referring, service):
        sent = await referring.sent(service)
        receiver = referring.receiver(service)
        today = ledger_day(utc_now())

        async def conclude(outcome: str, on, **more):
            body = {"outcome": outcome, "on": on.isoformat(), **more}
            return await referring.turn(receiver, sent, "result", body)

        early = await conclude("SERVICE_RECEIVED", today)
        await referring.turned(receiver, sent, "accept")
        other = await conclude("SLOT_USED", today)
        future = await conclude("SERVICE_RECEIVED", today + timedelta(days=2))
        past = await conclude("SERVICE_RECEIVED", today - timedelta(days=2))
        nameless = await conclude("TENANT_JOINED", today)
        fine = await conclude("SERVICE_RECEIVED", today)

        assert (early.status_code, early.json()["present"]) == (409, "SENT")
        assert (other.status_code, other.json()["code"]) == (422, "referral-outcome-refused")
        assert {future.json()["code"], past.json()["code"]} == {"referral-day-invalid"}
        assert nameless.status_code == 422
        assert (fine.status_code, fine.json()["outcome"]) == (200, "SERVICE_RECEIVED")
