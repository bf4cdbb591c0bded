"""Who is told what and when, stated without a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from services.enrollment.notice_templates.rules import Channel, NoticeKind
from services.enrollment.participants.rules import Purpose
from services.enrollment.waves.rules import ZONES
from shared.errors import ConflictError, NotFoundError
from shared.i18n import Text
from shared.schemas.enrollment import ClassCell, EnrollmentState, Topic
from shared.schemas.registry import TimeZone

# A letter that still has not left after the last attempt, an hour later, never will.
MAX_ATTEMPTS: Final = 6
AWAY_FOR: Final = timedelta(minutes=1)
# What happened so long ago is no news: the log is read again after a restore, or after notices
# were off for a while.
NEWS_FOR: Final = timedelta(days=3)
# What may be told even after the class has begun.
_AT_LEAST: Final = timedelta(days=1)
TOLD_WITHIN: Final = timedelta(days=7)
# Nobody is woken up by a reminder.
_REMIND_FROM: Final = time(9)
REMIND_DAYS: Final = (3, 1)


class NoticeState(StrEnum):
    """The life of a notice; FAILED can be tried again, the other ends are final."""

    PENDING = "PENDING"
    SENT = "SENT"
    FAILED = "FAILED"
    SUPPRESSED = "SUPPRESSED"


class Suppression(StrEnum):
    """Why a notice was not sent, though nothing failed."""

    PAST_DUE = "past-due"
    NO_PERSON = "no-person"
    NO_CONTACT = "no-contact"
    NO_CONSENT = "no-consent"
    SYNTHETIC = "synthetic"
    OVERTAKEN = "overtaken"
    RESTRICTED = "person-restricted"


class NoticeUnknownError(NotFoundError):
    """The person has no such notice."""

    code = "notice-unknown"
    title = Text("Pemberitahuan tidak ditemukan.", "There is no such notice.")


class NoticeNotFailedError(ConflictError):
    """Only a notice that has failed is sent again."""

    code = "notice-not-failed"
    title = Text(
        "Hanya pemberitahuan yang gagal dapat dikirim ulang.",
        "Only a notice that has failed can be sent again.",
    )


class NoticesOffError(ConflictError):
    """Notices are switched off in this installation."""

    code = "notices-off"
    title = Text("Pengiriman pemberitahuan dimatikan.", "The sending of notices is switched off.")


# What somebody is told who enters a class, at the desk or from another class.
_ENTERED: Final[Mapping[EnrollmentState, NoticeKind]] = MappingProxyType(
    {
        EnrollmentState.SEATED: NoticeKind.SEAT,
        EnrollmentState.OFFERED: NoticeKind.OFFER,
        EnrollmentState.WAITLISTED: NoticeKind.WAITLISTED,
    }
)
_MOVED: Final[Mapping[str, NoticeKind]] = MappingProxyType(
    {
        Topic.PROMOTED: NoticeKind.PROMOTED,
        Topic.OFFERED: NoticeKind.OFFER,
        Topic.CONFIRMED: NoticeKind.SEAT,
        Topic.DECLINED: NoticeKind.CANCELLED,
        Topic.EXPIRED: NoticeKind.EXPIRED,
        Topic.CANCELLED: NoticeKind.CANCELLED,
        Topic.NOT_PLACED: NoticeKind.NOT_PLACED,
    }
)
# What somebody is told who is referred after training.
REFERRED: Final[Mapping[str, NoticeKind]] = MappingProxyType(
    {
        Topic.REFERRAL_SENT: NoticeKind.REFERRAL_SENT,
        Topic.REFERRAL_ACCEPTED: NoticeKind.REFERRAL_ACCEPTED,
        Topic.REFERRAL_REFUSED: NoticeKind.REFERRAL_REFUSED,
    }
)
_ENTRIES: Final = frozenset({Topic.CLAIMED, Topic.TRANSFERRED_IN})
MOVES: Final = _ENTRIES | _MOVED.keys()
CLASS_MOVES: Final = frozenset({Topic.CLASS_CHANGED, Topic.CLASS_RELOCATED})
# Another room, or other hours after the same start.
CLASS_RESCHEDULES: Final = frozenset({Topic.CLASS_RESCHEDULED})
# What is true only while the enrollment stands so: somebody who has been promoted since, or has
# gone, is told that and nothing older.
INVITED: Final = frozenset({EnrollmentState.SEATED, EnrollmentState.OFFERED})
_TRUE_WHILE: Final[Mapping[NoticeKind, frozenset[EnrollmentState]]] = MappingProxyType(
    {
        NoticeKind.SEAT: frozenset({EnrollmentState.SEATED}),
        NoticeKind.WAITLISTED: frozenset({EnrollmentState.WAITLISTED}),
        NoticeKind.PROMOTED: frozenset({EnrollmentState.SEATED}),
        NoticeKind.OFFER: frozenset({EnrollmentState.OFFERED}),
        NoticeKind.CLASS_MOVED: INVITED,
        NoticeKind.START_REMINDER: frozenset({EnrollmentState.SEATED}),
    }
)

# What somebody is asked who has agreed to be asked.
_FOLLOW_UPS: Final = frozenset({NoticeKind.FOLLOW_UP, NoticeKind.FOLLOW_UP_REMINDER})
# What concerns a person's own rights is told to whoever wants nothing else of us.
_RIGHTS: Final = frozenset({NoticeKind.CODE, NoticeKind.BREACH})


def kind_of(topic: str, state: EnrollmentState, *, called_off: bool) -> NoticeKind | None:
    """Return what somebody is told whose enrollment came or changed; None is nothing.

    `called_off` tells that the enrollment was cancelled because its class was.
    """
    if topic in _ENTRIES:
        return _ENTERED.get(state)
    if topic == Topic.CANCELLED and called_off:
        return NoticeKind.CLASS_CANCELLED
    return _MOVED.get(topic)


def has_moved(before: ClassCell | None, after: ClassCell) -> bool:
    """Tell whether a class is at another time or place than before."""
    if before is None:
        return False
    return before.starts_at != after.starts_at or before.facility_id != after.facility_id


def is_news(recorded_at: datetime, *, now: datetime) -> bool:
    """Tell whether anybody still has to be told of what was recorded then."""
    return now - recorded_at < NEWS_FOR


def told_until(kind: NoticeKind, *, starts_at: datetime, now: datetime) -> datetime:
    """Return after when a notice made `now` is of no use any more."""
    if kind is NoticeKind.START_REMINDER:
        return starts_at
    if kind in (NoticeKind.CANCELLED, NoticeKind.NOT_PLACED, NoticeKind.EXPIRED):
        return now + TOLD_WITHIN
    return max(starts_at, now + _AT_LEAST)


@dataclass(frozen=True, slots=True)
class ReminderWindow:
    """The classes of a zone that start on local day `day`, of which people are reminded now."""

    zone: TimeZone
    days: int
    day: date
    since: datetime
    until: datetime


def reminder_windows(now: datetime) -> list[ReminderWindow]:
    """Return which starts people are reminded of: three days and one day before, by local clocks.

    Reminders go out from 9 in the morning on; a worker that was away may write them all day.
    """
    windows = []
    for zone, clock in ZONES.items():
        local = now.astimezone(clock)
        if local.time() < _REMIND_FROM:
            continue
        for days in REMIND_DAYS:
            day = local.date() + timedelta(days=days)
            since, until = (
                datetime.combine(each, time(), tzinfo=clock).astimezone(UTC)
                for each in (day, day + timedelta(days=1))
            )
            windows.append(ReminderWindow(zone, days, day, since, until))
    return windows


def reminder_version(day: date, *, days: int) -> int:
    """Return what tells the reminders of one enrollment apart: which start, how long before."""
    return day.toordinal() * 10 + days


def consents_to(purpose: Purpose, consents: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether the last that somebody said of `purpose` was yes."""
    said = [each["given"] for each in consents if each["purpose"] == purpose]
    return bool(said and said[-1])


