from datetime import date

import pytest
from sqlalchemy import update

from services.enrollment.areas.queries import check_known
from services.enrollment.areas.rules import AreasNotCopiedError, UnknownAreaError
from services.enrollment.base import Job
from shared.clock import utc_now
from shared.db.session import transaction
from shared.ids import new_id
from shared.schemas.registry import AreasChanged, Topic
from shared.scope import SYSTEM, Actor


async def test_copies_page_by_page_after_an_import(enrollment, fake_registry, worker, rows):
    fake_registry.announce()

    await worker()

    state = (await enrollment.get("/v1/areas/state")).json()
    assert state["areas"] == len(fake_registry.areas)
    assert state["levels"] == {"PROVINCE": 3, "REGENCY": 4, "DISTRICT": 2, "VILLAGE": 1}
    assert state["copied_at"] is not None
    (salatiga,) = await rows("SELECT * FROM enrollment.area_copy WHERE code = '33.73'")
    assert (salatiga["parent_code"], salatiga["time_zone"]) == ("33", "WIB")
    pages = [each for each in fake_registry.requests if each.url.path == "/v1/areas"]
    assert [each.url.params["level"] for each in pages] == [
        "PROVINCE", "REGENCY", "REGENCY", "DISTRICT", "VILLAGE",
    ]  # fmt: skip


async def test_shows_the_service_token(enrollment, fake_registry, worker):
    await worker()

    assert fake_registry.requests[0].headers["Authorization"].startswith("Bearer ey")


async def test_follows_changes_and_drops_what_is_gone(enrollment, fake_registry, worker, rows):
    fake_registry.announce()
    await worker()
    fake_registry.areas = [
        each.model_copy(update={"name": "Kota Sala"}) if each.code == "33.72" else each
        for each in fake_registry.areas
        if each.code != "33.73.02"
    ]
    fake_registry.announce()

    await worker()

    names = {row["code"]: row["name"] for row in await rows("SELECT * FROM enrollment.area_copy")}
    assert names["33.72"] == "Kota Sala"
    assert "33.73.02" not in names
    assert len(names) == len(fake_registry.areas)


def decree(fake_registry, **levels: int) -> None:
    """Tell of a decree that has come into force, as the registry does."""
    changed = AreasChanged(
        change_id=new_id(), levels=levels, valid_from=date(2026, 5, 6), changed_at=utc_now()
    )
    payload = changed.model_dump(mode="json")
    fake_registry.events.append(fake_registry.event(Topic.AREAS_CHANGED, payload))


async def test_follows_a_decree_that_recodes_a_regency(fake_registry, worker, rows):
    fake_registry.announce()
    await worker()
    seen = len(fake_registry.requests)
    fake_registry.areas = [
        each.model_copy(update={"code": "33.74"}) if each.code == "33.72" else each
        for each in fake_registry.areas
    ]
    fake_registry.areas.sort(key=lambda each: each.code)
    decree(fake_registry, REGENCY=4, DISTRICT=2)

    await worker()

    codes = {row["code"] for row in await rows("SELECT code FROM enrollment.area_copy")}
    assert "33.74" in codes
    assert "33.72" not in codes
    asked = [each for each in fake_registry.requests[seen:] if each.url.path == "/v1/areas"]
    assert {each.url.params["level"] for each in asked} == {"REGENCY", "DISTRICT"}


async def test_of_a_decree_after_an_import_copies_all_levels_once(fake_registry, worker, rows):
    fake_registry.announce()
    decree(fake_registry, DISTRICT=2)

    await worker()

    (job,) = await rows("SELECT payload FROM enrollment.job WHERE kind = 'copy_areas'")
    assert job["payload"]["levels"] == ["PROVINCE", "REGENCY", "DISTRICT", "VILLAGE"]


async def test_keeps_what_it_has_when_the_registry_lists_nothing(fake_registry, worker, rows):
    fake_registry.announce()
    await worker()
    count = len(fake_registry.areas)
    fake_registry.areas = []
    fake_registry.announce()

    await worker()

    assert len(await rows("SELECT code FROM enrollment.area_copy")) == count


async def test_of_several_imports_in_one_page_copies_once(fake_registry, worker, rows):
    fake_registry.announce(PROVINCE=3)
    fake_registry.announce()

    await worker()

    assert len(await rows("SELECT id FROM enrollment.job WHERE kind = 'copy_areas'")) == 1


async def test_tries_again_when_the_registry_goes_away(fake_registry, worker, db, rows):
    fake_registry.announce()
    fake_registry.failing = {"/v1/areas"}
    await worker()
    (job,) = await rows("SELECT * FROM enrollment.job")
    assert (job["state"], job["error"]) == ("QUEUED", "registry-unavailable")
    fake_registry.failing = set()
    async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
        await session.execute(update(Job).values(due_at=job["created_at"]))

    await worker()

    (job,) = await rows("SELECT * FROM enrollment.job")
    assert job["state"] == "SUCCEEDED"
    assert job["result"] == {"PROVINCE": 3, "REGENCY": 4, "DISTRICT": 2, "VILLAGE": 1}


async def test_keeps_the_copy_when_the_registry_was_restored(fake_registry, worker, rows):
    fake_registry.announce()
    await worker()
    fake_registry.epoch = 2

    await worker()

    assert len(await rows("SELECT code FROM enrollment.area_copy")) == len(fake_registry.areas)


class TestCheckKnown:
    @pytest.fixture
    async def session(self, db):
        async with db(info={"scope": SYSTEM, "actor": Actor("test", "test")}) as session:
            yield session

    async def test_allows_what_is_in_force(self, session, areas):
        await check_known(session, ["33", "33.73", "33.73.01.1001"], pointer="/x")

    async def test_refuses_what_is_not(self, session, areas):
        with pytest.raises(UnknownAreaError) as refused:
            await check_known(session, ["33", "33.99"], pointer="/x")
        assert refused.value.pointer == "/x"

    async def test_cannot_tell_before_the_copy_is_there(self, session):
        with pytest.raises(AreasNotCopiedError):
            await check_known(session, ["33"], pointer="/x")
