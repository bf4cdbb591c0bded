"""Every check of the audit goes red when what it guards is tampered with."""

import json

import asyncpg
import pytest

from deploy.audit import command
from deploy.audit.command import audit, examine
from deploy.audit.databases import snapshots_of
from deploy.audit.quiet import NotQuietError, logs_behind
from tests.support.cluster import SERVICES

SEATED = "state IN ('SEATED', 'COMPLETED', 'DROPPED_OUT')"
FREE_THE_COUNTS = (
    "ALTER TABLE class DROP CONSTRAINT ck_class_taken",
    "ALTER TABLE class DROP CONSTRAINT ck_class_waiting",
    "ALTER TABLE class DROP CONSTRAINT ck_class_capacity",
    "ALTER TABLE class DROP CONSTRAINT ck_class_waitlist",
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
        "nobody was promoted past somebody who had waited longer",
        "enrollment",
        (
            f"UPDATE enrollment SET waitlist_number = 3 WHERE waitlist_number = 1 AND {SEATED}",
            "UPDATE enrollment SET waitlist_number = 1 WHERE waitlist_number = 2",
        ),
    ),
    (
        "no seat is free while somebody waits for it and promotion is open",
        "enrollment",
        ("UPDATE class SET capacity = capacity + 1 WHERE waiting = 1",),
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
    (
        "nobody has a place in a class that was called off",
        "enrollment",
        (
            "UPDATE class SET waiting = 1 WHERE state = 'CANCELLED'",
            "UPDATE class SET taken = 1 WHERE state = 'CANCELLED'",
            "UPDATE class SET state = 'CANCELLED' WHERE waiting = 1",
        ),
    ),
    (
        "facility_cube is what a recount of facilities gives",
        "registry",
        ("UPDATE facility SET owner_ministry = 'MSME'",),
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

        idle = [each.name for each in report.findings if not each.checked]
        assert idle == ["no job is stuck"]

    async def test_counts_what_is_there(self, urls):
        counts = (await audit(urls, deadline_s=0)).counts

        assert (counts["facilities"], counts["classes"]) == (2, 3)
        assert (counts["participants"], counts["enrollments"]) == (9, 8)
        assert (counts["openings"], counts["followups"]) == (1, 1)

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
        assert (written["differences"], written["counts"]["enrollments"]) == (0, 8)
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
        assert out.splitlines()[-1] == "audit: 2 differences"
        cluster.drop(copy)

    def test_says_when_nothing_tells_where_the_databases_are(self, monkeypatch, tmp_path, capsys):
        monkeypatch.setenv("BALAI_HOME", str(tmp_path))

        assert command.run() == 2
        assert "REGISTRY_DATABASE_URL is not set" in capsys.readouterr().err
