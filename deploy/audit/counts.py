"""How much there is: what two audits of the same records must agree on."""

from typing import Final

from deploy.audit.checks import Snapshots

_TABLES: Final = {
    "registry": {
        "areas": "area",
        "facilities": "facility",
        "spaces": "space",
        "agreements": "agreement",
        "modules": "module",
        "instructors": "instructor",
        "bookings": "booking",
        "booking_slots": "booking_slot",
        "engagement_slots": "engagement_slot",
        "networks": "network",
        "assignments": "assignment",
        "registry_events": "event",
    },
    "enrollment": {
        "programs": "program",
        "waves": "wave",
        "classes": "class",
        "participants": "participant",
        "enrollments": "enrollment",
        "claims": "program_claim",
        "openings": "opening",
        "enrollment_events": "event",
    },
    "reporting": {"followups": "followup", "reporting_events": "event", "ledger": "ledger"},
}


async def count_all(snapshots: Snapshots) -> dict[str, int]:
    """Return the number of rows of every table that holds something of the domain."""
    counts: dict[str, int] = {}
    for database, tables in _TABLES.items():
        columns = ", ".join(
            f"(SELECT count(*) FROM {table}) AS {name}"  # noqa: S608 - names that stand above
            for name, table in tables.items()
        )
        row = (await snapshots[database].fetch(f"SELECT {columns}"))[0]
        counts |= {name: row[name] for name in tables}
    return counts
