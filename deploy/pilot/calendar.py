"""The business time in which the pilot plays: months pass in half a minute."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from shared.clock import JAKARTA
from shared.schemas.registry import TimeZone

_HOURS_AHEAD: Final = {TimeZone.WIB: 7, TimeZone.WITA: 8, TimeZone.WIT: 9}
_START: Final = time(8, 0)
# How far ahead of the real clock the start lies, at least; less than a week is added to it.
_AHEAD_DAYS: Final = 49
# For how long the programme is tried out.
PILOT_MONTHS: Final = 3
# For how long a seat that was drawn is held.
CONFIRM_HOURS: Final = 72


@dataclass(frozen=True, slots=True)
class Calendar:
    """Everything counts from the day of the start, a Monday that lies ahead of the real clock.

    Ahead, because whatever the services do by the real clock must find the window still open.
    """

    starts_on: date

    @property
    def signed_on(self) -> date:
        """The day on which the agreements are signed."""
        return self.starts_on - timedelta(days=90)

    @property
    def valid_to(self) -> date:
        """The last day of the agreements."""
        return self.starts_on + timedelta(days=730)

    @property
    def prepared_at(self) -> datetime:
        """When the programme, its wave and its classes are planned."""
        return _at(self.starts_on - timedelta(days=42), time(9, 0))

    @property
    def pilot_days(self) -> tuple[date, date]:
        """The first and the last day of the pilot: three months around its waves.

        The first one has come by the real clock, too, on whatever day of the week it is played.
        """
        first = self.starts_on - timedelta(days=_AHEAD_DAYS + 6)
        month = first.month + PILOT_MONTHS
        later = date(first.year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
        return first, later + timedelta(days=first.day - 2)

    @property
    def opens_at(self) -> datetime:
        """When applications open."""
        return _at(self.starts_on - timedelta(days=28), time(8, 0))

    @property
    def closes_at(self) -> datetime:
        """When applications close."""
        return _at(self.starts_on - timedelta(days=7), time(20, 0))

    @property
    def registration_at(self) -> datetime:
        """When people register, before the rush."""
        return self.opens_at - timedelta(days=3)

    @property
    def rush_at(self) -> datetime:
        """A moment after applications have opened."""
        return self.opens_at + timedelta(minutes=1)

    @property
    def lent(self) -> tuple[date, date]:
        """The first and the last day of the two weeks for which rooms are lent."""
        return self.starts_on - timedelta(days=14), self.starts_on - timedelta(days=3)

    @property
    def lent_until(self) -> datetime:
        """When those weeks are over."""
        return _at(self.lent[1] + timedelta(days=1), time(18, 0))

    @property
    def cancels_at(self) -> datetime:
        """When some think better of it."""
        return self.opens_at + timedelta(days=10)

    @property
    def starts_local(self) -> datetime:
        """The hour of the start on every wall clock, without a zone."""
        return datetime.combine(self.starts_on, _START)

    def start_in(self, zone: TimeZone) -> datetime:
        """Return the instant at which classes of a zone start. Source: Keppres 41/1987."""
        hours = timedelta(hours=_HOURS_AHEAD[zone])
        return datetime.combine(self.starts_on, _START, UTC) - hours

    @property
    def draw_opens_at(self) -> datetime:
        """When applications for the wave whose places are drawn open: a day after the rush."""
        return self.opens_at + timedelta(days=1)

    @property
    def draw_applied_at(self) -> datetime:
        """When people apply, each on a day of his own in truth."""
        return self.draw_opens_at + timedelta(days=1)

    @property
    def draw_closes_at(self) -> datetime:
        """When applications for the draw close."""
        return _at(self.starts_on - timedelta(days=14), time(20, 0))

    @property
    def drawn_at(self) -> datetime:
        """When the list is frozen and the draw is made."""
        return self.draw_closes_at + timedelta(minutes=1)

    @property
    def announced_at(self) -> datetime:
        """The hour at which the draw is announced."""
        return _at(self.starts_on - timedelta(days=13), time(10, 0))

    @property
    def confirmed_at(self) -> datetime:
        """When people confirm or decline what they have drawn."""
        return self.announced_at + timedelta(days=1)

    @property
    def lapsed_at(self) -> datetime:
        """A moment after the deadline of those who said nothing."""
        return self.announced_at + timedelta(hours=CONFIRM_HOURS, minutes=1)

    @property
    def decided_at(self) -> datetime:
        """When the ministries decide whether the wave starts."""
        return _at(self.starts_on - timedelta(days=5), time(9, 0))

    @property
    def training_local(self) -> datetime:
        """The hour at which the drawn wave starts: a week after the first one."""
        return self.starts_local + timedelta(days=7)

    def training_in(self, zone: TimeZone) -> datetime:
        """Return the instant at which the drawn wave starts in a zone."""
        return self.start_in(zone) + timedelta(days=7)

    def evening_of(self, session: int) -> datetime:
        """Return the evening after a session of the drawn wave, the first being 1."""
        return _at(self.training_local.date() + timedelta(days=session - 1), time(19, 0))

    @property
    def certified_at(self) -> datetime:
        """When the certificates of the drawn wave are issued."""
        return _at(self.starts_on + timedelta(days=14), time(10, 0))

    @property
    def referred_at(self) -> datetime:
        """When graduates of the drawn wave are referred."""
        return self.certified_at + timedelta(days=1)

    @property
    def hours_from(self) -> date:
        """The first of three working days on which a line of a production house is lent."""
        return self.starts_on + timedelta(days=16)

    @property
    def received_at(self) -> datetime:
        """When something has come of the referrals."""
        return self.referred_at + timedelta(days=15)

    @property
    def completed_at(self) -> datetime:
        """When a competence-based class (PBK) ends: after 33 days."""
        return _at(self.starts_on + timedelta(days=33), time(16, 0))

    @property
    def followed_up_at(self) -> datetime:
        """When graduates are asked what became of them: three months later."""
        return self.completed_at + timedelta(days=93)


def next_start(today: date) -> date:
    """Return a Monday at which a pilot that begins today can start: seven to eight weeks ahead."""
    ahead = today + timedelta(days=_AHEAD_DAYS)
    return ahead + timedelta(days=(7 - ahead.weekday()) % 7)


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, JAKARTA).astimezone(UTC)
