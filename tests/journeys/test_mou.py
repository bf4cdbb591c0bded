"""An MoU followed down to a class: drafts, signatures, coverage, an action, a reminder, an end."""

from datetime import timedelta

import pytest

from services.registry.agreement_reminders.jobs import write_reminders
from services.registry.worker import create_worker
from shared.clock import ledger_day, utc_now
from shared.scope import Role
from tests.registry.world import agreement_body
from tests.support.planning import Desk, class_body

TODAY = ledger_day(utc_now())


def day(days: int) -> str:
    return (TODAY + timedelta(days)).isoformat()


@pytest.fixture
def registry_transport(registry):
    """Let enrollment reach the registry."""
    return registry.transport


@pytest.fixture
def settle(registry, enrollment_db, worker_of):
    """Return the function that lets enrollment read the registry's feed and do its jobs."""

    async def drain() -> None:
        await worker_of("enrollment", enrollment_db, registry_transport=registry.transport).drain()

    return drain


@pytest.fixture
def agreed(world):
    """Return the function that lets one ministry draft an agreement and the other one sign it."""
    manpower, msme = (
        world.auth(Role.PROGRAM_MANAGER, ministries=[name]) for name in ("MANPOWER", "MSME")
    )

    async def agree(kind: str, **facts) -> str:
        terms = {"valid_from": day(-10), "valid_to": day(80), "signed_on": None}
        draft = agreement_body(kind=kind, number=f"{kind}-1", state="DRAFT", **{**terms, **facts})
        made = await world.post("/agreements", draft, by=manpower)
        assert (made.status_code, made.json()["state"]) == (201, "DRAFT"), made.text
        path = f"/agreements/{made.json()['id']}"
        signed = await world.post(f"{path}/sign", {"signed_on": day(-10)}, by=msme)
        assert signed.status_code == 200, signed.text
        return made.json()["id"]

    return agree


async def test_leads_from_the_signature_to_the_room_and_back(
    world, registry, enrollment, auth, agreed, settle
):
    center = await world.facility(kind="PLUT", owner_ministry="MSME", area_code="33.73.04")
    mou = await agreed("MOU")
    pks = await agreed("PKS", follows_from_id=mou)
    plan = await agreed("PLAN", follows_from_id=pks)
    desk = Desk(enrollment, auth(Role.NATIONAL_ADMIN))
    await settle()
    wave = await desk.wave()
    module = await world.module()

    async def class_of():
        body = class_body(
            wave,
            center["id"],
            space_id=(await world.space(center["id"]))["id"],
            agreement_id=plan,
            module_id=module["id"],
            instructor_ids=[(await world.instructor(center["id"]))["id"]],
        )
        return await desk.post("/v1/classes", body)

    uncovered = await class_of()
    assert (uncovered.status_code, uncovered.json()["code"]) == (409, "agreement-not-covering")
    lonely = await world.get("/facilities-without-agreement", on=day(1), area="33")
    assert [each["id"] for each in lonely.json()["items"]] == [center["id"]]
    covering = {"facility_ids": [center["id"]], "valid_from": day(0)}
    await world.made(f"/agreements/{plan}/facilities", covering)

    planned = await class_of()
    assert planned.status_code == 201, planned.text
    await settle()
    (booking,) = (await world.get("/bookings", facility_id=center["id"])).json()["items"]
    assert booking["class_id"] == planned.json()["id"]
    # The class is the other ministry's: it has the room by the plan.
    assert (booking["ministry"], booking["agreement_id"]) == ("MANPOWER", plan)
    assert (booking["state"], booking["hold_until"]) == ("APPROVED", None)
    kept = (await desk.get(f"/v1/classes/{planned.json()['id']}")).json()
    chain = (await world.get(f"/agreements/{kept['agreement_id']}/chain")).json()
    assert [(each["kind"], each["id"]) for each in chain["above"]] == [("MOU", mou), ("PKS", pks)]
    assert (chain["agreement"]["kind"], chain["items"]) == ("PLAN", [])

    await _act(world, plan)
    await _is_reminded(world, registry, plan)

    early = {"day": day(20), "reason": "Anggaran dialihkan"}
    relied_on = await world.post(f"/agreements/{plan}/terminate", early)
    assert (relied_on.status_code, relied_on.json()["code"]) == (409, "agreement-in-use")
    assert [each["class_id"] for each in relied_on.json()["classes"]] == [kept["id"]]
    await desk.post(f"/v1/classes/{kept['id']}/cancel", {"reason": "Anggaran dialihkan"})
    await settle()
    ended = await world.post(f"/agreements/{plan}/terminate", early)
    assert ended.status_code == 200, ended.text
    refused = await class_of()
    assert (refused.status_code, refused.json()["code"]) == (409, "agreement-not-in-force")
    assert len((await world.get("/bookings", facility_id=center["id"])).json()["items"]) == 1


async def _act(world, plan: str) -> None:
    """Plan what is to be done, begin, and finish with what proves it."""
    wanted = {
        "agreement_id": plan,
        "title": "Modul bersama disahkan",
        "responsible": {"ministry": "MSME"},
        "due_on": day(7),
    }
    action = await world.made("/agreement-actions", wanted)
    path = f"/agreement-actions/{action['id']}"
    evidence = {"reference": "https://contoh.example/berita-acara.pdf", "sha256": "0" * 64}
    await world.post(f"{path}/start")
    empty = await world.post(f"{path}/finish", {"done_on": day(0)})
    done = await world.post(f"{path}/finish", {"done_on": day(0), "evidence": evidence})

    assert empty.status_code == 422
    assert (done.json()["status"], done.json()["evidence"]) == ("DONE", evidence)


async def _is_reminded(world, registry, plan: str) -> None:
    """Some 80 days before its end the agreement's first reminder is written, once."""
    worker = create_worker(registry.state["settings"])
    async with worker.context() as context:
        await write_reminders(context)
        await write_reminders(context)

    reminders = (await world.get("/agreement-reminders", subject="AGREEMENT")).json()["items"]
    assert [each["days_before"] for each in reminders if each["agreement_id"] == plan] == [90]
