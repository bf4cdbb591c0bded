from uuid import UUID

import pytest
from sqlalchemy import event

from services.enrollment.base import Base
from services.enrollment.dossiers.operations import make_dossier
from services.enrollment.dossiers.queries import KINDS
from services.enrollment.programs.rules import SIZE_RULE_VERSION
from shared.clock import utc_now
from shared.db.session import transaction
from shared.ids import new_id
from shared.scope import NATIONAL, Actor, Role
from tests.support.certified import SIGNATORY, end_class
from tests.support.rolls import entry
from tests.support.seats import Applicant

# What names an enrollment and stands in no case file: what only finds it, and who was sampled.
ELSEWHERE = {"enrollment.program_claim", "enrollment.sample_member"}


@pytest.fixture
def auditor(applicant) -> Applicant:
    return applicant(Role.AUDITOR, subject="auditor")


def path(class_id: object, enrollment_id: object) -> str:
    return f"/v1/classes/{class_id}/enrollments/{enrollment_id}/dossier"


def parts_of(dossier: dict) -> dict[str, dict[str, list[dict]]]:
    """Return the records of a case file by section and table."""
    found: dict[str, dict[str, list[dict]]] = {}
    for part in dossier["parts"]:
        tables = found.setdefault(part["section"], {})
        for record in part["records"]:
            name = record["table"].removeprefix("enrollment.")
            tables.setdefault(name, []).append({**record["key"], **record["facts"]})
    return found


async def read(who: Applicant, class_id: object, enrollment_id: object) -> dict:
    answer = await who.get(path(class_id, enrollment_id))
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestTraining:
    async def test_tells_what_happened_and_where_it_stands(
        self, running, admin, auditor, worker, fake_registry, rows
    ):
        first, second, _ = running.ids
        class_ = await running.seats.class_row(running.class_id)
        fake_registry.known[f"/v1/facilities/{class_.facility_id}"] = {"name": "BLKK Nama Baru"}
        marks = [entry(first), entry(second, "ABSENT")]
        told = await running.call(admin, *marks)
        corrected = await running.call(
            admin, entry(first, "LATE", minutes_late=20), base=told.headers["ETag"],
            reason="Salah baca",
        )  # fmt: skip
        assert corrected.status_code == 200, corrected.text
        await end_class(running, admin)
        ordered = await admin.post(
            f"/v1/classes/{running.class_id}/certificates", json={"signatory": SIGNATORY}
        )
        assert ordered.status_code == 202, ordered.text
        await worker()

        dossier = await read(auditor, running.class_id, first)

        parts = parts_of(dossier)
        assert dossier["synthetic"] is True
        assert [each["min_post_score"] for each in parts["RULES"]["program"]] == [60]
        attendance = parts["ATTENDANCE"]
        assert [each["status"] for each in attendance["attendance_entry"]] == ["LATE"]
        (correction,) = attendance["attendance_correction"]
        assert [each["enrollment_id"] for each in correction["replaced"]] == [first]
        assert correction["replaced"][0]["status"] == "PRESENT"
        assert correction["reason"] == "Salah baca"
        assert parts["ENROLLMENT"]["enrollment"][0]["state"] == "COMPLETED"
        (certificate,) = parts["CERTIFICATES"]["training_certificate"]
        assert certificate["state"] == "VALID"
        assert certificate["facility_name"] == "BLKK Nama Baru"
        decided = parts["DECISIONS"]["event"]
        topics = [each["topic"].removeprefix("enrollment.") for each in decided]
        assert topics[0] == "enrollment.claimed"
        assert {"class.opened", "attendance.recorded", "enrollment.completed"} < set(topics)
        assert "certificate.issued" in topics
        log = await rows(
            "SELECT id, actor, request_id FROM enrollment.event"
            " WHERE topic = 'enrollment.enrollment.completed'"
            " AND payload->>'enrollment_id' = :id",
            id=first,
        )
        (completed,) = [each for each in decided if each["topic"].endswith("enrollment.completed")]
        assert completed["id"] == str(log[0]["id"])
        assert completed["actor"] == log[0]["actor"]
        assert completed["request_id"] == log[0]["request_id"] is not None

    async def test_tells_nothing_of_others_nor_what_an_auditor_does_not_need(
        self, running, admin, auditor
    ):
        first, second, third = running.ids
        others = await running.seats.enrollments(running.class_id)
        own = next(row for row in others if str(row.id) == first)
        await running.call(admin, entry(first), entry(second, "ABSENT"))
        await end_class(running, admin)

        text = (await auditor.get(path(running.class_id, first))).text

        assert second not in text
        assert third not in text
        assert {
            str(row.participant_id) in text for row in others if row.id != own.id
        } == {False}  # fmt: skip
        assert "1990-06-15" not in text
        assert "nik_index" not in text
        assert "3373********0000" in text
        assert "Siti Rahayu" in text

    async def test_the_reading_of_it_is_noted_and_stands_in_it(self, running, auditor, rows):
        first = running.ids[0]

        await read(auditor, running.class_id, first)
        again = await read(auditor, running.class_id, first)

        noted = await rows(
            "SELECT id, actor, subject_id, detail FROM enrollment.audit"
            " WHERE action = 'dossier.read' ORDER BY id"
        )
        assert [each["detail"]["enrollment_id"] for each in noted] == [first, first]
        assert noted[0]["subject_id"] == UUID(again["participant_id"])
        reads = parts_of(again)["READS"]["audit"]
        assert [each["id"] for each in reads] == [str(each["id"]) for each in noted]
        assert reads[0]["actor"] == again["made_for"] == noted[0]["actor"]

    async def test_is_for_auditors_within_their_reach(self, running, applicant, auditor):
        address = path(running.class_id, running.ids[0])
        elsewhere = applicant(Role.AUDITOR, areas=["51"])
        office = applicant(Role.REGIONAL_OFFICER, areas=["33"])

        assert (await elsewhere.get(address)).status_code == 404
        assert (await office.get(address)).status_code == 403
        assert (await auditor.get(path(running.class_id, new_id()))).status_code == 404
        assert (await auditor.get(path(running.class_id, "x"))).status_code == 422


