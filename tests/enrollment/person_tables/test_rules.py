"""Every table that names a person is in the list, with columns that are there."""

from services.enrollment.metadata import metadata
from services.enrollment.person_tables.rules import FOLLOWING, NOT_OF_PEOPLE, PERSON_TABLES

# What a column that names a person is called.
_NAMES = {"participant_id", "person_id", "a_id", "b_id"}
_FOLLOWS = {"enrollment_id", "application_id"}
# Keyed by a class or a person as well, or gone with the class: what they say of an enrollment is
# told by another table, or names nobody.
_ELSEWHERE = {"program_claim"}


def tables() -> dict:
    return {each.name: each for each in metadata.tables.values()}


class TestPersonTables:
    def test_lists_every_table_that_names_a_person(self):
        named = {
            (name, column.name)
            for name, table in tables().items()
            for column in table.columns
            if column.name in _NAMES and name not in NOT_OF_PEOPLE
        }

        listed = {(each.name, each.column) for each in PERSON_TABLES}

        assert listed - {("participant", "id")} == named

    def test_lists_every_table_that_names_an_enrollment_or_an_application(self):
        persons = {each.name for each in PERSON_TABLES}
        named = {
            name
            for name, table in tables().items()
            if name not in persons | _ELSEWHERE and _FOLLOWS & set(table.columns.keys())
        }

        assert named <= {each.name for each in FOLLOWING}
        assert {"attendance_entry", "assessment", "completion_decision"} <= named

    def test_speaks_of_columns_that_are_there(self):
        for each in PERSON_TABLES:
            columns = tables()[each.name].columns
            spoken = {*each.emptied, *each.blanked, *each.hidden, *each.sealed}

            assert spoken <= set(columns.keys()), each.name
            assert all(columns[name].nullable for name in each.emptied), each.name

    def test_hides_or_opens_whatever_is_binary(self):
        for each in PERSON_TABLES:
            binary = {
                column.name
                for column in tables()[each.name].columns
                if column.type.python_type is bytes
            }

            assert not each.told or binary <= {*each.hidden, *each.sealed}, each.name
