"""Enrollment's HTTP application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx
from fastapi import FastAPI

from services.enrollment.access_copies import api as access_copies
from services.enrollment.accommodation_needs import api as accommodation_needs
from services.enrollment.application_documents import api as application_documents
from services.enrollment.application_imports import api as application_imports
from services.enrollment.application_status import api as application_status
from services.enrollment.applications import api as applications
from services.enrollment.areas import api as areas
from services.enrollment.assessments import api as assessments
from services.enrollment.attendance import api as attendance
from services.enrollment.attendance_imports import api as attendance_imports
from services.enrollment.badges import api as badges
from services.enrollment.badges.rules import BadgeKeys
from services.enrollment.base import Audit, Event, Idempotency, Job, RowVerdict
from services.enrollment.breach_reports import api as breach_reports
from services.enrollment.businesses import api as businesses
from services.enrollment.certificate_verifications import api as certificate_verifications
from services.enrollment.certificates import api as certificates
from services.enrollment.changes import api as changes
from services.enrollment.class_changes import api as class_changes
from services.enrollment.class_funding import api as class_funding
from services.enrollment.class_imports import api as class_imports
from services.enrollment.classes import api as classes
from services.enrollment.competence_certificates import api as competence_certificates
from services.enrollment.completions import api as completions
from services.enrollment.consents import api as consents
from services.enrollment.devices import api as devices
from services.enrollment.dossiers import api as dossiers
from services.enrollment.enrollments import api as enrollments
from services.enrollment.enrollments.desk import SeatOffice, open_office
from services.enrollment.external_refs import api as external_refs
from services.enrollment.facility_packs import api as facility_packs
from services.enrollment.guardians import api as guardians
from services.enrollment.held_grants.tables import HeldGrant
from services.enrollment.identities.rules import NikKeys
from services.enrollment.legal_holds import api as legal_holds
from services.enrollment.login_bindings import api as login_bindings
from services.enrollment.login_bindings.tables import LoginBinding
from services.enrollment.nik_corrections import api as nik_corrections
from services.enrollment.notices import api as notices
from services.enrollment.offers import api as offers
from services.enrollment.openings import api as openings
from services.enrollment.operator_logins import api as operator_logins
from services.enrollment.overlaps import api as overlaps
from services.enrollment.participant_duplicates import api as participant_duplicates
from services.enrollment.participant_imports import api as participant_imports
from services.enrollment.participant_merges import api as participant_merges
from services.enrollment.participants import api as participants
from services.enrollment.people_imports import api as people_imports
from services.enrollment.privacy_requests import api as privacy_requests
from services.enrollment.program_phases import api as program_phases
from services.enrollment.program_teams import api as program_teams
from services.enrollment.programs import api as programs
from services.enrollment.public_draws import api as public_draws
from services.enrollment.readiness import api as readiness
from services.enrollment.referral_sendings import api as referral_sendings
from services.enrollment.referrals import api as referrals
from services.enrollment.restrictions import api as restrictions
from services.enrollment.retention import api as retention
from services.enrollment.samples import api as samples
from services.enrollment.score_imports import api as score_imports
from services.enrollment.scores import api as scores
from services.enrollment.selection_announcements import api as selection_announcements
from services.enrollment.selection_criteria import api as selection_criteria
from services.enrollment.selection_previews import api as selection_previews
from services.enrollment.selection_reasons import api as selection_reasons
from services.enrollment.selections import api as selections
from services.enrollment.settings import EnrollmentSettings
from services.enrollment.sync import api as sync
from services.enrollment.transfers import api as transfers
from services.enrollment.wave_changes import api as wave_changes
from services.enrollment.wave_decisions import api as wave_decisions
from services.enrollment.wave_quotas import api as wave_quotas
from services.enrollment.waves import api as waves
from shared.http.client import make_client
from shared.http.tokens import ServiceToken, load_key
from shared.jobs.bell import open_ring
from shared.web.app import make_app
from shared.web.feed import feed_router
from shared.web.jobs import jobs_router
from shared.web.state import ServiceState, service_state

# The claim of a seat is the hot path: its route is looked at first.
ROUTERS: Final = (
    enrollments.router,
    offers.router,
    transfers.router,
    openings.router,
    attendance.router,
    attendance_imports.router,
    assessments.router,
    completions.router,
    dossiers.router,
    samples.router,
    overlaps.router,
    certificates.router,
    badges.router,
    certificate_verifications.router,
    competence_certificates.router,
    referrals.router,
    referral_sendings.router,
    applications.wave_router,
    applications.person_router,
    applications.me_router,
    application_documents.router,
    application_status.router,
    facility_packs.router,
    devices.router,
    sync.router,
    changes.router,
    areas.router,
    programs.router,
    program_phases.router,
    program_teams.router,
    waves.router,
    wave_quotas.router,
    selection_criteria.router,
    selections.router,
    selection_previews.router,
    selection_announcements.router,
    public_draws.router,
    scores.router,
    selection_reasons.router,
    wave_changes.router,
    readiness.router,
    wave_decisions.router,
    operator_logins.router,
    classes.router,
    class_changes.router,
    class_funding.router,
    class_imports.router,
    participants.router,
    participant_merges.router,
    participant_duplicates.router,
    participant_imports.router,
    application_imports.router,
    score_imports.router,
    people_imports.router,
    businesses.router,
    login_bindings.router,
    login_bindings.person_router,
    guardians.router,
    accommodation_needs.router,
    accommodation_needs.class_router,
    external_refs.router,
    nik_corrections.router,
    notices.router,
    notices.person_router,
    consents.router,
    consents.me_router,
    restrictions.router,
    privacy_requests.router,
    access_copies.router,
    legal_holds.router,
    retention.router,
    breach_reports.router,
    jobs_router(Job, RowVerdict, Idempotency),
    feed_router(Event),
)


class State(ServiceState):
    """What lives as long as the process."""

    registry: httpx.AsyncClient
    nik_keys: NikKeys
    badge_keys: BadgeKeys | None
    office: SeatOffice


@asynccontextmanager
async def open_state(
    settings: EnrollmentSettings, *, registry_transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[State]:
    """Open what lives as long as the process, wired to what `settings` names.

    `registry_transport` leads to the registry by another way than a socket.
    """
    token = ServiceToken(load_key(settings.signing_key), issuer="balai:enrollment")
    async with (
        open_ring(settings.redis_url, service="enrollment") as ring,
        service_state(
            settings, service="enrollment", ring=ring, held=HeldGrant, bound=LoginBinding
        ) as state,
        make_client(
            settings.registry_url, token=token, name="registry", transport=registry_transport
        ) as registry,
        open_office(
            settings.database_url,
            state["sessions"],
            lanes=settings.desk_lanes,
            batch=settings.desk_batch,
            bound=settings.desk_bound,
            one_class=settings.desk_one_class,
        ) as office,
    ):
        nik_keys, badge_keys = settings.load_nik_keys(), settings.load_badge_keys()
        yield {
            **state,
            "registry": registry,
            "nik_keys": nik_keys,
            "badge_keys": badge_keys,
            "office": office,
        }


def create_app(
    settings: EnrollmentSettings | None = None,
    *,
    registry_transport: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """Return the application, wired to what `settings` or the environment names.

    `registry_transport` leads to the registry by another way than a socket.
    """
    chosen = settings or EnrollmentSettings()
    return make_app(
        service="enrollment",
        title="Enrollment",
        description="Programmes, waves, classes and people: who is trained, and in which seat.",
        lifespan=lambda _: open_state(chosen, registry_transport=registry_transport),
        routers=ROUTERS,
        pages=[certificate_verifications.page_router],
        settings=chosen,
        audit=Audit,
    )
