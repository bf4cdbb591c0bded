import asyncio
import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest

from services.reporting.snapshots.jobs import FREEZE
from shared.clock import ledger_day, utc_now
from shared.http.tokens import sign_business_time
from shared.jobs.runner import Runner
from shared.scope import Role
from tests.reporting.snapshots.stranger import verify
from tests.reporting.story import Story


def period() -> dict[str, str]:
    return {"period_from": "2026-11-01", "period_to": ledger_day(utc_now()).isoformat()}


@pytest.fixture
def admin(auth) -> dict[str, str]:
    return auth(Role.NATIONAL_ADMIN)


@pytest.fixture
async def story(fold) -> Story:
    """Twelve seated in West Java, three in Bali, six in Papua."""
    story = Story()
    story.publish()
    for place, people in ((0, 12), (2, 3), (3, 6)):
        class_id = story.plan_class(story.register_facility(place))
        for _ in range(people):
            story.enroll(class_id)
    await fold(story.events)
    return story


@pytest.fixture
def post(reporting, admin):
    """Return the function that posts; each call has a key of its own."""
    count = iter(range(1_000))

    async def send(path: str, body: dict | None = None, *, caller=None, key: str | None = None):
        headers = {**(caller or admin), "Idempotency-Key": key or f"key-{next(count)}"}
        return await reporting.post(path, json=body, headers=headers)

    return send


@pytest.fixture
def order(post):
    async def send(**changes):
        return await post("/v1/snapshots", {"title": "Pilot", **period(), **changes})

    return send


@pytest.fixture
def freeze(worker):
    """Return the function that does the jobs that wait, as the worker would."""

    async def run() -> int:
        async with worker.context() as context:
            return await Runner(context, [FREEZE]).drain()

    return run


@pytest.fixture
async def frozen(story, order, freeze) -> dict:
    made = await order()
    assert made.status_code == 202, made.text
    assert await freeze() == 1
    return made.json()


def seated(part: dict) -> dict:
    return {
        row["dims"].get("province"): row["numerator"]
        for row in part["rows"]
        if row["dims"]["indicator"] == "seated"
    }


class TestOrderSnapshot:
    async def test_freezes_the_figures_of_a_period_and_signs_them(
        self, frozen, reporting, admin, rows
    ):
        path = f"/v1/snapshots/{frozen['id']}"
        read = (await reporting.get(path, headers=admin)).json()
        body = (await reporting.get(f"{path}/content", headers=admin)).json()

        assert (frozen["state"], read["state"]) == ("ORDERED", "FROZEN")
        assert read["synthetic"] is True
        assert body["synthetic_note"] == "DATA SINTETIS"
        assert seated(body["tables"]["funnel"]) == {None: 21}
        assert seated(body["tables"]["funnel-by-province"]) == {"32": 12, "51": None, "91": None}
        assert seated(body["tables"]["funnel"]["in_period"]) == {None: 21}
        promised = {each["code"]: each for each in body["tables"]["targets"]["rows"]}
        assert promised["NASIONAL-PESERTA"]["achievement"]["gap"] == 5000
        assert len(body["baselines"]) == 8
        told = await rows("SELECT topic FROM reporting.event ORDER BY xid, id")
        assert [each["topic"] for each in told] == [
            "reporting.snapshot.ordered",
            "reporting.snapshot.frozen",
        ]

    async def test_counts_what_was_recorded_until_the_period_ended(
        self, story, fold, order, freeze, reporting, admin
    ):
        earlier = Story(seed=2).begin(datetime(2026, 11, 20, 3, tzinfo=UTC))
        earlier.publish()
        class_id = earlier.plan_class(earlier.register_facility(0))
        for _ in range(7):
            earlier.enroll(class_id)
        await fold(earlier.events)
        made = (await order(period_from="2026-01-01", period_to="2026-11-21")).json()
        await freeze()

        path = f"/v1/snapshots/{made['id']}/content"
        body = (await reporting.get(path, headers=admin)).json()

        assert seated(body["tables"]["funnel"]) == {None: 7}

    async def test_refuses_a_period_before_anything_was_recorded(self, story, order, rows):
        response = await order(period_from="2026-01-01", period_to="2026-11-21")

        problem = response.json()
        assert (response.status_code, problem["code"]) == (422, "as-of-before-first-event")
        assert problem["errors"][0]["pointer"] == "/period_to"
        assert datetime.fromisoformat(problem["first"]) == story.events[0].recorded_at
        assert await rows("SELECT id FROM reporting.snapshot ORDER BY id") == []

    async def test_refuses_any_period_before_there_is_an_event(self, order):
        response = await order()

        assert (response.status_code, response.json()["first"]) == (422, None)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"period_from": "2999-01-01"}, "snapshot-period-refused"),
            ({"period_to": "2999-01-01"}, "snapshot-period-refused"),
            ({"title": ""}, "validation-failed"),
        ],
    )
    async def test_refuses_a_period_that_is_none(self, order, changes, code):
        response = await order(**changes)

        assert (response.status_code, response.json()["code"]) == (422, code)

    async def test_is_for_who_publishes_the_nation_s_figures(self, post, auth):
        body = {"title": "Pilot", **period()}
        analyst = await post("/v1/snapshots", body, caller=auth(Role.ANALYST))
        part = await post(
            "/v1/snapshots",
            body,
            caller=auth(Role.PROGRAM_MANAGER, ministries=["MSME"], areas=["32"]),
        )

        assert analyst.status_code == 403
        assert (part.status_code, part.json()["code"]) == (403, "snapshots-national")


