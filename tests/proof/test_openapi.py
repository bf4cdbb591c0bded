"""The published faces, as two validators that the field uses see them."""

import json
import os

import pytest

from deploy.commands.openapi import path_of
from tests.proof.conftest import HERE, TOOLS

SERVICES = ["registry", "enrollment", "reporting"]
QUIET = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def spectral(stranger, path):
    return stranger(
        TOOLS / "spectral", "lint", path, "--ruleset", HERE / "spectral.yaml",
        "--fail-severity", "warn",
    )  # fmt: skip


def redocly(stranger, path) -> dict:
    said = stranger(
        TOOLS / "redocly", "lint", path, "--extends", "recommended", "--format", "json",
        environment=QUIET,
    )  # fmt: skip
    return json.loads(said[said.index("{") : said.rindex("}") + 1])["totals"]


@pytest.mark.parametrize("service", SERVICES)
class TestPublishedFace:
    def test_passes_spectral_without_a_warning(self, stranger, service):
        assert "No results" in spectral(stranger, path_of(service))

    def test_passes_redocly_without_a_warning(self, stranger, service):
        assert redocly(stranger, path_of(service)) == {"errors": 0, "warnings": 0, "ignored": 0}


def test_a_planted_mistake_is_found(stranger, tmp_path):
    face = json.loads(path_of("registry").read_text())
    operation = face["paths"]["/v1/facilities"]["get"]
    operation["parameters"] = [{"name": "nowhere"}]
    planted = tmp_path / "planted.json"
    planted.write_text(json.dumps(face))

    for judge in (spectral, redocly):
        with pytest.raises(AssertionError):
            judge(stranger, planted)
