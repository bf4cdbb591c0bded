"""The turns of a referral over HTTP, and what each side sees of it."""

import asyncio
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from services.enrollment.participants.tables import Participant
from shared.ids import new_id
from shared.scope import Role
from tests.support.certified import NAME
from tests.support.referred import PAPER
from tests.support.seats import NOW


@pytest.fixture
def service(referring):
    return referring.registry.add_target("PLUT_SERVICE")


class TestConsent:
    async def test_stands_among_the_persons_consents(self, referring, service, rows):
        referral = await referring.proposed(service)

        agreed = await referring.turned(
            referring.himself, referral, "consent", {"version": "2027-1"}
        )

        assert (agreed["state"], agreed["consent_version"]) == ("CONSENTED", "2027-1")
        (person,) = await rows(
            "SELECT consents FROM enrollment.participant WHERE id = :id",
            id=referring.participant_id,
        )
        (said,) = person["consents"]
        assert (said["purpose"], said["given"], said["version"]) == ("REFERRAL", True, "2027-1")

    async def test_is_written_down_by_a_centre_with_a_paper_only(self, referring, service, rows):
        referral = await referring.proposed(service)

        bare = await referring.turn(referring.head, referral, "consent", {"version": "2027-1"})
        signed = {"version": "2027-1", "paper": PAPER}
        agreed = await referring.turn(referring.head, referral, "consent", signed)

        assert (bare.status_code, bare.json()["code"]) == (422, "paper-missing")
        assert agreed.status_code == 200, agreed.text
        (kept,) = await rows("SELECT paper_sha256 FROM enrollment.referral")
        assert kept["paper_sha256"] == PAPER["sha256"]

    async def test_is_not_for_the_receiving_side(self, referring, service):
        referral = await referring.proposed(service)

        answer = await referring.turn(
            referring.receiver(service), referral, "consent", {"version": "1", "paper": PAPER}
        )

        assert answer.status_code == 404

    async def test_is_refused_for_who_is_restricted(self, referring, service, seats, rows):
        referral = await referring.proposed(service)
        await restrict(seats, referring.participant_id)

        answer = await referring.turn(referring.himself, referral, "consent", {"version": "2027-1"})

        assert (answer.status_code, answer.json()["code"]) == (409, "person-restricted")


async def restrict(seats, participant_id: str) -> None:
    async with seats.transaction() as session:
        person = await session.get_one(Participant, UUID(participant_id))
        person.restricted_at = NOW


class TestDecide:
    async def test_is_the_receiving_sides(self, referring, service, rows):
        referral = await referring.sent(service)
        receiver = referring.receiver(service)
        stranger = referring.applicant(Role.FACILITY_OPERATOR, facilities=[str(new_id())])

        by_sender = await referring.turn(referring.head, referral, "accept")
        by_stranger = await referring.turn(stranger, referral, "accept")
        by_person = await referring.turn(referring.himself, referral, "accept")
        accepted = await referring.turn(receiver, referral, "accept", key="k")
        same = await referring.turn(receiver, referral, "accept", key="k")
        again = await referring.turn(receiver, referral, "accept")

        assert (by_sender.status_code, by_sender.json()["code"]) == (403, "out-of-scope")
        assert (by_stranger.status_code, by_person.status_code) == (404, 403)
        assert (accepted.status_code, accepted.json()["state"]) == (200, "ACCEPTED")
        assert same.content == accepted.content
        assert (again.status_code, again.json()["present"]) == (409, "ACCEPTED")
        assert again.json()["allowed"] == ["RESULT", "REFUSED", "WITHDRAWN"]
        events = await rows(
            "SELECT topic, payload FROM enrollment.event"
            " WHERE topic LIKE 'enrollment.referral.%' ORDER BY version"
        )
        assert [each["topic"].rpartition(".")[2] for each in events] == [
            "proposed",
            "consented",
            "sent",
            "accepted",
        ]
        last = events[-1]["payload"]
        assert (last["before"]["state"], last["after"]["state"]) == ("SENT", "ACCEPTED")
        assert NAME not in str(events)

    async def test_lets_an_office_of_the_receiving_place_refuse(self, referring, service):
        referral = await referring.sent(service)
        office = referring.applicant(Role.REGIONAL_OFFICER, areas=["33.74"], ministries=["MSME"])
        other = referring.applicant(Role.REGIONAL_OFFICER, areas=["33.74"], ministries=["MARINE"])

        unseen = await referring.turn(other, referral, "refuse", {"reason": "Penuh"})
        nothing_said = await referring.turn(office, referral, "refuse", {})
        refused = await referring.turn(office, referral, "refuse", {"reason": "Penuh"})

        assert (unseen.status_code, nothing_said.status_code) == (404, 422)
        assert (refused.json()["state"], refused.json()["reason"]) == ("REFUSED", "Penuh")

    async def test_lets_one_of_two_answers_stand(self, referring, service):
        referral = await referring.sent(service)
        receiver = referring.receiver(service)

        answers = await asyncio.gather(
            referring.turn(receiver, referral, "accept"),
            referring.turn(referring.himself, referral, "withdraw", {"reason": "Pindah"}),
            referring.turn(receiver, referral, "accept"),
        )

        codes = sorted(each.status_code for each in answers)
        assert codes in ([200, 200, 409], [200, 409, 409])

    async def test_writes_down_what_a_bank_says_at_the_centre(self, referring):
        bank = referring.registry.add_target("BANK")
        referral = await referring.sent(bank)
        office = referring.applicant(Role.REGIONAL_OFFICER, areas=["33.74"])

        elsewhere = await referring.turn(office, referral, "accept")
        accepted = await referring.turn(referring.head, referral, "accept")

        assert elsewhere.status_code == 404
        assert (accepted.json()["state"], accepted.json()["financing"]) == ("ACCEPTED", "KUR")


