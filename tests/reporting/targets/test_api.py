from datetime import timedelta

import pytest
from sqlalchemy import event

from shared.http.tokens import sign_business_time
from shared.scope import Role
from tests.reporting.story import RECORDED, Story

JABAR = {
    "code": "JABAR-2027",
    "label_id": "Peserta di Jawa Barat",
    "label_en": "Participants in West Java",
    "indicator": "PARTICIPANTS_SEATED",
    "value": 20,
    "unit": "orang",
    "by_day": "2026-12-31",
    "area_code": "32",
}


@pytest.fixture
def admin(auth) -> dict[str, str]:
    return auth(Role.NATIONAL_ADMIN)


@pytest.fixture
def state(reporting, admin):
    """Return the function that states a target; each call has a key of its own."""
    count = iter(range(1_000))

    async def post(caller: dict | None = None, key: str | None = None, **changes):
        headers = {**(caller or admin), "Idempotency-Key": key or f"key-{next(count)}"}
        return await reporting.post("/v1/targets", json={**JABAR, **changes}, headers=headers)

    return post


@pytest.fixture
def at(keys):
    """Return the function that makes the header of a day after the story."""

    def header(days: int) -> dict[str, str]:
        moment = RECORDED + timedelta(days=days)
        return {"Balai-Business-Time": sign_business_time(keys.private["cli"], now=moment)}

    return header


@pytest.fixture
async def seated(fold) -> Story:
    """Twelve people seated in Bandung and three in Bali, all on one day; two came a month later."""
    story = Story()
    story.publish()
    west_java = story.plan_class(story.register_facility(0))
    bali = story.plan_class(story.register_facility(2))
    for number in range(15):
        story.enroll(west_java if number < 12 else bali)
    story._moment += timedelta(days=30)
    for _ in range(2):
        story.enroll(west_java)
    await fold(story.events)
    return story


class TestListTargets:
    async def test_shows_what_was_promised_to_the_nation(self, reporting, admin, seated):
        items = (await reporting.get("/v1/targets", headers=admin)).json()["items"]

        told = {each["code"]: (each["value"], each["upper_value"], each["mode"]) for each in items}
        assert told == {
            "NASIONAL-BLKK-850": (850, None, "TOTAL"),
            "NASIONAL-INKUBATOR": (100, None, "TOTAL"),
            "NASIONAL-PESERTA": (5000, 10000, "TOTAL"),
            "NASIONAL-PESERTA-TAMBAHAN": (232000, None, "ADDITIONAL"),
        }

    async def test_tells_how_far_each_has_come(self, reporting, admin, seated, state, at):
        await state()
        caller = {**admin, **at(30)}

        page = (await reporting.get("/v1/targets?area=32", headers=caller)).json()

        [target] = page["items"]
        found = target["achievement"]
        assert found["measured"]
        # 14 of 20 seats in West Java, 2 of them in the last 28 days: 6 more take 84 days.
        assert (found["achieved"], found["gap"], found["share"]) == (14, 6, 0.7)
        assert found["pace"] == 0.071429
        assert found["as_of"] == "2026-12-22"
        assert found["projected_on"] == "2027-03-16"
        assert found["on_time"] is False

    async def test_reads_all_of_a_page_in_as_many_statements_as_one(
        self, reporting, admin, seated, state
    ):
        statements: list[str] = []
        engine = reporting.state["sessions"].kw["bind"].sync_engine

        def note(_connection, _cursor, statement, *_) -> None:
            statements.append(statement)

        for number in range(6):
            await state(code=f"T-{number}", mode="ADDITIONAL", counts_from="2026-01-01")
        event.listen(engine, "before_cursor_execute", note)
        await reporting.get("/v1/targets?limit=1", headers=admin)
        one = len(statements)
        statements.clear()
        page = (await reporting.get("/v1/targets?limit=50", headers=admin)).json()
        event.remove(engine, "before_cursor_execute", note)

        assert len(page["items"]) == 10
        assert len(statements) == one > 0

    async def test_shows_a_region_its_own_and_the_nation_s(self, reporting, auth, state):
        await state()
        await state(code="BALI-2027", area_code="51")

        caller = auth(Role.REGIONAL_OFFICER, areas=["51"])
        codes = [
            each["code"]
            for each in (await reporting.get("/v1/targets", headers=caller)).json()["items"]
        ]

        assert "BALI-2027" in codes
        assert "NASIONAL-PESERTA" in codes
        assert "JABAR-2027" not in codes

    async def test_needs_a_token_that_reads_reports(self, reporting, auth):
        assert (await reporting.get("/v1/targets")).status_code == 401
        assert (
            await reporting.get("/v1/targets", headers=auth(Role.INSTRUCTOR, facilities=[]))
        ).status_code == 403


