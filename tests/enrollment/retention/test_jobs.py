from datetime import timedelta

import pytest
from sqlalchemy import text

from services.enrollment.base import Job
from services.enrollment.retention.jobs import apply_retention, apply_rule
from services.enrollment.retention.rules import CONTACTS, NEEDS, RULES
from shared.clock import utc_now
from shared.db.session import transaction
from shared.jobs.context import JobTables, WorkerContext
from shared.scope import SYSTEM, Actor, Role
from tests.support.planning import person_body

pytestmark = pytest.mark.usefixtures("areas")

NEED = {"kind": "STEP_FREE", "note": "Pintu lebar", "consent_version": "2026-1"}


@pytest.fixture
def context(db, settings_of, enrollment_db) -> WorkerContext:
    settings = settings_of("enrollment", enrollment_db)
    return WorkerContext("enrollment", settings, db, JobTables(job=Job))


@pytest.fixture
def age(db):
    """Return the function that lets everything be so many days older."""

    async def make(days: int) -> None:
        then = {"then": utc_now() - timedelta(days=days)}
        async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
            for statement in (
                "UPDATE enrollment.participant SET created_at = :then",
                "UPDATE enrollment.accommodation_need SET recorded_at = :then",
            ):
                await session.execute(text(statement), then)

    return make


@pytest.fixture
async def people(desk) -> list[dict]:
    made = [
        await desk.made("/v1/participants", person_body(nik=f"33730157048{each}0000"))
        for each in (5, 6)
    ]
    for each in made:
        path = f"/v1/participants/{each['id']}/accommodation-needs"
        assert (await desk.post(path, NEED)).status_code == 201
    return made


async def left(rows) -> tuple[int, int]:
    (found,) = await rows(
        "SELECT (SELECT count(*) FROM enrollment.participant WHERE phone IS NOT NULL) AS phones,"
        " (SELECT count(*) FROM enrollment.accommodation_need) AS needs"
    )
    return found["phones"], found["needs"]


class TestApplyRetention:
    async def test_erases_what_was_kept_long_enough_and_no_more(
        self, *, context, people, age, rows, caller_of
    ):
        admin = caller_of(Role.NATIONAL_ADMIN)
        hold = {"participant_id": people[1]["id"], "kind": "DISPUTE", "reference": "PN/1"}
        assert (await admin.post("/v1/legal-holds", hold)).status_code == 201
        await apply_retention(context)
        fresh = await left(rows)
        await age(NEEDS.after.days + 1)
        await apply_retention(context)
        middle = await left(rows)
        await age(CONTACTS.after.days + 1)
        told = (await admin.get("/v1/retention")).json()["items"]
        erased = await apply_rule(context, CONTACTS)

        assert (fresh, middle, await left(rows)) == ((2, 2), (2, 1), (1, 1))
        assert erased == 1
        assert {each["name"]: each["due"] for each in told}["contacts"] == 1
        assert [each["name"] for each in told] == [each.name for each in RULES]
        runs = await rows(
            "SELECT rule, rows, ended_at IS NULL AS open FROM enrollment.retention_run"
            " WHERE rows > 0 ORDER BY began_at"
        )
        assert runs == [
            {"rule": NEEDS.name, "rows": 1, "open": False},
            {"rule": CONTACTS.name, "rows": 1, "open": False},
        ]
        events = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.retention.applied'"
            " ORDER BY id"
        )
        assert [each["payload"]["rule"] for each in events] == [NEEDS.name, CONTACTS.name]

    async def test_is_shown_to_who_handles_privacy_alone(self, caller_of):
        officer = caller_of(Role.REGIONAL_OFFICER, areas=["33"])

        assert (await officer.get("/v1/retention")).status_code == 403
