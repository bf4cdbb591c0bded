"""Every check of the audit goes red when what it guards is tampered with."""

import json
import re
from pathlib import Path

import asyncpg
import pytest

from deploy.audit import command
from deploy.audit.command import audit, examine
from deploy.audit.databases import snapshots_of
from deploy.audit.quiet import NotQuietError, logs_behind
from services.registry.metadata import metadata
from tests.support.cluster import SERVICES

ROOT = Path(__file__).parents[2]

SEATED = "state IN ('OFFERED', 'SEATED', 'COMPLETED', 'DROPPED_OUT')"
FREE_THE_COUNTS = (
    "ALTER TABLE class DROP CONSTRAINT ck_class_taken",
    "ALTER TABLE class DROP CONSTRAINT ck_class_waiting",
    "ALTER TABLE class DROP CONSTRAINT ck_class_capacity",
    "ALTER TABLE class DROP CONSTRAINT ck_class_waitlist",
)

PASSED_OVER = (
    "nobody was promoted past somebody who had waited longer, unless a quota kept that one out"
)
LEFT_FREE = "no seat is free while somebody waits whom the quotas admit and promotion is open"
# A quota that still has room, in the wave in which somebody waits.
QUOTA_OF_WAITING = (
    (
        "INSERT INTO wave_quota (id, wave_id, dimension, value, kind, seats, taken)"
        " SELECT gen_random_uuid(), wave_id, 'SEX', 'FEMALE', 'AT_MOST', 9, 4"
        " FROM class WHERE waiting = 1"
    ),
)

