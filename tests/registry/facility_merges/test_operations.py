"""What becomes of everything that two facilities have, where both have the same."""

from datetime import date, time

import pytest
from sqlalchemy import insert, text

from services.registry.facility_merges import rules
from services.registry.metadata import metadata
from shared.clock import utc_now
from shared.ids import new_id
from tests.registry.facility_merges.test_api import merge, merged
from tests.registry.world import institution_body

DAY = date(2025, 1, 1)
END = date(2026, 12, 31)
PLACES = ("province_code", "regency_code", "owner_ministry")


@pytest.fixture
async def both(world):
    """Return two facilities of different places and ministries."""
    gone = await world.facility(code="F-1", area_code="32.73.01", owner_ministry="MSME")
    return gone, await world.facility(code="F-2")


@pytest.fixture
async def known(world, in_transaction):
    """Return what rows refer to: an institution, a network, an agreement, a milestone."""
    institution = (await world.made("/institutions", institution_body()))["id"]
    network = {"code": "EKSYAR", "name": "BLKK Eksyar", "steward_id": institution}
    agreement = await world.agreement()
    ids = {
        "institution_id": institution,
        "network_id": (await world.made("/networks", network))["id"],
        "agreement_id": agreement["id"],
    }
    async with in_transaction() as session:
        # The proposals of criteria and of a roadmap that the migrations bring.
        ids["code"] = await session.scalar(
            text("SELECT min(code) FROM registry.roadmap_template_milestone")
        )
    return ids


async def put(session, table: str, facility: dict | None = None, **values) -> dict:
    """Insert a row as its feature would, with what all such rows have."""
    columns = metadata.tables[f"registry.{table}"]
    row = {"id": new_id(), "version": 1, "created_at": utc_now(), "updated_at": utc_now()}
    row |= {"synthetic": True}
    if facility is not None:
        row |= {"facility_id": facility["id"], **{name: facility[name] for name in PLACES}}
    row = {name: value for name, value in row.items() if name in columns.c} | values
    await session.execute(insert(columns), [row])
    return row


def twice(known: dict, number: str) -> list[tuple[str, dict]]:
    """Return rows of which a facility can have only one at a time."""
    days = {"valid_from": DAY, "valid_to": END}
    return [
        ("space", {"name": "Aula", "kind": "ROOM", "capacity": 20}),
        ("opening_hours", {"weekday": 1, "opens": time(8), "closes": time(16), **days}),
        ("closed_day", {"day": DAY, "reason": "Libur"}),
        (
            "facility_shift",
            {"name": "MORNING", "starts": time(8), "ends": time(12), "capacity": 20},
        ),
        (
            "facility_institution",
            {"institution_id": known["institution_id"], "role": "OWNER", **days},
        ),
        ("network_member", {"network_id": known["network_id"], **days}),
        (
            "service_offer",
            {
                "code": "MAKLON",
                "kind": "TOLL_MANUFACTURING",
                "name": "Maklon",
                "unit": "per kg",
                "customers": ["MICRO"],
                "offered_from": DAY,
            },
        ),
        (
            "accreditation",
            {
                "kind": "LICENSE",
                "number": number,
                "issuer": "x",
                "standards": {},
                "document_reference": "x",
                "document_sha256": "0" * 64,
                **days,
            },
        ),
        (
            "maturity_assessment",
            {
                "year": 2025,
                "maturity_class": "BARU",
                "criteria_version": 1,
                "assessed_on": DAY,
                "met": {},
            },
        ),
        (
            "development",
            {
                "kind": "BLKK_DEVELOPMENT",
                "number": number,
                "title": "x",
                "co_ministry": "MANPOWER",
                "institution_id": known["institution_id"],
                "grant_rupiah": 1,
                "step": "PROPOSED",
            },
        ),
    ]


async def put_everything(session, facility: dict, known: dict) -> None:
    for table, values in twice(known, facility["code"]):
        await put(session, table, facility, **values)
    roadmap = await put(session, "roadmap", facility, template_version=1, adopted_on=DAY)
    milestone = {"code": known["code"], "template_version": 1, "due_on": DAY, "status": "PLANNED"}
    await put(session, "roadmap_milestone", facility, roadmap_id=roadmap["id"], **milestone)
    incubator = {"decree_number": "1", "decreed_on": DAY, "valid_from": DAY, "valid_to": END}
    one = await put(
        session, "incubator", facility, capacity=2, tenants=1, state="ACTIVE", **incubator
    )
    person = {"role": "MENTOR", "name": "x", "since": DAY}
    await put(session, "incubator_person", facility, incubator_id=one["id"], **person)
    tenant = {"business_ref": "x", "stage": "INCUBATION", "status": "IN", "joined_on": DAY}
    await put(session, "incubator_tenant", facility, incubator_id=one["id"], **tenant)


