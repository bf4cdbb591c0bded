"""The published face of each service is committed, and is what the code says."""

import json
import re

import pytest

from deploy.commands import openapi
from tests.architecture.sources import ROOT


@pytest.mark.parametrize("service", openapi.targets())
def test_the_committed_face_is_what_the_code_says(service: str):
    assert openapi.path_of(service).read_text() == openapi.face_of(service), "run `balai openapi`"


@pytest.mark.parametrize("service", openapi.targets())
def test_every_operation_has_a_name_of_its_own_and_a_summary(service: str):
    face = json.loads(openapi.path_of(service).read_text())
    operations = [operation for path in face["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]

    assert len(names) == len(set(names)) > 5
    assert [
        name for name, each in zip(names, operations, strict=True) if not each.get("summary")
    ] == []


@pytest.mark.parametrize("service", openapi.targets())
def test_every_reference_leads_somewhere(service: str):
    text = openapi.face_of(service)
    components = json.loads(text)["components"]
    named = set(re.findall(r'"#/components/([^/"]+)/([^/"]+)"', text))

    assert {(kind, name) for kind, name in named if name not in components.get(kind, {})} == set()


def test_every_example_has_the_members_that_its_schema_requires():
    schemas = [
        (name, each)
        for service in openapi.targets()
        for name, each in json.loads(openapi.face_of(service))["components"]["schemas"].items()
        if "example" in each
    ]

    assert schemas
    assert {
        name: missing
        for name, each in schemas
        if (missing := set(each.get("required", ())) - set(each["example"]))
    } == {}


def test_a_change_of_the_face_is_noticed(tmp_path, monkeypatch):
    for service in openapi.targets():
        (tmp_path / "services" / service).mkdir(parents=True)
        committed = (ROOT / "services" / service / "openapi.json").read_text()
        (tmp_path / "services" / service / "openapi.json").write_text(committed)
    monkeypatch.setattr(openapi, "_ROOT", tmp_path)
    changed = tmp_path / "services/registry/openapi.json"
    changed.write_text(changed.read_text().replace("/v1/areas", "/v1/regions"))

    assert openapi.run(check=True) == 1
    assert not openapi.is_current("registry")
    assert openapi.run(check=False) == 0
    assert openapi.run(check=True) == 0


def shapeless_arrays(node: object) -> list[dict]:
    """Return the schemas of arrays that do not say of what they are."""
    if isinstance(node, list):
        return [found for each in node for found in shapeless_arrays(each)]
    if not isinstance(node, dict):
        return []
    here = [node] if node.get("type") == "array" and "items" not in node else []
    return here + [found for each in node.values() for found in shapeless_arrays(each)]


@pytest.mark.parametrize("service", openapi.targets())
def test_every_array_says_of_what(service: str):
    assert shapeless_arrays(json.loads(openapi.face_of(service))) == []
    assert shapeless_arrays({"a": [{"type": "array", "prefixItems": []}]}) != []
