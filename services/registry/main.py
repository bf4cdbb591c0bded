"""The registry's HTTP application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.registry.agreements import api as agreements
from services.registry.areas import api as areas
from services.registry.base import Audit, Event, Idempotency, Job, RowVerdict
from services.registry.class_checks import api as class_checks
from services.registry.engagements import api as engagements
from services.registry.facilities import api as facilities
from services.registry.facility_imports import api as facility_imports
from services.registry.facility_roles import api as facility_roles
from services.registry.institutions import api as institutions
from services.registry.instructors import api as instructors
from services.registry.modules import api as modules
from services.registry.networks import api as networks
from services.registry.ogc import api as ogc
from services.registry.settings import RegistrySettings
from services.registry.spaces import api as spaces
from shared.jobs.bell import open_ring
from shared.web.app import make_app
from shared.web.feed import feed_router
from shared.web.jobs import jobs_router
from shared.web.state import ServiceState, service_state

_DESCRIPTION = """\
Who may train, where, in which rooms, under which agreement, with what and by whom.

Areas are those of idn-area-data (Fityan Nugroho and contributors), made available under the
[Open Database License 1.0](https://opendatacommons.org/licenses/odbl/1-0/).
"""


def create_app(settings: RegistrySettings | None = None) -> FastAPI:
    """Return the application, wired to what `settings` or the environment names."""
    wired = settings or RegistrySettings()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[ServiceState]:
        async with (
            open_ring(wired.redis_url, service="registry") as ring,
            service_state(wired, service="registry", ring=ring) as state,
        ):
            yield state

    return make_app(
        service="registry",
        title="Balai registry",
        description=_DESCRIPTION,
        lifespan=lifespan,
        routers=[
            areas.router,
            areas.imports_router,
            institutions.router,
            facility_roles.router,
            facility_roles.commitments_router,
            networks.router,
            facilities.router,
            facility_imports.router,
            spaces.router,
            agreements.router,
            modules.router,
            instructors.router,
            engagements.router,
            class_checks.router,
            jobs_router(Job, RowVerdict, Idempotency),
            feed_router(Event),
        ],
        pages=[ogc.router],
        settings=wired,
        audit=Audit,
    )
