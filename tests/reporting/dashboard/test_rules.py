import re
from pathlib import Path

from services.reporting.dashboard import rules
from services.reporting.reports.rules import ZONES

STATIC = Path(rules.__file__).parent / "static"


class TestProvinces:
    def test_are_those_of_the_time_zones(self):
        assert sorted(rules.PROVINCES) == sorted(code for codes in ZONES.values() for code in codes)
        assert all(name.id and name.en for name in rules.PROVINCES.values())


class TestChoices:
    def test_are_those_that_the_page_reads_from_its_address(self):
        script = (STATIC / "state.js").read_text()
        lists = re.findall(r"(VIEW|PERIODS|OPTIONS|FILTERS) = \[([^\]]+)\]", script)
        read = {name for _, names in lists for name in re.findall(r'"(\w+)"', names)}

        assert len(lists) == 4
        assert read - {"lang"} == set(rules.CHOICES)

    def test_name_no_person(self):
        assert not [
            name for name in rules.CHOICES if re.search("person|participant|name|nik", name)
        ]


class TestPolicy:
    def test_lets_nothing_in_from_elsewhere_and_nothing_inline(self):
        assert "default-src 'none'" in rules.POLICY
        assert not re.search(r"unsafe|http|data:|\*", rules.POLICY)
