"""What is counted of what became of people."""

from typing import Final

from services.reporting.folding.rules import Source
from services.reporting.indicators.rules import (
    BOTH,
    FOLLOWUP_EVENTS,
    PEOPLE,
    TIMES,
    Indicator,
    Report,
    Unit,
)
from shared.i18n import Text

_RESPONSE: Final = ("answered", "completed")


def _of_answers(
    code: str,
    label: Text,
    definition: Text,
    *,
    of: str = "answered",
    unit: Unit = Unit.RATIO,
) -> Indicator:
    return Indicator(
        code,
        label,
        unit,
        code,
        of,
        response=_RESPONSE,
        unreached="unreached",
        definition=definition,
        source=FOLLOWUP_EVENTS,
    )


OUTCOMES: Final = Report(
    code="outcomes",
    label=Text("Hasil pelatihan", "Outcomes"),
    description=Text(
        "Keadaan lulusan setelah 3, 6 dan 12 bulan, selalu dengan tingkat respons.",
        "What became of those who completed after 3, 6 and 12 months, with the response rate.",
    ),
    sources=(Source.ENROLLMENT, Source.REPORTING),
    dimensions=(*PEOPLE, *TIMES),
    area_bases=BOTH,
    by_horizon=True,
    indicators=(
        _of_answers(
            "answered",
            Text("Menjawab", "Answered"),
            Text(
                "Lulusan yang keadaannya diketahui, dari semua yang selesai.",
                "Graduates of whom it is known what they do, of all who completed.",
            ),
            of="completed",
        ),
        _of_answers(
            "working",
            Text("Bekerja atau berusaha", "Working"),
            Text(
                "Lulusan yang bekerja pada orang lain, berusaha sendiri, atau keduanya.",
                "Graduates who are employed, self-employed, or both.",
            ),
        ),
        _of_answers(
            "employed",
            Text("Bekerja pada orang lain", "Employed"),
            Text(
                "Lulusan yang bekerja pada orang lain, termasuk yang juga berusaha.",
                "Graduates who are employed, those who also run a business included.",
            ),
        ),
        _of_answers(
            "self_employed",
            Text("Berusaha sendiri", "Self-employed"),
            Text(
                "Lulusan yang berusaha sendiri, termasuk yang juga bekerja pada orang lain.",
                "Graduates who are self-employed, those who are also employed included.",
            ),
        ),
        _of_answers(
            "studying",
            Text("Belajar", "Studying"),
            Text("Lulusan yang melanjutkan belajar.", "Graduates who went on to study."),
        ),
        _of_answers(
            "seeking",
            Text("Mencari kerja", "Seeking work"),
            Text("Lulusan yang mencari kerja.", "Graduates who look for work."),
        ),
        _of_answers(
            "inactive",
            Text("Tidak aktif", "Inactive"),
            Text(
                "Lulusan yang tidak bekerja, tidak belajar dan tidak mencari kerja.",
                "Graduates who neither work nor study nor look for work.",
            ),
        ),
        _of_answers(
            "businesses_started",
            Text("Memulai usaha", "Started a business"),
            Text(
                "Lulusan yang memulai usaha setelah pelatihan.",
                "Graduates who started a business after the training.",
            ),
        ),
        _of_answers(
            "businesses_running",
            Text("Usaha berjalan", "Business running"),
            Text(
                "Lulusan yang usahanya berjalan ketika ditanya.",
                "Graduates whose business was running when they were asked.",
            ),
        ),
        _of_answers(
            "incomes_up",
            Text("Penghasilan naik", "Income risen"),
            Text(
                "Lulusan yang penghasilannya naik, dari yang menyebut penghasilan sebelum dan"
                " sesudah pelatihan.",
                "Graduates whose income has risen, of those who told it from before and after the"
                " training.",
            ),
            of="incomes_compared",
        ),
        _of_answers(
            "people_hired",
            Text("Orang yang dipekerjakan", "People hired"),
            Text(
                "Orang yang dipekerjakan oleh usaha lulusan, menurut jawabannya.",
                "People whom graduates' businesses employ, as they answered.",
            ),
            unit=Unit.COUNT,
        ),
        _of_answers(
            "days_to_first_income",
            Text("Hari sampai penghasilan pertama", "Days to the first income"),
            Text(
                "Rata-rata hari dari akhir pelatihan sampai penghasilan pertama, dari yang"
                " menyebutnya.",
                "Mean days from the end of the training to the first income, of those who told it.",
            ),
            of="first_incomes",
            unit=Unit.MEAN,
        ),
    ),
)
