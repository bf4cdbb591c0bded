"""Why a restriction begins and ends, stated without a database."""

from enum import StrEnum

from shared.errors import ConflictError
from shared.i18n import Text


class Restricted(StrEnum):
    """Why a person's data may not be processed."""

    REQUESTED = "REQUESTED"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    ERASURE_UNDER_WAY = "ERASURE_UNDER_WAY"


class Lifted(StrEnum):
    """Why a person's data may be processed again."""

    PERSON_ASKED = "PERSON_ASKED"
    DATA_CORRECTED = "DATA_CORRECTED"
    CONSENT_GIVEN = "CONSENT_GIVEN"
    OBJECTION_UNFOUNDED = "OBJECTION_UNFOUNDED"
    ERASURE_REFUSED = "ERASURE_REFUSED"


class NotRestrictedError(ConflictError):
    """There is no restriction to lift."""

    code = "not-restricted"
    title = Text("Tidak ada pembatasan.", "There is no restriction.")