SAME = {table for table, _ in twice(dict.fromkeys(("institution_id", "network_id")), "")} | {
    "roadmap",
    "roadmap_milestone",
    "incubator",
    "incubator_person",
    "incubator_tenant",
}


async def rows_of(session, facility: dict) -> dict[str, int]:
    counts = {}
    for each in rules.moving():
        statement = f"SELECT count(*) FROM registry.{each.table} WHERE {each.column} = :id"
        counts[each.table] = await session.scalar(text(statement), {"id": facility["id"]})
    return {table: count for table, count in counts.items() if count}


class TestMergeFacility:
    async def test_moves_all_where_only_one_has_it(self, world, both, known, in_transaction):
        gone, stays = both
        async with in_transaction() as session:
            await put_everything(session, gone, known)

        told = (await merge(world, gone, stays, mode="validate")).json()
        done = await merged(world, gone, stays)

        assert told["things"] == done["things"]
        assert {each["table"] for each in done["things"]} == SAME
        assert {(each["moves"], each["stays"]) for each in done["things"]} == {(1, 0)}
        async with in_transaction() as session:
            assert await rows_of(session, gone) == {}
            assert set(await rows_of(session, stays)) == SAME | {"facility_code", "facility_alias"}
            places = await session.execute(
                text("SELECT province_code, regency_code, owner_ministry FROM registry.space")
            )
            assert [tuple(row) for row in places] == [("33", "33.73", "MANPOWER")]

    async def test_lets_the_one_that_stays_win(self, world, both, known, in_transaction):
        gone, stays = both
        async with in_transaction() as session:
            await put_everything(session, gone, known)
            await put_everything(session, stays, known)

        told = (await merge(world, gone, stays, mode="validate")).json()
        done = await merged(world, gone, stays)

        assert told["things"] == done["things"]
        things = {each["table"]: each for each in done["things"]}
        space = things.pop("space")
        assert (space["moves"], space["renamed"], space["stays"]) == (1, 1, 0)
        assert set(things) == SAME - {"space"}
        assert {(each["moves"], each["stays"]) for each in things.values()} == {(0, 1)}
        assert things["facility_shift"]["named"][0]["label"] == "MORNING"
        async with in_transaction() as session:
            assert set(await rows_of(session, gone)) == SAME - {"space"}
            names = await session.scalars(text("SELECT name FROM registry.space ORDER BY name"))
            assert list(names) == ["Aula", "Aula (F-1)"]

    async def test_names_a_space_anew_when_its_new_name_is_taken(self, world, both, in_transaction):
        gone, stays = both
        for facility, name in ((gone, "Aula"), (stays, "Aula"), (stays, "Aula (F-1)")):
            await world.space(facility["id"], name=name)

        await merged(world, gone, stays)

        spaces = (await world.get(f"/facilities/{stays['id']}/spaces")).json()["items"]
        names = {each["name"] for each in spaces}
        assert len(names) == 3
        (fresh,) = names - {"Aula", "Aula (F-1)"}
        assert fresh.startswith("Aula (F-1 ")

    async def test_joins_what_an_agreement_covers(self, world, both, known, in_transaction):
        gone, stays = both
        other = await world.agreement()
        spans = [
            (gone, known["agreement_id"], date(2025, 4, 1), date(2025, 6, 30)),
            (stays, known["agreement_id"], date(2025, 6, 1), date(2025, 8, 31)),
            (gone, known["agreement_id"], date(2026, 1, 1), None),
            (gone, other["id"], date(2025, 5, 1), None),
        ]
        async with in_transaction() as session:
            for facility, agreement_id, first, last in spans:
                await put(
                    session,
                    "agreement_facility",
                    facility_id=facility["id"],
                    agreement_id=agreement_id,
                    valid_from=first,
                    valid_to=last,
                )

        done = await merged(world, gone, stays)

        (things,) = [each for each in done["things"] if each["table"] == "agreement_facility"]
        assert (things["moves"], things["stays"]) == (1, 2)
        async with in_transaction() as session:
            found = await session.execute(
                text(
                    "SELECT agreement_id, valid_from, valid_to FROM registry.agreement_facility"
                    " WHERE facility_id = :id ORDER BY valid_from"
                ),
                {"id": stays["id"]},
            )
            covered = [(str(row[0]), row[1], row[2]) for row in found]
        assert covered == [
            (known["agreement_id"], date(2025, 4, 1), date(2025, 8, 31)),
            (other["id"], date(2025, 5, 1), None),
            (known["agreement_id"], date(2026, 1, 1), None),
        ]
