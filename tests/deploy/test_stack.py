"""Ports are looked at before anything is started."""

import socket

import pytest

from deploy.embedded.stack import Plan, open_ports
from deploy.problems import CommandError
from deploy.processes import PROCESSES, SERVICES, Kind, port_of


@pytest.fixture
def base() -> int:
    """Return the first of six ports that are free at the moment."""
    for candidate in range(21_000, 30_000, 10):
        try:
            taken = [socket.create_server(("127.0.0.1", candidate + n)) for n in range(6)]
        except OSError:
            continue
        for each in taken:
            each.close()
        return candidate
    raise AssertionError("no six free ports")


class TestOpenPorts:
    def test_opens_what_is_inherited_and_only_tries_the_others(self, base):
        sockets = open_ports(PROCESSES, base=base)

        assert set(sockets) == set(SERVICES)
        for name, listening in sockets.items():
            assert listening.getsockname() == ("127.0.0.1", port_of(name, base=base))
            listening.close()
        with socket.create_server(("127.0.0.1", port_of("postgres", base=base))):
            pass

    def test_names_every_port_that_is_in_use_and_the_variable(self, base):
        with (
            socket.create_server(("127.0.0.1", base)),
            socket.create_server(("127.0.0.1", base + 4)),
            pytest.raises(
                CommandError, match=rf"{base + 4} \(postgres\), {base} \(caddy\)"
            ) as told,
        ):
            open_ports(PROCESSES, base=base)

        assert "BALAI_PORT_BASE" in str(told.value)
        with socket.create_server(("127.0.0.1", base + 1)):
            pass


class TestPlan:
    def test_leaves_out_servers_that_come_from_outside(self, home, terminal):
        outside = {f"{name.upper()}_DATABASE_URL": "x" for name in SERVICES}

        kinds = [row.kind for row in Plan(home, 8080, None, outside, terminal).rows]

        assert Kind.POSTGRES not in kinds
        assert kinds.count(Kind.VALKEY) == 1
        assert kinds.count(Kind.WORKER) == 3
