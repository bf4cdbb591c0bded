from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from services.reporting.enrollment_facts.rules import ENROLLMENTS
from services.reporting.folding.rules import Source
from services.reporting.ledger.operations import start_era
from services.reporting.past_figures import operations
from services.reporting.past_figures.rules import AsOfBeforeFirstEventError, Side
from services.reporting.questions.rules import Moment
from shared.clock import ledger_day
from shared.db.session import transaction
from shared.scope import SYSTEM, Actor
from tests.reporting.story import Story

READER = Actor(issuer="test", subject="reader")
BEGIN = datetime(2026, 11, 18, 2, tzinfo=UTC)


@pytest.fixture
def opening(db):
    """Return what opens a transaction."""

    @asynccontextmanager
    async def opened():
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            yield session

    return opened


def claims(told) -> int:
    return sum(n for [n] in told.sums.get(ENROLLMENTS, {}).values())


def moment_of(at: datetime) -> Moment:
    return Moment(at, ledger_day(at))


class TestFoldDay:
    @pytest.mark.parametrize(("share", "side"), [(0.2, Side.UNTIL), (0.8, Side.AFTER)])
    async def test_folds_the_smaller_side_in_pages(
        self, fold, opening, monkeypatch, share: float, side: Side
    ):
        monkeypatch.setattr(operations, "_PAGE", 7)
        story = Story().begin(BEGIN)
        story.publish()
        opened = story.plan_class(story.register_facility())
        for _ in range(40):
            story.enroll(opened)
        await fold(story.events)
        at = story.events[int(share * len(story.events))].recorded_at

        told = await operations.fold_day(opening, source=Source.ENROLLMENT, moment=moment_of(at))

        until = sum(story.recount_at(at, "state").values())
        assert told.side is side
        assert claims(told) == (until if side is Side.UNTIL else until - 40)


class TestCatchUp:
    async def test_adds_what_the_ledger_took_in_meanwhile(self, fold, opening):
        story = Story().begin(BEGIN)
        story.publish()
        opened = story.plan_class(story.register_facility())
        story.enroll(opened)
        known = len(story.events)
        story.enroll(opened)
        await fold(story.events[:known])
        moment = moment_of(story.events[known - 1].recorded_at)

        told = await operations.fold_day(opening, source=Source.ENROLLMENT, moment=moment)
        before = claims(told)
        await fold(story.events[known:])
        async with opening() as session:
            same_era = await operations.catch_up(
                session, told, source=Source.ENROLLMENT, moment=moment
            )

        # The whole day holds both by now, and what came after the moment is taken from it.
        assert told.side is Side.AFTER
        assert (same_era, before, claims(told)) == (True, 0, -1)

    async def test_tells_that_the_source_was_restored_meanwhile(self, fold, opening):
        story = Story().begin(BEGIN).play(people=5)
        await fold(story.events)
        moment = moment_of(story.events[-1].recorded_at)

        told = await operations.fold_day(opening, source=Source.ENROLLMENT, moment=moment)
        async with opening() as session:
            await start_era(session, source=Source.ENROLLMENT)
        async with opening() as session:
            assert not await operations.catch_up(
                session, told, source=Source.ENROLLMENT, moment=moment
            )


class TestCheckKnown:
    async def test_knows_nothing_before_anything_was_told(self, opening):
        async with opening() as session:
            with pytest.raises(AsOfBeforeFirstEventError) as refused:
                await operations.check_known(session, [Source.ENROLLMENT], moment_of(BEGIN))

        assert refused.value.extra == {"first": None}

    async def test_knows_the_first_event_of_any_source(self, fold, opening):
        story = Story().begin(BEGIN)
        story.tell_facility(story.register_facility())
        await fold(story.events)
        moment = moment_of(story.events[0].recorded_at)

        async with opening() as session:
            await operations.check_known(session, Source, moment)
            with pytest.raises(AsOfBeforeFirstEventError):
                await operations.check_known(session, [Source.ENROLLMENT], moment)
