"""Every column that names a person is in the list of what a merge does to it."""

import re
from pathlib import Path

from services.enrollment.base import Base
from services.enrollment.metadata import metadata
from services.enrollment.person_moves.rules import REFERENCES, Fate

GONE_OVER = (Fate.MOVE, Fate.COPY, Fate.DROP)
# Columns that name a person under another name than `participant_id`.
OTHER_NAMES = {
    ("audit", "subject_id"),
    ("login_binding", "merged_from"),
    ("merged_participant", "old_id"),
    ("participant_duplicate", "a_id"),
    ("participant_duplicate", "b_id"),
    ("participant_merge", "gone_id"),
    ("training_certificate", "subject_id"),
}


def test_names_every_column_that_refers_to_a_person():
    assert metadata is Base.metadata
    columns = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if "participant" in column.name or (table.name, column.name) in OTHER_NAMES
    }
    listed = [(each.table, each.column) for each in REFERENCES]
    assert len(listed) == len(set(listed))
    assert set(listed) == columns


def test_seals_anew_every_column_that_a_person_key_opens():
    sealed = {(each.table, column) for each in REFERENCES for column in each.sealed}
    moved = {each.table for each in REFERENCES if each.fate is Fate.MOVE}
    found = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if table.name in moved
        and (column.name == "sealed" or column.name.endswith("_cipher"))
        # The token of a letter is bound to its receiver without the person's key.
        and (table.name, column.name) != ("notice", "token_cipher")
    }
    assert sealed == found


def test_copies_what_others_refer_to():
    parents = {
        key.column.table.name
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.name == "participant_id"
    }
    assert parents == {each.table for each in REFERENCES if each.fate is Fate.COPY}


def test_the_audit_looks_at_every_table_that_goes_over():
    check = (Path(__file__).parents[3] / "deploy/audit/statements/30_merged_people.sql").read_text()
    looked_at = set(re.findall(r"select '(\w+)'", check))
    by_features = {"enrollment", "login_binding", "identity_claim", "participant"}
    gone_over = {each.table for each in REFERENCES if each.fate in GONE_OVER}
    assert looked_at == gone_over | by_features
