"""The scope that admits every row is set in few places, and they are listed here."""

import ast

from tests.architecture.sources import files, tree_of

# Whoever adds a line says why rows of every region may be touched there.
SETS_SYSTEM = {
    "services/enrollment/enrollments/desk.py": "every claim was authorised before it is queued",
    "shared/jobs/context.py": "a job was authorised when it was added",
    "shared/jobs/reader.py": "a feed is folded whole",
    "shared/scope.py": "the definition",
}


def system_in(tree: ast.AST) -> list[int]:
    """Return the lines that name the system scope or make one."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id == "SYSTEM")
        or (isinstance(node, ast.Attribute) and node.attr == "SYSTEM")
        or (isinstance(node, ast.keyword) and node.arg == "system")
    ]


def test_the_system_scope_is_set_only_where_it_is_listed():
    found = {str(path) for path in files() if system_in(tree_of(path))}

    assert found == set(SETS_SYSTEM)


def test_a_planted_use_is_found():
    planted = (
        "from shared import scope\nrows(scope.SYSTEM)\nrows(SYSTEM)\nrows(Scope(system=True))\n"
    )

    assert system_in(ast.parse(planted)) == [2, 3, 4]
