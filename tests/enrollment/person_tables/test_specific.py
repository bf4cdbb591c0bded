"""Specific data are read by a permission of their own, which whoever registers minors has."""

import json
from pathlib import Path

import pytest

from shared.scope import PERMISSIONS, Permission, Role

# Routes that tell needs, guardians or what was kept of an identity; a new one is listed here.
SPECIFIC = ("accommodation-needs", "guardians")
_FACE = json.loads(Path("services/enrollment/openapi.json").read_text())


def operations() -> list[tuple[str, str, dict]]:
    return [
        (path, verb, operation)
        for path, members in sorted(_FACE["paths"].items())
        for verb, operation in sorted(members.items())
        if isinstance(operation, dict) and "operationId" in operation
    ]


class TestSpecificData:
    def test_stand_behind_their_own_permission(self):
        specific = [each for each in operations() if any(part in each[0] for part in SPECIFIC)]

        assert len(specific) >= 7
        for path, verb, operation in specific:
            allowed = {"participants:specific"}
            allowed |= set() if verb == "get" else {"participants:write"}
            assert set(operation["x-permissions"]) <= allowed, (path, verb)

    @pytest.mark.parametrize("role", sorted(Role))
    def test_are_open_to_few_roles(self, role):
        entrusted = {
            Role.NATIONAL_ADMIN,
            # Offices register minors, and whoever appoints them may do no less.
            Role.PROGRAM_MANAGER,
            Role.REGIONAL_OFFICER,
            Role.FACILITY_OPERATOR,
            Role.PARTICIPANT,
        }

        assert (Permission.PARTICIPANTS_SPECIFIC in PERMISSIONS[role]) == (role in entrusted)
        incomes = {Role.NATIONAL_ADMIN, Role.PROGRAM_MANAGER, Role.PARTICIPANT}
        assert (Permission.FOLLOWUPS_INCOME in PERMISSIONS[role]) == (role in incomes)

    def test_are_in_no_list_of_people(self):
        schemas = _FACE["components"]["schemas"]
        told = {"kind", "note", "relation"}
        for name in ("ParticipantRead", "ParticipantFound", "ParticipantReceipt"):
            assert not told & set(schemas[name]["properties"]), name
