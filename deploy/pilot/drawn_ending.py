"""What the wave whose places were drawn came to, for the table at the end."""

from dataclasses import dataclass, field
from typing import Final

from deploy.pilot.drawing import hopefuls, outcome_of
from deploy.pilot.papers import certificates_of, count_notices
from deploy.pilot.play import Play
from deploy.pilot.start import list_class

_AT_ONCE: Final = 8
_HELD: Final = ("SEATED", "COMPLETED", "DROPPED_OUT")
# What came of a referral, in a word.
_RECEIVED: Final = {
    "FINANCING_GRANTED": "bank",
    "SERVICE_RECEIVED": "PLUT",
    "SLOT_USED": "line",
    "TENANT_JOINED": "incubator",
}


@dataclass(slots=True)
class Drawn:
    """The second wave in figures."""

    applied: int = 0
    assisted: int = 0
    ineligible: int = 0
    withdrawn: int = 0
    offered: int = 0
    reserve: int = 0
    not_selected: int = 0
    repeated: int = 0
    confirmed: int = 0
    declined: int = 0
    too_late: int = 0
    promoted: int = 0
    ready_percent: float = 0.0
    roll_calls: int = 0
    told_offline: int = 0
    passed: int = 0
    not_passed: int = 0
    certificates: int = 0
    notices: dict[str, int] = field(default_factory=dict)
    referred: int = 0
    received: dict[str, int] = field(default_factory=dict)


async def count_drawn(play: Play) -> Drawn:
    """Count what the client was told, and what the API shows."""
    drawn = Drawn()
    _count_selection(play, drawn)
    _count_training(play, drawn)
    seen: list[bool] = []

    async def read(number: int) -> None:
        rows = await list_class(play, play.drawn[number])
        seen.extend(row.waitlist_number is not None for row in rows if row.state in _HELD)

    await play.crowd("the drawn wave", range(len(play.drawn)), read, at_once=_AT_ONCE)
    drawn.promoted = sum(seen)
    certificates = await certificates_of(play)
    drawn.certificates = sum(each.printed for each in certificates)
    holders = {each.participant_id for each in certificates}
    told = await count_notices(play, [each for each in play.people if each.id in holders])
    drawn.notices = dict(told.most_common())
    return drawn


def _count_selection(play: Play, drawn: Drawn) -> None:
    applied = list(play.journal.of("draw-apply"))
    outcomes = [outcome_of(play, person) for person in hopefuls(play)]
    drawn.applied = len(applied)
    drawn.assisted = sum(entry.facts["assisted"] for entry in applied)
    drawn.ineligible = outcomes.count("INELIGIBLE")
    drawn.withdrawn = play.journal.outcomes("draw-withdraw")["WITHDRAWN"]
    repeated = play.journal.find("draw-repeat")
    if repeated is not None:
        drawn.repeated = repeated.facts["ranks"]
        drawn.offered = repeated.facts["PLACED"]
        drawn.reserve = repeated.facts["RESERVE"]
        drawn.not_selected = repeated.facts["NOT_SELECTED"]
    drawn.confirmed = play.journal.outcomes("draw-confirm")["SEATED"]
    drawn.declined = play.journal.outcomes("draw-decline")["DECLINED"]
    drawn.too_late = play.journal.outcomes("draw-confirm")["offer-expired"]
    decision = play.journal.find("draw-decision")
    drawn.ready_percent = decision.facts["percent"] if decision is not None else 0.0


def _count_training(play: Play, drawn: Drawn) -> None:
    drawn.roll_calls = play.journal.outcomes("draw-roll")["CALLED"]
    drawn.told_offline = sum(entry.facts["changes"] for entry in play.journal.of("draw-sync"))
    ended = list(play.journal.of("draw-end"))
    drawn.passed = sum(entry.facts["completed"] for entry in ended)
    drawn.not_passed = sum(entry.facts["dropped_out"] for entry in ended)
    drawn.referred = play.journal.outcomes("referral-propose").total()
    drawn.received = dict(play.journal.outcomes("referral-result").most_common())


def lines_of(drawn: Drawn) -> list[tuple[str, str, str]]:
    """Return the lines of the table: a name, a figure and a remark."""
    sent = sum(drawn.notices.values())
    return [
        (
            "applied for the draw",
            f"{drawn.applied:,}",
            f"{drawn.assisted} on paper, {drawn.ineligible} ineligible, {drawn.withdrawn} left",
        ),
        (
            "drawn a seat",
            f"{drawn.offered:,}",
            f"{drawn.reserve} in reserve, {drawn.not_selected:,} not selected",
        ),
        ("ranks repeated", f"{drawn.repeated:,}", "by a stranger, from what is published"),
        (
            "seats confirmed",
            f"{drawn.confirmed:,}",
            f"{drawn.declined} declined, {drawn.too_late} too late, {drawn.promoted} moved up",
        ),
        ("ready at the decision", f"{drawn.ready_percent:.0f} %", "of the drawn classes: GO"),
        (
            "roll calls",
            f"{drawn.roll_calls:,}",
            f"and {drawn.told_offline} reports from a phone offline",
        ),
        ("passed", f"{drawn.passed:,}", f"{drawn.not_passed} did not, by attendance or test"),
        ("certificates", f"{drawn.certificates:,}", f"{sent:,} notices sent to their holders"),
        (
            "referred",
            f"{drawn.referred:,}",
            ", ".join(
                f"{number} {_RECEIVED.get(outcome, outcome)}"
                for outcome, number in sorted(drawn.received.items())
            ),
        ),
    ]
