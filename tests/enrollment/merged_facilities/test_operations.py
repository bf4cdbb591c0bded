"""Classes follow their facility, whenever they and the merges come."""

from uuid import UUID

import pytest

from services.enrollment.merged_facilities.jobs import move_stragglers
from services.enrollment.worker import create_worker
from shared.ids import new_id
from shared.schemas.enrollment import EnrollmentMoved
from shared.schemas.registry import FacilityMerged, FacilityStays, Topic
from tests.support.planning import class_body, person_body


@pytest.fixture
def stragglers(enrollment_db, settings_of, fake_registry):
    """Return the function that looks for classes that no job has seen."""

    async def look() -> None:
        settings = settings_of("enrollment", enrollment_db, redis_url=None)
        worker = create_worker(settings, registry_transport=fake_registry)
        async with worker.context() as context:
            await move_stragglers(context)

    return look


def merge(fake_registry, gone: UUID, stays: UUID, *, spaces: dict | None = None) -> None:
    """Let the registry tell that it has merged two facilities."""
    merged = FacilityMerged(
        merge_id=new_id(),
        from_id=gone,
        from_code="F-GONE",
        stays=FacilityStays(
            facility_id=stays,
            code="F-STAYS",
            name="DATA SINTETIS Balai yang tetap",
            kind="BLKK",
            owner_ministry="MSME",
            province_code="31",
            regency_code="31.71",
            latitude=None,
            longitude=None,
        ),
        spaces=spaces or {},
        moved={},
    )
    event = fake_registry.event(Topic.FACILITY_MERGED, merged.model_dump(mode="json"))
    fake_registry.events.append(event)


@pytest.fixture
async def planned(desk, fake_registry, areas) -> dict:
    """Return a class with one enrollment."""
    wave = await desk.wave()
    facility = fake_registry.add_facility(trade="BAKERY")
    planned = await desk.made("/v1/classes", class_body(wave, facility))
    person = await desk.made("/v1/participants", person_body())
    claim = {"participant_id": person["id"]}
    await desk.made(f"/v1/classes/{planned['id']}/enrollments", claim)
    return planned


async def read(desk, planned: dict) -> dict:
    return (await desk.get(f"/v1/classes/{planned['id']}")).json()


class TestMoveClass:
    async def test_takes_the_facility_and_the_enrollments_along(
        self, desk, planned, fake_registry, worker, rows
    ):
        stays = new_id()
        spaces = {planned["space_id"]: "Ruang 1 (F-GONE)"}

        merge(fake_registry, UUID(planned["facility_id"]), stays, spaces=spaces)
        await worker()

        moved = await read(desk, planned)
        assert moved["facility_id"] == str(stays)
        assert moved["facility_name"] == "DATA SINTETIS Balai yang tetap"
        assert moved["space_name"] == "Ruang 1 (F-GONE)"
        (enrollment,) = await rows("SELECT * FROM enrollment.enrollment")
        assert (enrollment["facility_id"], enrollment["version"]) == (stays, 2)
        assert (enrollment["province_code"], enrollment["host_ministry"]) == ("31", "MSME")
        (told,) = await rows(
            "SELECT payload, facility_id, version FROM enrollment.event WHERE topic = :topic",
            topic="enrollment.enrollment.relocated",
        )
        event = EnrollmentMoved.model_validate(told["payload"])
        assert str(event.before.facility_id) == planned["facility_id"]
        assert (event.before.facility_kind, event.after.facility_kind) == ("UPTD", "BLKK")
        assert (event.after.trade, event.after.applied) == ("BAKERY", False)
        (claimed,) = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = :topic",
            topic="enrollment.enrollment.claimed",
        )
        assert EnrollmentMoved.model_validate(claimed["payload"]).after == event.before
        assert event.after.model_copy(
            update={name: getattr(event.before, name) for name in ("facility_id", "facility_kind",
                    "province_code", "regency_code", "host_ministry")}
        ) == event.before  # fmt: skip
        assert (told["facility_id"], told["version"]) == (stays, 2)

    async def test_changes_nothing_when_it_is_told_again(
        self, planned, fake_registry, worker, rows
    ):
        merge(fake_registry, UUID(planned["facility_id"]), new_id())
        await worker()
        before = await rows("SELECT id, version FROM enrollment.class")

        fake_registry.epoch += 1
        await worker()

        assert await rows("SELECT id, version FROM enrollment.class") == before
        assert len(await rows("SELECT * FROM enrollment.merged_facility")) == 1

    async def test_follows_chains_that_come_at_once(self, desk, planned, fake_registry, worker):
        between, stays = new_id(), new_id()

        merge(fake_registry, UUID(planned["facility_id"]), between)
        merge(fake_registry, between, stays)
        await worker()

        assert (await read(desk, planned))["facility_id"] == str(stays)


