"""The page of features names every folder, and says of each what the folder itself says."""

import ast
import re

from tests.architecture.sources import ROOT

PAGE = ROOT / "docs/features.md"


def told() -> dict[str, dict[str, str]]:
    """Return what the page says: by service, by feature."""
    found: dict[str, dict[str, str]] = {}
    for part in re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)[1:]:
        service = re.match(r"`services/(\w+)/`", part)[1]
        found[service] = dict(re.findall(r"^- `(\w+)`: (.+)$", part, re.MULTILINE))
    return found


def there() -> dict[str, dict[str, str]]:
    """Return what the folders say."""
    found: dict[str, dict[str, str]] = {}
    for package in sorted(ROOT.glob("services/*/*/__init__.py")):
        line = (ast.get_docstring(ast.parse(package.read_text())) or "").partition("\n")[0]
        found.setdefault(package.parts[-3], {})[package.parts[-2]] = line
    return found


def test_the_page_says_what_the_folders_say():
    assert told() == there()


def test_each_feature_says_what_it_is():
    silent = [name for features in there().values() for name, line in features.items() if not line]

    assert len(there()["registry"]) > 40, "too few: this test would pass for nothing"
    assert silent == []
