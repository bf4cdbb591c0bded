import pytest

from services.reporting.base import Event
from shared.db.events import read_feed
from shared.db.session import transaction
from shared.scope import SYSTEM, Role
from tests.reporting.conftest import READER

FIGURE = {
    "code": "BALAI-2026-01",
    "what_id": "Balai yang dihitung kementerian",
    "what_en": "Centres counted by the ministry",
    "lower": 4000,
    "unit": "balai",
    "as_of": "2026-01-31",
    "precision": "MONTH",
    "source": "Siaran pers",
}


@pytest.fixture
def admin(auth) -> dict[str, str]:
    return auth(Role.NATIONAL_ADMIN)


@pytest.fixture
def state(reporting, admin):
    """Return the function that enters a figure; each call has a key of its own."""
    count = iter(range(1_000))

    async def post(caller: dict | None = None, key: str | None = None, **changes):
        headers = {**(caller or admin), "Idempotency-Key": key or f"key-{next(count)}"}
        return await reporting.post("/v1/baselines", json={**FIGURE, **changes}, headers=headers)

    return post


class TestListBaselines:
    async def test_shows_anybody_the_figures_that_the_programme_is_held_to(self, reporting):
        items = (await reporting.get("/v1/baselines")).json()["items"]

        told = {
            each["code"]: (each["value"], each["lower"], each["upper"], each["as_of"])
            for each in items
        }
        assert told == {
            "BALAI-2025-02": (None, None, 4000, "2025-02-28"),
            "BLKK-2020": (2127, None, None, "2021-06-30"),
            "BLKK-2025-01": (None, 4000, None, "2025-01-31"),
            "BLKK-LEMBAGA-2022": (850, None, None, "2022-09-30"),
            "BLKK-RENCANA-2021": (1000, None, None, "2021-06-30"),
            "INKUBATOR-2022": (100, None, None, "2022-09-30"),
            "PESERTA-TAMBAHAN-2022": (232000, None, None, "2022-09-30"),
            "UPT-PEMERINTAH-2025-01": (330, None, None, "2025-01-31"),
        }
        assert all(each["source"] for each in items)

    async def test_walks_page_by_page(self, reporting):
        seen, path = [], "/v1/baselines?limit=3"
        while path:
            page = (await reporting.get(path)).json()
            seen += [each["code"] for each in page["items"]]
            path = page["next"] and page["next"].partition("/reporting")[2]

        assert len(seen) == 8
        assert seen == sorted(seen)


class TestStateBaseline:
    async def test_enters_a_figure_once_and_tells_it(self, state, db, reporting):
        first = await state(key="same")
        again = await state(key="same")

        assert first.status_code == 201, first.text
        assert again.content == first.content
        assert again.headers["idempotency-replayed"] == "true"
        shown = await reporting.get(f"/v1/baselines/{first.json()['id']}")
        assert shown.json() == first.json()
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            told = (await read_feed(session, Event, after=None, limit=10)).items
        assert [(each.topic, each.payload["lower"]) for each in told] == [
            ("reporting.baseline.stated", 4000)
        ]

    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"value": 1}, 422, "baseline-figure-invalid"),
            ({"lower": None}, 422, "baseline-figure-invalid"),
            ({"code": "BLKK-2020"}, 409, "baseline-code-taken"),
            ({"id": "01936f00-0000-7000-8000-000000000001"}, 409, "baseline-id-taken"),
            ({"source": ""}, 422, "validation-failed"),
        ],
    )
    async def test_refuses_what_is_no_figure_or_is_there(self, state, changes, status, code):
        response = await state(**changes)

        assert (response.status_code, response.json()["code"]) == (status, code)

    async def test_is_for_who_writes_targets_of_the_nation(self, state, auth):
        analyst = await state(auth(Role.ANALYST))
        regional = await state(auth(Role.PROGRAM_MANAGER, ministries=["MANPOWER"], areas=["32"]))

        assert analyst.status_code == 403
        assert (regional.status_code, regional.json()["code"]) == (403, "baseline-national")


class TestCorrectBaseline:
    async def test_keeps_what_was_said_before_with_the_reason(self, state, reporting, admin):
        made = (await state()).json()
        path = f"/v1/baselines/{made['id']}"

        response = await reporting.patch(
            path,
            json={"value": 4123, "reason": "Dihitung ulang"},
            headers={**admin, "If-Match": '"1"'},
        )

        assert response.status_code == 200, response.text
        corrected = response.json()
        assert (corrected["value"], corrected["lower"], corrected["version"]) == (4123, None, 2)
        [version] = (await reporting.get(f"{path}/versions")).json()["items"]
        assert version["version"] == 1
        assert version["facts"]["lower"] == 4000
        assert version["reason"] == "Dihitung ulang"

    async def test_refuses_without_a_reason_without_the_version_and_when_stale(
        self, state, reporting, admin
    ):
        path = f"/v1/baselines/{(await state()).json()['id']}"
        body = {"value": 1, "reason": "x"}
        unread = await reporting.patch(path, json=body, headers=admin)
        stale = await reporting.patch(path, json=body, headers={**admin, "If-Match": '"7"'})
        mute = await reporting.patch(path, json={"value": 1}, headers={**admin, "If-Match": '"1"'})
        unknown = await reporting.patch(
            "/v1/baselines/01936f00-0000-7000-8000-00000000ffff",
            json=body,
            headers={**admin, "If-Match": '"1"'},
        )

        found = [each.status_code for each in (unread, stale, mute, unknown)]
        assert found == [428, 412, 422, 404]
        assert (await reporting.get(f"{path}/versions")).json()["items"] == []
