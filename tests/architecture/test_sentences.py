"""What a validator of a body refuses, it says in both languages: other messages are not told."""

import ast

from tests.architecture.sources import files, tree_of


def speechless_in(tree: ast.AST) -> list[int]:
    """Return the lines on which a ValueError is raised with anything but a Text."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and ast.unparse(node.exc.func) == "ValueError"
        and not any(ast.unparse(said).startswith("Text(") for said in node.exc.args)
    ]


def test_every_refusal_of_a_body_is_a_sentence_in_both_languages():
    schemas = [path for path in files("services", "shared") if path.name == "schemas.py"]

    assert len(schemas) > 40
    assert {str(path): found for path in schemas if (found := speechless_in(tree_of(path)))} == {}


def test_a_planted_refusal_in_one_language_is_found():
    planted = 'def check(name):\n    raise ValueError(f"{name} cannot be null")\n'

    assert speechless_in(ast.parse(planted)) == [2]