# Check: the database that is tampered with, and how. Each entry is one way to break it.
TAMPERINGS = [
    (
        "no class has more people in seats than it has seats",
        "enrollment",
        (*FREE_THE_COUNTS, "UPDATE class SET capacity = 1 WHERE taken = 2"),
    ),
    (
        "no class has more people in seats than it has seats",
        "enrollment",
        (*FREE_THE_COUNTS, "UPDATE class SET taken = capacity + 1 WHERE taken = 1"),
    ),
    (
        "no class has more people in seats than it has seats",
        "enrollment",
        (*FREE_THE_COUNTS, "UPDATE class SET space_capacity = 1 WHERE taken = 2"),
    ),
    (
        "taken and waiting are what a recount gives",
        "enrollment",
        ("UPDATE class SET taken = taken - 1 WHERE taken = 1",),
    ),
    (
        "taken and waiting are what a recount gives",
        "enrollment",
        ("UPDATE class SET waiting = 0 WHERE waiting = 1",),
    ),
    (
        "nobody has two places in one programme",
        "enrollment",
        (
            (
                "UPDATE enrollment SET participant_id ="
                " (SELECT participant_id FROM enrollment WHERE state = 'SEATED')"
                " WHERE state = 'WAITLISTED'"
            ),
        ),
    ),
    (
        "every place has its claim on the programme",
        "enrollment",
        (
            (
                "DELETE FROM program_claim WHERE enrollment_id ="
                " (SELECT id FROM enrollment WHERE state = 'COMPLETED')"
            ),
        ),
    ),
    (
        "every claim on a programme has its place",
        "enrollment",
        ("UPDATE enrollment SET state = 'CANCELLED' WHERE state = 'SEATED'",),
    ),
    (
        "every person has the claim on his identity, and every claim its person",
        "enrollment",
        (
            (
                "DELETE FROM identity_claim WHERE participant_id ="
                " (SELECT id FROM participant ORDER BY id LIMIT 1)"
            ),
        ),
    ),
    (
        "every person has the claim on his identity, and every claim its person",
        "enrollment",
        (
            (
                "INSERT INTO identity_claim (nik_index, participant_id)"
                " SELECT sha256('nobody'), id FROM participant LIMIT 1"
            ),
        ),
    ),
    (
        "every seat or number that was promised is there, and was promised once",
        "enrollment",
        ("DELETE FROM enrollment WHERE state = 'NOT_PLACED'",),
    ),
    (
        "every seat or number that was promised is there, and was promised once",
        "enrollment",
        (
            (
                "INSERT INTO idempotency"
                " (stream_id, caller, operation, key, body_hash, status, body)"
                " SELECT stream_id, caller, operation, key || ' again', body_hash, status, body"
                " FROM idempotency WHERE operation = 'claim_seat' LIMIT 1"
            ),
        ),
    ),
    (
        "every registration that was acknowledged is there",
        "enrollment",
        ("DELETE FROM participant WHERE id NOT IN (SELECT participant_id FROM enrollment)",),
    ),
    *(
        (
            "no request was left half done",
            service,
            ("UPDATE idempotency SET status = NULL, body = NULL",),
        )
        for service in ("registry", "enrollment", "reporting")
    ),
    (
        "waitlist numbers run from 1 without a gap, and none is used twice",
        "enrollment",
        ("UPDATE class SET next_waitlist_number = next_waitlist_number + 1 WHERE waiting = 1",),
    ),
    (
        "waitlist numbers run from 1 without a gap, and none is used twice",
        "enrollment",
        (
            "DROP INDEX uq_enrollment_class_id_waitlist_number",
            "UPDATE enrollment SET waitlist_number = 1 WHERE waitlist_number = 2",
        ),
    ),
    (
        "whoever waited has a number, and nobody else has one",
        "enrollment",
        (
            "ALTER TABLE enrollment DROP CONSTRAINT ck_enrollment_waited",
            "ALTER TABLE enrollment DROP CONSTRAINT ck_enrollment_waitlisted",
            "UPDATE enrollment SET waited = false WHERE state = 'WAITLISTED'",
        ),
    ),
    (
        PASSED_OVER,
        "enrollment",
        (
            f"UPDATE enrollment SET waitlist_number = 3 WHERE waitlist_number = 1 AND {SEATED}",
            "UPDATE enrollment SET waitlist_number = 1 WHERE waitlist_number = 2",
        ),
    ),
    (
        LEFT_FREE,
        "enrollment",
        ("UPDATE class SET capacity = capacity + 1 WHERE waiting = 1",),
    ),
    (
        LEFT_FREE,
        "enrollment",
        (
            *QUOTA_OF_WAITING,
            "UPDATE class SET capacity = capacity + 1 WHERE waiting = 1",
            "UPDATE enrollment SET arrived_at = now() - interval '1 hour'",
            "UPDATE enrollment SET decided_at = now() - interval '1 hour'",
        ),
    ),
    (
        "quotas count the members who hold a seat",
        "enrollment",
        ("UPDATE wave_quota SET taken = taken + 1",),
    ),
    (
        "quotas count the members who hold a seat",
        "enrollment",
        ("UPDATE enrollment SET sex = 'MALE' WHERE state = 'OFFERED'",),
    ),
    (
        "no offer is open past its deadline",
        "enrollment",
        ("UPDATE enrollment SET confirm_by = now() - interval '2 minutes'",),
    ),
    (
        "nothing points at somebody who was merged, whose ids and NIKs lead to who stays",
        "enrollment",
        (
            "UPDATE participant_merge SET settled_at = now()",
            (
                "INSERT INTO external_ref (participant_id, client, ref, set_at)"
                " SELECT old_id, 'siapkerja', 'S-1', now() FROM merged_participant"
            ),
        ),
    ),
    (
        "nothing points at somebody who was merged, whose ids and NIKs lead to who stays",
        "enrollment",
        ("UPDATE merged_participant SET participant_id = gen_random_uuid()",),
    ),
    (
        "whoever was transferred stands in the other class, once",
        "enrollment",
        (
            (
                "UPDATE enrollment SET transferred_from_id = gen_random_uuid()"
                " WHERE transferred_from_id IS NOT NULL"
            ),
        ),
    ),
    (
        "whoever was transferred stands in the other class, once",
        "enrollment",
        ("UPDATE enrollment SET state = 'CANCELLED' WHERE state = 'TRANSFERRED'",),
    ),
    (
        "an opened class has its roll call, and who was not placed by then waits no more",
        "enrollment",
        ("DELETE FROM opening",),
    ),
    (
        "an opened class has its roll call, and who was not placed by then waits no more",
        "enrollment",
        ("UPDATE opening SET absent = absent + 1",),
    ),
    (
        "an opened class has its roll call, and who was not placed by then waits no more",
        "enrollment",
        ("UPDATE enrollment SET state = 'WAITLISTED' WHERE state = 'NOT_PLACED'",),
    ),
    (
        "the log tells of every enrollment what its row says, and leaves no version out",
        "enrollment",
        ("UPDATE enrollment SET presence = 'PRESENT' WHERE state = 'SEATED'",),
    ),
    (
        "the log tells of every enrollment what its row says, and leaves no version out",
        "enrollment",
        ("DELETE FROM event WHERE topic = 'enrollment.enrollment.promoted'",),
    ),
    (
        "the log tells of every enrollment what its row says, and leaves no version out",
        "enrollment",
        ("UPDATE event SET version = 7 WHERE topic = 'enrollment.enrollment.promoted'",),
    ),
    (
        "the log tells of every class what its row says",
        "enrollment",
        ("UPDATE class SET state = 'CANCELLED' WHERE state = 'PLANNED'",),
    ),
    (
        "the log tells of every class what its row says",
        "enrollment",
        ("DELETE FROM event WHERE topic = 'enrollment.class.planned'",),
    ),
    (
        "the log tells of every facility what its row says",
        "registry",
        ("UPDATE facility SET status = 'SUSPENDED'",),
    ),
    *(
        (
            "no job is stuck",
            service,
            (
                (
                    "INSERT INTO job (id, kind, payload, created_by, due_at)"
                    " VALUES (gen_random_uuid(), 'x', '{}', 'test', now() - interval '2 minutes')"
                ),
            ),
        )
        for service in ("registry", "enrollment", "reporting")
    ),
    (
        "no job is stuck",
        "enrollment",
        (
            (
                "INSERT INTO job (id, kind, payload, created_by, state, lease_until) VALUES"
                " (gen_random_uuid(), 'x', '{}', 'test', 'RUNNING', now() - interval '2 minutes')"
            ),
        ),
    ),
    *(
        (f"{table} is what a recount of {records} gives", "reporting", (statement,))
        for table, records in (
            ("facility_cube", "facilities"),
            ("standing_cube", "standings"),
            ("standing_summary", "standings"),
            ("class_cube", "classes"),
            ("class_summary", "classes"),
            ("enrollment_cube", "enrollments"),
            ("enrollment_summary", "enrollments"),
            ("outcome_cube", "followups"),
        )
        for statement in (
            f"UPDATE {table} SET n = n + 1",
            f"DELETE FROM {table} WHERE n = 1",
            f"UPDATE {table} SET province_code = '99'",
        )
    ),
    *(
        (f"{table} is what a recount of hours gives", "reporting", (statement,))
        for table in ("hour_cube", "hour_summary")
        for statement in (
            f"UPDATE {table} SET booked_minutes = booked_minutes + 1",
            f"DELETE FROM {table} WHERE open_minutes > 0",
        )
    ),
    (
        "nobody has a place in a class that was called off",
        "enrollment",
        (
            "UPDATE class SET waiting = 1 WHERE state = 'CANCELLED'",
            "UPDATE class SET taken = 1 WHERE state = 'CANCELLED'",
            "UPDATE class SET state = 'CANCELLED' WHERE waiting = 1",
        ),
    ),
    *(
        (
            "every roll call is of people who had a seat, and counts what it says",
            "enrollment",
            (statement,),
        )
        for statement in (
            "UPDATE attendance_sheet SET present = present + 1",
            "DELETE FROM attendance_entry WHERE status = 'ABSENT'",
            "DELETE FROM attendance_correction",
            "DELETE FROM event WHERE topic = 'enrollment.attendance.recorded' AND version = 1",
            (
                "UPDATE event SET payload = payload || '{\"absent\": 9}'"
                " WHERE topic = 'enrollment.attendance.recorded' AND version = 2"
            ),
            (
                "UPDATE attendance_entry SET enrollment_id ="
                " (SELECT id FROM enrollment WHERE state = 'NOT_PLACED') WHERE status = 'ABSENT'"
            ),
            "UPDATE enrollment SET state = 'CANCELLED' WHERE state = 'COMPLETED'",
        )
    ),
    *(
        (
            "an application that got a place has it, and nobody has two in a wave",
            "enrollment",
            statements,
        )
        for statements in (
            ("UPDATE application SET enrollment_id = gen_random_uuid() WHERE state = 'PLACED'",),
            ("UPDATE application SET state = 'PLACED' WHERE state = 'RESERVE'",),
            ("UPDATE enrollment SET application_id = NULL WHERE application_id IS NOT NULL",),
            (
                (
                    "UPDATE application SET class_id = NULL, enrollment_id = NULL,"
                    " state = 'NOT_SELECTED' WHERE state = 'RESERVE'"
                ),
            ),
            (
                "DROP INDEX uq_application_active",
                (
                    "ALTER TABLE application_choice DROP CONSTRAINT"
                    " fk_application_choice_participant_id_application_id"
                ),
                (
                    "UPDATE application SET participant_id ="
                    " (SELECT participant_id FROM application WHERE state = 'PLACED')"
                    " WHERE state = 'RESERVE'"
                ),
            ),
        )
    ),
    *(
        (
            "everybody got what the announced selection gave him, or it says why not",
            "enrollment",
            (statement,),
        )
        for statement in (
            "UPDATE selection_result SET outcome = 'PLACED' WHERE outcome = 'RESERVE'",
            "UPDATE selection_result SET settled = 'class-gone' WHERE outcome = 'PLACED'",
            "UPDATE application SET state = 'INELIGIBLE' WHERE state = 'NOT_SELECTED'",
            "DELETE FROM selection_result WHERE outcome = 'NOT_SELECTED'",
            "UPDATE selection SET list_count = list_count + 1",
        )
    ),
    *(
        ("only who completed the training has a certificate of it", "enrollment", (statement,))
        for statement in (
            "UPDATE enrollment SET state = 'DROPPED_OUT' WHERE state = 'COMPLETED'",
            "UPDATE training_certificate SET enrollment_id = gen_random_uuid()",
            "UPDATE training_certificate SET participant_id = gen_random_uuid()",
            (
                "UPDATE training_certificate SET state = 'REISSUED', ended_at = now(),"
                " replaced_by = 'none'"
            ),
        )
    ),
    *(
        (
            "whatever comes of an enrollment lies where its class lies, and is of the same person",
            "enrollment",
            (statement,),
        )
        for statement in (
            "UPDATE enrollment SET host_ministry = 'MSME'",
            "UPDATE training_certificate SET facility_id = gen_random_uuid()",
            "UPDATE training_certificate SET participant_id = gen_random_uuid()",
        )
    ),
    *(
        (
            "the numbers of certificates have no gap, and no serial is given twice",
            "enrollment",
            (statement,),
        )
        for statement in (
            "UPDATE certificate_counter SET last = last + 1",
            "DELETE FROM training_certificate",
            (
                "CREATE TEMPORARY TABLE twice AS SELECT * FROM training_certificate;"
                " UPDATE twice SET id = gen_random_uuid(), participant_id = gen_random_uuid(),"
                " class_id = gen_random_uuid(), number = number || 'X';"
                " INSERT INTO training_certificate SELECT * FROM twice;"
                " UPDATE certificate_counter SET last = last + 1"
            ),
        )
    ),
    *(
        ("whom a device registered is there, and was registered once", "enrollment", (statement,))
        for statement in (
            "UPDATE sync_change SET makes = gen_random_uuid()",
            (
                "CREATE TEMPORARY TABLE twice AS SELECT * FROM sync_change;"
                " UPDATE twice SET change_id = gen_random_uuid();"
                " INSERT INTO sync_change SELECT * FROM twice"
            ),
        )
    ),
    (
        "nobody was promoted past somebody who had waited longer, unless a quota kept that one out",
        "enrollment",
        (
            *QUOTA_OF_WAITING,
            "UPDATE enrollment SET sex = 'FEMALE', disability = false",
            f"UPDATE enrollment SET waitlist_number = 3 WHERE waitlist_number = 1 AND {SEATED}",
            "UPDATE enrollment SET waitlist_number = 1 WHERE waitlist_number = 2",
        ),
    ),
    (
        "no space is given to two at a time",
        "registry",
        (
            "ALTER TABLE booking_slot DROP CONSTRAINT ex_booking_slot_space",
            (
                "UPDATE booking_slot SET during = tstzrange(lower(during), upper(during)"
                " + interval '8 days') WHERE purpose = 'MINISTRY' AND position = 0"
            ),
        ),
    ),
    (
        "no space is given to two at a time",
        "registry",
        (
            "ALTER TABLE booking_slot DROP CONSTRAINT ex_booking_slot_space",
            "UPDATE booking_slot SET state = 'USED' WHERE position = 0 AND purpose = 'MINISTRY'",
            (
                "UPDATE booking_slot SET during = (SELECT during FROM booking_slot"
                " WHERE position = 0 AND purpose = 'MINISTRY') WHERE purpose = 'MINISTRY'"
            ),
        ),
    ),
    *(
        ("the slots of a booking are what the booking says", "registry", (statement,))
        for statement in (
            "DELETE FROM booking_slot WHERE purpose = 'MINISTRY'",
            "UPDATE booking_slot SET state = 'REQUESTED' WHERE purpose = 'MINISTRY'",
            "UPDATE booking_slot SET co_ministry = 'MANPOWER' WHERE purpose = 'MINISTRY'",
            "UPDATE booking SET ends_at = ends_at + interval '1 hour'",
            "UPDATE booking SET state = 'CANCELLED' WHERE state = 'APPROVED'",
        )
    ),
    (
        "nobody teaches two classes at a time",
        "registry",
        (
            "ALTER TABLE engagement_slot DROP CONSTRAINT ex_engagement_slot_instructor",
            (
                "UPDATE engagement_slot SET instructor_id ="
                " (SELECT instructor_id FROM engagement_slot ORDER BY 1 LIMIT 1)"
            ),
        ),
    ),
    *(
        (
            "nothing holds twice at a time of which there is one",
            "registry",
            (f"ALTER TABLE {table} DROP CONSTRAINT {constraint}", *statements),
        )
        for table, constraint, *statements in (
            (
                "area",
                "ex_area_validity",
                (
                    "INSERT INTO area (code, valid_from, valid_to, level, name)"
                    " SELECT code, valid_from - 5, valid_from + 5, level, name FROM area LIMIT 1"
                ),
            ),
            (
                "facility_period",
                "ex_facility_period_facility_id",
                (
                    "INSERT INTO facility_period (facility_id, version, valid_from, valid_to, kind,"
                    " owner_ministry, area_code, status, changed, actor) SELECT facility_id, 99,"
                    " valid_from - interval '1 day', valid_from + interval '1 day', kind,"
                    " owner_ministry, area_code, status, changed, actor"
                    " FROM facility_period LIMIT 1"
                ),
            ),
            *(
                (
                    table,
                    constraint,
                    f"CREATE TEMPORARY TABLE twice AS SELECT * FROM {table} LIMIT 1",
                    f"UPDATE twice SET {change}",
                    f"INSERT INTO {table} SELECT * FROM twice",
                )
                for table, constraint, change in (
                    (
                        "network_member",
                        "ex_network_member_same",
                        "id = gen_random_uuid(), valid_from = valid_from + 1",
                    ),
                    (
                        "agreement_facility",
                        "ex_agreement_facility_validity",
                        "valid_from = valid_from + 1",
                    ),
                    (
                        "facility_institution",
                        (
                            "ex_facility_institution_same, DROP CONSTRAINT"
                            " ex_facility_institution_single"
                        ),
                        "id = gen_random_uuid(), valid_from = valid_from + 1",
                    ),
                    (
                        "facility_institution",
                        (
                            "ex_facility_institution_single, DROP CONSTRAINT"
                            " ex_facility_institution_same"
                        ),
                        (
                            "id = gen_random_uuid(), institution_id ="
                            " (SELECT institution_id FROM facility_institution LIMIT 1)"
                        ),
                    ),
                    (
                        "opening_hours",
                        "ex_opening_hours_validity",
                        "opens = opens + interval '1 hour', valid_from = valid_from + 30",
                    ),
                    (
                        "assignment",
                        "ex_assignment_holder",
                        "id = gen_random_uuid(), valid_from = valid_from + 1",
                    ),
                )
            ),
        )
    ),
    *(
        (
            "whatever belongs to a facility lies where the facility lies",
            "registry",
            (f"ALTER TABLE {table} DROP CONSTRAINT fk_{table}_facility", change),
        )
        for table, change in (
            ("space", "UPDATE space SET province_code = '99'"),
            ("booking", "UPDATE booking SET owner_ministry = 'MSME'"),
            ("instructor", "UPDATE instructor SET regency_code = '33.74'"),
            ("network_member", "UPDATE network_member SET province_code = '91'"),
        )
    ),
    (
        "whatever belongs to a facility lies where the facility lies",
        "registry",
        ("UPDATE facility SET regency_code = '33.74' WHERE regency_code = '33.73'",),
    ),
    (
        "no space is held that nobody confirmed in time",
        "registry",
        (("UPDATE booking SET hold_until = now() - interval '1 hour' WHERE state = 'APPROVED'"),),
    ),
    *(
        ("every class is covered by its agreement on all its days", service, (statement,))
        for service, statement in (
            ("registry", "DELETE FROM agreement_facility"),
            ("registry", "UPDATE agreement_facility SET valid_to = valid_from"),
            ("registry", "UPDATE agreement SET valid_to = valid_from"),
            (
                "registry",
                "UPDATE agreement SET state = 'TERMINATED', ended_on = valid_from + 1",
            ),
            ("registry", "UPDATE agreement SET state = 'DRAFT', signed_on = NULL"),
            ("enrollment", "UPDATE class SET agreement_id = gen_random_uuid()"),
            ("enrollment", "UPDATE class SET facility_id = gen_random_uuid()"),
            ("enrollment", "UPDATE class SET starts_at = '2025-03-24T20:00+07'"),
        )
    ),
    *(
        ("every class has its space and its instructors", service, statements)
        for service, *statements in (
            ("registry", "UPDATE booking SET state = 'CANCELLED' WHERE purpose = 'CLASS'"),
            (
                "registry",
                (
                    "UPDATE booking SET space_id = (SELECT space_id FROM booking"
                    " WHERE purpose = 'MINISTRY') WHERE purpose = 'CLASS'"
                ),
            ),
            ("registry", "UPDATE booking SET hold_until = now() WHERE state = 'APPROVED'"),
            ("registry", "DELETE FROM engagement_slot"),
            ("enrollment", "UPDATE class SET reserved_at = NULL, booking_id = NULL"),
            ("enrollment", "UPDATE class SET ends_at = ends_at + interval '1 hour'"),
        )
    ),
    (
        "no space is kept for a class that is not held",
        "registry",
        ("UPDATE booking SET class_id = gen_random_uuid() WHERE purpose = 'CLASS'",),
    ),
    (
        "no space is kept for a class that is not held",
        "enrollment",
        (
            "UPDATE class SET state = 'CANCELLED'",
            (
                "UPDATE event SET topic = 'enrollment.class.cancelled',"
                " recorded_at = now() - interval '1 hour'"
                " WHERE topic = 'enrollment.class.planned'"
            ),
        ),
    ),
    *(
        (f"{table} is what a recount of {records} gives", "enrollment", (statement,))
        for table, records, statement in (
            ("class_cube", "classes", "UPDATE class SET trade = 'BAKERY'"),
            ("enrollment_cube", "enrollments", "UPDATE enrollment SET applied = true"),
            ("enrollment_summary", "enrollments", "UPDATE enrollment SET applied = NOT applied"),
            ("application_cube", "applications", "UPDATE application SET trade = 'BAKERY'"),
            ("application_summary", "applications", "UPDATE application SET facility_kind = NULL"),
            ("certificate_cube", "certificates", "UPDATE training_certificate SET sex = 'MALE'"),
            ("certificate_summary", "certificates", "DELETE FROM training_certificate"),
            ("referral_cube", "referrals", "UPDATE referral SET financing = 'KUR_SYARIAH'"),
            ("attendance_cube", "attendance", "UPDATE attendance_sheet SET days = days + 1"),
            ("attendance_summary", "attendance", "UPDATE attendance_sheet SET absent = 9"),
            ("funding_cube", "funding", "UPDATE class_funding SET amount_rupiah = 8"),
        )
    ),
    (
        "every roll call is of people who had a seat, and counts what it says",
        "enrollment",
        ("UPDATE attendance_sheet SET days = days + 1",),
    ),
    (
        "facility_cube is what a recount of facilities gives",
        "registry",
        ("UPDATE facility SET owner_ministry = 'MSME'",),
    ),
    *(
        (
            f"{table} is what a recount of {records} gives",
            "registry",
            (f"DELETE FROM told_figures WHERE told = '{told}'",),
        )
        for table, records, told in (
            ("standing_cube", "standings", "STANDING"),
            ("hour_cube", "hours", "HOURS"),
        )
    ),
    (
        "class_cube is what a recount of classes gives",
        "enrollment",
        ("UPDATE class SET starts_at = starts_at + interval '1 hour'",),
    ),
    (
        "enrollment_cube is what a recount of enrollments gives",
        "enrollment",
        ("UPDATE enrollment SET sex = 'MALE' WHERE state = 'SEATED'",),
    ),
    (
        "outcome_cube is what a recount of followups gives",
        "reporting",
        ("UPDATE followup SET people_hired = 3",),
    ),
    (
        "outcome_cube is what a recount of followups gives",
        "reporting",
        ("UPDATE followup SET financing_kind = 'LPDB'",),
    ),
    (
        "outcome_cube is what a recount of followups gives",
        "enrollment",
        ("UPDATE enrollment SET state = 'DROPPED_OUT' WHERE state = 'COMPLETED'",),
    ),
    (
        "the nation is the sum of its provinces and of its facilities",
        "reporting",
        ("UPDATE enrollment_summary SET n = n + 1 WHERE state = 'SEATED' AND n > 0",),
    ),
    (
        "the nation is the sum of its provinces and of its facilities",
        "enrollment",
        ("UPDATE enrollment SET state = 'CANCELLED' WHERE state = 'WAITLISTED'",),
    ),
]