class TestGetTargetAchievement:
    async def test_counts_additional_ones_from_their_own_day(self, reporting, admin, seated, state):
        made = (
            await state(
                code="TAMBAHAN", mode="ADDITIONAL", counts_from="2026-12-01", area_code=None
            )
        ).json()

        path = f"/v1/targets/{made['id']}/achievement"
        found = (await reporting.get(path, headers=admin)).json()

        assert found["baseline"] == 15

    async def test_counts_additional_ones_from_a_published_figure(
        self, reporting, admin, fold, state
    ):
        story = Story()
        for _ in range(3):
            story.tell_facility(story.register_facility(0))
        await fold(story.events)
        baseline = "01936f00-0000-7000-8000-000000000004"
        made = (
            await state(
                code="BLKK", indicator="COMMUNITY_CENTRES", mode="ADDITIONAL", baseline_id=baseline,
                area_code=None,
            )
        ).json()  # fmt: skip

        path = f"/v1/targets/{made['id']}/achievement"
        found = (await reporting.get(path, headers=admin)).json()

        assert (found["baseline"], found["achieved"]) == (2127, 3 - 2127)

    async def test_withholds_few_people_from_who_may_not_see_them(
        self, reporting, auth, admin, seated, state
    ):
        path = f"/v1/targets/{(await state(area_code='51')).json()['id']}/achievement"

        analyst = (await reporting.get(path, headers=auth(Role.ANALYST))).json()
        seen = (await reporting.get(path, headers=admin)).json()

        assert analyst["suppressed"]
        assert {analyst[each] for each in ("achieved", "gap", "pace", "projected_on")} == {None}
        assert seen["achieved"] == 3

    async def test_says_where_nothing_is_counted(self, reporting, admin, rows):
        await rows(
            "UPDATE reporting.target SET indicator = 'HAPPINESS' WHERE indicator = 'PARTICIPANTS'"
        )
        [target] = (await reporting.get("/v1/targets?indicator=HAPPINESS", headers=admin)).json()[
            "items"
        ]

        assert not target["achievement"]["measured"]
        assert target["achievement"]["achieved"] is None

    async def test_hides_another_region_s(self, reporting, auth, state):
        path = f"/v1/targets/{(await state()).json()['id']}"
        caller = auth(Role.REGIONAL_OFFICER, areas=["51"])

        assert (await reporting.get(path, headers=caller)).status_code == 404
        assert (await reporting.get(f"{path}/achievement", headers=caller)).status_code == 404


class TestStateTarget:
    async def test_states_it_once(self, state):
        first, again = (
            await state(key="same", year=2026, by_day=None),
            await state(key="same", year=2026, by_day=None),
        )

        assert first.status_code == 201, first.text
        assert first.json()["by_day"] == "2026-12-31"
        assert first.json()["area_codes"] == ["32"]
        assert again.content == first.content

    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"indicator": "HAPPINESS"}, 422, "target-indicator-unknown"),
            ({"mode": "ADDITIONAL"}, 422, "target-invalid"),
            ({"baseline_value": 3}, 422, "target-invalid"),
            ({"upper_value": 20}, 422, "target-invalid"),
            ({"code": "NASIONAL-PESERTA"}, 409, "target-code-taken"),
            (
                {
                    "mode": "ADDITIONAL",
                    "baseline_id": "01936f00-0000-7000-8000-00000000ffff",
                },
                422,
                "target-baseline-unknown",
            ),
        ],
    )
    async def test_refuses_what_disagrees_or_is_there(self, state, changes, status, code):
        response = await state(**changes)

        assert (response.status_code, response.json()["code"]) == (status, code)

    async def test_refuses_another_region_and_who_may_not(self, state, auth):
        other = await state(auth(Role.PROGRAM_MANAGER, ministries=["MSME"], areas=["51"]))
        regional = await state(auth(Role.REGIONAL_OFFICER, areas=["32"]))

        assert (other.status_code, other.json()["code"]) == (403, "target-out-of-scope")
        assert regional.status_code == 403


class TestChangeTarget:
    async def test_changes_what_the_patch_names(self, state, reporting, admin):
        path = f"/v1/targets/{(await state()).json()['id']}"

        changed = await reporting.patch(
            path, json={"value": 30, "upper_value": 40}, headers={**admin, "If-Match": '"1"'}
        )
        stale = await reporting.patch(
            path, json={"value": 31}, headers={**admin, "If-Match": '"1"'}
        )
        wrong = await reporting.patch(
            path, json={"upper_value": 30}, headers={**admin, "If-Match": '"2"'}
        )

        assert (changed.json()["value"], changed.json()["version"]) == (30, 2)
        assert stale.status_code == 412
        assert (wrong.status_code, wrong.json()["code"]) == (422, "target-invalid")

    async def test_withdrawn_it_is_shown_only_when_asked_for(self, state, reporting, admin):
        path = f"/v1/targets/{(await state()).json()['id']}"

        gone = await reporting.post(f"{path}/withdraw", headers={**admin, "Idempotency-Key": "a"})
        twice = await reporting.post(f"{path}/withdraw", headers={**admin, "Idempotency-Key": "b"})
        changed = await reporting.patch(
            path, json={"value": 1}, headers={**admin, "If-Match": '"2"'}
        )
        listed = (await reporting.get("/v1/targets?area=32", headers=admin)).json()["items"]
        all_of = await reporting.get("/v1/targets?area=32&withdrawn=true", headers=admin)

        assert gone.json()["withdrawn_at"]
        assert (twice.status_code, twice.json()["present"]) == (409, "WITHDRAWN")
        assert changed.json()["code"] == "target-withdrawn"
        assert listed == []
        assert len(all_of.json()["items"]) == 1
