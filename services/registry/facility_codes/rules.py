"""When a code of another register holds for a facility."""

from dataclasses import dataclass
from datetime import date

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text


class FacilityCodeNotFoundError(NotFoundError):
    """The facility has no code in the scheme."""

    code = "facility-external-code-not-found"
    title = Text(
        "Balai ini tidak mempunyai kode dalam skema itu.",
        "The facility has no code in this scheme.",
    )


class ExternalCodeTakenError(ConflictError):
    """Another facility has the code in the same scheme at the same time."""

    code = "facility-external-code-taken"
    title = Text(
        "Kode ini sudah dipakai balai lain dalam skema yang sama.",
        "Another facility has this code in the scheme.",
    )


class CodePeriodInvalidError(InvalidError):
    """The code would hold before the one that it follows."""

    code = "facility-code-period-invalid"
    title = Text(
        "Kode baru tidak boleh berlaku sebelum kode yang digantikannya.",
        "A code cannot hold from before the one that it follows.",
    )


@dataclass(frozen=True, slots=True)
class Following:
    """What becomes of the present code: it is corrected in place, or ends and another follows."""

    in_place: bool


def follow(*, present_from: date, valid_from: date) -> Following:
    """Return how another code takes the place of one that holds since `present_from`.

    A code that came on the same day was a mistake and leaves nothing behind.

    Raises:
        CodePeriodInvalidError: when the other one would hold from before.
    """
    if valid_from < present_from:
        raise CodePeriodInvalidError(pointer="/valid_from")
    return Following(in_place=valid_from == present_from)
