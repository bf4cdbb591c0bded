"""Programmes, classes and people to claim seats with, written straight into the tables.

The seat desk reads them and writes none of them: its tests need neither a registry nor a sign-up.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import httpx
from sqlalchemy import select

from services.enrollment.base import Event
from services.enrollment.classes.tables import Class
from services.enrollment.enrollments.tables import Enrollment, ProgramClaim
from services.enrollment.participants.rules import LegalBasis
from services.enrollment.participants.tables import Participant
from services.enrollment.programs.rules import SIZE_RULE_VERSION, SizeCriterion
from services.enrollment.programs.tables import Program
from services.enrollment.quotas.rules import is_member, traits_of
from services.enrollment.quotas.tables import WaveQuota
from services.enrollment.waves.rules import StartRule
from services.enrollment.waves.tables import Wave
from shared.db.session import Sessions, transaction
from shared.ids import new_id
from shared.schemas.enrollment import HOLDS_SEAT, ClassState, EntrantKind, Sex
from shared.schemas.registry import FacilityKind, TimeZone
from shared.scope import SYSTEM, Actor

NOW = datetime.now(UTC)  # noqa: TID251 - the tests' windows lie around the real moment
TEST = Actor(issuer="test", subject="seats")


@dataclass
class Seats:
    """A programme with one wave, to which classes and people are added."""

    sessions: Sessions
    program_id: UUID = field(default_factory=new_id)
    wave_id: UUID = field(default_factory=new_id)
    _count: int = 0

    def transaction(self):
        return transaction(self.sessions, scope=SYSTEM, actor=TEST)

    async def _add(self, *rows) -> None:
        async with self.transaction() as session:
            for row in rows:
                session.add(row)
                await session.flush()

    async def program(self, **changes) -> UUID:
        """Add a programme with a wave, and return its id."""
        values = {
            "id": self.program_id,
            "code": f"P-{new_id()}",
            "name": "Serentak",
            "owner_ministry": "MANPOWER",
            "co_ministry": "MSME",
            "entrant_kinds": ["MICRO", "SMALL", "PROSPECTIVE"],
            "min_age": 18,
            "max_age": 60,
            "area_codes": [],
            "size_criterion": SizeCriterion.BY_FOUNDING,
            "rule_version": SIZE_RULE_VERSION,
            "default_capacity": 16,
            "default_reserve_capacity": 2,
            "synthetic": True,
            "version": 1,
            "created_at": NOW,
            **changes,
        }
        await self._add(Program(**values), self._wave(values["id"], self.wave_id))
        return values["id"]

    def _wave(self, program_id: UUID, wave_id: UUID) -> Wave:
        return Wave(
            id=wave_id,
            program_id=program_id,
            code="G1",
            name="Gelombang 1",
            opens_at=NOW - timedelta(days=1),
            closes_at=NOW + timedelta(days=10),
            start_rule=StartRule.SAME_INSTANT,
            starts_at=NOW + timedelta(days=20),
            synthetic=True,
            version=1,
            created_at=NOW,
        )

    async def class_(self, capacity: int = 2, reserve_capacity: int = 2, **changes) -> UUID:
        """Add a class that takes applications, and return its id."""
        self._count += 1
        identifier = changes.pop("id", None) or new_id()
        values = {
            "program_id": self.program_id,
            "wave_id": self.wave_id,
            "code": f"C-{identifier}",
            "label": f"Kelas {self._count}",
            "facility_id": new_id(),
            "facility_code": "BLK-1",
            "facility_name": "BLKK Contoh",
            "facility_kind": FacilityKind.BLKK,
            "host_ministry": "MANPOWER",
            "owner_ministry": "MANPOWER",
            "co_ministry": "MSME",
            "province_code": "33",
            "regency_code": "33.73",
            "time_zone": TimeZone.WIB,
            "space_id": new_id(),
            "space_name": "Ruang A",
            "space_capacity": 1000,
            "agreement_id": new_id(),
            "agreement_number": "PKS-1",
            "module_id": new_id(),
            "module_title": "Kewirausahaan",
            "module_version": "1",
            "module_hours": 40,
            "instructors": [{"id": str(new_id()), "name": "Instruktur"}],
            "starts_at": NOW + timedelta(days=20),
            "opens_at": NOW - timedelta(days=1),
            "closes_at": NOW + timedelta(days=10),
            "capacity": capacity,
            "reserve_capacity": reserve_capacity,
            "taken": 0,
            "waiting": 0,
            "next_waitlist_number": 1,
            "state": ClassState.PLANNED,
            "synthetic": True,
            "version": 1,
            "created_at": NOW,
            **changes,
        }
        await self._add(Class(id=identifier, **values))
        return identifier

    async def person(self, **changes) -> UUID:
        """Add a participant, and return the id."""
        return (await self.people(1, **changes))[0]

    async def people(self, count: int, **changes) -> list[UUID]:
        """Add participants, and return their ids."""
        ids = [new_id() for _ in range(count)]
        async with self.transaction() as session:
            session.add_all([participant(each, **changes) for each in ids])
        return ids

    async def class_row(self, class_id: UUID) -> Class:
        async with self.transaction() as session:
            return (await session.scalars(select(Class).where(Class.id == class_id))).one()

    async def enrollments(self, class_id: UUID) -> list[Enrollment]:
        """Return a class's enrollments: the seated by arrival, then those who waited, in line."""
        async with self.transaction() as session:
            rows = await session.scalars(
                select(Enrollment)
                .where(Enrollment.class_id == class_id)
                .order_by(Enrollment.waitlist_number.nulls_first(), Enrollment.id)
            )
            return list(rows)

    async def claims(self) -> list[ProgramClaim]:
        async with self.transaction() as session:
            return list(await session.scalars(select(ProgramClaim)))

    async def events(self, class_id: UUID) -> list[Event]:
        """Return the events of a class, in the order of the log."""
        async with self.transaction() as session:
            rows = await session.scalars(
                select(Event).where(Event.stream_id == class_id).order_by(Event.xid, Event.id)
            )
            return list(rows)

    async def check_counts(self, class_id: UUID) -> None:
        """Assert I1, I2 and I13 of one class, and that exactly the active hold a claim."""
        class_ = await self.class_row(class_id)
        rows = await self.enrollments(class_id)
        states = [row.state.value for row in rows]
        holding = sum(states.count(each) for each in HOLDS_SEAT)
        active = {row.id for row in rows if row.state in HOLDS_SEAT or row.state == "WAITLISTED"}
        numbers = [row.waitlist_number for row in rows if row.waitlist_number is not None]
        assert class_.taken == holding <= class_.capacity
        assert class_.waiting == states.count("WAITLISTED")
        assert sorted(numbers) == list(range(1, class_.next_waitlist_number))
        assert active == {
            claim.enrollment_id for claim in await self.claims() if claim.class_id == class_id
        }
        for quota in await self.quotas():
            assert quota.taken == await self._members(quota)

    async def quota(self, dimension: str, value: str, seats: int, **changes) -> UUID:
        """Give the wave a quota, and return its id; with `release_at` it keeps seats until then."""
        kind = "AT_LEAST" if "release_at" in changes else "AT_MOST"
        values = {"id": new_id(), "wave_id": self.wave_id, "taken": 0, **changes}
        quota = WaveQuota(dimension=dimension, value=value, kind=kind, seats=seats, **values)
        await self._add(quota)
        return values["id"]

    async def quotas(self) -> list[WaveQuota]:
        async with self.transaction() as session:
            return list(await session.scalars(select(WaveQuota).order_by(WaveQuota.id)))

    async def _members(self, quota: WaveQuota) -> int:
        """Count who holds a seat of the wave and is a member, as the pure rule says."""
        async with self.transaction() as session:
            rows = await session.scalars(
                select(Enrollment).where(Enrollment.wave_id == quota.wave_id)
            )
            holders = [traits_of(row) for row in rows if row.state in HOLDS_SEAT]
        return sum(is_member(quota, each) for each in holders)