class TestStatements:
    async def test_are_as_many_for_a_class_with_a_history(self, running, admin, db):
        class_id, first = running.class_id, UUID(running.ids[0])
        scoped = {"scope": NATIONAL, "actor": Actor("test", "auditor")}
        seen: list[str] = []

        def note(_connection, _cursor, statement, *_) -> None:
            seen.append(statement)

        async def statements() -> int:
            seen.clear()
            async with transaction(db, **scoped) as session:
                await make_dossier(
                    session, scope=NATIONAL, class_id=class_id, enrollment_id=first, now=utc_now()
                )
            return len(seen)

        event.listen(db.kw["bind"].sync_engine, "before_cursor_execute", note)
        before = await statements()
        for position in (1, 2, 3):
            marks = [entry(each) for each in running.ids]
            assert (await running.call(admin, *marks, position=position)).status_code == 201

        assert await statements() == before


class TestSelection:
    async def test_tells_ticket_rank_and_the_facts_that_were_judged(self, draw, auth):
        await draw.open((1, 1))
        people = await draw.seats.people(3)
        of = {await draw.apply(person): person for person in people}
        await draw.run()
        auditor = Applicant(draw.client, auth(Role.AUDITOR, subject="auditor"))
        published = {each["id"]: each for each in (await draw.published())["applications"]}
        row = next(
            each
            for each in await draw.seats.enrollments(draw.classes[0])
            if each.state == "OFFERED"
        )
        own = str(row.application_id)

        dossier = await read(auditor, row.class_id, row.id)

        parts = parts_of(dossier)
        (result,) = parts["SELECTION"]["selection_result"]
        assert result["rank"] == published[own]["rank"]
        assert len(result["ticket"]) == 64
        assert (result["rank"], result["outcome"]) == (1, "PLACED")
        (selection,) = parts["SELECTION"]["selection"]
        assert selection["commitment"] == (await draw.told())["commitment"]
        assert "seed_cipher" not in selection
        assert selection["approved_by"] != selection["previewed_by"]
        (application,) = parts["APPLICATION"]["application"]
        assert (application["sex"], application["rule_version"]) == ("FEMALE", SIZE_RULE_VERSION)
        assert "code" not in application
        topics = [each["topic"] for each in parts["DECISIONS"]["event"]]
        assert "enrollment.selection.approved" in topics
        assert "enrollment.application.decided" in topics
        assert topics.count("enrollment.application.submitted") == 1
        others = [each for each in of if each != own]
        assert [each for each in others if each in str(dossier)] == []


def test_every_table_that_names_an_enrollment_stands_in_it():
    naming = {
        str(table) for table in Base.metadata.sorted_tables if "enrollment_id" in table.columns
    }
    told = {str(each.table.__table__) for each in KINDS}

    assert naming - told == ELSEWHERE
