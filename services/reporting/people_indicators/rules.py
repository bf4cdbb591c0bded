"""What is counted of people on their way: progress, the opening, the funnel."""

from typing import Final

from services.reporting.folding.rules import Source
from services.reporting.indicators.rules import (
    BOTH,
    CLASSES,
    PEOPLE,
    PUBLIC,
    TIMES,
    Dimension,
    Indicator,
    Report,
    Unit,
    Whole,
)
from shared.i18n import Text

# What the programme promised: 5,000 people, possibly up to 10,000.
TARGETS: Final = (5_000, 10_000)

_RATIO, _COUNT = Unit.RATIO, Unit.COUNT

_SEATED: Final = Text(
    "Orang yang memegang kursi, termasuk yang sudah selesai atau berhenti.",
    "People who hold a seat, those who have completed or dropped out included.",
)
_PRESENT: Final = Text(
    "Orang yang dilaporkan hadir pada pembukaan kelasnya, dari yang memegang kursi.",
    "People reported present at the opening of their class, of those who hold a seat.",
)
_COMPLETED: Final = Text(
    "Orang yang dilaporkan balai telah menyelesaikan pelatihan, dari yang memegang kursi.",
    "People whom the centre reported to have completed the training, of those who hold a seat.",
)

# Who was present is one of those reported, who is one of those seated.
_AT_THE_OPENING: Final = (
    Whole("seated", ("reported",)),
    Whole("seated", ("present",)),
    Whole("reported", ("present",)),
)
_TRAINED: Final = Whole("seated", ("completed", "dropped_out"))

_APPLICANTS: Final = Text(
    "jumlah applications + jumlah direct_claims", "sum of applications + sum of direct_claims"
)
_ELIGIBLE: Final = Text(
    "jumlah applications_eligible + jumlah direct_claims",
    "sum of applications_eligible + sum of direct_claims",
)

FUNNEL: Final = Report(
    code="funnel",
    label=Text("Corong kepesertaan", "Funnel"),
    description=Text(
        "Dari pendaftaran sampai sertifikat: berapa orang pada tiap langkah.",
        "From the wish to take part to the certificate: how many people at each step.",
    ),
    sources=(Source.ENROLLMENT,),
    dimensions=(*PEOPLE, Dimension.DISABILITY, Dimension.TRADE, *TIMES),
    area_bases=BOTH,
    wholes=(
        Whole("applications", ("applications_eligible",)),
        Whole("claims", ("seated", "waitlisted", "not_placed", "cancelled")),
        Whole("seated", ("promoted",)),
        *_AT_THE_OPENING,
        _TRAINED,
        Whole("completed", ("certified_training",)),
    ),
    indicators=(
        Indicator(
            "applicants",
            Text("Pendaftar", "Applicants"),
            _COUNT,
            "applicants",
            definition=Text(
                "Pendaftaran yang pernah dikirim, termasuk yang ditarik kembali, dan permintaan"
                " tempat tanpa pendaftaran; yang berpindah kelas dihitung sekali.",
                "Applications ever submitted, those withdrawn since included, and claims of a place"
                " made without one; who was transferred counts once.",
            ),
            formula=_APPLICANTS,
        ),
        Indicator(
            "eligible",
            Text("Memenuhi syarat", "Eligible"),
            _COUNT,
            "eligible",
            "applicants",
            definition=Text(
                "Pendaftar yang memenuhi syarat program; permintaan tempat hanya diterima dari yang"
                " memenuhi syarat.",
                "Applicants who meet the programme's terms; a claim is taken only of who does.",
            ),
            formula=_ELIGIBLE,
        ),
        Indicator(
            "claims",
            Text("Permintaan tempat", "Claims of a place"),
            _COUNT,
            "claims",
            definition=Text(
                "Permintaan tempat yang diterima, tanpa yang berpindah: mereka dihitung di kelas"
                " yang baru.",
                "Claims of a place that were taken, without those transferred: they count in their"
                " new class.",
            ),
        ),
        Indicator(
            "seated",
            Text("Mendapat kursi (termasuk yang selesai atau berhenti)", "Holding a seat"),
            _COUNT,
            "seated",
            "claims",
            definition=_SEATED,
        ),
        Indicator(
            "waitlisted",
            Text("Dalam daftar tunggu", "Waiting"),
            _COUNT,
            "waitlisted",
            "claims",
            definition=Text(
                "Orang yang menunggu kursi di kelas yang penuh.",
                "People who wait for a seat of a class that is full.",
            ),
        ),
        Indicator(
            "promoted",
            Text("Naik dari daftar tunggu", "Promoted from the waitlist"),
            _COUNT,
            "promoted",
            "claims",
            definition=Text(
                "Orang yang memegang kursi dan semula menunggu.",
                "People who hold a seat and waited at first.",
            ),
        ),
        Indicator(
            "not_placed",
            Text("Tidak tertampung", "Not placed"),
            _COUNT,
            "not_placed",
            "claims",
            definition=Text(
                "Orang yang masih menunggu ketika kelasnya dimulai.",
                "People who were still waiting when their class began.",
            ),
        ),
        Indicator(
            "cancelled",
            Text("Dibatalkan", "Cancelled"),
            _COUNT,
            "cancelled",
            "claims",
            definition=Text(
                "Orang yang membatalkan, menolak tawaran, atau membiarkannya lewat.",
                "People who cancelled, declined an offer, or let it pass.",
            ),
        ),
        Indicator(
            "present",
            Text("Hadir pada pembukaan", "Present at the opening"),
            _COUNT,
            "present",
            "seated",
            response=("reported", "seated"),
            definition=_PRESENT,
        ),
        Indicator(
            "completed",
            Text("Selesai", "Completed"),
            _COUNT,
            "completed",
            "seated",
            definition=_COMPLETED,
        ),
        Indicator(
            "dropped_out",
            Text("Berhenti", "Dropped out"),
            _COUNT,
            "dropped_out",
            "seated",
            definition=Text(
                "Orang yang berhenti setelah pelatihannya dimulai, dari yang memegang kursi.",
                "People who left after their training had begun, of those who hold a seat.",
            ),
        ),
        Indicator(
            "certified_training",
            Text("Bersertifikat pelatihan", "Certified for the training"),
            _COUNT,
            "certified_training",
            "completed",
            definition=Text(
                "Orang dengan sertifikat pelatihan yang berlaku dari balai, dari yang selesai; yang"
                " dicabut tidak dihitung, yang diganti dihitung sekali.",
                "People with a valid certificate of training by the centre, of those who completed;"
                " a revoked one does not count, a reissued one counts once.",
            ),
        ),
        Indicator(
            "certified_competence",
            Text("Sertifikat kompetensi terverifikasi", "Certificates of competence verified"),
            _COUNT,
            "certified_competence",
            "completed",
            definition=Text(
                "Sertifikat kompetensi dari LSP berlisensi BNSP yang buktinya sudah diperiksa,"
                " terhadap yang selesai; seseorang dapat memiliki lebih dari satu.",
                "Certificates of competence by an LSP licensed by BNSP whose evidence was looked"
                " at, against those who completed; somebody may have more than one.",
            ),
        ),
    ),
)

