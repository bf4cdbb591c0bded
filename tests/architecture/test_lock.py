"""The lock names packages, versions and hashes, and no place to get them from."""

import json
import re
import tomllib

from tests.architecture.sources import ROOT

HOST = re.compile(r"://|--(?:extra-)?index-url|--find-links|--trusted-host| @ |\bfile:")
PINNED = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==\S+", re.MULTILINE)
NAME = re.compile(r"^[A-Za-z0-9._-]+")


def hosts_in(lock: str) -> list[str]:
    return [line for line in lock.splitlines() if HOST.search(line)]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_names_no_host():
    assert hosts_in((ROOT / "requirements.lock").read_text()) == []


def test_the_lock_of_the_proof_names_no_host():
    lock = json.loads((ROOT / "tests/proof/package-lock.json").read_text())
    wanted = json.loads((ROOT / "tests/proof/package.json").read_text())["devDependencies"]
    packages = {name: each for name, each in lock["packages"].items() if name}

    assert hosts_in(json.dumps(lock, indent=1)) == []
    assert [name for name, each in packages.items() if "integrity" not in each] == []
    assert {f"node_modules/{name}" for name in wanted} <= set(packages)


def test_a_planted_host_is_found():
    for line in ("--index-url https://example.org/simple", "x @ file:///tmp/x.whl"):
        assert hosts_in(f"a==1 \\\n{line}\n") == [line]


def test_pins_and_hashes_everything_that_the_project_names():
    lock = (ROOT / "requirements.lock").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
        *project["build-system"]["requires"],
    ]
    pinned = {normal(name) for name in PINNED.findall(lock)}
    blocks = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)

    assert {normal(NAME.match(each)[0]) for each in wanted} <= pinned
    assert [block for block in blocks if "==" in block and "--hash=sha256:" not in block] == []
