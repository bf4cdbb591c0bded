"""One request, one transaction: a commit stands in one place, so no use case can be cut in two."""

import ast

from tests.architecture.sources import files, tree_of

COMMITS_IN = {"shared/db/session.py"}


def commits_in(tree: ast.AST) -> list[int]:
    """Return the lines on which something is told to commit."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("commit", "commit_prepared")
    ]


def test_commit_stands_only_in_the_session_module():
    found = {str(path) for path in files() if commits_in(tree_of(path))}

    assert found == COMMITS_IN


def test_a_planted_commit_is_found():
    planted = "async def close(session):\n    await session.commit()\n"

    assert commits_in(ast.parse(planted)) == [2]