def participant(identifier: UUID, **changes) -> Participant:
    values = {
        "nik_cipher": b"sealed",
        "nik_key_id": "k1",
        "nik_index": hashlib.sha256(identifier.bytes).digest(),
        "nik_masked": "3373********0000",
        "name": "Peserta Contoh",
        "birth_date": date(1990, 6, 15),
        "sex": Sex.FEMALE,
        "entrant_kind": EntrantKind.PROSPECTIVE,
        "rule_version": SIZE_RULE_VERSION,
        "legal_basis": next(iter(LegalBasis)),
        "consents": [],
        "home_area_code": "33.73",
        "home_province_code": "33",
        "home_regency_code": "33.73",
        "warnings": [],
        "synthetic": True,
        "version": 1,
        "created_at": NOW,
        **changes,
    }
    if values["entrant_kind"] != EntrantKind.PROSPECTIVE:
        values.setdefault("founded_on", date(2022, 1, 1))
    return Participant(id=identifier, **values)


@dataclass
class Applicant:
    """Somebody who claims seats over HTTP, by default with a key of his own each time."""

    client: httpx.AsyncClient
    headers: dict[str, str]

    async def claim(
        self, class_id: UUID, participant_id: UUID | str, *, key: str | None = None, **more
    ) -> httpx.Response:
        headers = more.pop("headers", {})
        return await self.client.post(
            f"/v1/classes/{class_id}/enrollments",
            json={"participant_id": str(participant_id), **more},
            headers={**self.headers, "Idempotency-Key": key or str(new_id()), **headers},
        )

    async def post(
        self, path: str, *, key: str | None = None, json: object = None, **headers: str
    ) -> httpx.Response:
        return await self.client.post(
            path,
            json=json,
            headers={**self.headers, "Idempotency-Key": key or str(new_id()), **headers},
        )

    async def get(self, path: str, **params) -> httpx.Response:
        return await self.client.get(path, headers=self.headers, params=params or None)
