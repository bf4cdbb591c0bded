import asyncio
import hashlib

import pytest

from services.reporting.published_tables.jobs import publish_daily
from services.reporting.published_tables.rules import TABLES
from shared.scope import Role
from tests.reporting.story import Story

PATH = "/v1/published-tables/funnel-by-province"


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
def publish(reporting, admin):
    count = iter(range(1_000))

    async def post(path: str = PATH, caller: dict | None = None, key: str | None = None):
        headers = {**(caller or admin), "Idempotency-Key": key or f"key-{next(count)}"}
        return await reporting.post(f"{path}/editions", headers=headers)

    return post


def seated(rows: list[dict]) -> dict:
    return {
        row["dims"].get("province"): row["value"]
        for row in rows
        if row["dims"]["indicator"] == "seated"
    }


class TestGetPublishedTable:
    async def test_shows_anybody_the_bytes_of_the_latest_edition(self, reporting, publish, story):
        made = (await publish()).json()

        response = await reporting.get(PATH)

        assert response.status_code == 200
        assert hashlib.sha256(response.content).hexdigest() == made["sha256"]
        assert response.headers["etag"] == f'"{made["sha256"]}"'
        assert response.headers["cache-control"].startswith("public")
        body = response.json()
        # 3 in Bali are withheld, and with them the 6 of Papua: 21 - 12 - 6 = 3.
        assert seated(body["rows"]) == {"32": 12, "51": None, "91": None}
        assert seated(body["totals"]) == {None: 21}
        assert body["synthetic_note"] == "DATA SINTETIS"
        assert body["metadata"]["indikator"][0]["definisi"]["id"]

    async def test_confirms_what_somebody_has(self, reporting, publish, story):
        etag = f'"{(await publish()).json()["sha256"]}"'

        response = await reporting.get(PATH, headers={"If-None-Match": etag})

        assert (response.status_code, response.content) == (304, b"")

    async def test_keeps_earlier_editions_as_they_were(self, reporting, publish, story, fold):
        await publish()
        first = (await reporting.get(PATH)).content
        told = len(story.events)
        story.enroll(next(iter(story.classes)))
        await fold(story.events[told:])
        await publish()

        assert (await reporting.get(f"{PATH}?edition=1")).content == first
        assert seated((await reporting.get(PATH)).json()["rows"])["32"] == 13
        editions = (await reporting.get(f"{PATH}/editions")).json()["items"]
        assert [each["edition"] for each in editions] == [2, 1]

    @pytest.mark.parametrize(
        ("path", "code"),
        [
            ("/v1/published-tables/people", "published-table-unknown"),
            (PATH, "edition-unknown"),
            (f"{PATH}?edition=7", "edition-unknown"),
        ],
    )
    async def test_says_what_there_is_not(self, reporting, path, code):
        response = await reporting.get(path)

        assert (response.status_code, response.json()["code"]) == (404, code)


class TestPublishEdition:
    async def test_publishes_once(self, publish, story):
        first, again = await publish(key="same"), await publish(key="same")

        assert first.status_code == 201, first.text
        assert again.content == first.content
        assert first.json()["edition"] == 1
        assert first.json()["suppressed"] > 0

    async def test_gives_no_number_twice_when_several_publish_at_once(self, publish, story, rows):
        answers = await asyncio.gather(*(publish() for _ in range(4)))

        found = [each.status_code for each in answers]
        assert set(found) <= {201, 409}
        assert {each.json()["code"] for each in answers if each.status_code == 409} <= {
            "edition-raced"
        }
        numbers = await rows("SELECT edition FROM reporting.published_edition ORDER BY edition")
        assert [each["edition"] for each in numbers] == [*range(1, found.count(201) + 1)]

    async def test_is_for_who_publishes_the_nation_s_figures(self, publish, auth):
        analyst = await publish(caller=auth(Role.ANALYST))
        part = await publish(caller=auth(Role.PROGRAM_MANAGER, ministries=["MSME"], areas=["32"]))
        nobody = await publish(caller={"Authorization": ""})

        assert analyst.status_code == 403
        assert (part.status_code, part.json()["code"]) == (403, "publishing-national")
        assert nobody.status_code == 401


class TestListPublishedTables:
    async def test_lists_every_table_with_its_latest_edition(self, reporting, publish, story):
        await publish()
        await publish()

        items = (await reporting.get("/v1/published-tables")).json()["items"]

        assert [each["code"] for each in items] == [*TABLES]
        found = {each["code"]: each["edition"] and each["edition"]["edition"] for each in items}
        assert found == {**dict.fromkeys(TABLES), "funnel-by-province": 2}


class TestPublishDaily:
    async def test_publishes_every_table_once_a_day(self, worker, story, rows, reporting):
        async with worker.context() as context:
            await publish_daily(context)
            await publish_daily(context)

        editions = await rows(
            "SELECT code, count(*) AS n FROM reporting.published_edition GROUP BY code"
        )
        assert {each["code"]: each["n"] for each in editions} == dict.fromkeys(TABLES, 1)
        targets = (await reporting.get("/v1/published-tables/targets")).json()
        [promised] = [each for each in targets["rows"] if each["code"] == "NASIONAL-PESERTA"]
        assert promised["achievement"]["gap"] == 5000
