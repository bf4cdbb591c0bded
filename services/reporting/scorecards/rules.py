"""What stands on a scorecard, and what makes a centre credible and self-reliant, in figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from services.reporting.class_indicators.rules import ATTENDANCE
from services.reporting.hour_indicators.rules import UTILISATION
from services.reporting.indicators.rules import Indicator, Report
from services.reporting.outcome_indicators.rules import OUTCOMES
from services.reporting.people_indicators.rules import FUNNEL, OPENING
from services.reporting.standing_indicators.rules import STANDING
from shared.errors import NotFoundError
from shared.i18n import Text


class FacilityUnknownError(NotFoundError):
    """No such facility is known here, or the caller may not see its figures."""

    code = "facility-unknown"
    title = Text("Balai tidak dikenal di pelaporan.", "Reporting knows no such facility.")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the card: some indicators of one report."""

    code: str
    label: Text
    report: Report
    indicators: tuple[str, ...]

    def shown(self) -> tuple[Indicator, ...]:
        """Return its indicators."""
        return tuple(each for each in self.report.indicators if each.code in self.indicators)


PARTS: Final = (
    Part(
        "use",
        Text("Pemakaian ruang", "Use of its rooms"),
        UTILISATION,
        ("hours_open", "hours_used", "utilisation", "idle_hours_used"),
    ),
    Part("classes", Text("Kelas", "Classes"), OPENING, ("classes_opened", "silent")),
    Part("roll", Text("Presensi", "Roll calls"), ATTENDANCE, ("attended", "rolls_called")),
    Part(
        "output",
        Text("Keluaran", "Output"),
        FUNNEL,
        ("seated", "completed", "dropped_out", "certified_training", "certified_competence"),
    ),
    Part(
        "outcomes",
        Text("Hasil pelatihan", "Outcomes"),
        OUTCOMES,
        ("answered", "unreached", "absorbed", "entrepreneurs", "jobs_created", "incomes_up"),
    ),
    Part(
        "standing",
        Text("Kemandirian", "Self-reliance"),
        STANDING,
        (
            "maturity_baru",
            "maturity_tumbuh",
            "maturity_berkembang",
            "maturity_mandiri",
            "milestones_done",
            "milestones_overdue",
            "incubators",
            "tenants_in",
            "covered",
            "actions_done",
        ),
    ),
)


class Virtue(StrEnum):
    """What the programme wants of a centre."""

    CREDIBLE = "CREDIBLE"
    SELF_RELIANT = "SELF_RELIANT"


@dataclass(frozen=True, slots=True)
class Criterion:
    """A figure that speaks for a virtue when it is at least, or at most, a stated number.

    `share` takes the numerator over the denominator, whatever the unit of the indicator is.
    """

    code: str
    virtue: Virtue
    label: Text
    part: str
    indicator: str
    at_least: float | None = None
    at_most: float | None = None
    share: bool = False

    def value_of(self, row: Mapping[str, Any]) -> float | None:
        """Return the figure that is held against the number; None when there is none."""
        top, bottom = row["numerator"], row["denominator"]
        if row["suppressed"]:
            return None
        if not self.share:
            found: float | None = row["value"]
            return found
        return round(top / bottom, 6) if bottom else None

    def is_met(self, row: Mapping[str, Any]) -> bool | None:
        """Tell whether the figure speaks for the virtue; None when it cannot be told."""
        value = self.value_of(row)
        if value is None:
            return None
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)


_C, _S = Virtue.CREDIBLE, Virtue.SELF_RELIANT
# Stated by this product, not by law: a first reading that anybody can repeat from the card.
CRITERIA: Final = (
    Criterion(
        "reports_its_classes",
        _C,
        Text("Semua kelas yang jam mulainya lewat dilaporkan", "Reports every class that started"),
        "classes",
        "silent",
        at_most=0,
    ),
    Criterion(
        "calls_the_roll",
        _C,
        Text("Presensi dicatat untuk 95% pertemuan", "Calls the roll of 95 % of the sessions"),
        "roll",
        "rolls_called",
        at_least=0.95,
        share=True,
    ),
    Criterion(
        "people_attend",
        _C,
        Text("Peserta hadir pada 80% pertemuan", "People attend 80 % of the sessions"),
        "roll",
        "attended",
        at_least=0.8,
        share=True,
    ),
    Criterion(
        "people_complete",
        _C,
        Text("80% peserta menyelesaikan pelatihan", "80 % of those seated complete"),
        "output",
        "completed",
        at_least=0.8,
        share=True,
    ),
    Criterion(
        "knows_its_graduates",
        _C,
        Text("60% lulusan menjawab penelusuran", "60 % of its graduates answer"),
        "outcomes",
        "answered",
        at_least=0.6,
        share=True,
    ),
    Criterion(
        "uses_its_rooms",
        _S,
        Text("Ruang dipakai 60% jam buka", "Uses its rooms 60 % of the hours open"),
        "use",
        "utilisation",
        at_least=0.6,
    ),
    Criterion(
        "opens_to_others",
        _S,
        Text("Jam kosong dipakai kementerian lain", "Gives idle hours to another ministry"),
        "use",
        "idle_hours_used",
        at_least=0.01,
    ),
    Criterion(
        "sustains_itself",
        _S,
        Text("Kelas kematangan Mandiri", "Is of the maturity class Mandiri"),
        "standing",
        "maturity_mandiri",
        at_least=1,
    ),
    Criterion(
        "follows_its_roadmap",
        _S,
        Text("80% tonggak peta jalan selesai", "Has done 80 % of its roadmap"),
        "standing",
        "milestones_done",
        at_least=0.8,
        share=True,
    ),
    Criterion(
        "has_partners",
        _S,
        Text("Dinaungi perjanjian kerja sama", "Is covered by an agreement"),
        "standing",
        "covered",
        at_least=1,
        share=True,
    ),
)


def judge(rows: Mapping[tuple[str, str], Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return every criterion with its figure. `rows`: by part and indicator."""
    judged = []
    for each in CRITERIA:
        row = rows[each.part, each.indicator]
        judged.append(
            {
                "code": each.code,
                "virtue": each.virtue,
                "label": each.label,
                "value": each.value_of(row),
                "at_least": each.at_least,
                "at_most": each.at_most,
                "met": each.is_met(row),
            }
        )
    return judged


def tally(criteria: Iterable[Mapping[str, Any]], virtue: Virtue) -> dict[str, int]:
    """Return how many criteria of a virtue are met, of how many that can be told, of how many."""
    own = [each["met"] for each in criteria if each["virtue"] is virtue]
    return {"met": own.count(True), "told": len(own) - own.count(None), "of": len(own)}
