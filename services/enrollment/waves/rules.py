"""When a wave is open and when its classes start, stated without a database."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text
from shared.schemas.enrollment import SelectionState
from shared.schemas.registry import TimeZone

# Source: Keppres 41/1987, article 1; the names are those of the IANA time zone database.
ZONES: Final = {
    TimeZone.WIB: ZoneInfo("Asia/Jakarta"),
    TimeZone.WITA: ZoneInfo("Asia/Makassar"),
    TimeZone.WIT: ZoneInfo("Asia/Jayapura"),
}
# What two people have approved, nobody changes alone.
_APPROVED: Final = frozenset({SelectionState.APPROVED, SelectionState.ANNOUNCING})


class StartRule(StrEnum):
    """SAME_INSTANT: one moment everywhere. SAME_LOCAL_TIME: one hour on every wall clock."""

    SAME_INSTANT = "SAME_INSTANT"
    SAME_LOCAL_TIME = "SAME_LOCAL_TIME"


class SelectionMethod(StrEnum):
    """How the places of a wave are given: at the desk as claims come in, or once, by a selection.

    With SCORE and LOTTERY the desk takes no claim until the selection is announced.
    """

    FIRST_COME = "FIRST_COME"
    SCORE = "SCORE"
    LOTTERY = "LOTTERY"


class WaveUnknownError(NotFoundError):
    """There is no such wave."""

    code = "wave-unknown"
    title = Text("Gelombang tidak ditemukan.", "There is no such wave.")


class WaveCodeTakenError(ConflictError):
    """Another wave of the programme has the code."""

    code = "wave-code-taken"
    title = Text(
        "Kode gelombang sudah dipakai dalam program ini.",
        "Another wave of this programme has this code.",
    )


class WaveIdTakenError(ConflictError):
    """Another wave has the id that the client chose."""

    code = "id-taken"
    title = Text("Id sudah dipakai.", "The id is in use.")


class StartRuleError(InvalidError):
    """The start that was given is not the one that the start rule asks for."""

    code = "start-rule-mismatch"
    title = Text(
        "SAME_INSTANT memerlukan starts_at saja; SAME_LOCAL_TIME memerlukan starts_local saja.",
        "SAME_INSTANT takes starts_at alone; SAME_LOCAL_TIME takes starts_local alone.",
    )


class WindowOrderError(InvalidError):
    """The application window does not end after it begins and before the first class starts."""

    code = "window-order"
    title = Text(
        "Masa pendaftaran harus berakhir setelah dibuka dan tidak sesudah kelas pertama dimulai.",
        "The window must close after it opens and not after the first class starts.",
    )


class WindowExpiredError(InvalidError):
    """The application window lies in the past."""

    code = "window-expired"
    title = Text("Masa pendaftaran sudah lewat.", "The application window has passed.")


class PromotionEndError(InvalidError):
    """Promotion from the waitlist would end before applications are taken."""

    code = "promotion-end-invalid"
    title = Text(
        "promote_until harus sesudah masa pendaftaran dibuka.",
        "promote_until must lie after the window opens.",
    )


class WaveStartedError(ConflictError):
    """The hour of the start has passed: no class can join the wave."""

    code = "wave-started"
    title = Text(
        "Gelombang ini sudah dimulai; kelas baru tidak dapat ditambahkan.",
        "The wave has started; no class can be added to it.",
    )


class WaveCancelledError(ConflictError):
    """The wave was called off."""

    code = "wave-cancelled"
    title = Text("Gelombang ini sudah dibatalkan.", "The wave was called off.")


class SelectionApprovedError(ConflictError):
    """The selection has been approved by these quotas and seats, and is not announced yet."""

    code = "selection-approved"
    title = Text(
        "Hasil seleksi sudah disetujui dengan kuota dan kursi ini; tunggu pengumumannya.",
        "The selection has been approved by these quotas and seats; wait until it is announced.",
    )


def check_unapproved(state: SelectionState | None) -> None:
    """Refuse to take places from people for whom they have been approved, or to add some.

    Raises:
        SelectionApprovedError: between the approval of the selection and its announcement.
    """
    if state in _APPROVED:
        allowed = [each.value for each in SelectionState if each not in _APPROVED]
        raise SelectionApprovedError(extra={"present": state.value, "allowed": allowed})


def wave_cancelled() -> WaveCancelledError:
    """Return what refuses whatever would go on in a wave that was called off."""
    return WaveCancelledError(extra={"present": "CANCELLED", "allowed": []})


def check_not_cancelled(cancelled_at: datetime | None) -> None:
    """Refuse whatever would go on in a wave that was called off.

    Raises:
        WaveCancelledError: when it was.
    """
    if cancelled_at is not None:
        raise wave_cancelled()


def start_instant(
    rule: StartRule, *, starts_at: datetime | None, starts_local: datetime | None, zone: TimeZone
) -> datetime:
    """Return the instant in UTC at which a class in `zone` starts.

    Raises:
        StartRuleError: when not exactly the start that the rule asks for is given.
    """
    if rule is StartRule.SAME_INSTANT and starts_at is not None and starts_local is None:
        return starts_at.astimezone(UTC)
    if rule is StartRule.SAME_LOCAL_TIME and starts_local is not None and starts_at is None:
        return starts_local.replace(tzinfo=ZONES[zone]).astimezone(UTC)
    raise StartRuleError(pointer="/start_rule")


def check_window(
    *,
    opens_at: datetime,
    closes_at: datetime,
    first_start: datetime,
    promote_until: datetime | None,
    now: datetime,
) -> None:
    """Refuse a window that nobody could apply in, or that ends after the first class starts.

    Raises:
        WindowOrderError: when it closes before it opens, or after the first start.
        WindowExpiredError: when it has closed already.
        PromotionEndError: when promotion ends before the window opens.
    """
    if not opens_at < closes_at <= first_start:
        raise WindowOrderError(pointer="/closes_at")
    if closes_at <= now:
        raise WindowExpiredError(pointer="/closes_at")
    if promote_until is not None and promote_until <= opens_at:
        raise PromotionEndError(pointer="/promote_until")


def check_not_started(*, starts_at: datetime, now: datetime) -> None:
    """Refuse to add a class to a wave whose hour has come.

    Raises:
        WaveStartedError: when the class would have started already.
    """
    if now >= starts_at:
        raise WaveStartedError(
            extra={
                "present": "STARTED",
                "allowed": ["NOT_STARTED"],
                "starts_at": starts_at.isoformat(),
            }
        )
