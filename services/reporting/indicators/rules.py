"""What is counted: every indicator, and the reports that show it, in two languages."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.reporting.folding.rules import Source
from shared.i18n import Text

# What the programme promised: 5,000 people, possibly up to 10,000.
TARGETS: Final = (5_000, 10_000)


class Dimension(StrEnum):
    """What figures can be cut by."""

    PROGRAM = "program"
    WAVE = "wave"
    ZONE = "zone"
    PROVINCE = "province"
    REGENCY = "regency"
    FACILITY = "facility"
    FACILITY_KIND = "facility_kind"
    HOST_MINISTRY = "host_ministry"
    OWNER_MINISTRY = "owner_ministry"
    SEX = "sex"
    AGE_BAND = "age_band"
    ENTRANT_KIND = "entrant_kind"
    DAY = "day"
    STATUS = "status"


_D = Dimension

DIMENSION_LABELS: Final[dict[Dimension, Text]] = {
    _D.PROGRAM: Text("Program", "Programme"),
    _D.WAVE: Text("Gelombang", "Wave"),
    _D.ZONE: Text("Zona waktu", "Time zone"),
    _D.PROVINCE: Text("Provinsi", "Province"),
    _D.REGENCY: Text("Kabupaten/kota", "Regency or city"),
    _D.FACILITY: Text("Balai", "Facility"),
    _D.FACILITY_KIND: Text("Jenis balai", "Kind of facility"),
    _D.HOST_MINISTRY: Text("Kementerian pemilik balai", "Ministry that owns the facility"),
    _D.OWNER_MINISTRY: Text("Kementerian pemilik program", "Ministry that owns the programme"),
    _D.SEX: Text("Jenis kelamin", "Sex"),
    _D.AGE_BAND: Text("Kelompok umur", "Age band"),
    _D.ENTRANT_KIND: Text("Jenis peserta", "Kind of entrant"),
    _D.DAY: Text("Hari dicatat (WIB)", "Day recorded (Jakarta)"),
    _D.STATUS: Text("Status balai", "Status of the facility"),
}


class AreaBasis(StrEnum):
    """Whose place counts: where one trains, or where one lives."""

    FACILITY = "facility"
    RESIDENCE = "residence"


class Unit(StrEnum):
    """What the value of a row is: a whole number, a share, or a mean."""

    COUNT = "COUNT"
    RATIO = "RATIO"
    MEAN = "MEAN"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure of a report. `numerator` and `denominator` name sums.

    `target` is a constant denominator. `response` names the sums of those who answered and of
    those who were to answer.
    """

    code: str
    label: Text
    unit: Unit
    numerator: str
    denominator: str | None = None
    target: int | None = None
    response: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What is counted and how it may be cut; `public` are the cuts that need no token."""

    code: str
    label: Text
    description: Text
    sources: tuple[Source, ...]
    dimensions: tuple[Dimension, ...]
    indicators: tuple[Indicator, ...]
    public: frozenset[Dimension] = frozenset()
    area_bases: tuple[AreaBasis, ...] = (AreaBasis.FACILITY,)
    by_horizon: bool = False
    timed: bool = False


_PEOPLE: Final = (
    _D.PROGRAM,
    _D.WAVE,
    _D.ZONE,
    _D.PROVINCE,
    _D.REGENCY,
    _D.FACILITY,
    _D.FACILITY_KIND,
    _D.HOST_MINISTRY,
    _D.OWNER_MINISTRY,
    _D.SEX,
    _D.AGE_BAND,
    _D.ENTRANT_KIND,
)
_CLASSES: Final = _PEOPLE[: _PEOPLE.index(_D.SEX)]
_PUBLIC: Final = frozenset({_D.PROGRAM, _D.WAVE, _D.ZONE, _D.PROVINCE})
_BOTH: Final = (AreaBasis.FACILITY, AreaBasis.RESIDENCE)
_RATIO, _COUNT, _MEAN = Unit.RATIO, Unit.COUNT, Unit.MEAN

FUNNEL: Final = Report(
    code="funnel",
    label=Text("Corong kepesertaan", "Funnel"),
    description=Text(
        "Dari permintaan tempat sampai selesai: berapa orang pada tiap langkah.",
        "From the claim of a place to completion: how many people at each step.",
    ),
    sources=(Source.ENROLLMENT,),
    dimensions=(*_PEOPLE, _D.DAY),
    area_bases=_BOTH,
    indicators=(
        Indicator("claims", Text("Permintaan tempat", "Claims of a place"), _COUNT, "claims"),
        Indicator(
            "seated",
            Text("Mendapat kursi (termasuk yang selesai atau berhenti)", "Holding a seat"),
            _COUNT,
            "seated",
            "claims",
        ),
        Indicator(
            "waitlisted", Text("Dalam daftar tunggu", "Waiting"), _COUNT, "waitlisted", "claims"
        ),
        Indicator(
            "promoted",
            Text("Naik dari daftar tunggu", "Promoted from the waitlist"),
            _COUNT,
            "promoted",
            "claims",
        ),
        Indicator(
            "not_placed", Text("Tidak tertampung", "Not placed"), _COUNT, "not_placed", "claims"
        ),
        Indicator("cancelled", Text("Dibatalkan", "Cancelled"), _COUNT, "cancelled", "claims"),
        Indicator(
            "present",
            Text("Hadir pada pembukaan", "Present at the opening"),
            _COUNT,
            "present",
            "seated",
            response=("reported", "seated"),
        ),
        Indicator("completed", Text("Selesai", "Completed"), _COUNT, "completed", "seated"),
        Indicator("dropped_out", Text("Berhenti", "Dropped out"), _COUNT, "dropped_out", "seated"),
    ),
)

_PROGRESS: Final = (
    ("seated", Text("Mendapat kursi terhadap sasaran", "Seated against the target")),
    ("present", Text("Hadir terhadap sasaran", "Present against the target")),
    ("completed", Text("Selesai terhadap sasaran", "Completed against the target")),
)
PROGRESS: Final = Report(
    code="progress",
    label=Text("Kemajuan nasional", "National progress"),
    description=Text(
        "Peserta terhadap sasaran nasional 5.000 dan 10.000; bagian daerah adalah sumbangannya.",
        "Participants against the national 5,000 and 10,000; an area's share is its contribution.",
    ),
    sources=(Source.ENROLLMENT,),
    dimensions=_PEOPLE,
    public=_PUBLIC,
    area_bases=_BOTH,
    indicators=tuple(
        Indicator(code, label, _RATIO, code, target=target)
        for target in TARGETS
        for code, label in _PROGRESS
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
    dimensions=_CLASSES,
    public=_PUBLIC,
    timed=True,
    indicators=(
        Indicator(
            "classes_opened",
            Text("Kelas dibuka dari yang direncanakan", "Classes opened of those planned"),
            _RATIO,
            "classes_opened",
            "classes_planned",
        ),
        Indicator(
            "present",
            Text("Hadir dari yang mendapat kursi", "Present of those seated"),
            _RATIO,
            "present",
            "seated",
            response=("reported", "seated"),
        ),
        Indicator(
            "silent",
            Text("Belum melapor setelah jam mulai", "Silent after their start"),
            _COUNT,
            "classes_silent",
            "classes_due",
        ),
    ),
)

_ANSWERED: Final = ("answered", "completed")


def _share(code: str, label: Text, of: str = "answered") -> Indicator:
    return Indicator(code, label, _RATIO, code, of, response=_ANSWERED)


OUTCOMES: Final = Report(
    code="outcomes",
    label=Text("Hasil pelatihan", "Outcomes"),
    description=Text(
        "Keadaan lulusan setelah 3, 6 dan 12 bulan, selalu dengan tingkat respons.",
        "What became of those who completed after 3, 6 and 12 months, with the response rate.",
    ),
    sources=(Source.ENROLLMENT, Source.REPORTING),
    dimensions=_PEOPLE,
    area_bases=_BOTH,
    by_horizon=True,
    indicators=(
        _share("answered", Text("Menjawab", "Answered"), "completed"),
        _share("working", Text("Bekerja atau berusaha", "Working")),
        _share("employed", Text("Bekerja pada orang lain", "Employed")),
        _share("self_employed", Text("Berusaha sendiri", "Self-employed")),
        _share("studying", Text("Belajar", "Studying")),
        _share("seeking", Text("Mencari kerja", "Seeking work")),
        _share("inactive", Text("Tidak aktif", "Inactive")),
        _share("businesses_started", Text("Memulai usaha", "Started a business")),
        _share("businesses_running", Text("Usaha berjalan", "Business running")),
        _share("incomes_up", Text("Penghasilan naik", "Income risen"), "incomes_compared"),
        Indicator(
            "people_hired",
            Text("Orang yang dipekerjakan", "People hired"),
            _COUNT,
            "people_hired",
            "answered",
            response=_ANSWERED,
        ),
        Indicator(
            "days_to_first_income",
            Text("Hari sampai penghasilan pertama", "Days to the first income"),
            _MEAN,
            "days_to_first_income",
            "first_incomes",
            response=_ANSWERED,
        ),
    ),
)

FACILITIES: Final = Report(
    code="facilities",
    label=Text("Balai", "Facilities"),
    description=Text(
        "Balai yang terdaftar dan yang aktif, menurut jenis, daerah dan pemilik.",
        "Facilities registered and active, by kind, area and owner.",
    ),
    sources=(Source.REGISTRY,),
    dimensions=(
        _D.ZONE,
        _D.PROVINCE,
        _D.REGENCY,
        _D.FACILITY,
        _D.FACILITY_KIND,
        _D.OWNER_MINISTRY,
        _D.STATUS,
    ),
    indicators=(
        Indicator("facilities", Text("Balai terdaftar", "Facilities"), _COUNT, "facilities"),
        Indicator("active", Text("Balai aktif", "Active"), _RATIO, "active", "facilities"),
    ),
)

REPORTS: Final[dict[str, Report]] = {
    report.code: report for report in (PROGRESS, OPENING, FUNNEL, OUTCOMES, FACILITIES)
}
