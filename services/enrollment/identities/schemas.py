"""Words about people that must not name them."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from services.enrollment.identities.rules import holds_nik
from shared.i18n import Text


def without_nik(value: str) -> str:
    """Return a text in which no NIK can be.

    Raises:
        ValueError: when sixteen digits stand in it.
    """
    if holds_nik(value):
        raise ValueError(Text("NIK tidak boleh ditulis di sini.", "A NIK has no place here."))
    return value


Reference = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[^\r\n]*$"),
    AfterValidator(without_nik),
    Field(description="Where it is to be found, or why, without personal data."),
]
Sha256 = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    Field(description="Hash of the file, 64 hexadecimal digits."),
]
