"""What follows from the decision on a wave, stated without a database."""

from datetime import datetime
from enum import StrEnum

from shared.errors import ConflictError
from shared.i18n import Text


class Verdict(StrEnum):
    """The wave starts, or it does not."""

    GO = "GO"
    NO_GO = "NO_GO"


class WaveNotGoError(ConflictError):
    """The last decision on the wave is that it does not start."""

    code = "wave-not-go"
    title = Text(
        "Gelombang ini diputuskan tidak dimulai; kelas tidak dapat dibuka.",
        "It was decided that this wave does not start: no class of it can open.",
    )


def check_go(verdict: Verdict | None, *, decided_at: datetime | None, started_at: datetime) -> None:
    """Refuse to open a class in a wave that was decided not to start before the class did.

    A class that had begun by then has begun. Without any decision a wave may start.

    Raises:
        WaveNotGoError: when the last decision, made by `started_at`, is NO_GO.
    """
    if verdict is Verdict.NO_GO and decided_at is not None and decided_at <= started_at:
        raise WaveNotGoError(extra={"present": verdict.value, "allowed": []})