async def tamper(snapshots, service: str, *statements: str) -> None:
    for statement in statements:
        await snapshots[service].execute(statement)


class TestAudit:
    async def test_finds_nothing_in_what_the_services_have_written(self, urls):
        report = await audit(urls, deadline_s=0)

        assert [finding for finding in report.findings if finding.differences] == []

    async def test_looks_at_something_in_every_check(self, urls):
        report = await audit(urls, deadline_s=0)

        assert [each.name for each in report.findings if not each.checked] == []

    async def test_counts_what_is_there(self, urls):
        counts = (await audit(urls, deadline_s=0)).counts

        assert (counts["facilities"], counts["classes"]) == (2, 6)
        assert (counts["participants"], counts["enrollments"]) == (16, 13)
        assert (counts["openings"], counts["followups"]) == (1, 1)
        assert (counts["bookings"], counts["networks"], counts["assignments"]) == (7, 1, 1)

    async def test_has_a_tampering_for_every_check(self, urls):
        report = await audit(urls, deadline_s=0)

        tampered = {check for check, _, _ in TAMPERINGS}
        assert {finding.name for finding in report.findings} == tampered

    async def test_may_write_nothing(self, urls):
        async with snapshots_of(urls) as snapshots:
            with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                await snapshots["registry"].fetch("DELETE FROM facility RETURNING id")


