"""Requests made of the OpenAPI: who calls, which operation, with what."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI

from deploy.commands.openapi import application_of
from shared.scope import PERMISSIONS, Grant, Permission, Role
from shared.web.routes import stated_permissions
from tests.registry.matrix.declared import Shown
from tests.registry.matrix.places import Place, day, moment
from tests.support.keys import Keys

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"

# Query parameters that must be given, and path parameters that are the same everywhere.
EVERYWHERE: dict[str, Any] = {
    "people": 5,
    "from": day(10),
    "to": day(25),
    "starts": "08:00",
    "ends": "10:00",
    "by": "space",
    "month": day(20)[:7],
    "mode": "commit",
    "collection_id": "facilities",
    "referral_id": str(uuid4()),
}
# Of several parameters one must be given, which the OpenAPI cannot say.
ONE_OF = {"list_utilisation": "month"}
MOMENTS = {"from": moment(1, 0), "to": moment(60, 0)}
# The days of examples that are refused once they have passed.
AHEAD = {"due_on": day(30), "expires_at": moment(30, 0), "valid_to": day(60)}


@dataclass(frozen=True)
class Operation:
    """One operation of the OpenAPI, with the permission that its route states."""

    id: str
    method: str
    path: str
    permission: str
    query: Mapping[str, Mapping[str, Any]]
    body: tuple[str, Any] | None
    answer: str

    @property
    def paged(self) -> bool:
        return self.answer.startswith("Page_")

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)

    def address(self, place: Place) -> str:
        """Return the path of what stands in a place."""
        return self.path.format_map({**EVERYWHERE, **place.values})

    def longest(self) -> dict[str, int]:
        """Return what makes a page as long as it may be."""
        if "limit" not in self.query:
            return {}
        return {"limit": self.query["limit"]["schema"].get("maximum", 200)}

    def needed(self) -> dict[str, Any]:
        """Return the query parameters without which there is no answer."""
        return {
            name: (MOMENTS if each["schema"].get("format") == "date-time" else EVERYWHERE)[name]
            for name, each in self.query.items()
            if each.get("required") or name in ("mode", ONE_OF.get(self.id))
        }


def operations(app: FastAPI) -> list[Operation]:
    """Return every operation of an application."""
    stated = {(method, path): asked for method, path, asked in stated_permissions(app)}
    document = app.openapi()
    schemas = document["components"]["schemas"]
    return [
        Operation(
            id=operation["operationId"],
            method=method.upper(),
            path=path,
            permission=stated[method.upper(), path],
            query={
                each["name"]: {**each, "schema": _resolved(each["schema"], schemas)}
                for each in operation.get("parameters", ())
                if each["in"] == "query"
            },
            body=_body(operation),
            answer=_answer(operation),
        )
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


@cache
def registry_operations() -> list[Operation]:
    """Return every operation of the registry."""
    return operations(application_of("registry"))


def _resolved(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    return schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _body(operation: Mapping[str, Any]) -> tuple[str, Any] | None:
    if "requestBody" not in operation:
        return None
    kind, content = next(iter(operation["requestBody"]["content"].items()))
    return kind, next(iter(content["schema"].get("examples", ())), None)


def _answer(operation: Mapping[str, Any]) -> str:
    content = operation["responses"].get("200", {}).get("content", {})
    return content.get(JSON, {}).get("schema", {}).get("$ref", "").rpartition("/")[2]


@dataclass(frozen=True)
class Caller:
    """Somebody who calls; `reach` tells the places of which he sees what is `Shown`."""

    name: str
    role: Role | None
    within: str = ""
    of_ministry: str = ""
    own: str = ""

    def may(self, permission: str) -> bool:
        return self.role is not None and Permission(permission) in PERMISSIONS[self.role]

    def sees(self, shown: Shown) -> str:
        return {
            Shown.WITHIN: self.within,
            Shown.OF_MINISTRY: self.of_ministry,
            Shown.OWN: self.own,
        }.get(shown, "ABC")


READERS = [
    Caller("officer-33", Role.REGIONAL_OFFICER, within="AC", own="A"),
    Caller("officer-91", Role.REGIONAL_OFFICER, within="B", own="B"),
    Caller("operator", Role.FACILITY_OPERATOR, within="A"),
    Caller("msme", Role.PROGRAM_MANAGER, within="BC", of_ministry="BC", own="C"),
    Caller("auditor", Role.AUDITOR, within="ABC", of_ministry="ABC", own="ABC"),
    Caller("service", Role.SERVICE, within="ABC", of_ministry="ABC", own="ABC"),
    Caller("analyst", Role.ANALYST),
    Caller("participant", Role.PARTICIPANT),
    Caller("known", None),
    Caller("nobody", None),
]


def headers_of(name: str, places: Mapping[str, Place], keys: Keys) -> dict[str, str]:
    """Return what somebody sends to say who he is."""
    if name == "nobody":
        return {}
    if name == "known":
        return {"Authorization": f"Bearer {keys.login('known-without-grants')}"}
    grants: dict[str, Callable[[], Grant]] = {
        "officer-33": lambda: Grant(Role.REGIONAL_OFFICER, areas=("33",)),
        "officer-91": lambda: Grant(Role.REGIONAL_OFFICER, areas=("91",)),
        "operator": lambda: Grant(Role.FACILITY_OPERATOR, facilities=places["A"].facilities),
        "msme": lambda: Grant(Role.PROGRAM_MANAGER, ministries=("MSME",)),
        "msme-91": lambda: Grant(Role.PROGRAM_MANAGER, ministries=("MSME",), areas=("91",)),
        "auditor": lambda: Grant(Role.AUDITOR),
        "service": lambda: Grant(Role.SERVICE),
        "analyst": lambda: Grant(Role.ANALYST),
        "participant": lambda: Grant(Role.PARTICIPANT, participant_id=uuid4()),
        "admin": lambda: Grant(Role.NATIONAL_ADMIN),
    }
    return {"Authorization": f"Bearer {keys.token_of(grants[name](), subject=name)}"}


_NAMED = re.compile(r"(_id|_ids|_code|_codes|ministry)$")
_ALSO_NAMED = {"area", "areas", "facilities", "from_codes", "parties"}
# Files that bring a row into a place, by the last part of the path.
FILES = {
    "area-imports": "code,name\n{regency_code},Kota Baru",
    "facility-imports": "code,name,kind,owner_ministry,area_code\n"
    "BARU-1,Balai Baru,BLKK,{ministry},{area_code}",
    "facilities": "code;name;kind;owner_ministry;area_code\n"
    "BARU-2;Balai Baru;BLKK;{ministry};{area_code}",
    "spaces": "facility_code;name;capacity\n{facility_code};Ruang Baru;10",
    "institutions": "code;name;kind;area_code\nBARU-1;Yayasan Baru;FOUNDATION;{area_code}",
    "instructors": "code;name;home_facility_code\nBARU-1;Orang Baru;{facility_code}",
    "agreements": "number;kind;title;ministries;signed_on;valid_from;facility_codes\n"
    "BARU-1;MOU;Naskah;{ministry}|MARINE;2025-03-25;2025-03-25;{facility_code}",
}


def body_of(operation: Operation, place: Place) -> bytes:
    """Return the example of the OpenAPI with the identifiers of a place, or a file of one row."""
    kind, example = operation.body or ("", None)
    if kind == "text/csv":
        return FILES[operation.path.rpartition("/")[2]].format_map(place.values).encode()
    if example is None:
        return b""
    fresh = {name: value for name, value in example.items() if name != "id"}
    return json.dumps(patched(fresh, place)).encode()


def patched(example: Any, place: Place) -> Any:
    """Return `example` with the identifiers of a place, and days that lie ahead of today."""
    if isinstance(example, list):
        return [patched(each, place) for each in example]
    if not isinstance(example, dict):
        return example
    named = {
        name: place.values[name]
        for name in example
        if name in place.values and (_NAMED.search(name) or name in _ALSO_NAMED)
    }
    return {
        name: named[name] if name in named else AHEAD.get(name) or patched(value, place)
        for name, value in example.items()
    }


async def send(
    client: httpx.AsyncClient, operation: Operation, place: Place, headers: Mapping[str, str]
) -> httpx.Response:
    """Send a change of what stands in a place, with the example of the OpenAPI as its body."""
    sent = {**headers, "Idempotency-Key": uuid4().hex, "If-Match": "*"}
    if operation.body is not None:
        sent["Content-Type"] = operation.body[0]
    return await client.request(
        operation.method,
        operation.address(place),
        params=operation.needed(),
        content=body_of(operation, place),
        headers=sent,
    )
