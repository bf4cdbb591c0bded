"""Bodies of programmes, waves, classes and people, and the way to send them."""

import itertools
from datetime import timedelta
from uuid import UUID

import httpx

from shared.clock import utc_now
from shared.ids import new_id

_numbers = itertools.count(1)

# Nobody's: the serial 0000 is never given out. The name is looked for in tables and logs.
NIK = "3373015704850000"
NAME = "Kanari Rahasia"
PHONE = "081200000017"
EMAIL = "kanari@rahasia.example"
BORN = "1985-04-17"


def program_body(**changes) -> dict:
    return {
        "code": f"KWU-{next(_numbers)}",
        "name": "DATA SINTETIS Kewirausahaan serentak",
        "owner_ministry": "MANPOWER",
        "co_ministry": "MSME",
        "entrant_kinds": ["MICRO", "SMALL", "PROSPECTIVE"],
        "default_capacity": 16,
        "default_reserve_capacity": 2,
        "synthetic": True,
        **changes,
    }


def wave_body(program_id: UUID | str, **changes) -> dict:
    now = utc_now().replace(microsecond=0)
    starts_on = (now + timedelta(days=30)).date()
    return {
        "program_id": str(program_id),
        "code": f"G{next(_numbers)}",
        "name": "DATA SINTETIS Gelombang",
        "opens_at": (now - timedelta(days=1)).isoformat(),
        "closes_at": (now + timedelta(days=10)).isoformat(),
        "start_rule": "SAME_LOCAL_TIME",
        "starts_local": f"{starts_on}T08:00:00",
        "synthetic": True,
        **changes,
    }


def class_body(wave: dict, facility_id: UUID | str, **changes) -> dict:
    return {
        "wave_id": wave["id"],
        "code": f"K-{next(_numbers):04d}",
        "label": "DATA SINTETIS Kelas",
        "facility_id": str(facility_id),
        "space_id": str(new_id()),
        "agreement_id": str(new_id()),
        "module_id": str(new_id()),
        "instructor_ids": [str(new_id()), str(new_id())],
        "starts_on": wave["starts_local"][:10],
        "synthetic": True,
        **changes,
    }


def person_body(**changes) -> dict:
    return {
        "nik": NIK,
        "name": NAME,
        "birth_date": BORN,
        "sex": "FEMALE",
        "phone": PHONE,
        "email": EMAIL,
        "home_area_code": "33.73.01",
        "legal_basis": "PUBLIC_TASK",
        "synthetic": True,
        **changes,
    }


def business_body(**changes) -> dict:
    return {
        "nib": "0000123456789",
        "kbli": "10710",
        "kbli_scheme": "2020",
        "founded_on": "2022-03-01",
        "capital_rupiah": 50_000_000,
        "annual_sales_rupiah": 200_000_000,
        **changes,
    }


class Desk:
    """Sends bodies in somebody's name, each under a key of its own unless one is given."""

    def __init__(self, client: httpx.AsyncClient, caller: dict[str, str]) -> None:
        self.client = client
        self.caller = caller

    async def post(self, path: str, body: object = None, *, key: str | None = None, **headers):
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        return await self.client.post(
            path,
            headers={**self.caller, "Idempotency-Key": key or str(new_id()), **headers},
            **content,
        )

    async def get(self, path: str, **params):
        return await self.client.get(path, params=params or None, headers=self.caller)

    async def made(self, path: str, body: dict, **headers) -> dict:
        """Return what a POST made."""
        response = await self.post(path, body, **headers)
        assert response.status_code == 201, response.text
        return response.json()

    async def wave(self, **changes) -> dict:
        """Return a new wave of a new programme."""
        program = await self.made("/v1/programs", program_body())
        return await self.made("/v1/waves", wave_body(program["id"], **changes))
