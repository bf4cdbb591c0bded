"""What a published figure says, and what is refused of one."""

from enum import StrEnum

from shared.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from shared.i18n import Text


class Precision(StrEnum):
    """How exactly it is known when a figure held: the day, its month, or its year."""

    DAY = "DAY"
    MONTH = "MONTH"
    YEAR = "YEAR"


class BaselineNotFoundError(NotFoundError):
    """There is no such figure in the register."""

    code = "baseline-unknown"
    title = Text("Angka acuan tidak ditemukan.", "There is no such baseline.")


class BaselineCodeTakenError(ConflictError):
    """Another figure of the register has the code."""

    code = "baseline-code-taken"
    title = Text("Kode angka acuan sudah dipakai.", "Another baseline has this code.")


class BaselineIdTakenError(ConflictError):
    """Another figure of the register has the id."""

    code = "baseline-id-taken"
    title = Text("Id angka acuan sudah dipakai.", "Another baseline has this id.")


class FigureInvalidError(InvalidError):
    """A figure is one number or bounds, not both and not neither."""

    code = "baseline-figure-invalid"
    title = Text(
        "Isi satu nilai, atau batas bawah dan/atau batas atas yang berurutan.",
        "Give one value, or a lower and/or an upper bound in this order.",
    )


class RegisterNationalError(ForbiddenError):
    """The register is the whole country's; who writes for a part of it only may read it."""

    code = "baseline-national"
    title = Text(
        "Daftar angka acuan hanya diubah oleh petugas nasional.",
        "Only national staff change the register of baselines.",
    )


def check_figure(*, value: int | None, lower: int | None, upper: int | None) -> None:
    """Refuse a figure that is neither one number nor bounds.

    Bounds are as they were published: "more than 4,000" is a lower bound, "almost" an upper one.

    Raises:
        FigureInvalidError
    """
    bounded = lower is not None or upper is not None
    if (value is None) != bounded:
        raise FigureInvalidError(pointer="/value")
    if lower is not None and upper is not None and lower > upper:
        raise FigureInvalidError(pointer="/upper")


def level_of(*, value: int | None, lower: int | None, upper: int | None) -> int:
    """Return the number to count from: the value, else the bound that was published, lower first.

    Raises:
        FigureInvalidError: when there is none.
    """
    for known in (value, lower, upper):
        if known is not None:
            return known
    raise FigureInvalidError(pointer="/value")
