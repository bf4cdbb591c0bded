"""The registry's HTTP application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI

from services.registry.accreditations import api as accreditations
from services.registry.agreement_actions import api as agreement_actions
from services.registry.agreement_chains import api as agreement_chains
from services.registry.agreement_coverage import api as agreement_coverage
from services.registry.agreement_documents import api as agreement_documents
from services.registry.agreement_ends import api as agreement_ends
from services.registry.agreement_reminders import api as agreement_reminders
from services.registry.agreement_targets import api as agreement_targets
from services.registry.agreements import api as agreements
from services.registry.area_changes import api as area_changes
from services.registry.areas import api as areas
from services.registry.assignments import api as assignments
from services.registry.assignments.tables import Assignment
from services.registry.availability import api as availability
from services.registry.base import Audit, Event, Idempotency, Job, RowVerdict
from services.registry.booking_slots import api as booking_slots
from services.registry.bookings import api as bookings
from services.registry.bulk_imports import api as bulk_imports
from services.registry.class_checks import api as class_checks
from services.registry.class_reservations import api as class_reservations
from services.registry.class_standings import api as class_standings
from services.registry.contacts import api as contacts
from services.registry.developments import api as developments
from services.registry.engagements import api as engagements
from services.registry.equipment import api as equipment
from services.registry.exports import api as exports
from services.registry.facilities import api as facilities
from services.registry.facility_closures import api as facility_closures
from services.registry.facility_codes import api as facility_codes
from services.registry.facility_duplicates import api as facility_duplicates
from services.registry.facility_histories import api as facility_histories
from services.registry.facility_imports import api as facility_imports
from services.registry.facility_merges import api as facility_merges
from services.registry.facility_roles import api as facility_roles
from services.registry.incubators import api as incubators
from services.registry.institutions import api as institutions
from services.registry.instructors import api as instructors
from services.registry.invitations import api as invitations
from services.registry.marks.jobs import Watch, watching
from services.registry.maturity import api as maturity
from services.registry.me import api as me
from services.registry.modules import api as modules
from services.registry.networks import api as networks
from services.registry.ogc import api as ogc
from services.registry.opening_hours import api as opening_hours
from services.registry.person_records import api as person_records
from services.registry.potential import api as potential
from services.registry.proposals import api as proposals
from services.registry.referral_bookings import api as referral_bookings
from services.registry.referral_checks import api as referral_checks
from services.registry.roadmaps import api as roadmaps
from services.registry.services import api as services
from services.registry.settings import RegistrySettings
from services.registry.shifts import api as shifts
from services.registry.space_changes import api as space_changes
from services.registry.spaces import api as spaces
from services.registry.tenants import api as tenants
from services.registry.utilisation import api as utilisation
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


# Everything under /v1, in the order in which the documentation shows it.
_ROUTERS: Final = (
    areas.router,
    areas.imports_router,
    areas.successions_router,
    area_changes.router,
    area_changes.items_router,
    institutions.router,
    facility_roles.router,
    facility_roles.commitments_router,
    networks.router,
    services.router,
    services.facility_router,
    potential.router,
    potential.facility_router,
    facilities.router,
    facility_histories.router,
    facility_closures.router,
    facility_codes.router,
    contacts.router,
    equipment.router,
    shifts.router,
    facility_duplicates.router,
    facility_duplicates.scans_router,
    facility_merges.router,
    facility_imports.router,
    bulk_imports.router,
    exports.router,
    spaces.router,
    space_changes.router,
    opening_hours.router,
    bookings.router,
    availability.router,
    utilisation.router,
    booking_slots.router,
    booking_slots.calendar_router,
    agreements.router,
    agreement_ends.router,
    agreement_chains.router,
    agreement_documents.router,
    agreement_coverage.router,
    agreement_coverage.uncovered_router,
    agreement_targets.router,
    agreement_actions.router,
    agreement_reminders.router,
    developments.router,
    modules.router,
    instructors.router,
    engagements.router,
    proposals.router,
    class_checks.router,
    class_reservations.router,
    class_standings.router,
    referral_checks.router,
    referral_bookings.router,
    assignments.router,
    invitations.router,
    invitations.handover_router,
    me.router,
    accreditations.router,
    incubators.router,
    maturity.router,
    roadmaps.router,
    tenants.router,
    person_records.router,
    jobs_router(Job, RowVerdict, Idempotency),
    feed_router(Event),
)


class State(ServiceState):
    """What lives as long as the process."""

    watch: Watch


@asynccontextmanager
async def open_state(settings: RegistrySettings) -> AsyncIterator[State]:
    """Open what lives as long as the process, wired to what `settings` names."""
    async with (
        open_ring(settings.redis_url, service="registry") as ring,
        service_state(settings, service="registry", ring=ring, held=Assignment) as state,
        watching(settings.database_url) as watch,
    ):
        yield {**state, "watch": watch}


def create_app(settings: RegistrySettings | None = None) -> FastAPI:
    """Return the application, wired to what `settings` or the environment names."""
    wired = settings or RegistrySettings()
    return make_app(
        service="registry",
        title="Balai registry",
        description=_DESCRIPTION,
        lifespan=lambda _: open_state(wired),
        routers=_ROUTERS,
        pages=[ogc.router],
        settings=wired,
        audit=Audit,
    )
