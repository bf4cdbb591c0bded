"""Reporting's HTTP application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.reporting.alarms import api as alarms
from services.reporting.answers.operations import Answers
from services.reporting.base import Audit, Event, Idempotency, Job, RowVerdict
from services.reporting.baselines import api as baselines
from services.reporting.boundaries import api as boundaries
from services.reporting.cockpit import api as cockpit
from services.reporting.cockpit.api import Board, open_board
from services.reporting.dashboard import api as dashboard
from services.reporting.followup_answers import api as followup_answers
from services.reporting.followup_cohorts import api as followup_cohorts
from services.reporting.followup_instruments import api as followup_instruments
from services.reporting.followup_links import api as followup_links
from services.reporting.followup_recording import api as followup_recording
from services.reporting.followups import api as followups
from services.reporting.followups.rules import IncomeKeys
from services.reporting.formats import api as formats
from services.reporting.freshness.jobs import Watch, watching
from services.reporting.held_grants.tables import BoundLogin, HeldGrant
from services.reporting.person_records import api as person_records
from services.reporting.published_tables import api as published_tables
from services.reporting.quality import api as quality
from services.reporting.rebuilds import api as rebuilds
from services.reporting.report_exports import api as report_exports
from services.reporting.reports import api as reports
from services.reporting.scorecards import api as scorecards
from services.reporting.settings import ReportingSettings
from services.reporting.sheets import api as sheets
from services.reporting.signups import api as signups
from services.reporting.snapshots import api as snapshots
from services.reporting.targets import api as targets
from services.reporting.traces import api as traces
from shared.jobs.bell import open_ring
from shared.web.app import make_app
from shared.web.feed import feed_router
from shared.web.jobs import jobs_router
from shared.web.state import ServiceState, service_state

_DESCRIPTION = """\
What became of it: figures that follow events within seconds and say how fresh they are, and what
people do 3, 6 and 12 months after the training.
"""


class State(ServiceState):
    """What lives as long as the process."""

    watch: Watch
    board: Board
    answers: Answers
    income_keys: IncomeKeys | None


@asynccontextmanager
async def open_state(settings: ReportingSettings) -> AsyncIterator[State]:
    """Open what lives as long as the process, wired to what `settings` names."""
    async with (
        open_ring(settings.redis_url, service="reporting") as ring,
        service_state(
            settings, service="reporting", ring=ring, held=HeldGrant, bound=BoundLogin
        ) as state,
        watching(settings.database_url) as watch,
        open_board(
            state["sessions"],
            watch,
            most=settings.cockpit_listeners,
            stopping=state["stopping"],
        ) as board,
    ):
        yield {
            **state,
            "watch": watch,
            "board": board,
            "answers": Answers(),
            "income_keys": settings.load_income_keys(),
        }


def create_app(settings: ReportingSettings | None = None) -> FastAPI:
    """Return the application, wired to what `settings` or the environment names."""
    wired = settings or ReportingSettings()
    return make_app(
        service="reporting",
        title="Balai reporting",
        description=_DESCRIPTION,
        lifespan=lambda _: open_state(wired),
        routers=[
            reports.router,
            scorecards.router,
            quality.router,
            traces.router,
            followup_recording.router,
            followups.router,
            followup_instruments.router,
            followup_cohorts.router,
            followup_cohorts.plans_router,
            followup_links.router,
            followup_answers.router,
            person_records.router,
            rebuilds.router,
            boundaries.router,
            formats.router,
            report_exports.router,
            boundaries.imports_router,
            alarms.router,
            cockpit.router,
            signups.router,
            baselines.router,
            published_tables.router,
            snapshots.router,
            targets.router,
            jobs_router(Job, RowVerdict, Idempotency),
            feed_router(Event),
        ],
        pages=[followup_answers.page_router, dashboard.router, sheets.router],
        settings=wired,
        audit=Audit,
    )
