"""No route is open by being forgotten: each states a permission, or that it is public."""

from collections import Counter

import pytest
from fastapi import APIRouter, FastAPI

from deploy.commands.openapi import application_of
from shared.scope import Permission
from shared.web.routes import KNOWN, PUBLIC, stated_permissions

# Routes by the first part of their path below /v1. Whoever adds a route changes the number, and
# with it looks at who may call it.
ROUTES = {
    "registry": {
        "": 12,
        "accreditations": 3,
        "agreement-actions": 7,
        "agreement-reminders": 1,
        "agreements": 16,
        "area-changes": 3,
        "area-imports": 1,
        "area-successions": 1,
        "area-work-items": 2,
        "areas": 3,
        "assignments": 5,
        "bookings": 9,
        "class-checks": 1,
        "class-reservations": 3,
        "class-standings": 1,
        "closed-days": 2,
        "developments": 4,
        "duplicate-scans": 1,
        "events": 1,
        "exports": 44,
        "facilities": 45,
        "facilities-without-agreement": 1,
        "facility-duplicates": 2,
        "facility-imports": 1,
        "free-slots": 1,
        "hiring-commitments": 1,
        "imports": 10,
        "incubators": 14,
        "institutions": 5,
        "instructors": 10,
        "invitations": 7,
        "jobs": 4,
        "maturity-assessments": 4,
        "maturity-criteria": 3,
        "me": 2,
        "milestones": 1,
        "modules": 8,
        "person-records": 3,
        "proposals": 6,
        "networks": 7,
        "potential": 3,
        "referral-bookings": 3,
        "referral-checks": 2,
        "roadmap-templates": 3,
        "roadmaps": 3,
        "services": 4,
        "spaces": 7,
        "utilisation": 1,
    },
    "enrollment": {
        "": 7,
        "application-drafts": 1,
        "application-status": 1,
        "areas": 1,
        "badge-issuer": 4,
        "breach-reports": 4,
        "certificate-verifications": 1,
        "certificates": 5,
        "changes": 1,
        "class-imports": 1,
        "classes": 39,
        "competence-certificates": 3,
        "devices": 2,
        "events": 1,
        "facilities": 1,
        "imports": 6,
        "jobs": 4,
        "legal-holds": 3,
        "me": 13,
        "notices": 1,
        "overlaps": 1,
        "participant-duplicates": 2,
        "participants": 43,
        "privacy-requests": 7,
        "programs": 8,
        "referrals": 8,
        "retention": 1,
        "samples": 4,
        "sync": 1,
        "uploads": 2,
        "waves": 26,
    },
    "reporting": {
        "": 13,
        "alarms": 3,
        "baselines": 5,
        "boundaries": 1,
        "boundary-imports": 1,
        "cockpit": 2,
        "events": 1,
        "followup-answers": 3,
        "followup-cohorts": 3,
        "followup-instruments": 5,
        "followup-links": 3,
        "followup-plans": 2,
        "followups": 4,
        "jobs": 3,
        "person-records": 3,
        "published-tables": 4,
        "rebuilds": 1,
        "quality": 2,
        "scorecards": 2,
        "signups": 1,
        "report-exports": 3,
        "reports": 14,
        "snapshot-keys": 1,
        "snapshots": 6,
        "targets": 6,
    },
}

ALWAYS_PUBLIC = {
    "/docs",
    "/docs/{asset}",
    "/openapi.json",
    "/health/live",
    "/health/ready",
    "/metrics",
}
PUBLIC_ROUTES = {
    # Area codes, and the map: without a token it shows what is active.
    "registry": {
        "/ogc",
        "/ogc/conformance",
        "/ogc/collections",
        "/ogc/collections/{collection_id}",
        "/ogc/collections/{collection_id}/items",
        "/ogc/collections/{collection_id}/items/{feature_id}",
        "/v1/areas",
        "/v1/areas/{code}",
        "/v1/areas/{code}/children",
        "/v1/area-successions",
    },
    # What somebody who looks for a place needs before he has a token; nothing of it is personal.
    "enrollment": {
        "/v1/application-status",
        "/v1/badge-issuer",
        "/v1/badge-issuer/keys",
        "/v1/badge-issuer/keys/{name}",
        "/v1/badge-issuer/revocations/{class_id}",
        "/v1/certificate-verifications/{number}",
        "/verify/{number}",
        "/v1/areas/state",
        "/v1/programs",
        "/v1/programs/{program_id}",
        "/v1/programs/{program_id}/phases",
        "/v1/waves",
        "/v1/waves/{wave_id}",
        "/v1/waves/{wave_id}/classes",
        # So that anybody can repeat a draw; of applications the ids alone.
        "/v1/waves/{wave_id}/selection-criteria",
        "/v1/waves/{wave_id}/selection",
        "/v1/waves/{wave_id}/draw",
        "/v1/waves/{wave_id}/quotas",
        "/v1/classes/{class_id}",
        "/v1/classes/{class_id}/sessions",
        "/v1/classes/{class_id}/timetable",
    },
    # The page, and the two reports that anybody may cut down to the province.
    "reporting": {
        "/",
        "/static/{name:path}",
        "/words/{language}.json",
        # Where somebody answers whose token stands in a header.
        "/follow-up",
        "/follow-up/{name}",
        "/v1/followup-answers",
        # Figures that were published by others already.
        "/v1/baselines",
        "/v1/baselines/{baseline_id}",
        "/v1/baselines/{baseline_id}/versions",
        # Small cells are withheld when they are published.
        "/v1/published-tables",
        "/v1/published-tables/{code}",
        "/v1/published-tables/{code}/editions",
        "/sheets/{snapshot_id}",
        "/sheets/{snapshot_id}/print",
        # What is not published is shown to publishers only.
        "/v1/snapshots",
        "/v1/snapshots/{snapshot_id}",
        "/v1/snapshots/{snapshot_id}/content",
        "/v1/snapshot-keys",
        # The hour of the start, down to the province.
        "/v1/cockpit",
        "/v1/cockpit/stream",
        "/v1/signups",
        # Borders, and what figures mean.
        "/v1/boundaries",
        "/v1/reports",
        "/v1/reports/{report}/metadata",
        # Says that there is none of that name.
        "/v1/reports/{report}",
        "/v1/reports/progress",
        "/v1/reports/opening",
    },
}


def first_part(path: str) -> str:
    below = path.removeprefix("/v1")
    return "" if below == path else below.split("/")[1]


@pytest.mark.parametrize("service", ROUTES)
def test_every_route_states_who_may_call(service: str):
    stated = stated_permissions(application_of(service))

    assert Counter(first_part(path) for _, path, _ in stated) == ROUTES[service]
    assert {each for _, _, each in stated} <= {PUBLIC, KNOWN, *Permission}


@pytest.mark.parametrize("service", PUBLIC_ROUTES)
def test_only_the_listed_routes_are_public(service: str):
    stated = stated_permissions(application_of(service))
    public = {path for _, path, permission in stated if permission == PUBLIC}

    assert public == ALWAYS_PUBLIC | PUBLIC_ROUTES[service]


def test_a_planted_route_without_a_permission_is_found():
    router = APIRouter()

    @router.get("/planted")
    async def planted() -> None:
        """Ask nobody."""

    app = FastAPI(docs_url=None, redoc_url=None)
    app.include_router(router, prefix="/v1")

    with pytest.raises(LookupError, match="/v1/planted"):
        stated_permissions(app)
