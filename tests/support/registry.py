"""A registry at the other end of the wire, of which a test says what it answers."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs
from uuid import UUID

import httpx

from shared.clock import utc_now
from shared.ids import new_id
from shared.schemas.registry import (
    AreaLevel,
    AreaRead,
    ClassCheck,
    ClassHold,
    ClassReservation,
    ClassStanding,
    ReferralBooking,
    ReferralBookingNamed,
    ReferralCheck,
    ReservationNamed,
    StandingAsk,
    StandingsAsk,
    TenantCheck,
    Topic,
)

PUBLIC = "http://balai.test/registry"
AREAS = [
    ("31", "DKI Jakarta", None),
    ("33", "Jawa Tengah", None),
    ("91", "Papua", None),
    ("31.71", "Kota Jakarta Pusat", "WIB"),
    ("33.72", "Kota Surakarta", "WIB"),
    ("33.73", "Kota Salatiga", "WIB"),
    ("91.03", "Kabupaten Jayapura", "WIT"),
    ("33.73.01", "Sidorejo", "WIB"),
    ("33.73.02", "Tingkir", "WIB"),
    ("33.73.01.1001", "Blotongan", "WIB"),
]
_RESERVATIONS = "/v1/class-reservations/"
_BOOKINGS = "/v1/referral-bookings/"
_LIVE = ("HELD", "CONFIRMED")
_LEVELS = dict(zip((2, 5, 8, 13), AreaLevel, strict=True))


def area(code: str, name: str, zone: str | None) -> AreaRead:
    return AreaRead(
        code=code,
        level=_LEVELS[len(code)],
        name=name,
        parent_code=code.rpartition(".")[0] or None,
        time_zone=zone,
        valid_from="2026-05-06",
        valid_to=None,
    )


class FakeRegistry(httpx.AsyncBaseTransport):
    """Vouches for every class at the facilities it was told of; keeps what it was asked.

    A space is for one class at a time: `reservations` are body, booking and state by class.
    """

    def __init__(self) -> None:
        self.away = False
        self.away_after: int | None = None
        self.failing: set[str] = set()
        self.refusals: dict[UUID, tuple[int, str, str]] = {}
        self.reservations: dict[str, dict] = {}
        # What a path answers that is only read, such as /v1/modules/1.
        self.known: dict[str, dict] = {}
        self.ended_agreements: set[UUID] = set()
        # What people are referred to, by id; hours are body, booking and state by referral.
        self.targets: dict[UUID, dict] = {}
        self.hours: dict[str, dict] = {}
        self.tenants: set[tuple[UUID, UUID, UUID]] = set()
        self.after_booking: Callable[[], Awaitable[None]] | None = None
        self.answer_lost = False
        self.after_reserving: Callable[[], Awaitable[None]] | None = None
        self.facilities: dict[UUID, dict] = {}
        self.areas = [area(*each) for each in AREAS]
        self.events: list[dict] = []
        self.epoch = 1
        self.page_size = 3
        self.requests: list[httpx.Request] = []

    def add_facility(self, **changes) -> UUID:
        facility_id = new_id()
        self.facilities[facility_id] = {
            "facility_id": facility_id,
            "facility_code": "UPTD-3373-01",
            "facility_name": "DATA SINTETIS Balai Salatiga",
            "facility_kind": "UPTD",
            "facility_status": "ACTIVE",
            "owner_ministry": "MANPOWER",
            "area_code": "33.73.01",
            "province_code": "33",
            "regency_code": "33.73",
            "time_zone": "WIB",
            "latitude": -7.33,
            "longitude": 110.5,
            "space_name": "Ruang 1",
            "space_capacity": 20,
            "agreement_number": "PKS/01/2026",
            "module_title": "Kewirausahaan dasar",
            "module_version": "1.0",
            "module_hours": 40,
            **changes,
        }
        return facility_id

    def add_target(self, kind: str, **changes) -> UUID:
        """Add what somebody can be referred to: at a house of Semarang, or a bank of nowhere."""
        target_id = new_id()
        at = None if kind == "BANK" else new_id()
        self.targets[target_id] = {
            "kind": kind,
            "target_id": target_id,
            "name": f"DATA SINTETIS {kind}",
            "facility_id": at,
            "facility_name": at and "DATA SINTETIS Rumah Produksi",
            "facility_kind": at and "PRODUCTION_HOUSE",
            "province_code": at and "33",
            "regency_code": at and "33.74",
            "owner_ministry": at and "MSME",
            "time_zone": at and "WIB",
            **changes,
        }
        return target_id

    def refuse(self, facility_id: UUID, status: int, code: str, detail: str) -> None:
        self.refusals[facility_id] = (status, code, detail)

    def announce(self, **levels: int) -> None:
        payload = {
            "levels": levels or {level.value: 1 for level in AreaLevel},
            "valid_from": "2026-05-06",
            "imported_at": utc_now().isoformat(),
        }
        self.events.append(self.event(Topic.AREAS_IMPORTED, payload))

    def event(self, topic: str, payload: dict) -> dict:
        now = utc_now().isoformat()
        return {
            "id": str(new_id()),
            "stream_id": str(new_id()),
            "topic": topic,
            "schema": 1,
            "version": 1,
            "occurred_at": now,
            "recorded_at": now,
            "payload": payload,
        }

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        checks = sum(each.url.path == "/v1/class-checks" for each in self.requests)
        if self.away or (self.away_after is not None and checks > self.away_after):
            raise httpx.ConnectError("refused", request=request)
        if any(request.url.path.startswith(each) for each in self.failing):
            return httpx.Response(500)
        routes: dict[str, Callable[[httpx.Request], httpx.Response]] = {
            "/v1/class-checks": self._check,
            "/v1/class-standings": self._standings,
            "/v1/areas": self._areas,
            "/v1/referral-checks": self._referral,
            "/v1/referral-checks/tenants": self._tenant,
            "/v1/events": self._events,
        }
        if request.url.path.startswith(_RESERVATIONS):
            answer = self._reservation(request)
            if request.method == "PUT" and self.after_reserving is not None:
                await self.after_reserving()
            return httpx.Response(502) if self.answer_lost else answer
        if request.url.path.startswith(_BOOKINGS):
            answer = self._hours(request)
            if request.method == "PUT" and self.after_booking is not None:
                await self.after_booking()
            return httpx.Response(502) if self.answer_lost else answer
        known = self.known.get(request.url.path)
        if known is not None:
            return _json(known)
        return routes[request.url.path](request)

    def asked(self, part: str) -> list[httpx.Request]:
        """Return the requests whose path holds `part`."""
        return [each for each in self.requests if part in each.url.path]

    def lapse(self) -> None:
        """Let go of all that is only held."""
        for held in [*self.reservations.values(), *self.hours.values()]:
            if held["state"] == "HELD":
                held["state"] = "LAPSED"

    def _check(self, request: httpx.Request) -> httpx.Response:
        check = ClassCheck.model_validate_json(request.content)
        if check.facility_id in self.refusals:
            return _problem(*self.refusals[check.facility_id])
        return _json(self._resources(check))

    def _resources(self, check: ClassCheck) -> dict:
        asked = check.model_dump(mode="json", include=set(ClassCheck.model_fields) - {"starts_on"})
        names = [f"Instruktur {place}" for place, _ in enumerate(check.instructor_ids)]
        return {**self.facilities[check.facility_id], **asked, "instructor_names": names}

    def _reservation(self, request: httpx.Request) -> httpx.Response:
        class_id, _, verb = request.url.path.removeprefix(_RESERVATIONS).partition("/")
        if request.method == "PUT":
            wanted = ClassReservation.model_validate_json(request.content)
            kept = dict(self.reservations)
            answer = self._reserve(class_id, wanted)
            if request.url.params.get("mode") == "validate":
                self.reservations = kept
            return answer
        named = str(ReservationNamed.model_validate_json(request.content).booking_id)
        held = self.reservations.get(class_id)
        same = held is not None and held["booking_id"] == named
        if verb == "confirm":
            if not same or held["state"] not in ("HELD", "CONFIRMED"):
                return _problem(404, "class-not-reserved", "Tidak ada.")
            held["state"] = "CONFIRMED"
        elif same:
            held["state"] = "RELEASED"
        return _json({"class_id": class_id, "booking_id": named, "state": "CONFIRMED"})

    def _referral(self, request: httpx.Request) -> httpx.Response:
        target_id = ReferralCheck.model_validate_json(request.content).target_id
        if target_id in self.refusals:
            return _problem(*self.refusals[target_id])
        return _json(self.targets[target_id])

    def _tenant(self, request: httpx.Request) -> httpx.Response:
        asked = TenantCheck.model_validate_json(request.content)
        if (asked.incubator_id, asked.tenant_id, asked.participant_id) not in self.tenants:
            return _problem(404, "tenant-unknown", "Tenan tidak dikenal.")
        return _json(asked.model_dump(include={"incubator_id", "tenant_id"}))

    def _hours(self, request: httpx.Request) -> httpx.Response:
        referral_id, _, verb = request.url.path.removeprefix(_BOOKINGS).partition("/")
        held = self.hours.get(referral_id)
        if request.method == "PUT":
            return self._book(referral_id, ReferralBooking.model_validate_json(request.content))
        named = str(ReferralBookingNamed.model_validate_json(request.content).booking_id)
        same = held is not None and held["booking_id"] == named
        if verb == "confirm":
            if not same or held["state"] not in ("HELD", "CONFIRMED"):
                return _problem(404, "referral-not-booked", "Tidak ada.")
            held["state"] = "CONFIRMED"
        elif same:
            held["state"] = "RELEASED"
        return _json({"referral_id": referral_id, "booking_id": named, "state": "CONFIRMED"})

    def _book(self, referral_id: str, wanted: ReferralBooking) -> httpx.Response:
        live = {name: each for name, each in self.hours.items() if each["state"] in _LIVE}
        if any(
            name != referral_id
            and each["body"].space_id == wanted.space_id
            and each["body"].slots == wanted.slots
            for name, each in live.items()
        ):
            return _problem(409, "space-taken", "Ruang sudah terpakai pada waktu itu.")
        held = live.get(referral_id)
        if held is None or held["body"] != wanted:
            held = {"body": wanted, "booking_id": str(new_id()), "state": "HELD"}
            self.hours[referral_id] = held
        return _json(
            {
                "referral_id": referral_id,
                "booking_id": held["booking_id"],
                "facility_id": self.targets[wanted.space_id]["facility_id"],
                "hold_until": None,
            }
        )

    def _standings(self, request: httpx.Request) -> httpx.Response:
        asked = StandingsAsk.model_validate_json(request.content).classes
        items = [self._standing(each) for each in asked]
        return _json({"items": [each.model_dump(mode="json") for each in items]})

    def _standing(self, asked: StandingAsk) -> ClassStanding:
        held = self.reservations.get(str(asked.class_id))
        has = held is not None and held["booking_id"] == str(asked.booking_id)
        states = {"HELD": ClassHold.HELD, "CONFIRMED": ClassHold.CONFIRMED}
        return ClassStanding(
            class_id=asked.class_id,
            facility_active=asked.facility_id in self.facilities,
            space=states.get(held["state"]) if has else None,
            agreement=asked.agreement_id not in self.ended_agreements,
            module_version=self.facilities[asked.facility_id]["module_version"],
            instructors=len(held["body"].instructor_ids) if has else 0,
        )

    def _reserve(self, class_id: str, wanted: ClassReservation) -> httpx.Response:
        others = [each for name, each in self.reservations.items() if name != class_id]
        if any(
            each["state"] in ("HELD", "CONFIRMED") and each["body"].space_id == wanted.space_id
            for each in others
        ):
            return _problem(409, "space-taken", "Ruang sudah terpakai.")
        held = self.reservations.get(class_id)
        if held is None or held["body"] != wanted or held["state"] not in ("HELD", "CONFIRMED"):
            held = {"body": wanted, "booking_id": str(new_id()), "state": "HELD"}
            self.reservations[class_id] = held
        hours = timedelta(hours=8)
        made = [
            {"starts_at": starts, "ends_at": starts + hours}
            for starts in (wanted.starts_at + timedelta(days=day) for day in range(2))
        ]
        given = [each.model_dump() for each in wanted.sessions or ()]
        return _json(
            {
                **self._resources(wanted),
                "booking_id": held["booking_id"],
                "sessions": [_iso(each) for each in given or made],
                "hold_until": None,
            }
        )

    def _areas(self, request: httpx.Request) -> httpx.Response:
        query = {name: values[0] for name, values in parse_qs(request.url.query.decode()).items()}
        found = [each for each in self.areas if each.level == query["level"]]
        rest = [each for each in found if each.code > query.get("after", "")]
        page = rest[: self.page_size]
        following = None
        if len(rest) > len(page):
            following = f"{PUBLIC}/v1/areas?level={query['level']}&after={page[-1].code}"
        items = [each.model_dump(mode="json") for each in page]
        return _json({"items": items, "next": following})

    def _events(self, request: httpx.Request) -> httpx.Response:
        after = int(request.url.params.get("after", "0"))
        page = {
            "items": self.events[after:],
            "cursor": str(len(self.events)),
            "epoch": self.epoch,
            "more": False,
        }
        return _json(page)


def _iso(moments: dict[str, datetime]) -> dict[str, str]:
    return {name: moment.isoformat() for name, moment in moments.items()}


def _problem(status: int, code: str, detail: str) -> httpx.Response:
    body = {"type": f"urn:balai:problem:{code}", "status": status, "code": code}
    body |= {"title": detail, "detail": detail, "request_id": "x"}
    return httpx.Response(
        status, content=json.dumps(body), headers=_type("application/problem+json")
    )


def _type(kind: str) -> dict[str, str]:
    return {"Content-Type": kind}


def _json(body: dict) -> httpx.Response:
    return httpx.Response(
        200, content=json.dumps(body, default=str), headers=_type("application/json")
    )
