"""Restriction as reporting obeys it, stated without a database."""

from shared.errors import ConflictError
from shared.i18n import Text


class PersonRestrictedError(ConflictError):
    """The person has asked that the data be kept and not used, or was erased.

    Source: UU 27/2022 (PDP), articles 10 and 11.
    """

    code = "person-restricted"
    title = Text(
        "Pemrosesan data orang ini sedang dibatasi.",
        "The processing of this person's data is restricted.",
    )
