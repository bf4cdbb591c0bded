"""Every import contract breaks when a wrong import is planted: one that cannot fail is none."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, ROOT

FEATURE = "services/registry/facilities"

# Contract: where the wrong import is planted, and what it is. An empty import means that the
# file's name alone is wrong.
PLANTED = {
    "deploy sits on services sits on shared": ("shared/clock.py", "import services.registry.base"),
    "services never import one another": (
        "services/enrollment/participants/rules.py",
        "import services.registry.facilities.rules",
    ),
    "inside a feature: api|jobs|consumers > operations > queries > tables|schemas > rules": (
        f"{FEATURE}/utils.py",
        "",
    ),
    "rules and wire schemas are pure": (f"{FEATURE}/rules.py", "import shared.db.session"),
    "only the HTTP face knows FastAPI": (f"{FEATURE}/operations.py", "import shared.web.session"),
    "only the face and the edges know the queue and the HTTP client": (
        f"{FEATURE}/operations.py",
        "import shared.http.client",
    ),
    "settings are passed, never imported": (
        f"{FEATURE}/api.py",
        "import services.registry.settings",
    ),
    "inside shared": ("shared/utils.py", ""),
    "features of one service form no cycle": (
        f"{FEATURE}/queries.py",
        "import services.registry.main",
    ),
    "below the edges nobody reads the clock": (f"{FEATURE}/operations.py", "import shared.clock"),
    "the audit knows tables, not the services that write them": (
        "deploy/audit/checks.py",
        "import services.registry.base",
    ),
    "the pilot knows the public API only": ("deploy/pilot/rush.py", "import asyncpg"),
}


def contracts() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {contract["name"] for contract in project["tool"]["importlinter"]["contracts"]}


def broken_contracts(root: Path) -> set[str]:
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts:" in run.stdout, run.stdout + run.stderr
    return {
        line.removesuffix("BROKEN").strip()
        for line in run.stdout.splitlines()
        if line.endswith("BROKEN")
    }


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__", "*.csv", "*.json", "*.md")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_has_a_planted_violation():
    assert contracts() == set(PLANTED)


def test_no_contract_is_broken(copy: Path):
    assert broken_contracts(copy) == set()


@pytest.mark.parametrize("contract", PLANTED)
def test_contract_breaks_on_its_planted_violation(contract: str, copy: Path):
    path, line = PLANTED[contract]
    with (copy / path).open("a") as file:
        file.write(f"\n{line}\n")

    assert contract in broken_contracts(copy)
