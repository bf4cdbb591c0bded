"""A size budget: the harm sits in the tail, so the tail is cut."""

import ast
from pathlib import Path

from tests.architecture.sources import files, text_of, tree_of

MODULE_LINES = 350
FUNCTION_LINES = 40
# The kernel does for three services what each would write again: transactions, events, keys, jobs,
# tokens, problems. It grows with the third use of a thing, never with the first. What the services
# say to one another is counted apart: it is no mechanism, and grows with every event.
KERNEL_LINES = 5_250
WORDS_LINES = 2_500

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = ast.Module | ast.ClassDef | Function


def lines_of(node: ast.AST) -> set[int]:
    return set(range(node.lineno, (node.end_lineno or node.lineno) + 1))


def docstring_lines(tree: ast.AST) -> set[int]:
    lines = set()
    for node in ast.walk(tree):
        if isinstance(node, Documented) and ast.get_docstring(node, clean=False) is not None:
            lines |= lines_of(node.body[0])
    return lines


def code_lines(text: str, within: set[int] | None = None) -> int:
    """Count the lines that are neither blank nor comment nor docstring."""
    left_out = docstring_lines(ast.parse(text))
    return sum(
        1
        for number, line in enumerate(text.splitlines(), start=1)
        if number not in left_out
        and (within is None or number in within)
        and line.strip()
        and not line.strip().startswith("#")
    )


def body_lines(text: str, function: Function) -> int:
    """Count a function's lines of code below its signature, without functions inside it."""
    lines = set().union(*(lines_of(statement) for statement in function.body))
    for node in ast.walk(function):
        if node is not function and isinstance(node, Function):
            lines -= lines_of(node)
    return code_lines(text, lines)


def long_functions(path: Path) -> dict[str, int]:
    functions = [node for node in ast.walk(tree_of(path)) if isinstance(node, Function)]
    sizes = {f"{path}:{each.name}": body_lines(text_of(path), each) for each in functions}
    return {name: size for name, size in sizes.items() if size > FUNCTION_LINES}


def test_no_module_is_over_its_budget():
    sizes = {str(path): code_lines(text_of(path)) for path in files()}

    assert {name: size for name, size in sizes.items() if size > MODULE_LINES} == {}


def test_no_function_is_over_its_budget():
    over = {}
    for path in files():
        over |= long_functions(path)

    assert over == {}


def test_the_kernel_stays_small():
    words = sum(code_lines(text_of(path)) for path in files("shared/schemas"))
    everything = sum(code_lines(text_of(path)) for path in files("shared"))

    assert words <= WORDS_LINES
    assert everything - words <= KERNEL_LINES


SAMPLE = """
def long(
    one, two
):
    '''Two
    lines.'''
    # why

    first()
    def inside():
        second()
    third()
"""


def test_counts_what_is_code_and_nothing_else():
    function = ast.parse(SAMPLE).body[0]

    assert isinstance(function, ast.FunctionDef)
    assert body_lines(SAMPLE, function) == 2
    assert code_lines(SAMPLE) == 7
