"""The page of roles is what the code gives them."""

import re

from shared.scope import PERMISSIONS, Permission, Role
from tests.architecture.sources import ROOT


def told() -> dict[str, set[str]]:
    """Return what the page's table says: the permissions of each role."""
    table = [
        [cell.strip(" `") for cell in line.strip("|").split("|")]
        for line in (ROOT / "docs/roles.md").read_text().splitlines()
        if re.match(r"\| (permission|`[a-z-]+:[a-z]+`) \|", line)
    ]
    (_, *roles), *rows = table
    return {
        role: {row[0] for row in rows if row[place] == "yes"}
        for place, role in enumerate(roles, start=1)
    }


def test_the_page_says_what_each_role_may():
    assert told() == {role.value: {each.value for each in PERMISSIONS[role]} for role in Role}


def test_the_page_names_every_permission():
    page = (ROOT / "docs/roles.md").read_text()

    assert [each for each in Permission if f"| `{each.value}` |" not in page] == []
