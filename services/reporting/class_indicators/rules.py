"""What is counted of attendance, and of what training costs."""

from typing import Final

from services.reporting.folding.rules import Source
from services.reporting.indicators.rules import (
    CLASSES,
    FOLLOWUP_EVENTS,
    TIMES,
    Indicator,
    Report,
    Unit,
    Whole,
)
from shared.i18n import Text

_RATIO, _COUNT, _MEAN = Unit.RATIO, Unit.COUNT, Unit.MEAN
# One class is enough to tell what it costs, a handful to compare.
_FEW_CLASSES: Final = 5
_FUNDED: Final = ("ended_classes_funded", "classes_ended")

ATTENDANCE: Final = Report(
    code="attendance",
    label=Text("Kehadiran", "Attendance"),
    description=Text(
        "Kehadiran menurut daftar hadir tiap sesi, dan hari yang dibayar. Kelas dihitung di balai"
        " tempatnya sekarang.",
        "Attendance by the roll calls of sessions, and the days that count for the payer. A class"
        " counts where it is now.",
    ),
    sources=(Source.ENROLLMENT,),
    dimensions=(*CLASSES, *TIMES),
    wholes=(Whole("expected", ("attended",)),),
    indicators=(
        Indicator(
            "attended",
            Text("Hadir dari yang diharapkan", "Attended of expected"),
            _RATIO,
            "attended",
            "expected",
            definition=Text(
                "Kehadiran (hadir atau terlambat) dari semua catatan hadir, terlambat dan absen;"
                " yang berizin tidak dihitung.",
                "Marks of present or late, of all marks of present, late and absent; who was"
                " excused counts neither for nor against.",
            ),
            of_people=True,
        ),
        Indicator(
            "attendance_days",
            Text("Hari kehadiran untuk pembayar", "Attendance days for the payer"),
            _COUNT,
            "attendance_days",
            definition=Text(
                "Orang dikali hari setempat: sehari dihitung sekali bagi seseorang yang mengikuti"
                " satu sesi atau lebih menurut aturan keterlambatan program.",
                "People times local days: a day counts once for somebody who attended one session"
                " or more of it by the programme's rule on being late.",
            ),
            of_people=True,
        ),
        Indicator(
            "rolls_called",
            Text("Sesi dengan daftar hadir", "Sessions with a roll call"),
            _COUNT,
            "rolls_called",
            definition=Text(
                "Sesi yang daftar hadirnya sudah diisi.",
                "Sessions of which the roll was called.",
            ),
        ),
        Indicator(
            "excused",
            Text("Berizin", "Excused"),
            _COUNT,
            "excused",
            definition=Text(
                "Catatan izin pada semua sesi.", "Marks of excused, over all sessions."
            ),
            of_people=True,
        ),
    ),
)

COSTS: Final = Report(
    code="costs",
    label=Text("Biaya pelatihan", "Costs of training"),
    description=Text(
        "Dana kelas yang sudah selesai, per orang yang selesai dan per wirausaha. Dana dihitung di"
        " balai tempat kelasnya sekarang.",
        "The money of classes that have ended, per person who completed and per entrepreneur. Money"
        " counts where its class is now.",
    ),
    sources=(Source.ENROLLMENT, Source.REPORTING),
    dimensions=CLASSES,
    by_horizon=True,
    indicators=(
        Indicator(
            "funding",
            Text("Dana kelas (rupiah)", "Money of classes (rupiah)"),
            _COUNT,
            "funding_rupiah",
            definition=Text(
                "Dana dari semua sumber untuk semua kelas, dalam rupiah.",
                "Money from all sources for all classes, in rupiah.",
            ),
        ),
        Indicator(
            "cost_per_completed",
            Text("Biaya per orang yang selesai (rupiah)", "Cost per person completed (rupiah)"),
            _MEAN,
            "funding_rupiah_of_ended",
            "completed",
            response=_FUNDED,
            few=_FEW_CLASSES,
            definition=Text(
                "Dana kelas yang sudah selesai dibagi orang yang menyelesaikan pelatihan. Tingkat"
                " respons: kelas selesai yang dananya dilaporkan; selama di bawah 1, biayanya"
                " terlalu rendah.",
                "Money of classes that have ended, divided by people who completed. The response"
                " rate is that of ended classes whose money was told: below 1 the cost is"
                " understated.",
            ),
        ),
        Indicator(
            "cost_per_entrepreneur",
            Text("Biaya per wirausaha (rupiah)", "Cost per entrepreneur (rupiah)"),
            _MEAN,
            "funding_rupiah_of_ended",
            "entrepreneurs",
            response=_FUNDED,
            few=_FEW_CLASSES,
            unreached="unreached",
            definition=Text(
                "Dana semua kelas yang sudah selesai, juga yang lulusannya belum ditanya, dibagi"
                " lulusan semua kelas yang menjawab bahwa mereka memulai usaha atau berusaha"
                " sendiri, juga dari kelas yang dananya tidak dilaporkan. Tingkat respons: kelas"
                " selesai yang dananya dilaporkan; selama di bawah 1, biayanya terlalu rendah,"
                " dan selama ada lulusan yang belum menjawab, terlalu tinggi. Karena itu tidak"
                " dipublikasikan.",
                "Money of all classes that have ended, also of those whose graduates were not asked"
                " yet, divided by graduates of all classes who answered that they started a"
                " business or are self-employed, also of classes whose money was not told. The"
                " response rate is that of ended classes whose money was told: below 1 the cost is"
                " understated, and while graduates have not answered it is overstated. Therefore"
                " it is not published.",
            ),
            source=FOLLOWUP_EVENTS,
        ),
    ),
)
