"""Which tables of reporting name a person, stated without a database."""

from collections.abc import Mapping
from typing import Final

# What stands where a login stood.
BLANK: Final = "-"
# Each with what is no data of the person; a test compares them with the columns participant_id.
PERSON_TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "followup": ("incomes_cipher", "incomes_key_id", "counted", "draft_cipher", "draft_key_id"),
    "followup_version": ("incomes_cipher", "incomes_key_id"),
    "followup_link": ("wanted_by",),
    "enrollment_now": (),
    "restricted_person": (),
    "bound_login": ("holder",),
}
# What enrollment tells itself, and the log, which names people by their ids only.
RETOLD: Final = frozenset({"enrollment_now", "event", "audit"})


def added(before: Mapping[str, int] | None, more: Mapping[str, int]) -> dict[str, int]:
    """Return how many rows were erased in all, by table."""
    return {name: (before or {}).get(name, 0) + count for name, count in more.items()}


# What of the audit is about people; all else there is about other things.
READINGS: Final = ("followup.incomes.read", "person.records.read")
