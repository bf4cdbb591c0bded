"""How often somebody may try, stated without a database."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from shared.errors import TooManyRequestsError
from shared.i18n import Text


class TooManyAttemptsError(TooManyRequestsError):
    """It has been tried as often as is allowed; Retry-After says when it may be tried again."""

    code = "too-many-attempts"
    title = Text(
        "Terlalu banyak percobaan; coba lagi setelah beberapa saat.",
        "Too many attempts; try again after a while.",
    )


@dataclass(frozen=True, slots=True)
class Limit:
    """What is counted: `most` attempts of one `kind` at one `key` in a period of `within`.

    The period begins with the first attempt, and with the first after it has passed. `key` may be
    a code or an address: what is stored is a hash. What few values can be, such as an address,
    is to be keyed with a secret before it comes here.
    """

    kind: str
    key: str
    most: int
    within: timedelta

    @property
    def digest(self) -> bytes:
        """What stands for the key in the table."""
        return hashlib.sha256(f"{self.kind}\n{self.key}".encode()).digest()