class TestWithdraw:
    async def test_is_the_persons_at_any_time(self, referring, service):
        referral = await referring.sent(service)

        taken_back = await referring.turn(
            referring.himself, referral, "withdraw", {"reason": "Sudah bekerja"}
        )
        late = await referring.turn(referring.receiver(service), referral, "accept")

        assert (taken_back.status_code, taken_back.json()["state"]) == (200, "WITHDRAWN")
        assert (late.status_code, late.json()["code"]) == (409, "referral-state-refused")


class TestSeeReferrals:
    async def test_shows_each_side_its_own(self, referring, service):
        other = referring.registry.add_target("PLUT_SERVICE")
        sent = await referring.sent(service)
        early = await referring.consented(other)
        receiver, later = referring.receiver(service), referring.receiver(other)
        house = referring.registry.targets[service]["facility_id"]
        path = f"/v1/facilities/{house}/referrals"
        centre = f"/v1/facilities/{sent['facility_id']}/referrals"

        incoming = (await receiver.get(path)).json()["items"]
        outgoing = (await referring.head.get(centre, direction="OUTGOING")).json()["items"]
        accepted = (await receiver.get(path, state="ACCEPTED")).json()["items"]

        assert [each["id"] for each in incoming] == [sent["id"]]
        assert [each["id"] for each in outgoing] == sorted([sent["id"], early["id"]])
        assert accepted == []
        assert (await receiver.get(centre, direction="OUTGOING")).json()["items"] == []
        assert (await later.get(f"/v1/referrals/{early['id']}")).status_code == 404
        assert (await later.get(f"/v1/referrals/{sent['id']}")).status_code == 404
        assert (await receiver.get(f"/v1/referrals/{sent['id']}")).json() == incoming[0]
        analyst = referring.applicant(Role.ANALYST)
        assert (await analyst.get(path)).status_code == 403
        assert (await receiver.get(path, after="x")).status_code == 400

    async def test_lists_those_of_a_person_in_pages(self, referring):
        targets = [referring.registry.add_target("PLUT_SERVICE") for _ in range(3)]
        made = [(await referring.proposed(each))["id"] for each in targets]

        first = (await referring.himself.get(referring.path, limit=2)).json()
        after = parse_qs(urlsplit(first["next"]).query)["after"][0]
        rest = (await referring.himself.get(referring.path, limit=2, after=after)).json()

        found = [each["id"] for each in first["items"] + rest["items"]]
        assert found == sorted(made)
        away = referring.applicant(Role.REGIONAL_OFFICER, areas=["91"])
        assert (await away.get(referring.path)).json()["items"] == []


class TestSeePerson:
    async def test_names_the_person_while_it_stands_and_notes_the_reading(
        self, referring, service, rows
    ):
        referral = await referring.consented(service)
        receiver = referring.receiver(service)
        path = f"/v1/referrals/{referral['id']}/person"

        early = await receiver.get(path)
        await referring.turned(referring.head, referral, "send")
        told = await receiver.get(path)
        await referring.turned(receiver, referral, "refuse", {"reason": "Penuh"})
        over = await receiver.get(path)

        assert early.status_code == 404
        assert (told.status_code, told.json()["name"]) == (200, NAME)
        assert "nik" not in told.text
        assert (over.status_code, over.json()["present"]) == (409, "REFUSED")
        audit = await rows(
            "SELECT subject_id::text FROM enrollment.audit WHERE action = 'referral.person.read'"
        )
        assert audit == [{"subject_id": referring.participant_id}]

    async def test_ends_with_the_consent(self, referring, service):
        referral = await referring.sent(service)
        receiver = referring.receiver(service)

        said = await referring.himself.post(
            f"/v1/participants/{referring.participant_id}/consents",
            json={"purpose": "REFERRAL", "given": False, "version": "2027-1"},
        )
        told = await receiver.get(f"/v1/referrals/{referral['id']}/person")
        accepted = await referring.turn(receiver, referral, "accept")

        assert said.status_code == 200, said.text
        for answer in (told, accepted):
            assert (answer.status_code, answer.json()["code"]) == (409, "referral-consent-missing")