class TestPublishSnapshot:
    async def test_tells_its_moments_in_order_whatever_hour_a_demonstration_plays(
        self, story, reporting, post, freeze, admin, keys
    ):
        began = utc_now()
        past, ahead = (
            {
                **admin,
                "Balai-Business-Time": sign_business_time(
                    keys.private["cli"], now=began + timedelta(days=days)
                ),
            }
            for days in (-200, 200)
        )
        body = {"title": "Pilot", **period()}
        made = (await post("/v1/snapshots", body, caller=ahead)).json()
        await freeze()
        path = f"/v1/snapshots/{made['id']}"
        await post(f"{path}/publish", caller=past)

        read = (await reporting.get(path)).json()
        names = ("taken_at", "ordered_at", "frozen_at", "published_at")
        moments = [began, *(datetime.fromisoformat(read[name]) for name in names), utc_now()]
        assert moments == sorted(moments)

    async def test_lets_anybody_read_and_check_it(self, frozen, reporting, post):
        path = f"/v1/snapshots/{frozen['id']}"
        hidden = [(await reporting.get(each)).status_code for each in (path, f"{path}/content")]
        listed = (await reporting.get("/v1/snapshots")).json()["items"]
        published = await post(f"{path}/publish")

        assert published.status_code == 200, published.text
        assert hidden == [404, 404]
        assert listed == []
        assert len((await reporting.get("/v1/snapshots")).json()["items"]) == 1
        # From here on as a stranger would: the page of docs/figures.md, no key but the public one.
        read = (await reporting.get(path)).json()
        body = (await reporting.get(f"{path}/content")).content
        keys = (await reporting.get("/v1/snapshot-keys")).json()["keys"]
        [key] = [each for each in keys if each["kid"] == read["key_id"]]
        assert hashlib.sha256(body).hexdigest() == read["sha256"]
        assert verify(key["x"], body, read["signature"])
        forged = body.replace(b'"numerator":21', b'"numerator":22', 1)
        assert forged != body
        assert not verify(key["x"], forged, read["signature"])
        canonical = json.dumps(
            json.loads(body), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        assert canonical.encode() == body

    async def test_publishes_once_and_what_is_frozen_only(
        self, story, order, post, freeze, reporting
    ):
        made = (await order()).json()
        path = f"/v1/snapshots/{made['id']}/publish"

        early = await post(path)
        await freeze()
        first = await post(path, key="same")
        again = await post(path, key="same")
        twice = await post(path)

        assert (early.status_code, early.json()["present"]) == (409, "ORDERED")
        assert early.json()["allowed"] == ["FROZEN"]
        assert again.content == first.content
        assert (twice.status_code, twice.json()["present"]) == (409, "PUBLISHED")

    async def test_says_what_there_is_not(self, post, reporting):
        path = "/v1/snapshots/01936f00-0000-7000-8000-00000000ffff"

        assert (await post(f"{path}/publish")).json()["code"] == "snapshot-unknown"
        assert (await reporting.get(path)).status_code == 404


class TestReviseSnapshot:
    async def test_the_earlier_one_stays_and_says_what_has_replaced_it_and_why(
        self, frozen, story, fold, post, freeze, reporting
    ):
        path = f"/v1/snapshots/{frozen['id']}"
        await post(f"{path}/publish")
        before = (await reporting.get(f"{path}/content")).content
        told = len(story.events)
        story.enroll(next(iter(story.classes)))
        await fold(story.events[told:])

        ordered = await post(f"{path}/revisions", {"reason": "Satu peserta terlambat dicatat"})
        revision = ordered.json()
        await freeze()
        between = (await reporting.get(path)).json()["state"]
        await post(f"/v1/snapshots/{revision['id']}/publish")

        assert ordered.status_code == 202
        assert (revision["revises_id"], revision["title"]) == (frozen["id"], "Pilot")
        assert between == "PUBLISHED"
        earlier = (await reporting.get(path)).json()
        assert earlier["state"] == "REPLACED"
        assert earlier["replaced_by_id"] == revision["id"]
        assert earlier["replaced_reason"] == "Satu peserta terlambat dicatat"
        assert (await reporting.get(f"{path}/content")).content == before
        later = (await reporting.get(f"/v1/snapshots/{revision['id']}/content")).json()
        assert seated(later["tables"]["funnel"]) == {None: 22}
        assert later["reason"] == "Satu peserta terlambat dicatat"

    async def test_refuses_what_was_never_published_and_a_second_revision(
        self, frozen, post, freeze
    ):
        path = f"/v1/snapshots/{frozen['id']}"
        early = await post(f"{path}/revisions", {"reason": "Terlalu dini"})
        await post(f"{path}/publish")
        made = [
            (await post(f"{path}/revisions", {"reason": f"Alasan {each}"})).json()
            for each in (1, 2)
        ]
        await freeze()

        answers = await asyncio.gather(
            *(post(f"/v1/snapshots/{each['id']}/publish") for each in made)
        )

        assert (early.status_code, early.json()["present"]) == (409, "FROZEN")
        assert sorted(each.status_code for each in answers) == [200, 409]
        [refused] = [each for each in answers if each.status_code == 409]
        assert refused.json()["code"] == "snapshot-revised"
        late = await post(f"{path}/revisions", {"reason": "Terlambat"})
        assert (late.status_code, late.json()["present"]) == (409, "REPLACED")


class TestFreeze:
    async def test_done_twice_the_first_time_counts(self, frozen, rows, freeze, reporting, admin):
        path = f"/v1/snapshots/{frozen['id']}"
        before = (await reporting.get(path, headers=admin)).json()
        await rows("UPDATE reporting.job SET state = 'QUEUED', attempts = 0, finished_at = NULL")

        assert await freeze() == 1
        assert (await reporting.get(path, headers=admin)).json() == before
