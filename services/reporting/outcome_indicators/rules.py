"""What is counted of what became of people."""

from typing import Final

from services.reporting.folding.rules import Source
from services.reporting.indicators.rules import (
    BOTH,
    FOLLOWUP_EVENTS,
    PEOPLE,
    TIMES,
    Dimension,
    Indicator,
    Report,
    Unit,
    Whole,
)
from shared.i18n import Text

_FINANCING: Final = (
    ("kur", Text("KUR", "KUR")),
    ("kur_syariah", Text("KUR syariah", "sharia KUR")),
    ("lpdb", Text("LPDB", "LPDB")),
    ("bwm", Text("Bank Wakaf Mikro", "micro waqf banks (BWM)")),
    ("other", Text("sumber lain", "other sources")),
)
_RESPONSE: Final = ("answered", "asked")


def _of_answers(
    code: str,
    label: Text,
    definition: Text,
    *,
    counted: str | None = None,
    of: str = "answered",
    unit: Unit = Unit.RATIO,
) -> Indicator:
    return Indicator(
        code,
        label,
        unit,
        counted or code,
        of,
        response=_RESPONSE,
        unreached="unreached",
        definition=definition,
        source=FOLLOWUP_EVENTS,
    )


# Who is both employed and self-employed is counted twice beside those who work. What somebody is
# asked beside his status is a part of who answered at all.
_WHOLES: Final = (
    Whole("asked", ("answered", "unreached")),
    Whole("answered", ("working", "studying", "seeking", "inactive")),
    Whole("working", ("employed", "self_employed")),
    Whole("working", ("absorbed", "self_employed")),
    *(Whole("working", (part,)) for part in ("employed", "absorbed", "self_employed")),
    Whole("entrepreneurs", ("self_employed",)),
    Whole("financed", tuple(f"financed_{kind}" for kind, _ in _FINANCING)),
    Whole("incomes_compared", ("incomes_up",)),
    Whole("sizes_compared", ("size_up",)),
    Whole("trades_compared", ("matched",)),
)

OUTCOMES: Final = Report(
    code="outcomes",
    label=Text("Hasil pelatihan", "Outcomes"),
    description=Text(
        "Keadaan lulusan setelah 3, 6 dan 12 bulan, selalu dengan tingkat respons.",
        "What became of those who completed after 3, 6 and 12 months, with the response rate.",
    ),
    sources=(Source.ENROLLMENT, Source.REPORTING),
    dimensions=(*PEOPLE, Dimension.DISABILITY, Dimension.TRADE, *TIMES),
    area_bases=BOTH,
    by_horizon=True,
    wholes=_WHOLES,
    indicators=(
        _of_answers(
            "answered",
            Text("Menjawab", "Answered"),
            Text(
                "Lulusan yang menjawab, dari semua yang ditanya pada saat itu; yang belum menjawab"
                " dan yang tidak terjangkau ikut dihitung sebagai penyebut.",
                "Graduates who answered, of all who were asked at that time; who has not answered"
                " yet and who was not reached count in the denominator.",
            ),
            of="asked",
        ),
        _of_answers(
            "unreached",
            Text("Tidak terjangkau", "Unreached"),
            Text(
                "Lulusan yang sampai batas waktunya tidak menjawab, dari semua yang ditanya.",
                "Graduates who had not answered by the closing day, of all who were asked.",
            ),
            of="asked",
        ),
        _of_answers(
            "absorbed",
            Text("Terserap industri", "Absorbed by industry"),
            Text(
                "Lulusan yang bekerja pada orang lain, termasuk yang juga berusaha, dari yang"
                " menjawab.",
                "Graduates who are employed, those who also run a business included, of those who"
                " answered.",
            ),
        ),
        _of_answers(
            "entrepreneurs",
            Text("Menjadi wirausaha", "Entrepreneurs"),
            Text(
                "Lulusan yang memulai usaha atau berusaha sendiri, dari yang menjawab.",
                "Graduates who started a business or are self-employed, of those who answered.",
            ),
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
            "jobs_created",
            Text("Lapangan kerja tercipta", "Jobs created"),
            Text(
                "Orang yang dipekerjakan oleh usaha lulusan, menurut jawabannya.",
                "People whom graduates' businesses employ, as they answered.",
            ),
            counted="people_hired",
            unit=Unit.COUNT,
        ),
        _of_answers(
            "nib",
            Text("Memperoleh NIB", "NIB obtained"),
            Text(
                "Lulusan yang memperoleh Nomor Induk Berusaha, dari yang menjawab.",
                "Graduates who obtained a business number (NIB), of those who answered.",
            ),
        ),
        _of_answers(
            "halal",
            Text("Bersertifikat halal", "Halal certified"),
            Text(
                "Lulusan yang produknya bersertifikat halal, dari yang menjawab.",
                "Graduates whose product is halal certified, of those who answered.",
            ),
        ),
        _of_answers(
            "financed",
            Text("Memperoleh pembiayaan", "Financed"),
            Text(
                "Lulusan yang memperoleh pembiayaan (KUR, KUR syariah, LPDB, BWM, lainnya), dari"
                " yang menjawab.",
                "Graduates who were financed (KUR, sharia KUR, LPDB, BWM, other), of those who"
                " answered.",
            ),
        ),
        *(
            _of_answers(
                f"financed_{code}",
                Text(f"Dibiayai {name.id}", f"Financed by {name.en}"),
                Text(
                    f"Lulusan yang pembiayaannya dari {name.id}, dari semua yang dibiayai.",
                    f"Graduates whose financing is from {name.en}, of all who were financed.",
                ),
                of="financed",
            )
            for code, name in _FINANCING
        ),
        _of_answers(
            "size_up",
            Text("Naik kelas", "Size class up"),
            Text(
                "Lulusan yang usahanya naik kelas menurut PP 7/2021, dari yang menyebut omzet atau"
                " modal sebelum dan sesudah pelatihan.",
                "Graduates whose business has risen in size class (PP 7/2021), of those who told"
                " its sales or capital from before and after the training.",
            ),
            of="sizes_compared",
        ),
        _of_answers(
            "matched",
            Text("Sesuai kejuruan", "Matching the trade"),
            Text(
                "Lulusan yang pekerjaan atau usahanya sesuai kejuruan pelatihan, dari yang"
                " menyebutnya.",
                "Graduates whose work or business matches the trade of the training, of those who"
                " said whether it does.",
            ),
            of="trades_compared",
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
