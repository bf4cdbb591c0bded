"""`shared` is shared: what one service alone uses belongs to that service."""

import grimp
import pytest

SERVICES = ("registry", "enrollment", "reporting")

# Programs, started by name and imported by nobody.
STARTED = {"shared.web.serve"}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("deploy", "services", "shared")


def users_of(graph: grimp.ImportGraph, module: str) -> set[str]:
    """Return who reaches a module: services by name, and the tools of `deploy` as one."""
    reached = graph.find_downstream_modules(module)
    users = {name.split(".")[1] for name in reached if name.startswith("services.")}
    users |= {"deploy" for name in reached if name.startswith("deploy.")}
    return users


def test_every_module_of_shared_is_reached_by_two(graph: grimp.ImportGraph):
    packages = {name for name in graph.modules if graph.find_children(name)}
    modules = graph.find_descendants("shared") - STARTED - packages
    lonely = {name: users_of(graph, name) for name in modules if len(users_of(graph, name)) < 2}

    assert len(modules) > 30, "the graph is too small: this test would pass for nothing"
    assert lonely == {}


def test_a_planted_private_module_is_found(graph: grimp.ImportGraph):
    graph.add_module("shared.planted")
    graph.add_import(importer="services.registry.base", imported="shared.planted")

    assert users_of(graph, "shared.planted") <= {"registry", "deploy"}
