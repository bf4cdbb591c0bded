import asyncio
from collections import Counter
from random import Random

import pytest
from sqlalchemy import text

from services.reporting.folding.rules import Source, UnknownSchemaError
from services.reporting.ledger import operations
from services.reporting.ledger.consumers import Consumer, recorded
from shared.db.session import transaction
from shared.scope import SYSTEM
from tests.reporting.conftest import READER
from tests.reporting.story import Story

FIGURES = (
    "facility_cube",
    "class_cube",
    "class_summary",
    "enrollment_cube",
    "enrollment_summary",
    "outcome_cube",
)
MEMBERS = ("wave_id", "facility_id", "state", "waited", "presence", "home_regency_code", "sex")


async def state_of(rows) -> dict:
    """Everything that was folded, without what depends on pages."""
    figures = {
        table: await rows(f"SELECT * FROM reporting.{table} WHERE n <> 0 ORDER BY cell")
        for table in FIGURES
    }
    now = await rows("SELECT * FROM reporting.enrollment_now ORDER BY enrollment_id")
    return {**figures, "now": now}


def without_generation(state: dict) -> dict:
    return {table: [{**row, "generation": None} for row in found] for table, found in state.items()}


async def counted(rows, table: str, members: tuple[str, ...]) -> Counter:
    listed = ", ".join(f"{member}::text" for member in members)
    found = await rows(
        f"SELECT {listed}, sum(n)::int AS n FROM reporting.{table}"
        f" GROUP BY {listed} HAVING sum(n) <> 0"
    )
    return Counter({tuple(row[member] for member in members): row["n"] for row in found})


class TestArrayText:
    @pytest.mark.parametrize(
        ("values", "kind"),
        [
            (["", "NULL", "a,b", "{}", " ", "x"], "text"),
            (['say "yes"', "back\\slash", '"', '","', "\\", "\n\t"], "text"),
            ([1, -2, 0], "int"),
            ([True, False], "bool"),
            ([None, "NULL", None], "text"),
            ([None, 3], "int"),
            ([], "text"),
        ],
    )
    async def test_is_read_by_postgresql_as_the_same_array(self, db, values: list, kind: str):
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            read = await session.scalar(
                text(f"SELECT CAST(CAST(:given AS text) AS {kind}[])"),
                {"given": operations.array_text(values)},
            )

        assert read == values


