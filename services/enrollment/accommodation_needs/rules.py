"""What people may need to take part, stated without a database."""

from enum import StrEnum
from uuid import UUID

from shared.errors import NotFoundError
from shared.i18n import Text


class NeedKind(StrEnum):
    """What has to be arranged for somebody."""

    STEP_FREE = "STEP_FREE"
    SIGN_LANGUAGE = "SIGN_LANGUAGE"
    BRAILLE_OR_AUDIO = "BRAILLE_OR_AUDIO"
    LARGE_PRINT = "LARGE_PRINT"
    COMPANION = "COMPANION"
    ADAPTED_TOOLS = "ADAPTED_TOOLS"
    CARE_OF_CHILD = "CARE_OF_CHILD"
    DIET_OR_MEDICINE = "DIET_OR_MEDICINE"
    OTHER = "OTHER"


class NeedUnknownError(NotFoundError):
    """The person has no such need."""

    code = "need-unknown"
    title = Text("Kebutuhan tidak ditemukan.", "There is no such need.")


def sealed_in(need_id: UUID) -> str:
    """Return the place that what is sealed of a need belongs to."""
    return f"accommodation_need|sealed|{need_id}"
