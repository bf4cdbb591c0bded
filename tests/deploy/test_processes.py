"""The map names processes that are there, on ports that differ."""

from importlib.util import find_spec

import pytest

from deploy.processes import PROCESSES, SERVICES, Kind, port_of


def test_every_port_is_given_once():
    ports = [row.port for row in PROCESSES if row.port is not None]

    assert sorted(ports) == list(range(len(ports)))


def test_every_service_has_its_processes():
    for kind in (Kind.HTTP, Kind.WORKER):
        assert {row.service for row in PROCESSES if row.kind is kind} == set(SERVICES)


@pytest.mark.parametrize("target", [row.target for row in PROCESSES if row.target])
def test_every_target_is_a_module(target: str):
    assert find_spec(target.partition(":")[0]) is not None


def test_a_process_without_a_port_has_none_to_name():
    assert port_of("postgres", base=8080) == 8084
    with pytest.raises(ValueError, match="listens on no port"):
        port_of("registry-worker", base=8080)
