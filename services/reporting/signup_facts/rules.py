"""The cell of a sign-up, and which events are one.

A sign-up is a moment that somebody asked for a place: a claim, or an application sent. It is never
taken back; how many are left of them the funnel tells.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from services.reporting.folding.rules import (
    PLUS,
    Fact,
    Folded,
    Foldings,
    Recorded,
    Rollup,
    Source,
)
from shared.schemas.enrollment import ApplicationMoved, Topic


class SignUpKind(StrEnum):
    """How somebody asked for a place."""

    CLAIM = "CLAIM"
    APPLICATION = "APPLICATION"


SIGNUPS: Final = Fact(
    "signups", Source.ENROLLMENT, ("wave_id", "province_code", "signup_kind", "minute")
)
_CLAIM: Final = SignUpKind.CLAIM.value
_APPLICATION: Final = SignUpKind.APPLICATION.value
# The summary answers who asks for the whole wave: a row a minute, however many provinces.
ROLLUPS: Final = (
    Rollup("signup_summary", SIGNUPS, ("wave_id", "signup_kind", "minute"), daily=False),
    Rollup("signup_cube", SIGNUPS, SIGNUPS.members, daily=False),
)


def minute_of(moment: datetime) -> datetime:
    """Return the minute in which `moment` lies, by its first second in UTC."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _fold_claim(folded: Folded, event: Recorded) -> None:
    # Its members are checked where enrollments are counted, from the same event, and stand there as
    # they are written: the most frequent of all events is read once.
    entered = event.payload["after"]
    # A place that follows from an application is no second sign-up.
    if event.payload["before"] is None and not entered.get("applied", False):
        minute = minute_of(event.occurred_at)
        members = (entered["wave_id"], entered["province_code"], _CLAIM, minute)
        folded.move(SIGNUPS, event.day, members, PLUS)


def _fold_application(folded: Folded, event: Recorded) -> None:
    moved = ApplicationMoved.model_validate(event.payload)
    # Events of before cells were told name no province.
    province_code = moved.entered.province_code if moved.entered is not None else ""
    minute = minute_of(event.occurred_at)
    members = (str(moved.wave_id), province_code, _APPLICATION, minute)
    folded.move(SIGNUPS, event.day, members, PLUS)


FOLDINGS: Final[Foldings] = {
    Topic.CLAIMED: {1: _fold_claim},
    Topic.APPLICATION_SUBMITTED: {1: _fold_application},
}
