"""Which tables of the registry name a person, stated without a database."""

from typing import Final

# A test compares them with the columns that are called participant_id.
PERSON_TABLES: Final = ("booking", "incubator_tenant", "person_erasure")
