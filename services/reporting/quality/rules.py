"""What is wrong with data, stated without a database."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from shared.errors import ConflictError
from shared.i18n import Text

# Fewer people than this are not counted before who may not see them.
SMALL: Final = 5
LATE: Final = timedelta(hours=1)
EARLY: Final = timedelta(days=1)
FAR_AHEAD: Final = timedelta(days=730)
CLOCK_ERROR: Final = timedelta(minutes=5)
ROLL_DUE: Final = timedelta(days=7)
END_DUE: Final = timedelta(days=180)
ANSWER_DUE: Final = timedelta(days=30)


class RuleListlessError(ConflictError):
    """Pairs are listed where they are decided upon, by the service that keeps them."""

    code = "quality-rule-listless"
    title = Text(
        "Pasangan ganda didaftar oleh layanan pemilik datanya.",
        "Pairs are listed by the service that keeps them.",
    )


class Rule(StrEnum):
    """Something that is wrong, or late."""

    SILENT_CLASSES = "silent_classes"
    LATE_OPENINGS = "late_openings"
    IMPOSSIBLE_DATES = "impossible_dates"
    MISSING_ROLLS = "missing_rolls"
    UNENDED_CLASSES = "unended_classes"
    MISSING_OUTCOMES = "missing_outcomes"
    DUPLICATE_PEOPLE = "duplicate_people"
    DUPLICATE_FACILITIES = "duplicate_facilities"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a rule is called and what it counts; `elsewhere` is the list of who keeps the pairs."""

    label: Text
    definition: Text
    elsewhere: str | None = None


MEANINGS: Final[dict[Rule, Meaning]] = {
    Rule.SILENT_CLASSES: Meaning(
        Text("Kelas diam", "Silent classes"),
        Text(
            "Kelas yang jam mulainya sudah lewat tetapi belum dilaporkan dibuka.",
            "Classes whose start has passed and that nobody has reported as opened.",
        ),
    ),
    Rule.LATE_OPENINGS: Meaning(
        Text("Pembukaan terlambat dilaporkan", "Openings reported late"),
        Text(
            "Pembukaan yang dilaporkan lebih dari satu jam sesudahnya.",
            "Openings that were reported more than an hour afterwards.",
        ),
    ),
    Rule.IMPOSSIBLE_DATES: Meaning(
        Text("Tanggal mustahil", "Impossible dates"),
        Text(
            "Kelas yang dibuka lebih dari sehari sebelum jadwal, atau sesudah dilaporkan, atau"
            " yang mulainya lebih dari dua tahun lagi.",
            "Classes that opened more than a day before their start, or after it was reported, or"
            " that start in more than two years.",
        ),
    ),
    Rule.MISSING_ROLLS: Meaning(
        Text("Tanpa presensi", "No roll was called"),
        Text(
            "Kelas yang berjalan lebih dari tujuh hari tanpa presensi satu pun.",
            "Classes under way for over seven days of which no roll was ever called.",
        ),
    ),
    Rule.UNENDED_CLASSES: Meaning(
        Text("Kelas tak kunjung selesai", "Classes without an end"),
        Text(
            "Kelas yang dibuka lebih dari 180 hari lalu dan belum diselesaikan.",
            "Classes that opened over 180 days ago and have not been ended.",
        ),
    ),
    Rule.MISSING_OUTCOMES: Meaning(
        Text("Hasil belum ada", "Missing outcomes"),
        Text(
            "Lulusan yang ditanya lebih dari 30 hari lalu dan belum menjawab, per kelas.",
            "Graduates who were asked over 30 days ago and have not answered, by class.",
        ),
    ),
    Rule.DUPLICATE_PEOPLE: Meaning(
        Text("Orang yang mungkin sama", "People who may be one"),
        Text(
            "Pasangan orang yang menunggu diperiksa, menurut pendaftaran.",
            "Pairs of people that wait to be looked at, as enrollment tells it.",
        ),
        elsewhere="/enrollment/v1/participant-duplicates",
    ),
    Rule.DUPLICATE_FACILITIES: Meaning(
        Text("Balai yang mungkin sama", "Facilities that may be one"),
        Text(
            "Pasangan balai yang menunggu diperiksa, menurut pembandingan terakhir.",
            "Pairs of facilities that wait to be looked at, as the last comparison left them.",
        ),
        elsewhere="/registry/v1/facility-duplicates",
    ),
}


def check_listed(rule: Rule) -> None:
    """Refuse to list what another service lists.

    Raises:
        RuleListlessError: when it does.
    """
    elsewhere = MEANINGS[rule].elsewhere
    if elsewhere is not None:
        raise RuleListlessError(extra={"list": elsewhere})


def withheld(count: int, *, guarded: bool) -> dict[str, Any]:
    """Return a count of people, or that it is withheld from who may not see them."""
    hidden = guarded and 0 < count < SMALL
    return {"count": None if hidden else count, "suppressed": hidden}