@dataclass(frozen=True, slots=True)
class Addressee:
    """What of a person decides whether a notice may be sent, and whereto."""

    synthetic: bool
    consents: Sequence[Mapping[str, Any]]
    addresses: Mapping[Channel, str | None]
    restricted: bool = False

    def __repr__(self) -> str:
        return "Addressee(...)"


def contact(addressee: Addressee, *, channels: Sequence[Channel]) -> tuple[Channel, str] | None:
    """Return the first of `channels` on which somebody can be reached, with the address."""
    for channel in channels:
        address = addressee.addresses.get(channel)
        if address:
            return channel, address
    return None


def channels_of(params: Mapping[str, Any], served: Sequence[Channel]) -> Sequence[Channel]:
    """Return on which of the channels that are served a notice may leave: one, if it names it."""
    named = params.get("channel")
    return served if named is None else [each for each in served if each == named]


def suppression(
    kind: NoticeKind,
    addressee: Addressee | None,
    *,
    state: EnrollmentState | None,
    expires_at: datetime,
    reaches_people: bool,
    now: datetime,
) -> Suppression | None:
    """Return why a notice is not sent; None lets it go.

    `state` is how the enrollment stands that it is about, if it is about one.
    """
    if addressee is None:
        return Suppression.NO_PERSON
    if expires_at <= now:
        return Suppression.PAST_DUE
    if addressee.restricted and kind not in _RIGHTS:
        return Suppression.RESTRICTED
    if kind in _TRUE_WHILE and state not in _TRUE_WHILE[kind]:
        return Suppression.OVERTAKEN
    if kind in _FOLLOW_UPS and not consents_to(Purpose.FOLLOW_UP, addressee.consents):
        return Suppression.NO_CONSENT
    return Suppression.SYNTHETIC if addressee.synthetic and reaches_people else None


def next_attempt(attempts: int, *, now: datetime) -> datetime | None:
    """Return when a letter that did not leave is tried again; None after the last attempt.

    Two minutes after the first, then twice as long each time.
    """
    return None if attempts >= MAX_ATTEMPTS else now + timedelta(minutes=2**attempts)


def token_bound_to(participant_id: UUID, occasion_id: UUID) -> str:
    """Return what the sealed token of a link belongs to: it opens nowhere else."""
    return f"notice|token_cipher|{participant_id}|{occasion_id}"


def check_retry(state: NoticeState) -> None:
    """Refuse to send again what has not failed.

    Raises:
        NoticeNotFailedError: in any other state; it says in which.
    """
    if state is not NoticeState.FAILED:
        raise NoticeNotFailedError(extra={"state": state.value, "allowed": []})
