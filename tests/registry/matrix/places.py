"""Three places in two regions and of two ministries, each with one at least of everything."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from services.registry.agreement_reminders.operations import remind
from services.registry.areas.operations import load_areas
from services.registry.areas.rules import read_row
from services.registry.worker import create_worker
from shared.clock import ledger_day, utc_now
from shared.db.session import transaction
from shared.scope import SYSTEM, Actor, Grant, Role
from tests.registry.world import (
    SINCE,
    World,
    agreement_body,
    certificate_body,
    institution_body,
    instructor_body,
)
from tests.support.asgi import ServiceClient
from tests.support.keys import Keys

AREAS = {
    "33": "Jawa Tengah",
    "33.72": "Kota Surakarta",
    "33.73": "Kota Salatiga",
    "33.74": "Kota Semarang",
    "33.75": "Kota Pekalongan",
    "91": "Papua",
    "91.71": "Kota Jayapura",
    "91.74": "Kota Mamberamo",
}
NOW = utc_now()
TODAY = ledger_day(NOW)
ACTOR = Actor(issuer="test", subject="matrix")
POINTS = {"A": (-7.33, 110.5), "B": (-2.53, 140.7), "C": (-7.57, 110.82)}
# Whose work the job is that stands in a place.
BEGUN_BY = {"A": "officer-33", "B": "officer-91", "C": "msme"}
EVIDENCE = {"reference": "arsip/1", "sha256": "ab" * 32}
CRITERIA = ("PROGRAM", "INSTRUCTORS", "EQUIPMENT", "TRAINED")


def day(days: int) -> str:
    return (TODAY + timedelta(days)).isoformat()


def moment(days: int, hour: int) -> str:
    return f"{day(days)}T{hour:02d}:00:00Z"


@dataclass
class Place:
    """A facility of one region and ministry with all that belongs to it.

    `values` fill path and query parameters and the identifiers in bodies, by their names. Of
    persons every word holds `person`; of what is not settled every word holds `draft`.
    """

    name: str
    regency: str
    parted: str
    ministry: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def facilities(self) -> tuple[UUID, ...]:
        names = ("facility_id", "house", "planned", "parted")
        return tuple(UUID(self.values[name]) for name in names)

    @property
    def province(self) -> str:
        return self.regency[:2]

    @property
    def person(self) -> str:
        return f"Kenari{self.name}"

    @property
    def draft(self) -> str:
        return f"Rancangan{self.name}"

    @property
    def mail(self) -> str:
        return f"kenari-{self.name.lower()}@contoh.example"

    @property
    def phone(self) -> str:
        return f"+62 812 0000 00{ord(self.name)}"

    def officer(self) -> Grant:
        return Grant(Role.REGIONAL_OFFICER, areas=(self.province,), ministries=(self.ministry,))


def three_places() -> dict[str, Place]:
    """Return A and C of one region, B of the other; B and C of one ministry, A of the other."""
    return {
        "A": Place("A", "33.73", "33.74", "MANPOWER"),
        "B": Place("B", "91.71", "91.74", "MSME"),
        "C": Place("C", "33.72", "33.75", "MSME"),
    }


class Furnisher(World):
    """Furnishes places through the public face."""

    def __init__(self, registry: ServiceClient, keys: Keys) -> None:
        super().__init__(registry, lambda role, **grant: _bearer(keys.token(role, **grant)))
        self.keys = keys

    async def put(self, path: str, json, **headers) -> dict:
        response = await self.registry.put(
            f"/v1{path}", json=json, headers={**self.admin, "If-Match": "*", **headers}
        )
        assert response.is_success, response.text
        return response.json() if response.content else {}

    async def done(self, path: str, json=None, *, by=None) -> dict:
        response = await self.post(path, json, by=by)
        assert response.is_success, f"{path}: {response.text}"
        return response.json()

    async def furnish(self, place: Place) -> None:
        """Put one of everything into a place."""
        here = place.values
        here |= {"area": place.province, "province_code": place.province, "code": place.province}
        here |= {
            "regency_code": place.regency,
            "parent": place.province,
            "ministry": place.ministry,
        }
        here |= {"owner_ministry": place.ministry, "home_ministry": place.ministry}
        here |= {
            "area_code": place.regency,
            "areas": [place.province],
            "from_codes": [place.parted],
        }
        # One after another: each uses what those before it have made.
        for step in (
            self._institutions,
            self._facilities,
            self._belongings,
            self._spaces,
            self._people,
            self._agreements,
            self._teaching,
            self._bookings,
            self._assessments,
            self._incubator,
            self._unsettled,
            self._logins,
            self._job,
        ):
            await step(place)

    async def _institutions(self, place: Place) -> None:
        for number in (1, 2):
            made = await self.made(
                "/institutions",
                institution_body(area_code=place.regency, name=f"Yayasan {place.name}{number}"),
            )
            place.values["institution_id"] = made["id"]
        place.values["steward_id"] = place.values["institution_id"]

    async def _facilities(self, place: Place) -> None:
        facts = {"area_code": place.regency, "owner_ministry": place.ministry}
        facts["name"] = f"Balai Melati {place.name}"
        point = dict(zip(("latitude", "longitude"), POINTS[place.name], strict=True))
        centre = await self.facility(**facts, **point, kind="BLKK", trades=["BAKERY"])
        house = await self.facility(**facts, kind="PRODUCTION_HOUSE", parent_id=None)
        planned = await self.facility(**facts, kind="BLKK", status="PLANNED")
        parted = await self.facility(**{**facts, "area_code": place.parted}, kind="PLUT")
        place.values |= {"facility_code": centre["code"]}
        place.values |= {"facility_id": centre["id"], "facility_ids": [centre["id"]]}
        place.values |= {"target_id": centre["id"], "feature_id": centre["id"]}
        place.values |= {"house": house["id"], "planned": planned["id"], "parted": parted["id"]}
        place.values |= {"home_facility_id": centre["id"], "facilities": [centre["id"]]}
        for institution_role in ("HIRING_PARTNER", "PARTNER"):
            hiring = {"hires": 12, "hires_by": day(300)} if "HIRING" in institution_role else {}
            role = await self.made(
                f"/facilities/{centre['id']}/institutions",
                {
                    "institution_id": place.values["institution_id"],
                    "role": institution_role,
                    "valid_from": day(-30),
                    **hiring,
                },
            )
            place.values["role_id"] = role["id"]
        moved = await self.patch(
            f"/facilities/{centre['id']}",
            {"institution_id": place.values["institution_id"]},
            headers={"If-Match": "*"},
        )
        assert moved.is_success, moved.text
        network = await self.made(
            "/networks",
            {
                "code": f"EKSYAR-{place.name}",
                "name": f"Jejaring {place.name}",
                "steward_id": place.values["steward_id"],
                "owner_ministry": place.ministry,
            },
        )
        place.values["network_id"] = network["id"]
        joining = {"facility_ids": [centre["id"], house["id"]], "valid_from": day(-30)}
        await self.made(f"/networks/{network['id']}/members", joining)

    async def _belongings(self, place: Place) -> None:
        path = f"/facilities/{place.values['facility_id']}"
        for number in (1, 2):
            contact = await self.made(
                f"{path}/contacts",
                {
                    "name": f"{place.person} {number}",
                    "role": "Kepala balai",
                    "phone": place.phone,
                    "email": place.mail,
                },
            )
            machine = await self.made(
                f"{path}/equipment",
                {"name": f"Oven {number}", "trade": "BAKERY", "quantity": 2, "condition": "GOOD"},
            )
            shift = await self.made(
                f"{path}/shifts",
                {"name": f"SHIFT_{number}", "starts": "08:00", "ends": "12:00", "capacity": 16},
            )
            await self.put(f"{path}/codes/SKEMA-{number}", {"code": f"{place.name}{number}"})
            offer = await self.made(
                f"/facilities/{place.values['house']}/services",
                {
                    "code": f"MAKLON-{number}",
                    "kind": "TOLL_MANUFACTURING",
                    "name": "Maklon bumbu",
                    "unit": "per kg",
                    "customers": ["MICRO"],
                    "offered_from": day(-30),
                },
            )
            potential = {
                "source": "BPS (DATA SINTETIS)",
                "commodities": [{"rank": 1, "name": "Abon", "scheme": "2020", "division": "10"}],
                "demands": [
                    {"trade": "GARMENT", "scheme": "2020", "division": "14", "people": 350}
                ],
            }
            await self.put(
                f"/potential/{place.regency}/{2024 + number}", potential, **{"If-Match": '"0"'}
            )
        place.values |= {"contact_id": contact["id"], "equipment_id": machine["id"]}
        place.values |= {"shift_id": shift["id"], "service_id": offer["id"]}
        place.values |= {"scheme": "SKEMA-1", "year": 2025, "version": 1, "milestone": "A"}

    async def _spaces(self, place: Place) -> None:
        week = [{"weekday": each, "opens": "08:00", "closes": "16:00"} for each in range(1, 8)]
        path = f"/facilities/{place.values['facility_id']}"
        await self.put(
            f"{path}/opening-hours",
            {"weeks": [{"valid_from": day(-30), "valid_to": None, "intervals": week}]},
        )
        for number in (1, 2):
            space = await self.space(place.values["facility_id"], name=f"Bengkel {number}")
            for weeks in (1, 2):
                closure = await self.made(
                    f"/spaces/{space['id']}/closures",
                    {
                        "starts_at": moment(100 + 7 * weeks, 1),
                        "ends_at": moment(101 + 7 * weeks, 1),
                        "reason": "Perbaikan",
                    },
                )
        place.values |= {"space_id": space["id"], "closure_id": closure["id"]}

    async def _people(self, place: Place) -> None:
        facility_id = place.values["facility_id"]
        for number in (1, 2):
            instructor = await self.made(
                "/instructors",
                instructor_body(
                    facility_id, name=f"{place.person} {number}", home_ministry=place.ministry
                ),
            )
            for _ in (1, 2):
                certificate = await self.made(
                    f"/instructors/{instructor['id']}/certificates",
                    certificate_body(issuer=f"LSP {place.person}"),
                )
        place.values |= {"instructor_id": instructor["id"], "certificate_id": certificate["id"]}
        place.values |= {"instructor_ids": [instructor["id"]]}

    async def _agreements(self, place: Place) -> None:
        parties = [
            {"ministry": place.ministry},
            {"institution_id": place.values["institution_id"]},
        ]
        place.values["parties"] = parties
        signatories = [
            {"party": number, "name": f"{place.person} {number}", "position": "Direktur"}
            for number in (0, 1)
        ]
        documents = [
            {**EVIDENCE, "title": "Naskah", "sha256": each * 64, "mime": "application/pdf"}
            for each in "12"
        ]
        facts = {
            "parties": parties,
            "signatories": signatories,
            "documents": documents,
            "facility_ids": [place.values["facility_id"], place.values["planned"]],
            "signed_on": day(-60),
            "valid_from": day(-60),
            "valid_to": day(80),
        }
        mou = await self.made("/agreements", agreement_body(**facts))
        agreement = await self.made(
            "/agreements", agreement_body(**facts, kind="PKS", follows_from_id=mou["id"])
        )
        draft = agreement_body(**facts, title=place.draft, state="DRAFT")
        del draft["signed_on"]
        unsigned = await self.made("/agreements", draft)
        place.values |= {"agreement_id": agreement["id"], "unsigned": unsigned["id"]}
        targets = [
            {
                "indicator": indicator,
                "value": 100,
                "unit": "orang",
                "by_day": day(70),
                "mode": "ADDITIONAL",
            }
            for indicator in ("PARTICIPANTS_TRAINED", "INCUBATORS")
        ]
        await self.put(
            f"/agreements/{agreement['id']}/targets",
            {"targets": targets},
            **{"If-Match": f'"{agreement["version"]}"'},
        )
        for number in (1, 2):
            action = await self.made(
                "/agreement-actions",
                {
                    "agreement_id": agreement["id"],
                    "title": f"Pelatihan {number}",
                    "responsible": {"ministry": place.ministry},
                    "facility_id": place.values["facility_id"],
                    "due_on": day(30),
                },
            )
        development = await self.made(
            "/developments",
            {
                "number": f"BLKK/{place.name}/{number}",
                "title": "Pembangunan",
                "facility_id": place.values["planned"],
                "institution_id": place.values["institution_id"],
                "ministry": place.ministry,
                "grant_rupiah": 500_000_000,
                "proposed_on": day(-50),
                "evidence": EVIDENCE,
            },
        )
        place.values |= {"action_id": action["id"], "development_id": development["id"]}

    async def _teaching(self, place: Place) -> None:
        module = await self.module(owner_ministry=place.ministry, required_competences=["BAKERY"])
        await self.made(f"/modules/{module['id']}/versions", {"version": "2", "title": place.draft})
        await self.module(owner_ministry=place.ministry, state="DRAFT", title=place.draft)
        place.values["module_id"] = module["id"]
        starts = moment(20, 2)
        class_id = str(uuid4())
        await self.put(
            f"/class-reservations/{class_id}",
            {
                **{
                    name: place.values[name]
                    for name in ("facility_id", "space_id", "agreement_id", "module_id")
                },
                "instructor_ids": place.values["instructor_ids"],
                "starts_on": day(20),
                "starts_at": starts,
                "sessions": [
                    {"starts_at": moment(each, 2), "ends_at": moment(each, 5)} for each in (20, 21)
                ],
                "ministry": place.ministry,
                "people": 10,
            },
            **self.auth(Role.SERVICE),
        )
        place.values["class_id"] = class_id

    async def _bookings(self, place: Place) -> None:
        for number in (1, 2, 3):
            booking = await self.made(
                "/bookings",
                {
                    "space_id": place.values["space_id"],
                    "ministry": place.ministry,
                    "purpose": "ENTREPRENEUR",
                    "participant_id": str(uuid4()),
                    "people": 6,
                    "slots": [
                        {"starts_at": moment(30 + number, 2), "ends_at": moment(30 + number, 4)}
                    ],
                },
            )
            if number == 1:
                await self.done(f"/bookings/{booking['id']}/approve")
        place.values |= {"booking_id": booking["id"], "position": 0}

    async def _assessments(self, place: Place) -> None:
        path = f"/facilities/{place.values['facility_id']}"
        met = [{"criterion": code, "evidence": EVIDENCE} for code in CRITERIA]
        for year in (2024, 2025):
            assessment = await self.made(
                f"{path}/maturity-assessments",
                {"year": year, "assessed_on": f"{year}-11-03", "met": met},
            )
            accreditation = await self.made(
                f"{path}/accreditations",
                {
                    "kind": "LICENSE",
                    "number": f"IZIN/{place.name}/{year}",
                    "issuer": "Dinas",
                    "standards": {},
                    "valid_from": f"{year}-01-01",
                    "valid_to": f"{year}-12-31",
                    "document": EVIDENCE,
                },
            )
        for revised in (1, 2):
            await self.put(
                f"/maturity-assessments/{assessment['id']}",
                {"assessed_on": f"2025-12-0{revised}", "met": met[revised:]},
            )
        roadmap = await self.made(f"{path}/roadmap", {"adopted_on": day(-100)})
        place.values |= {"assessment_id": assessment["id"], "roadmap_id": roadmap["id"]}
        place.values |= {"accreditation_id": accreditation["id"]}
        place.values["milestone"] = roadmap["milestones"][0]["code"]

    async def _incubator(self, place: Place) -> None:
        incubator = await self.made(
            f"/facilities/{place.values['facility_id']}/incubators",
            {
                "decree_number": f"KEP.{place.name}/2025",
                "decreed_on": "2025-01-01",
                "valid_from": "2025-01-01",
                "valid_to": "2035-12-31",
                "capacity": 9,
            },
        )
        path = f"/incubators/{incubator['id']}"
        for role in ("MANAGER", "MENTOR"):
            named = {"role": role, "name": place.person, "contact": place.mail, "since": day(-9)}
            person = await self.made(f"{path}/people", named)
            tenant = await self.made(
                f"{path}/tenants",
                {
                    "business_ref": f"{place.person}-{uuid4()}",
                    "participant_id": str(uuid4()),
                    "joined_on": day(-9),
                },
            )
        place.values |= {"incubator_id": incubator["id"], "person_id": person["id"]}
        place.values |= {
            "tenant_id": tenant["id"],
            "participant_id": tenant["participant_id"],
        }

    async def _unsettled(self, place: Place) -> None:
        centre = self.auth(
            Role.FACILITY_OPERATOR,
            subject=f"balai-{place.name}",
            facilities=[place.values["facility_id"]],
        )
        for number in (1, 2):
            proposal = await self.done(
                "/proposals",
                {
                    "target": "FACILITY",
                    "target_id": place.values["facility_id"],
                    "change": {("name", "address")[number - 1]: place.draft},
                    "reason": place.draft,
                },
                by=centre,
            )
        place.values["proposal_id"] = proposal["id"]

    async def _logins(self, place: Place) -> None:
        for number in (1, 2):
            assignment = await self.made(
                "/assignments",
                {
                    "issuer": "balai:people",
                    "subject": f"{place.person}-{number}",
                    "label": f"{place.person} {number}",
                    "role": "FACILITY_OPERATOR",
                    "facilities": [place.values["facility_id"]],
                },
            )
            invitation = await self.made(
                "/invitations",
                {
                    "facility_id": place.values["facility_id"],
                    "expires_at": moment(30, 1),
                    "label": place.person,
                },
            )
        place.values |= {"assignment_id": assignment["id"], "invitation_id": invitation["id"]}

    async def _job(self, place: Place) -> None:
        officer = _bearer(self.keys.token_of(place.officer(), subject=BEGUN_BY[place.name]))
        lines = [f"{place.person}{each};Ruang;10" for each in (1, 2)]
        response = await self.registry.post(
            "/v1/imports/spaces",
            params={"mode": "validate"},
            content="\n".join(["facility_code;name;capacity", *lines]),
            headers={**officer, "Content-Type": "text/csv", "Idempotency-Key": uuid4().hex},
        )
        assert response.status_code == 202, response.text
        place.values["job_id"] = response.json()["id"]


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def furnish(registry: ServiceClient, keys: Keys) -> dict[str, Place]:
    """Make the country and its places, and do all jobs that are due."""
    sessions = registry.state["sessions"]
    rows = [
        read_row(number, {"code": code, "name": name})
        for number, (code, name) in enumerate(AREAS.items(), start=1)
    ]
    async with transaction(sessions, scope=SYSTEM, actor=ACTOR) as session:
        await load_areas(session, rows, valid_from=SINCE, decree="", language="en")
    desk, places = Furnisher(registry, keys), three_places()
    for place in places.values():
        await desk.furnish(place)
    for place in places.values():
        change = await desk.made(
            "/area-changes",
            {
                "kind": "SPLIT",
                "decree": f"UU {place.name} (contoh)",
                "valid_from": day(-1),
                "from_codes": [place.parted],
                "to": [
                    {"code": place.parted, "name": AREAS[place.parted]},
                    {"code": f"{place.parted[:3]}9{place.parted[4]}", "name": "Kota Baru"},
                ],
            },
        )
        place.values["change_id"] = change["id"]
    await _publish_again(desk)
    await desk.done("/duplicate-scans")
    await create_worker(registry.state["settings"]).drain()
    async with transaction(sessions, scope=SYSTEM, actor=ACTOR) as session:
        await remind(session, today=TODAY, now=NOW, limit=100)
    await _note_what_jobs_made(desk, places)
    return places


async def _publish_again(desk: Furnisher) -> None:
    """Publish a second version of what is measured against, which nobody uses yet."""
    words = {"text": {"id": "Ada.", "en": "There."}}
    steps = {"A": "TUMBUH", "B": "BERKEMBANG", "C": "MANDIRI"}
    criteria = [{"code": code, "needed_for": step, **words} for code, step in steps.items()]
    milestones = [{"code": "A", "months": 3, "evidence": words["text"], **words}]
    named = {"title": "Percobaan", "source": "Keputusan contoh", "decree_number": "KEP.1/2026"}
    await desk.made("/maturity-criteria", {**named, "criteria": criteria})
    await desk.made("/roadmap-templates", {**named, "milestones": milestones})


async def _note_what_jobs_made(desk: Furnisher, places: dict[str, Place]) -> None:
    items = (await desk.get("/area-work-items", limit=200)).json()["items"]
    pairs = (await desk.get("/facility-duplicates", limit=200)).json()["items"]
    for place in places.values():
        parted, centre = place.values["parted"], place.values["facility_id"]
        place.values["item_id"] = next(
            each["id"] for each in items if each["facility_id"] == parted
        )
        pair = next(each for each in pairs if centre in (each["a"]["id"], each["b"]["id"]))
        place.values["duplicate_id"] = pair["id"]
        place.values["into_id"] = next(
            each["id"] for each in (pair["a"], pair["b"]) if each["id"] != centre
        )
