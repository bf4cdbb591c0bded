"""The end: what was asked and answered, by the client's journal and by what the API shows."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self
from uuid import UUID

from rich.console import Console
from rich.table import Table

from deploy.pilot.drawn_ending import Drawn, count_drawn, lines_of
from deploy.pilot.figures import read_report
from deploy.pilot.freshness import Lag
from deploy.pilot.heads import count_heads
from deploy.pilot.lending import read_utilisation
from deploy.pilot.networks import count_members
from deploy.pilot.outcome import await_answers
from deploy.pilot.play import ADMIN, Play
from deploy.pilot.rush import PLACED
from deploy.pilot.start import Listed
from shared.schemas.base import Message

_CLAIM_STEPS: Final = ("apply", "again", "elsewhere")
_SEATED: Final = ("SEATED", "COMPLETED", "DROPPED_OUT")
_HOLDING: Final = (*_SEATED, "OFFERED", "WAITLISTED")
_AT_ONCE: Final = 8


class _ClassSeen(Message):
    """How full a class is."""

    code: str
    capacity: int
    taken: int


@dataclass(slots=True)
class Ending:
    """What the pilot came to; `refused` counts refusals by reason."""

    applicants: int
    classes: int
    seed: int
    registered: int = 0
    registrations_refused: dict[str, int] = field(default_factory=dict)
    asked: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    seated: int = 0
    waitlisted: int = 0
    promoted: int = 0
    cancelled: int = 0
    not_placed: int = 0
    oversold: int = 0
    duplicates: int = 0
    lost: int = 0
    classes_opened: int = 0
    present: int = 0
    completed: int = 0
    dropped_out: int = 0
    asked_after_3_months: int = 0
    answered: int = 0
    working: int = 0
    response_rate: float | None = None
    network_members: int = 0
    heads: int = 0
    hours_open: float = 0.0
    hours_lent: float = 0.0
    drawn: Drawn = field(default_factory=Drawn)
    lag: Lag | None = None
    seconds: float = 0.0

    @property
    def sound(self) -> bool:
        """Whether nothing was oversold, doubled or lost."""
        return not (self.oversold or self.duplicates or self.lost)

    def as_json(self) -> dict[str, Any]:
        """Return the ending as `--json` writes it."""
        return asdict(self)

    @classmethod
    def from_json(cls, written: dict[str, Any]) -> Self:
        """Return the ending that `as_json` wrote."""
        drawn = Drawn(**written.get("drawn", {}))
        lag = written["lag"] and Lag(**written["lag"])
        return cls(**{**written, "drawn": drawn, "lag": lag})


async def end(play: Play, *, lag: Lag | None, seconds: float) -> Ending:
    """Count everything, from the journal and over the API."""
    ending = Ending(
        applicants=play.seeds.applicants,
        classes=play.seeds.classes,
        seed=play.seeds.seed,
        lag=lag,
        seconds=round(seconds, 1),
    )
    _count_journal(play, ending)
    await _count_enrollments(play, ending)
    await _read_reports(play, ending)
    await _read_registry(play, ending)
    ending.drawn = await count_drawn(play)
    return ending


def _count_journal(play: Play, ending: Ending) -> None:
    """Count what the client was told."""
    people = list(play.journal.of("register", "twin"))
    claims = list(play.journal.of(*_CLAIM_STEPS))
    ending.registered = sum(entry.accepted for entry in people)
    ending.registrations_refused = _reasons(people)
    ending.asked = len(claims)
    ending.refused = _reasons(claims)
    ending.seated = sum(entry.outcome == "SEATED" for entry in claims)
    ending.waitlisted = sum(entry.outcome == "WAITLISTED" for entry in claims)
    ending.classes_opened = sum(entry.accepted for entry in play.journal.of("opening"))


def _reasons(entries: list[Any]) -> dict[str, int]:
    counted = Counter(entry.outcome for entry in entries if not entry.accepted)
    return dict(counted.most_common())


async def _count_enrollments(play: Play, ending: Ending) -> None:
    """Count what is there, class by class, and hold it against what was acknowledged."""
    listed: list[tuple[str, Listed]] = []

    async def read(class_id: UUID) -> None:
        path = f"/enrollment/v1/classes/{class_id}"
        rows = await play.api.items(f"{path}/enrollments", Listed, caller=ADMIN)
        seen = await play.api.get(path, _ClassSeen, caller=ADMIN)
        seats = sum(row.state in _SEATED for row in rows)
        ending.oversold += max(0, max(seats, seen.taken) - seen.capacity)
        listed.extend((str(class_id), row) for row in rows)

    both = [each.id for each in (*play.classes, *play.drawn)]
    await play.crowd("recount", both, read, at_once=_AT_ONCE)
    first = {str(each.id) for each in play.classes}
    states = Counter(row.state for class_id, row in listed if class_id in first)
    ending.cancelled = states["CANCELLED"]
    ending.not_placed = states["NOT_PLACED"]
    ending.promoted = sum(
        row.waitlist_number is not None and row.state in _SEATED
        for class_id, row in listed
        if class_id in first
    )
    places = Counter(row.participant_id for _, row in listed if row.state in _HOLDING)
    ending.duplicates = sum(number - 1 for number in places.values())
    there = {(class_id, str(row.id)) for class_id, row in listed}
    ending.lost = sum(
        (entry.facts["class"], entry.facts["enrollment"]) not in there
        for entry in play.journal.of(*_CLAIM_STEPS, "draw-confirm")
        if entry.outcome in PLACED
    )


async def _read_reports(play: Play, ending: Ending) -> None:
    """Read the figures once they have followed the last follow-up."""
    outcomes = await await_answers(play)
    funnel = await read_report(play.api, "funnel", wave_id=play.seeds.id_of("wave"))
    ending.present = funnel.count("present")
    ending.completed = funnel.count("completed")
    ending.dropped_out = funnel.count("dropped_out")
    for row in outcomes.rows_of("answered"):
        ending.asked_after_3_months = row.denominator or 0
        ending.response_rate = row.response_rate
    ending.answered = outcomes.count("answered")
    ending.working = outcomes.count("working")


async def _read_registry(play: Play, ending: Ending) -> None:
    """Read what became of the network, of the head who was invited, and of idle hours."""
    ending.network_members = await count_members(play)
    ending.heads = await count_heads(play)
    utilisation = await read_utilisation(play)
    ending.hours_open = utilisation.hours_open
    ending.hours_lent = utilisation.hours_lent


def show(ending: Ending, console: Console) -> None:
    """Print the table at the end."""
    table = Table(title="The pilot (DATA SINTETIS)", title_style="bold", show_header=False)
    table.add_column(style="dim")
    table.add_column(justify="right")
    table.add_column()
    for name, value, note in _lines(ending):
        table.add_row(name, value, note)
    console.print(table)


def _lines(ending: Ending) -> list[tuple[str, str, str]]:
    rate = ending.response_rate or 0.0
    lag = ending.lag
    return [
        ("people registered", f"{ending.registered:,}", _told(ending.registrations_refused)),
        ("claims of a seat", f"{ending.asked:,}", f"in {ending.classes} classes"),
        *(("refused", f"{number:,}", reason) for reason, number in ending.refused.items()),
        ("seated at once", f"{ending.seated:,}", ""),
        ("waitlisted", f"{ending.waitlisted:,}", f"{ending.not_placed} of them not placed"),
        ("promoted", f"{ending.promoted:,}", f"after {ending.cancelled} cancellations"),
        ("oversold", f"{ending.oversold}", "seats beyond capacity"),
        ("duplicates", f"{ending.duplicates}", "second places of one person"),
        ("lost", f"{ending.lost}", "acknowledged and not found"),
        ("classes opened", f"{ending.classes_opened}", f"of {ending.classes}"),
        ("present at the opening", f"{ending.present:,}", ""),
        ("completed", f"{ending.completed:,}", f"{ending.dropped_out} dropped out"),
        (
            "answered after 3 months",
            f"{ending.answered:,}",
            f"response rate {rate:.0%} of {ending.asked_after_3_months:,}",
        ),
        ("working or in business", f"{ending.working:,}", "of those who answered"),
        *lines_of(ending.drawn),
        ("in BLKK Eksyar", f"{ending.network_members}", "centres of pesantren, under MES"),
        ("idle hours put to use", f"{ending.hours_lent:,.0f}", _lent(ending)),
        ("heads invited", f"{ending.heads}", "acting by logins of their own"),
        (
            "event to figure",
            f"{lag.p99_s:.2f} s" if lag else "-",
            f"p99 of {lag.events:,}, median {lag.median_s:.2f} s" if lag else "not measured",
        ),
        ("took", f"{ending.seconds:.0f} s", ""),
    ]


def _lent(ending: Ending) -> str:
    share = ending.hours_lent / ending.hours_open if ending.hours_open else 0.0
    return f"by the other ministry, {share:.1%} of {ending.hours_open:,.0f} open"


def _told(refused: dict[str, int]) -> str:
    return ", ".join(f"{number} refused: {reason}" for reason, number in refused.items())