class TestExamine:
    @pytest.mark.parametrize(
        ("check", "service", "statements"),
        TAMPERINGS,
        ids=[f"{number}: {check[:50]}" for number, (check, _, _) in enumerate(TAMPERINGS)],
    )
    async def test_goes_red(self, check: str, service: str, statements: tuple[str, ...], snapshots):
        await tamper(snapshots, service, *statements)

        report = await examine(snapshots)

        red = {finding.name for finding in report.findings if finding.differences}
        assert check in red


class TestQuotas:
    async def test_a_seat_may_be_free_while_a_quota_blocks_all_who_wait(self, snapshots):
        await tamper(
            snapshots,
            "enrollment",
            *QUOTA_OF_WAITING,
            "UPDATE wave_quota SET seats = 4 WHERE taken = 4",
            "UPDATE class SET capacity = capacity + 1 WHERE waiting = 1",
            "UPDATE enrollment SET arrived_at = now() - interval '1 hour'",
            "UPDATE enrollment SET decided_at = now() - interval '1 hour'",
        )

        report = await examine(snapshots)

        assert LEFT_FREE not in {each.name for each in report.findings if each.differences}


class TestReservations:
    async def test_lets_a_renewal_cover_what_it_renews(self, snapshots):
        await tamper(
            snapshots,
            "registry",
            "UPDATE agreement SET state = 'RENEWED', ended_on = valid_from + 1",
            (
                "CREATE TEMPORARY TABLE renewal AS SELECT * FROM agreement;"
                " UPDATE renewal SET renews_id = id, id = gen_random_uuid(), number = 'Baru',"
                " state = 'SIGNED', valid_from = ended_on, ended_on = NULL;"
                " INSERT INTO agreement SELECT * FROM renewal;"
                " INSERT INTO agreement_facility SELECT renewal.id, f.facility_id, f.valid_from"
                " FROM renewal, agreement_facility f"
            ),
        )

        report = await examine(snapshots)

        assert [finding for finding in report.findings if finding.differences] == []

    async def test_knows_classes_from_before_spaces_were_booked(self, snapshots):
        await tamper(
            snapshots,
            "enrollment",
            "UPDATE class SET ends_at = NULL, booking_id = NULL, reserved_at = NULL",
        )
        await tamper(
            snapshots,
            "registry",
            "UPDATE booking_slot SET state = 'CANCELLED' WHERE purpose = 'CLASS'",
            "UPDATE booking SET state = 'CANCELLED' WHERE purpose = 'CLASS'",
        )

        report = await examine(snapshots)

        assert [finding for finding in report.findings if finding.differences] == []