class TestFoldEvents:
    @pytest.mark.parametrize("page", [1, 7, 1_000])
    async def test_gives_what_a_recount_gives_in_pages_of_any_size(self, fold, rows, page: int):
        story = Story().play(classes=4, people=30)

        await fold(story.events, page=page)

        recount = Counter(tuple(map(written, key)) for key in story.recount(*MEMBERS).elements())
        assert await counted(rows, "enrollment_cube", MEMBERS) == recount

    @pytest.mark.parametrize("page", [1, 7, 1_000])
    async def test_knows_the_latest_of_everybody(self, fold, rows, page: int):
        story = Story().play(classes=4, people=30)

        await fold(reversed(story.events), page=page)

        now = await rows("SELECT * FROM reporting.enrollment_now")
        assert {row["enrollment_id"]: tuple(written(row[m]) for m in MEMBERS) for row in now} == {
            enrollment_id: tuple(written(person["cell"][m]) for m in MEMBERS)
            for enrollment_id, person in story.people.items()
        }

    async def test_the_nation_is_the_sum_of_its_provinces_and_of_its_facilities(self, fold, rows):
        story = Story().play()

        await fold(story.events)

        [nation] = await rows("SELECT sum(n)::int AS n FROM reporting.enrollment_summary")
        provinces = await rows(
            "SELECT sum(n)::int AS n FROM reporting.enrollment_summary GROUP BY province_code"
        )
        facilities = await rows(
            "SELECT sum(n)::int AS n FROM reporting.enrollment_cube GROUP BY facility_id"
        )
        assert len(provinces) == 3
        assert len(facilities) == 4
        assert sum(row["n"] for row in provinces) == nation["n"] == len(story.people)
        assert sum(row["n"] for row in facilities) == nation["n"]

    async def test_gives_the_same_when_everything_comes_three_times_out_of_order(
        self, fold, rows, db
    ):
        story = Story(seed=5).play(people=40)
        delivered = story.events * 3
        Random(7).shuffle(delivered)
        await fold(story.events)
        straight = await state_of(rows)
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await Consumer(Source.ENROLLMENT).reset(session)
        await rows("DELETE FROM reporting.enrollment_now")
        for table in FIGURES:
            await rows(f"DELETE FROM reporting.{table}")

        await fold(delivered, page=50)

        assert without_generation(await state_of(rows)) == without_generation(straight)

    async def test_keeps_every_event_once(self, fold, rows):
        story = Story().play(people=20)

        await fold(story.events)
        await fold(story.events)

        [ledger] = await rows(
            "SELECT count(*) AS n, count(DISTINCT id) AS ids, max(seq) AS last"
            " FROM reporting.ledger"
        )
        [position] = await rows("SELECT position FROM reporting.fold WHERE source = 'enrollment'")
        assert ledger["n"] == ledger["ids"] == ledger["last"] == len(story.events)
        assert position["position"] == len(story.events)

    async def test_keeps_the_day_in_jakarta_on_which_it_was_recorded(self, fold, rows):
        story = Story().play(classes=1, people=1)
        late = story.events[-1].model_copy(
            update={"recorded_at": story.events[-1].recorded_at.replace(hour=17, minute=30)}
        )

        await fold([*story.events[:-1], late])

        days = await rows("SELECT DISTINCT day::text FROM reporting.ledger ORDER BY day")
        assert [row["day"] for row in days] == ["2026-11-22", "2026-11-23"]

    async def test_leaves_no_trace_of_a_page_that_cannot_be_folded(self, db, rows):
        events = [recorded(event) for event in Story().play(people=3).events]
        unknown = events[-1]._replace(schema=2)

        with pytest.raises(UnknownSchemaError):
            async with transaction(db, scope=SYSTEM, actor=READER) as session:
                await operations.fold_events(
                    session, source=Source.ENROLLMENT, events=[*events[:-1], unknown]
                )

        assert await rows("SELECT 1 FROM reporting.ledger") == []
        assert await rows("SELECT 1 FROM reporting.enrollment_cube") == []

    async def test_two_at_once_fold_one_after_the_other(self, db, rows):
        story = Story().play(people=30)
        half = len(story.events) // 2

        async def consume(events) -> None:
            async with transaction(db, scope=SYSTEM, actor=READER) as session:
                await Consumer(Source.ENROLLMENT).consume(session, events)

        await asyncio.gather(consume(story.events[: half + 9]), consume(story.events[half - 9 :]))

        [ledger] = await rows("SELECT count(*) AS n FROM reporting.ledger")
        [total] = await rows("SELECT sum(n)::int AS n FROM reporting.enrollment_cube")
        assert ledger["n"] == len(story.events)
        assert total["n"] == len(story.people)

    async def test_the_application_cannot_change_the_ledger(self, fold, rows):
        await fold(Story().play(people=1).events)

        for forbidden in ("DELETE FROM reporting.ledger", "UPDATE reporting.ledger SET seq = 9"):
            with pytest.raises(Exception, match="permission denied"):
                await rows(forbidden)


class TestStartEra:
    async def test_forgets_what_a_restored_source_may_not_have_said(self, db, fold, rows):
        await fold(Story(seed=1).play(people=20).events)
        told_anew = Story(seed=2).play(people=9)

        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await Consumer(Source.ENROLLMENT).reset(session)
        await fold(told_anew.events)

        [figures] = await rows(
            "SELECT sum(n)::int AS n FROM reporting.enrollment_cube WHERE generation ="
            " (SELECT generation FROM reporting.fold WHERE source = 'enrollment')"
        )
        waves = await rows("SELECT id FROM reporting.wave")
        eras = await rows("SELECT era, count(*) FROM reporting.ledger GROUP BY era ORDER BY era")
        assert figures["n"] == 9
        assert [row["id"] for row in waves] == [told_anew.wave_id]
        assert [row["era"] for row in eras] == [1, 2]

    async def test_takes_the_same_events_again(self, db, fold, rows):
        story = Story().play(people=5)
        await fold(story.events)

        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await Consumer(Source.ENROLLMENT).reset(session)
        await fold(story.events)

        [fold_row] = await rows("SELECT * FROM reporting.fold WHERE source = 'enrollment'")
        assert (fold_row["era"], fold_row["generation"]) == (2, 2)
        assert fold_row["position"] == len(story.events)


def written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
