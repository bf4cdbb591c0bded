import json
import re

import pytest

from shared.errors import ConflictError, NotFoundError
from shared.web.openapi import problems
from tests.shared.web.conftest import app_of
from tests.shared.web.things import ThingFullError

PROBLEM = "application/problem+json"


@pytest.fixture
def face(things_settings) -> dict:
    return app_of(things_settings()).openapi()


def codes(operation: dict, status: str) -> set[str]:
    return set(operation["responses"][status]["content"][PROBLEM]["examples"])


def references(node: object) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(child) for child in node.values()))
    if isinstance(node, list):
        return set().union(*(references(child) for child in node))
    return set()


class TestProblems:
    def test_groups_errors_by_status(self):
        responses = problems(ConflictError, ThingFullError, NotFoundError)

        assert set(responses) == {404, 409}
        examples = responses[409]["content"][PROBLEM]["examples"]
        assert set(examples) == {"conflict", "thing-full"}


class TestOpenapi:
    def test_says_who_we_are(self, face):
        assert face["openapi"].startswith("3.1")
        assert face["info"]["contact"]["name"]
        assert face["info"]["license"]["identifier"] == "Apache-2.0"
        assert face["servers"][0]["url"] == "/kernel"

    def test_names_operations_by_their_functions(self, face):
        assert face["paths"]["/v1/things"]["get"]["operationId"] == "list_things"

    def test_describes_every_tag(self, face):
        assert {tag["name"] for tag in face["tags"]} == {"things", "jobs", "events"}
        assert all(tag["description"] for tag in face["tags"])

    def test_tells_nothing_of_fastapi_s_own_errors(self, face):
        assert "HTTPValidationError" not in json.dumps(face)
        validation = face["paths"]["/v1/things"]["post"]["responses"]["422"]
        assert set(validation["content"]) == {PROBLEM}

    def test_names_every_error_of_an_operation(self, face):
        operation = face["paths"]["/v1/things"]["post"]

        assert codes(operation, "400") == {"unknown-parameter", "idempotency-key-missing"}
        assert codes(operation, "401") == {"unauthorized", "token-invalid"}
        assert codes(operation, "403") == {"forbidden"}
        assert codes(operation, "409") == {"thing-full", "idempotency-key-in-flight"}
        assert codes(operation, "422") == {"validation-failed", "idempotency-key-reused"}
        assert codes(operation, "500") == {"internal"}
        assert codes(operation, "503") == {"database-unavailable", "storage-full"}

    def test_names_the_errors_of_a_precondition(self, face):
        operation = face["paths"]["/v1/things/one/{version}"]["patch"]

        assert codes(operation, "428") == {"precondition-required"}
        assert codes(operation, "412") == {"stale"}
        assert {"If-Match": True}.items() <= {
            each["name"]: each["required"] for each in operation["parameters"]
        }.items()

    def test_requires_the_key(self, face):
        parameters = face["paths"]["/v1/things"]["post"]["parameters"]

        assert [each["required"] for each in parameters] == [True]

    def test_states_the_permissions_beside_the_scheme(self, face):
        write = face["paths"]["/v1/things"]["post"]
        read = face["paths"]["/v1/things"]["get"]
        lean = face["paths"]["/v1/things/{thing_id}/lean"]["post"]

        assert write["security"] == lean["security"] == [{"bearer": []}]
        assert write["x-permissions"] == ["facilities:write"]
        assert lean["x-permissions"] == ["enrollments:write"]
        assert read["security"] == [{}, {"bearer": []}]
        assert "x-permissions" not in read

    def test_declares_a_lean_route_like_any_other(self, face):
        operation = face["paths"]["/v1/things/{thing_id}/lean"]["post"]

        assert [each["name"] for each in operation["parameters"]] == ["thing_id", "Idempotency-Key"]
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        assert set(schema["properties"]) == {"name", "count", "nik"}
        assert "thing-full" in codes(operation, "409")
        assert "validation-failed" in codes(operation, "422")

    def test_leaves_out_what_the_code_raises_from_descriptions(self, face):
        assert face["paths"]["/v1/things"]["post"]["description"] == "Make a thing."

    def test_has_a_target_for_every_reference(self, face):
        components = face["components"]

        for reference in references(face):
            _, _, kind, name = reference.split("/")
            assert name in components[kind]

    def test_hides_what_watches_the_service(self, face):
        assert not [path for path in face["paths"] if not path.startswith("/v1/")]

    async def test_is_served_and_shown(self, bare):
        served = (await bare.get("/openapi.json")).json()
        page = await bare.get("/docs")

        assert served["info"]["title"] == "Things"
        assert "/kernel/openapi.json" in page.text

    async def test_shows_it_without_asking_anybody_else(self, bare):
        page = (await bare.get("/docs")).text
        addresses = re.findall(r'(?:src|href)="([^"]+)"', page)

        assert len(addresses) == 3
        for address in addresses:
            assert address.startswith("/kernel/docs/")
            assert (await bare.get(address.removeprefix("/kernel"))).status_code == 200

    async def test_serves_no_other_file(self, bare):
        assert (await bare.get("/docs/__init__.py")).status_code == 422