_PROGRESS: Final = (
    ("seated", Text("Mendapat kursi terhadap sasaran", "Seated against the target"), _SEATED),
    ("present", Text("Hadir terhadap sasaran", "Present against the target"), _PRESENT),
    ("completed", Text("Selesai terhadap sasaran", "Completed against the target"), _COMPLETED),
)
PROGRESS: Final = Report(
    code="progress",
    label=Text("Kemajuan nasional", "National progress"),
    description=Text(
        "Peserta terhadap sasaran nasional 5.000 dan 10.000; bagian daerah adalah sumbangannya.",
        "Participants against the national 5,000 and 10,000; an area's share is its contribution.",
    ),
    sources=(Source.ENROLLMENT,),
    dimensions=(*PEOPLE, Dimension.DISABILITY, Dimension.TRADE, *TIMES),
    public=PUBLIC,
    area_bases=BOTH,
    wholes=(Whole("seated", ("present",)), Whole("seated", ("completed",))),
    indicators=tuple(
        Indicator(code, label, _RATIO, code, target=target, definition=definition)
        for target in TARGETS
        for code, label, definition in _PROGRESS
    ),
)

OPENING: Final = Report(
    code="opening",
    label=Text("Pembukaan serentak", "Opening"),
    description=Text(
        "Kelas yang dibuka dari yang direncanakan, hadir dari yang mendapat kursi, balai yang belum"
        " melapor setelah jam mulai lewat.",
        "Classes opened of those planned, present of those seated, centres that have not reported"
        " although their start has passed.",
    ),
    sources=(Source.ENROLLMENT,),
    dimensions=(*CLASSES, *TIMES),
    public=PUBLIC,
    timed=True,
    wholes=_AT_THE_OPENING,
    indicators=(
        Indicator(
            "classes_opened",
            Text("Kelas dibuka dari yang direncanakan", "Classes opened of those planned"),
            _RATIO,
            "classes_opened",
            "classes_planned",
            definition=Text(
                "Kelas yang dilaporkan dibuka, termasuk yang sudah selesai, dari semua yang"
                " direncanakan dan tidak dibatalkan.",
                "Classes reported open, those that have ended included, of all that were planned"
                " and not called off.",
            ),
        ),
        Indicator(
            "present",
            Text("Hadir dari yang mendapat kursi", "Present of those seated"),
            _RATIO,
            "present",
            "seated",
            response=("reported", "seated"),
            definition=_PRESENT,
            of_people=True,
        ),
        Indicator(
            "silent",
            Text("Belum melapor setelah jam mulai", "Silent after their start"),
            _COUNT,
            "classes_silent",
            "classes_due",
            definition=Text(
                "Kelas yang jam mulainya sudah lewat dan belum dilaporkan dibuka.",
                "Classes whose start has passed and that nobody has reported open.",
            ),
        ),
    ),
)