class TestScope:
    def test_knows_all_that_belongs_to_a_facility(self):
        statement = (ROOT / "deploy/audit/statements/24_scope_follows_facility.sql").read_text()
        follow = {
            table.name
            for table in metadata.tables.values()
            for key in table.foreign_key_constraints
            if "registry.facility.owner_ministry" in {each.target_fullname for each in key.elements}
        }

        assert follow == set(re.findall(r"select '(\w+)'", statement))


class TestLogsBehind:
    async def test_names_none_when_all_is_folded(self, snapshots):
        assert await logs_behind(snapshots) == []

    @pytest.mark.parametrize(
        ("service", "statement", "behind"),
        [
            ("reporting", "UPDATE feed_cursor SET cursor = NULL", list(SERVICES)),
            ("reporting", "DELETE FROM feed_cursor WHERE source = 'reporting'", ["reporting"]),
            (
                "reporting",
                "UPDATE fold SET position = position - 1 WHERE source = 'registry'",
                ["registry"],
            ),
            (
                "enrollment",
                "DELETE FROM event WHERE xid = (SELECT xid FROM event ORDER BY xid DESC LIMIT 1)",
                ["enrollment"],
            ),
        ],
    )
    async def test_names_the_log_that_is_ahead(self, service, statement, behind, snapshots):
        await tamper(snapshots, service, statement)

        assert await logs_behind(snapshots) == behind


