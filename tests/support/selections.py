"""A wave whose places a selection gives, driven over HTTP through its steps."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from services.enrollment.waves.tables import Wave
from shared.http.tokens import sign_business_time
from shared.ids import new_id
from shared.scope import Role
from tests.support.seats import Applicant, Seats


@dataclass
class Draw:
    """A wave of some facilities with classes, its staff, and the hours of its selection.

    `runner` makes the draw, `approver` approves it. After applications close the requests carry the
    business time.
    """

    seats: Seats
    client: object
    auth: object
    keys: object
    worker: object
    facilities: list[UUID] = field(default_factory=list)
    classes: list[UUID] = field(default_factory=list)
    closes_at: datetime | None = None

    @property
    def path(self) -> str:
        return f"/v1/waves/{self.seats.wave_id}"

    def staff(self, subject: str, role: Role = Role.PROGRAM_MANAGER, **grant) -> Applicant:
        grant = grant or {"ministries": ["MANPOWER"]}
        return Applicant(self.client, self.auth(role, subject=subject, **grant))

    @property
    def runner(self) -> Applicant:
        return self.staff("runner")

    @property
    def approver(self) -> Applicant:
        return self.staff("approver")

    def at(self, moment: datetime) -> dict[str, str]:
        """Return the header of a request that is judged by `moment`."""
        return {"Balai-Business-Time": sign_business_time(self.keys.private["cli"], now=moment)}

    @property
    def after_close(self) -> datetime:
        return self.closes_at + timedelta(minutes=1)

    async def open(
        self, *sizes: tuple[int, int], selection: str = "LOTTERY", confirm_hours: int | None = 48
    ) -> None:
        """Add a facility with one class for each of `sizes`: seats, and places in reserve."""
        await self.seats.program()
        await self.sql(
            "UPDATE enrollment.wave SET selection = :selection, confirm_hours = :hours",
            selection=selection,
            hours=confirm_hours,
        )
        async with self.seats.transaction() as session:
            self.closes_at = (await session.get(Wave, self.seats.wave_id)).closes_at
        for number, (capacity, reserve) in enumerate(sizes):
            self.facilities.append(new_id())
            province = ("33", "51")[number % 2]
            self.classes.append(
                await self.seats.class_(
                    capacity=capacity,
                    reserve_capacity=reserve,
                    facility_id=self.facilities[-1],
                    province_code=province,
                    regency_code=f"{province}.71",
                    selection=selection,
                    confirm_hours=confirm_hours,
                )
            )

    async def sql(self, statement: str, **values) -> None:
        async with self.seats.transaction() as session:
            await session.execute(text(statement), values)

    async def apply(self, person: UUID, *facilities: UUID, **more) -> str:
        """Submit an application for somebody to facilities in order; return its id."""
        choices = [{"facility_id": str(each)} for each in facilities or self.facilities]
        body = {"participant_id": str(person), "choices": choices, "submit": True, **more}
        himself = Applicant(self.client, self.auth(Role.PARTICIPANT, participant_id=str(person)))
        response = await himself.post(f"{self.path}/applications", json=body)
        assert response.status_code == 201, response.text
        return response.json()["id"]

    async def commit(self, **body):
        return await self.runner.post(f"{self.path}/selection/commit", json=body)

    async def close(self):
        return await self.runner.post(f"{self.path}/selection/close", **self.at(self.after_close))

    async def preview(self) -> dict:
        """Have the draw made, and return it in numbers."""
        response = await self.runner.post(
            f"{self.path}/selection/preview", **self.at(self.after_close)
        )
        assert response.status_code == 202, response.text
        await self.worker()
        return (await self.runner.get(f"{self.path}/selection/preview")).json()

    @property
    def announce_at(self) -> datetime:
        return self.closes_at + timedelta(days=1)

    async def approve(self, preview: dict, *, by: Applicant | None = None):
        return await (by or self.approver).post(
            f"{self.path}/selection/approve",
            json={
                "result_digest": preview["result_digest"],
                "announce_at": self.announce_at.isoformat(),
            },
            **self.at(self.after_close),
        )

    async def announce(self, *, moment: datetime | None = None):
        """Announce and have the places given."""
        response = await self.runner.post(
            f"{self.path}/selection/announce", **self.at(moment or self.announce_at)
        )
        await self.worker()
        return response

    async def run(self) -> None:
        """Take every step from the commitment, unless it is there, to the announcement."""
        await self.commit()
        assert (await self.close()).status_code == 200
        assert (await self.approve(await self.preview())).status_code == 200
        assert (await self.announce()).status_code == 202
        told = await self.told()
        assert told["state"] == "ANNOUNCED", told

    async def told(self) -> dict:
        """Return what a stranger reads of the selection."""
        return (await self.client.get(f"{self.path}/selection")).json()

    async def published(self) -> dict:
        """Return the file that a stranger fetches."""
        return (await self.client.get(f"{self.path}/draw")).json()

    async def run_with_withdrawal(self, person: UUID, application: str) -> None:
        """Take every step; somebody withdraws after the list is frozen and before the draw."""
        await self.commit()
        await self.close()
        withdrawn = await self.withdraw(person, application)
        assert withdrawn.status_code == 200, withdrawn.text
        await self.approve(await self.preview())
        await self.announce()

    def himself(self, person: UUID) -> Applicant:
        """Return the login of a person."""
        headers = self.auth(Role.PARTICIPANT, participant_id=str(person))
        return Applicant(self.client, headers)

    async def withdraw(self, person: UUID, application: str):
        return await self.himself(person).post(
            f"/v1/participants/{person}/applications/{application}/withdraw",
            **self.at(self.after_close),
        )

    async def reasons(self, person: UUID, application: str, *, language: str = "en") -> dict:
        response = await self.client.get(
            f"/v1/participants/{person}/applications/{application}/reasons",
            headers={**self.himself(person).headers, "Accept-Language": language},
        )
        assert response.status_code == 200, response.text
        return response.json()

    async def state_criteria(self, weights: dict[str, int], *, missing: str = "ZERO") -> None:
        """State what the wave is scored by, on the day before applications open."""
        body = {
            "criteria": [
                {"code": code, "name": {"id": code, "en": code}, "weight": weight}
                for code, weight in weights.items()
            ],
            "missing": missing,
        }
        response = await self.client.put(
            f"{self.path}/selection-criteria",
            json=body,
            headers={
                **self.runner.headers,
                "If-Match": '"0"',
                **self.at(self.closes_at - timedelta(days=30)),
            },
        )
        assert response.status_code == 200, response.text

    async def score(
        self,
        person: UUID,
        application: str,
        criterion: str,
        points: int,
        *,
        read: int = 0,
        by: Applicant | None = None,
    ):
        """Score an application; `read` is the version that was read."""
        return await self.client.put(
            f"/v1/participants/{person}/applications/{application}/scores/{criterion}",
            json={"points": points, "evidence": "Lembar 17"},
            headers={**(by or self.staff("scorer")).headers, "If-Match": f'"{read}"'},
        )

    async def record_value(self, value: str, *, by: Applicant | None = None):
        return await (by or self.runner).post(
            f"{self.path}/selection/public-value",
            json={"value": value},
            **self.at(self.after_close),
        )

    async def quota(self, dimension: str, value: str, kind: str, seats: int) -> UUID:
        """Add a quota; one that keeps seats is released long after the announcement."""
        identifier = new_id()
        release = self.closes_at + timedelta(days=5) if kind == "AT_LEAST" else None
        await self.sql(
            "INSERT INTO enrollment.wave_quota"
            " (id, wave_id, dimension, value, kind, seats, release_at)"
            " VALUES (:id, :wave_id, :dimension, :value, :kind, :seats, :release_at)",
            id=identifier,
            wave_id=self.seats.wave_id,
            dimension=dimension,
            value=value,
            kind=kind,
            seats=seats,
            release_at=release,
        )
        return identifier
