"""When an identity is put right, stated without a database."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from shared.errors import ConflictError
from shared.i18n import Text

# What a NIK may disagree with; the rest of a person's warnings is of something else.
NIK_WARNINGS: Final = frozenset({"nik-birth-date-differs", "nik-sex-differs", "nik-place-unknown"})


class NothingCorrectedError(ConflictError):
    """The identity is so already."""

    code = "nothing-corrected"
    title = Text("Data identitas sudah demikian.", "The identity is so already.")


class NikOfAnotherError(ConflictError):
    """Somebody else has registered with the right NIK: the two may be one person.

    `other_id` names that person where the caller may see him.
    """

    code = "nik-of-another"
    title = Text(
        "NIK itu sudah terdaftar; mungkin keduanya satu orang dan perlu digabung.",
        "Somebody has registered with that NIK; the two may be one person, to be merged.",
    )


def sealed_in(correction_id: UUID) -> str:
    """Return the place that what is sealed of a correction belongs to."""
    return f"nik_correction|sealed|{correction_id}"


def other_warnings(warnings: Sequence[str]) -> list[str]:
    """Return those of a person's warnings that are not of the NIK."""
    return [each for each in warnings if each not in NIK_WARNINGS]