class TestMoveStragglers:
    async def test_moves_a_class_that_was_planned_during_the_merge(
        self, desk, planned, fake_registry, worker, stragglers
    ):
        stays, gone = new_id(), UUID(planned["facility_id"])
        merge(fake_registry, gone, stays)
        await worker()
        late = await desk.made("/v1/classes", class_body(await desk.wave(), gone))
        await worker()
        assert (await read(desk, late))["facility_id"] == str(gone)

        await stragglers()
        await worker()

        assert (await read(desk, late))["facility_id"] == str(stays)


class TestMoveChoices:
    async def test_who_chose_it_has_chosen_what_stays_and_nothing_twice(
        self, desk, areas, fake_registry, worker, rows
    ):
        wave = await desk.wave(selection="LOTTERY")
        gone, stays, third = (fake_registry.add_facility() for _ in range(3))
        classes = {
            each: await desk.made("/v1/classes", class_body(wave, each))
            for each in (gone, stays, third)
        }
        person = await desk.made("/v1/participants", person_body())
        body = {
            "participant_id": person["id"],
            "choices": [
                {"facility_id": str(third)},
                {"class_id": classes[gone]["id"]},
                {"facility_id": str(stays)},
            ],
            "submit": True,
            "paper": {"reference": "arsip 7", "sha256": "9f" * 32},
        }
        sent = await desk.made(f"/v1/waves/{wave['id']}/applications", body)

        merge(fake_registry, gone, stays)
        await worker()
        await worker()

        path = f"/v1/participants/{person['id']}/applications/{sent['id']}"
        read = (await desk.get(path)).json()
        assert [(each["facility_id"], each["class_id"]) for each in read["choices"]] == [
            (str(third), None),
            (str(stays), classes[gone]["id"]),
        ]
        assert read["version"] == 2
        places = await rows("SELECT province_code FROM enrollment.application_choice ORDER BY rank")
        assert places[1]["province_code"] == "31"
        told = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.application.changed'"
        )
        assert [each["payload"]["choices"] for each in told] == [2]
        # The first choice is where it was: it counts where it counted.
        assert [each["payload"]["left"] for each in told] == [told[0]["payload"]["entered"]]

    async def test_an_application_counts_where_its_first_choice_stays(
        self, desk, areas, fake_registry, worker, rows
    ):
        wave = await desk.wave(selection="LOTTERY")
        gone, stays = fake_registry.add_facility(trade="BAKERY"), new_id()
        planned = await desk.made("/v1/classes", class_body(wave, gone))
        person = await desk.made("/v1/participants", person_body())
        body = {
            "participant_id": person["id"],
            "choices": [{"class_id": planned["id"]}],
            "submit": True,
            "paper": {"reference": "arsip 7", "sha256": "9f" * 32},
        }
        await desk.made(f"/v1/waves/{wave['id']}/applications", body)

        merge(fake_registry, gone, stays)
        await worker()
        await worker()

        (told,) = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.application.changed'"
        )
        left, entered = told["payload"]["left"], told["payload"]["entered"]
        moved = {"facility_id", "facility_kind", "province_code", "regency_code", "host_ministry"}
        assert {name for name in left if left[name] != entered[name]} == moved
        assert (left["facility_id"], entered["facility_id"]) == (str(gone), str(stays))
        assert (left["trade"], entered["facility_kind"]) == ("BAKERY", "BLKK")
