"""Nothing that refers to a facility is forgotten by a merge."""

from dataclasses import replace

import pytest

from services.registry.areas.rules import Location
from services.registry.facilities.rules import FacilityClosedError, Facts
from services.registry.facility_merges import rules
from services.registry.facility_merges.rules import Fate
from services.registry.metadata import metadata
from shared.ids import new_id
from shared.schemas.registry import FacilityKind, FacilityStatus, TimeZone

# By these names a column means a facility also where no foreign key says so.
NAMES = {"facility_id", "home_facility_id", "facilities", "facility_ids"}
SCOPE = {"province_code", "regency_code", "owner_ministry"}


def referring() -> set[tuple[str, str]]:
    found = set()
    for table in metadata.sorted_tables:
        found |= {(table.name, column.name) for column in table.columns if column.name in NAMES}
        for constraint in table.foreign_key_constraints:
            if constraint.referred_table.name == "facility":
                found |= {
                    (table.name, element.parent.name)
                    for element in constraint.elements
                    if element.column.name == "id"
                }
    return found


DECLARED = {(each.table, each.column): each for each in rules.REFERENCES}


class TestReferences:
    def test_names_every_column_that_refers_to_a_facility(self):
        assert len(referring()) > 35, "too few: this test would pass for nothing"
        assert set(DECLARED) == referring()

    def test_tells_of_each_once(self):
        assert len(DECLARED) == len(rules.REFERENCES)

    @pytest.mark.parametrize("reference", rules.moving(), ids=lambda each: each.table)
    def test_says_what_the_table_carries(self, reference):
        columns = set(metadata.tables[f"registry.{reference.table}"].columns.keys())

        assert reference.scoped == (columns >= SCOPE)
        assert not reference.versioned or "version" in columns
        assert (reference.stays is not None) == (reference.fate is Fate.MOVE_OR_KEEP)

    def test_looks_for_what_a_constraint_would_refuse(self):
        """What holds once a facility, or once at a time, needs a condition or a rename."""
        free = []
        for reference in rules.moving():
            table = metadata.tables[f"registry.{reference.table}"]
            for constraint in table.constraints:
                kind = type(constraint).__name__
                if kind not in {"UniqueConstraint", "ExcludeConstraint", "PrimaryKeyConstraint"}:
                    continue
                held = {column.name for column in constraint.columns}
                if reference.column in held and not (reference.stays or reference.renamed):
                    free.append((reference.table, constraint.name))

        assert free == []


LOCATION = Location(
    area_code="33.73.04", province_code="33", regency_code="33.73", time_zone=TimeZone.WIB
)
FACTS = Facts(
    name="BLK Melati",
    kind=FacilityKind.UPTD,
    form=None,
    institution_id=None,
    parent_id=None,
    owner_ministry="MANPOWER",
    location=LOCATION,
    latitude=None,
    longitude=None,
    trades=("BAKERY",),
    address=None,
)


class TestFill:
    def test_takes_over_what_only_the_other_knew(self):
        other = replace(
            FACTS, latitude=-7.3, longitude=110.5, address="Jl. Melati 1", trades=("WELDING",)
        )

        filled = rules.fill(FACTS, other)

        assert (filled.latitude, filled.longitude, filled.address) == (-7.3, 110.5, "Jl. Melati 1")
        assert filled.trades == ("BAKERY", "WELDING")

    def test_keeps_what_it_states_itself(self):
        own = replace(FACTS, latitude=-7.0, longitude=110.0, address="Jl. Kenanga 2")
        other = replace(own, name="BLK Lain", latitude=-7.3, longitude=110.5, address="Jl. Lain")

        assert rules.fill(own, other) == own


class TestCompare:
    def test_tells_the_differences_and_what_was_filled(self):
        other = replace(
            FACTS, name="Balai Melati", address="Jl. 1", location=replace(LOCATION, area_code="1")
        )

        told = {each.member: each for each in rules.compare(FACTS, other)}

        assert set(told) == {"name", "address", "area_code"}
        assert (told["name"].stays, told["name"].filled) == ("BLK Melati", False)
        assert (told["address"].stays, told["address"].filled) == ("Jl. 1", True)


S = FacilityStatus


class TestCheckMayMerge:
    @pytest.mark.parametrize("gone", [S.PLANNED, S.ACTIVE, S.SUSPENDED])
    @pytest.mark.parametrize("stays", [S.PLANNED, S.ACTIVE, S.SUSPENDED])
    def test_lets_two_be_merged_that_live(self, gone, stays):
        rules.check_may_merge(gone=gone, stays=stays, gone_id=new_id(), parent_of_stays=None)

    @pytest.mark.parametrize(("gone", "stays"), [(S.CLOSED, S.ACTIVE), (S.ACTIVE, S.CLOSED)])
    def test_refuses_what_is_closed(self, gone, stays):
        with pytest.raises(FacilityClosedError):
            rules.check_may_merge(gone=gone, stays=stays, gone_id=new_id(), parent_of_stays=None)

    def test_refuses_a_parent_into_its_child(self):
        parent = new_id()

        with pytest.raises(rules.MergeIntoChildError):
            rules.check_may_merge(
                gone=S.ACTIVE, stays=S.ACTIVE, gone_id=parent, parent_of_stays=parent
            )
