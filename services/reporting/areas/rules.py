"""Which area an old code is today."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

from shared.schemas.registry import AreaLevel

# Figures know no area below these.
LEVELS: Final = (AreaLevel.PROVINCE, AreaLevel.REGENCY)


class Link(NamedTuple):
    """A code and what it became on a day, both as they are written."""

    old_code: str
    new_code: str
    valid_from: str


def present_codes(links: Iterable[Link], *, in_force: Collection[str]) -> Mapping[str, str]:
    """Return the code that each code has today, of those that have another one today.

    A code in force stands for itself. One that is not goes the way of its last change; where that
    led into several areas or into none, nobody can say which, and figures stay under the old code.
    """
    last: dict[str, tuple[str, set[str]]] = {}
    for link in links:
        day, codes = last.get(link.old_code, ("", set()))
        if link.valid_from > day:
            last[link.old_code] = (link.valid_from, {link.new_code})
        elif link.valid_from == day:
            codes.add(link.new_code)
    successor = {code: codes for code, (_, codes) in last.items() if code not in in_force}
    found = {code: _follow(code, successor) for code in successor}
    return {code: present for code, present in found.items() if present in in_force}


def _follow(code: str, successor: Mapping[str, set[str]]) -> str:
    """Return where a code leads in the end; itself where its way forks or comes back."""
    seen: list[str] = []
    while code in successor and code not in seen:
        seen.append(code)
        if len(successor[code]) > 1:
            return seen[0]
        [code] = successor[code]
    return code
