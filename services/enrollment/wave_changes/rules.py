"""What may still change of a published wave, stated without a database."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.enrollment.waves.rules import check_not_cancelled, wave_cancelled
from shared.errors import ConflictError, InvalidError
from shared.i18n import Text
from shared.schemas.enrollment import ClassState


class WavePhase(StrEnum):
    """Where a wave is: before its window opens, in it, after it, or called off."""

    ANNOUNCED = "ANNOUNCED"
    OPEN = "OPEN"
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"


class WaveMemberFixedError(ConflictError):
    """People rely on it by now; `allowed` names what may still change."""

    code = "wave-member-fixed"
    title = Text(
        "Bagian gelombang ini tidak dapat diubah lagi.", "This can no longer change of the wave."
    )


class WindowShortenedError(InvalidError):
    """Who relies on the published end of the window would come too late."""

    code = "window-shortened"
    title = Text(
        "Masa pendaftaran yang sudah dibuka hanya dapat diperpanjang.",
        "A window that has opened can only be extended.",
    )


class PromotionPastError(InvalidError):
    """Promotion would have ended already."""

    code = "promotion-end-past"
    title = Text("promote_until sudah lewat.", "promote_until lies in the past.")


class WaveRunningError(ConflictError):
    """A class of the wave has opened: the wave cannot be called off as a whole."""

    code = "wave-running"
    title = Text(
        "Ada kelas gelombang ini yang sudah dibuka.", "A class of this wave has opened already."
    )


@dataclass(frozen=True, slots=True)
class Window:
    """When a wave takes applications, and until when its waitlists move up."""

    opens_at: datetime
    closes_at: datetime
    promote_until: datetime | None


def phase_of(
    window: Window, *, cancelled_at: datetime | None, frozen: bool = False, now: datetime
) -> WavePhase:
    """Return where a wave is `now`.

    Once its applications are frozen for a selection it is closed, whatever the hour: a draw is made
    from that list.
    """
    if cancelled_at is not None:
        return WavePhase.CANCELLED
    if frozen:
        return WavePhase.CLOSED
    if now < window.opens_at:
        return WavePhase.ANNOUNCED
    return WavePhase.OPEN if now < window.closes_at else WavePhase.CLOSED


def changeable(phase: WavePhase, window: Window, *, now: datetime) -> list[str]:
    """Return what may change of a wave.

    Its start never does. The window opens once; once it has closed, a selection may have begun that
    nobody can join any more. Who was told that promotion is over stays told.
    """
    if phase is WavePhase.CANCELLED:
        return []
    promotes = window.promote_until is None or now < window.promote_until
    members = ["name"]
    if phase is WavePhase.ANNOUNCED:
        members.append("opens_at")
    if phase in (WavePhase.ANNOUNCED, WavePhase.OPEN):
        members.append("closes_at")
    return [*members, "promote_until"] if promotes else members


def check_change(
    named: Collection[str], present: Window, wanted: Window, *, phase: WavePhase, now: datetime
) -> None:
    """Refuse a change that those who rely on the published wave would not survive.

    Raises:
        WaveCancelledError: when it was called off.
        WaveMemberFixedError: when a member is fixed by now; `allowed` names the others.
        WindowShortenedError: when an open window would close earlier.
        PromotionPastError: when promotion would have ended by now.
    """
    if phase is WavePhase.CANCELLED:
        raise wave_cancelled()
    allowed = changeable(phase, present, now=now)
    for name in sorted(named):
        if name not in allowed:
            extra = {"present": phase.value, "allowed": allowed}
            raise WaveMemberFixedError(pointer=f"/{name}", extra=extra)
    if phase is WavePhase.OPEN and wanted.closes_at < present.closes_at:
        raise WindowShortenedError(pointer="/closes_at")
    if "promote_until" in named and wanted.promote_until and wanted.promote_until <= now:
        raise PromotionPastError(pointer="/promote_until")


def check_cancel(states: Collection[ClassState], *, cancelled_at: datetime | None) -> None:
    """Refuse to call a wave off of which a class has opened, or that was called off.

    Raises:
        WaveCancelledError, WaveRunningError
    """
    check_not_cancelled(cancelled_at)
    running = {ClassState.OPENED, ClassState.COMPLETED} & set(states)
    if running:
        raise WaveRunningError(extra={"present": sorted(running), "allowed": []})
