"""What the copy of the area codes says when it does not know a code."""

from collections.abc import Mapping
from typing import Final

from shared.errors import InvalidError, UnavailableError
from shared.i18n import Text
from shared.schemas.registry import AreaLevel

# How many characters a code of each level has, dots included: 33, 33.73, 33.73.04, 33.73.04.1001.
LEVEL_BY_LENGTH: Final[Mapping[int, AreaLevel]] = {
    2: AreaLevel.PROVINCE,
    5: AreaLevel.REGENCY,
    8: AreaLevel.DISTRICT,
    13: AreaLevel.VILLAGE,
}


class UnknownAreaError(InvalidError):
    """No such area is in force."""

    code = "unknown-area"
    title = Text("Kode wilayah tidak dikenal.", "There is no area with this code.")


class AreasNotCopiedError(UnavailableError):
    """Areas of this level have not been copied from the registry yet."""

    code = "areas-not-copied"
    title = Text(
        "Daftar wilayah sedang disalin dari registri; coba lagi sebentar.",
        "The list of areas is being copied from the registry; try again in a moment.",
    )


def in_order(levels: Mapping[AreaLevel, int]) -> list[AreaLevel]:
    """Return the levels from the top down: people need their regency first."""
    return [level for level in AreaLevel if level in levels]
