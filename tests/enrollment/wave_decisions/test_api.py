from datetime import timedelta

import pytest

from shared.clock import utc_now
from shared.http.tokens import sign_business_time
from shared.ids import new_id
from shared.scope import Role
from tests.support.planning import class_body

GO = {"verdict": "GO", "reason": "Semua siap", "min_seats_percent": 0}
NO_GO = {"verdict": "NO_GO", "reason": "Anggaran belum turun"}


@pytest.fixture
async def wave(desk) -> dict:
    return await desk.wave()


@pytest.fixture
async def planned(desk, wave, fake_registry) -> dict:
    return await desk.made("/v1/classes", class_body(wave, fake_registry.add_facility()))


@pytest.fixture
def open_class(desk, planned, keys):
    """Return the function that reports the opening an hour after the start."""

    async def report(started_at: str | None = None):
        at = utc_now() + timedelta(days=40)
        header = sign_business_time(keys.private["cli"], at)
        return await desk.post(
            f"/v1/classes/{planned['id']}/opening",
            {"started_at": started_at or planned["starts_at"], "present": []},
            **{"Balai-Business-Time": header},
        )

    return report


class TestDecideWave:
    async def test_keeps_the_readiness_that_was_seen_and_every_decision(
        self, desk, wave, planned, rows, worker
    ):
        path = f"/v1/waves/{wave['id']}/decisions"

        first = await desk.post(path, NO_GO, key="k1")
        await worker()
        again = await desk.post(path, NO_GO, key="k1")
        second = await desk.post(path, GO)

        assert first.status_code == 201, first.text
        assert again.content == first.content
        assert first.json()["readiness"]["met"]["SPACE"] == 0
        assert second.json()["readiness"]["met"]["SPACE"] == 1
        listed = (await desk.get(path)).json()["items"]
        assert listed == [second.json(), first.json()]
        assert [each["number"] for each in listed] == [2, 1]
        events = await rows(
            "SELECT payload, owner_ministry FROM enrollment.event"
            " WHERE topic = 'enrollment.wave.decided' ORDER BY version"
        )
        assert [each["payload"]["verdict"] for each in events] == ["NO_GO", "GO"]
        assert events[0]["owner_ministry"] == "MANPOWER"

    async def test_no_class_opens_after_no_go_unless_it_had_begun(
        self, desk, wave, open_class, keys
    ):
        path = f"/v1/waves/{wave['id']}/decisions"
        await desk.post(path, NO_GO)
        refused = await open_class()
        await desk.post(path, GO)
        opened = await open_class()

        assert (refused.status_code, refused.json()["code"]) == (409, "wave-not-go")
        assert (refused.json()["present"], refused.json()["allowed"]) == ("NO_GO", [])
        assert opened.status_code == 200, opened.text

    async def test_a_class_that_began_before_no_go_is_reported_later(
        self, desk, wave, open_class, keys
    ):
        after = sign_business_time(keys.private["cli"], utc_now() + timedelta(days=35))
        decided = await desk.post(
            f"/v1/waves/{wave['id']}/decisions", NO_GO, **{"Balai-Business-Time": after}
        )

        assert decided.status_code == 201, decided.text
        assert (await open_class()).status_code == 200

    async def test_is_for_the_ministries_of_the_programme(
        self, desk, desk_of, wave, planned, fake_registry
    ):
        path = f"/v1/waves/{wave['id']}/decisions"
        partner = desk_of(Role.PROGRAM_MANAGER, ministries=["MSME"])
        stranger = desk_of(Role.PROGRAM_MANAGER, ministries=["INDUSTRY"])

        answers = [
            await partner.post(path, GO),
            await stranger.post(path, GO),
            await desk_of(Role.REGIONAL_OFFICER, areas=["33"]).post(path, GO),
            await desk.post(f"/v1/waves/{new_id()}/decisions", GO),
            await desk.post(path, {**GO, "reason": ""}),
            await desk.post(path, {**GO, "verdict": "MAYBE"}),
        ]
        fake_registry.away = True
        away = await desk.post(path, GO)

        assert [each.status_code for each in answers] == [201, 403, 403, 404, 422, 422]
        assert away.status_code == 503
        assert len((await desk.get(path)).json()["items"]) == 1
