"""A small country and what stands in it, made through the public face."""

import json
from datetime import date
from itertools import count

import httpx
from sqlalchemy import Select, func, select

from services.registry.base import Base, Event
from shared.ids import new_id
from shared.schemas.registry import Topic
from shared.scope import Role

SINCE = date(2020, 1, 1)
AREAS = {
    "32": "Jawa Barat",
    "32.73": "Kota Bandung",
    "32.73.01": "Sukasari",
    "33": "Jawa Tengah",
    "33.73": "Kota Salatiga",
    "33.73.04": "Sidomukti",
    "33.73.04.1001": "Kalicacing",
    "33.74": "Kota Semarang",
    "73": "Sulawesi Selatan",
    "73.71": "Kota Makassar",
    "91": "Papua",
    "91.71": "Kota Jayapura",
}

_numbers = count(1)


class World:
    """Calls the registry as somebody, by default as a national administrator."""

    def __init__(self, registry: httpx.AsyncClient, auth) -> None:
        self.registry = registry
        self.auth = auth
        self.admin = auth(Role.NATIONAL_ADMIN)

    def officer(self, area: str, *ministries: str) -> dict[str, str]:
        return self.auth(Role.REGIONAL_OFFICER, areas=[area], ministries=list(ministries))

    async def post(self, path: str, json=None, *, by=None, key: str | None = None, **more):
        headers = {**(by or self.admin), "Idempotency-Key": key or new_id().hex}
        headers |= more.pop("headers", {})
        return await self.registry.post(f"/v1{path}", json=json, headers=headers, **more)

    async def patch(self, path: str, change, *, by=None, headers=None):
        everything = {**(by or self.admin), **(headers or {})}
        everything["Content-Type"] = "application/merge-patch+json"
        return await self.registry.patch(
            f"/v1{path}", content=json.dumps(change), headers=everything
        )

    async def get(self, path: str, *, by=None, headers=None, **parameters):
        everything = {**(by or self.admin), **(headers or {})}
        return await self.registry.get(f"/v1{path}", params=parameters, headers=everything)

    async def made(self, path: str, json) -> dict:
        response = await self.post(path, json)
        assert response.status_code == 201, response.text
        return response.json()

    async def facility(self, **facts) -> dict:
        return await self.made("/facilities", facility_body(**facts))

    async def space(self, facility_id: str, **facts) -> dict:
        body = {"name": f"Ruang {next(_numbers)}", "capacity": 20, **facts}
        return await self.made(f"/facilities/{facility_id}/spaces", body)

    async def module(self, **facts) -> dict:
        return await self.made("/modules", module_body(**facts))

    async def instructor(self, facility_id: str, **facts) -> dict:
        return await self.made("/instructors", instructor_body(facility_id, **facts))

    async def agreement(self, **facts) -> dict:
        return await self.made("/agreements", agreement_body(**facts))


def facility_body(**facts) -> dict:
    return {
        "code": f"BLK-{next(_numbers):04d}",
        "name": "Balai Latihan Melati",
        "kind": "UPTD",
        "owner_ministry": "MANPOWER",
        "area_code": "33.73.04",
        "status": "ACTIVE",
        "synthetic": True,
        **facts,
    }


def institution_body(**facts) -> dict:
    return {
        "code": f"LBG-{next(_numbers):04d}",
        "name": "Lembaga Melati",
        "kind": "FOUNDATION",
        "area_code": "33.73",
        **facts,
    }


def module_body(**facts) -> dict:
    return {
        "code": f"MOD-{next(_numbers):04d}",
        "version": "1",
        "title": "Dasar kewirausahaan",
        "owner_ministry": "MSME",
        "hours": 40,
        **facts,
    }


def instructor_body(facility_id: str, **facts) -> dict:
    return {
        "code": f"INS-{next(_numbers):04d}",
        "name": "Sri Melati",
        "home_facility_id": facility_id,
        "competences": ["BAKERY"],
        **facts,
    }


def certificate_body(**facts) -> dict:
    return {
        "scheme": "Pembuat roti",
        "number": f"SINTETIS-{next(_numbers):04d}",
        "issuer": "LSP Contoh",
        "competences": ["BAKERY"],
        "valid_from": "2024-01-15",
        **facts,
    }


def agreement_body(**facts) -> dict:
    return {
        "kind": "MOU",
        "number": f"MoU-{next(_numbers)}/2025",
        "title": "Nota kesepahaman",
        "parties": [{"ministry": "MANPOWER"}, {"ministry": "MSME"}],
        "signed_on": "2025-03-25",
        "valid_from": "2025-03-25",
        **facts,
    }


def rows_of(table: type[Base]) -> Select[int]:
    """Count the rows of a table; of the log but those by which the worker tells figures."""
    counted = select(func.count()).select_from(table)
    told = (Topic.STANDING_MOVED, Topic.HOURS_MOVED)
    return counted.where(Event.topic.not_in(told)) if table is Event else counted
