"""A class that ended 100 days ago, and everything that follow-ups of it need."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from uuid import UUID

from services.reporting.base import Event
from services.reporting.followup_cohorts import operations
from shared.clock import ledger_day, utc_now
from shared.db.events import read_feed
from shared.db.session import Sessions, transaction
from shared.scope import SYSTEM, Actor
from tests.reporting.story import Story

# How long ago: after three months, before anybody is given up.
AGO = timedelta(days=100)
WORKER = Actor(issuer="balai:reporting", subject="worker")


class Asked:
    """Three who completed a class in Bandung, one of whom lives in Bali, and one who left it."""

    def __init__(self, db: Sessions, follow: Callable[..., Awaitable[None]]) -> None:
        self._db, self._follow = db, follow
        self.story = Story()
        self.story._moment = utc_now() - AGO
        self.story.publish()
        self.facility = self.story.register_facility(0)
        self.class_id = self.story.plan_class(self.facility)
        self.people = [self.story.enroll(self.class_id, home=home) for home in (0, 2, 0)]
        self.left = self.story.enroll(self.class_id, home=0)
        for enrollment_id in self.people:
            self.story.complete(enrollment_id)
        self.story.move(self.left, "enrollment.enrollment.dropped_out", state="DROPPED_OUT")
        self.told = 0

    def person(self, number: int) -> UUID:
        return self.story.people[self.people[number]]["participant_id"]

    async def tell(self) -> None:
        """Let reporting follow what was told since."""
        await self._follow(self.story.events[self.told :])
        self.told = len(self.story.events)

    async def end(self) -> date:
        """End the class; return the day of its end."""
        self.story.change_class(self.class_id, "COMPLETED")
        await self.tell()
        return ledger_day(self.story._moment)

    async def calendar(self, step, today: date) -> int:
        async with transaction(self._db, scope=SYSTEM, actor=WORKER) as session:
            return await step(session, today=today, now=utc_now())

    async def open(self, today: date | None = None) -> int:
        return await self.calendar(operations.open_due, today or ledger_day(utc_now()))

    async def events(self) -> list:
        async with transaction(self._db, scope=SYSTEM, actor=WORKER) as session:
            return (await read_feed(session, Event, after=None, limit=1_000)).items
