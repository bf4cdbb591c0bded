"""What an indicator and a report are, and the dimensions that figures can be cut by."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from services.reporting.folding.rules import Source
from shared.i18n import Text

# A rate over fewer answers than this is marked; every answer states it.
MINIMUM_ANSWERS: Final = 30


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
    DISABILITY = "disability"
    TRADE = "trade"
    REFERRAL_KIND = "referral_kind"
    FINANCING = "financing"
    DAY = "day"
    MONTH = "month"
    STATUS = "status"
    PURPOSE = "purpose"
    USING_MINISTRY = "using_ministry"
    NETWORK = "network"


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
    _D.DISABILITY: Text("Penyandang disabilitas", "Person with a disability"),
    _D.TRADE: Text("Kejuruan", "Trade"),
    _D.REFERRAL_KIND: Text("Jenis rujukan", "Kind of referral"),
    _D.FINANCING: Text("Jenis pembiayaan", "Kind of financing"),
    _D.DAY: Text("Hari dicatat (WIB)", "Day recorded (Jakarta)"),
    _D.MONTH: Text("Bulan dicatat (WIB)", "Month recorded (Jakarta)"),
    _D.STATUS: Text("Status balai", "Status of the facility"),
    _D.PURPOSE: Text("Tujuan pemakaian", "Purpose of the use"),
    _D.USING_MINISTRY: Text("Kementerian pemakai", "Ministry that uses the space"),
    _D.NETWORK: Text("Jejaring", "Network"),
}

# What several reports offer.
PEOPLE: Final = (
    _D.PROGRAM,
    _D.WAVE,
    _D.ZONE,
    _D.PROVINCE,
    _D.REGENCY,
    _D.FACILITY,
    _D.FACILITY_KIND,
    _D.NETWORK,
    _D.HOST_MINISTRY,
    _D.OWNER_MINISTRY,
    _D.SEX,
    _D.AGE_BAND,
    _D.ENTRANT_KIND,
)
# What a count of classes, and of whatever is kept by class, can be cut by.
CLASSES: Final = (*PEOPLE[: PEOPLE.index(_D.SEX)], _D.TRADE)
TIMES: Final = (_D.DAY, _D.MONTH)
# Days and months tell nothing that somebody who looks every day would not see.
PUBLIC: Final = frozenset({_D.PROGRAM, _D.WAVE, _D.ZONE, _D.PROVINCE, *TIMES})


class AreaBasis(StrEnum):
    """Whose place counts: where one trains, or where one lives."""

    FACILITY = "facility"
    RESIDENCE = "residence"


BOTH: Final = (AreaBasis.FACILITY, AreaBasis.RESIDENCE)


class Unit(StrEnum):
    """What the value of a row is: a whole number, a share, a mean, or hours of so many minutes."""

    COUNT = "COUNT"
    RATIO = "RATIO"
    MEAN = "MEAN"
    HOURS = "HOURS"


# Where figures come from, and what may still change them.
ENROLLMENT_EVENTS: Final = Text(
    "Log kejadian pendaftaran: balai dan peserta, pada hari dicatat",
    "Enrollment's event log: centres and participants, on the day recorded",
)
REGISTRY_EVENTS: Final = Text(
    "Log kejadian registri balai, pada hari dicatat",
    "The registry's event log, on the day recorded",
)
FOLLOWUP_EVENTS: Final = Text(
    "Penelusuran lulusan 3, 6 dan 12 bulan: jawaban lulusan, wakilnya, atau bukti",
    "Follow-up after 3, 6 and 12 months: the graduate's answer, a proxy's, or evidence",
)
LIVE: Final = Text(
    "Langsung. Koreksi mengubah angka sekarang, bukan angka per tanggal lampau (as_of).",
    "Live. A correction moves the figure of now, not that of a past moment (as_of).",
)


@dataclass(frozen=True, slots=True, eq=False)
class Indicator:
    """One figure of a report. `numerator` and `denominator` name sums of cubes.

    `target` is a constant denominator. `response` names the sums of those who answered and of those
    who were to answer, `unreached` that of those who were asked in vain; a figure that rests on
    fewer than `few` answers is marked. `formula` is given where the sums do not say it all.
    `of_people` tells of a report that cannot be cut by people that this figure counts some.
    """

    code: str
    label: Text
    unit: Unit
    numerator: str
    denominator: str | None = None
    target: int | None = None
    response: tuple[str, str] | None = None
    unreached: str | None = None
    few: int = MINIMUM_ANSWERS
    definition: Text = field(kw_only=True)
    formula: Text | None = field(default=None, kw_only=True)
    source: Text = field(default=ENROLLMENT_EVENTS, kw_only=True)
    revision: Text = field(default=LIVE, kw_only=True)
    of_people: bool = field(default=False, kw_only=True)

    @property
    def sums(self) -> frozenset[str]:
        """The names of all sums of cubes that a row of this indicator needs."""
        named = (self.numerator, self.denominator, self.unreached, *(self.response or ()))
        return frozenset(part for name in named if name for part in parts_of_sum(name))


# Sums that are made of sums of several cubes.
TOGETHER: Final[dict[str, tuple[str, ...]]] = {
    "applicants": ("applications", "direct_claims"),
    "eligible": ("applications_eligible", "direct_claims"),
}


def parts_of_sum(name: str) -> tuple[str, ...]:
    """Return the sums of cubes that a sum is made of: itself, where it is one."""
    return TOGETHER.get(name, (name,))


@dataclass(frozen=True, slots=True)
class Whole:
    """A sum, and sums that it is made of: with a rest that no indicator shows, or with an overlap.

    Whoever knows all of them but one, knows that one; and whoever knows all, the rest.
    """

    name: str
    parts: tuple[str, ...]

    @property
    def members(self) -> tuple[str, ...]:
        """The whole and its parts."""
        return (self.name, *self.parts)


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """What is counted and how it may be cut; `public` are the cuts that need no token.

    `timed` tells that figures change with the hour although nothing happens. `wholes` are the sums
    that are made of one another.
    """

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
    wholes: tuple[Whole, ...] = ()


def suggestion(wanted: str, known: Iterable[str]) -> str | None:
    """Return what somebody who wrote `wanted` most likely meant, None when nothing is near."""
    folded = {each.casefold(): each for each in known}
    near = get_close_matches(wanted.casefold(), list(folded), n=1)
    return folded[near[0]] if near else None


def formula_of(indicator: Indicator) -> Text:
    """Return how the value comes from its sums, in both languages."""
    if indicator.formula is not None:
        return indicator.formula
    top, bottom = indicator.numerator, indicator.denominator or indicator.target
    if indicator.unit is Unit.HOURS:
        return Text(f"jumlah {top} / 60", f"sum of {top} / 60")
    if indicator.unit is Unit.COUNT or bottom is None:
        return Text(f"jumlah {top}", f"sum of {top}")
    if indicator.unit is Unit.MEAN:
        return Text(
            f"jumlah {top} / jumlah {bottom} (rata-rata)", f"sum of {top} / sum of {bottom} (mean)"
        )
    if indicator.denominator is None:
        return Text(f"jumlah {top} / {bottom}", f"sum of {top} / {bottom}")
    return Text(f"jumlah {top} / jumlah {bottom}", f"sum of {top} / sum of {bottom}")
