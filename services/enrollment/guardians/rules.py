"""Who may answer for a minor, stated without a database."""

from enum import StrEnum

from shared.errors import ConflictError, NotFoundError
from shared.i18n import Text


class Relation(StrEnum):
    """What a guardian is to a minor."""

    PARENT = "PARENT"
    GRANDPARENT = "GRANDPARENT"
    SIBLING = "SIBLING"
    LEGAL_GUARDIAN = "LEGAL_GUARDIAN"
    INSTITUTION = "INSTITUTION"


class NotAMinorError(ConflictError):
    """The person is of age and answers for himself."""

    code = "not-a-minor"
    title = Text(
        "Peserta sudah berusia 18 tahun; wali tidak diperlukan.",
        "The person is 18 or older and needs no guardian.",
    )


class GuardianUnknownError(NotFoundError):
    """The person has no such guardian."""

    code = "guardian-unknown"
    title = Text("Wali tidak ditemukan.", "There is no such guardian.")


def sealed_in(guardian_id: object) -> str:
    """Return the place that what is sealed of a guardian belongs to."""
    return f"guardian|sealed|{guardian_id}"