class TestQuietSnapshots:
    async def test_compares_no_figures_while_reporting_is_behind(self, cluster, told, urls):
        copy = cluster.clone(told["reporting"], "reporting")
        cluster.execute(copy, "DELETE FROM reporting.feed_cursor WHERE source = 'enrollment'")
        behind = urls | {"reporting": urls["reporting"].replace(told["reporting"], copy)}

        with pytest.raises(NotQuietError, match="still behind enrollment after 0 s"):
            await audit(behind, deadline_s=0)

        cluster.drop(copy)


class TestRun:
    @pytest.fixture
    def environment(self, urls, monkeypatch):
        for service, url in urls.items():
            monkeypatch.setenv(f"{service.upper()}_DATABASE_URL", url)

    def test_ends_with_the_sum_and_writes_what_it_found(self, environment, tmp_path, capsys):
        code = command.run(json_file=tmp_path / "audit.json")

        written = json.loads((tmp_path / "audit.json").read_text())
        assert code == 0
        assert capsys.readouterr().out.splitlines()[-1] == "audit: 0 differences"
        assert (written["differences"], written["counts"]["enrollments"]) == (0, 13)
        assert {check["differences"] for check in written["checks"]} == {0}

    def test_fails_and_says_where_when_something_differs(
        self, environment, cluster, told, urls, monkeypatch, capsys
    ):
        copy = cluster.clone(told["enrollment"], "enrollment")
        cluster.execute(copy, "UPDATE enrollment.class SET taken = 0 WHERE taken = 1")
        tampered = urls["enrollment"].replace(told["enrollment"], copy)
        monkeypatch.setenv("ENROLLMENT_DATABASE_URL", tampered)

        code = command.run()

        out = capsys.readouterr().out
        assert code == 1
        assert "taken 0, counted 1" in out
        assert out.splitlines()[-1] == "audit: 5 differences"
        cluster.drop(copy)

    def test_says_when_nothing_tells_where_the_databases_are(self, monkeypatch, tmp_path, capsys):
        monkeypatch.setenv("BALAI_HOME", str(tmp_path))

        assert command.run() == 2
        assert "REGISTRY_DATABASE_URL is not set" in capsys.readouterr().err
