"""Which tables of the registry name a person, stated without a database."""

from typing import Final

# A test compares them with the columns that are called participant_id.
PERSON_TABLES: Final = ("booking", "incubator_tenant", "person_erasure")
# What of the audit is about people; all else there is about other things.
READINGS: Final = ("person.records.read",)
