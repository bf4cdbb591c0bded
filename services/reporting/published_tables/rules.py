"""Which tables everybody may read, and which of their cells are withheld, without a database."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from pydantic_core import to_jsonable_python

from services.reporting.catalogue.rules import REPORTS
from services.reporting.indicators.rules import (
    Dimension,
    Indicator,
    Report,
    Unit,
    Whole,
    formula_of,
)
from services.reporting.questions.rules import Period, Question
from services.reporting.reports.rules import SMALL, Key, Row, Sums, impersonal, rows_of
from shared.errors import ConflictError, ForbiddenError, NotFoundError
from shared.i18n import Text

Withheld: TypeAlias = Mapping[Key, frozenset[str]]

_D = Dimension
_OF_PEOPLE: Final = (Unit.COUNT, Unit.RATIO)
# The parts of a table and its total are kept apart: a total has fewer dimensions.
_TOTAL: Final = -1


class PublishedTableUnknownError(NotFoundError):
    """No such table is on the list."""

    code = "published-table-unknown"
    title = Text("Tabel publikasi tidak ditemukan.", "There is no such published table.")


class EditionUnknownError(NotFoundError):
    """The table has no such edition, or none at all yet."""

    code = "edition-unknown"
    title = Text("Edisi ini belum diterbitkan.", "This edition has not been published.")


class EditionRacedError(ConflictError):
    """Somebody else has just published an edition of the table."""

    code = "edition-raced"
    title = Text(
        "Edisi lain baru saja diterbitkan; coba lagi.",
        "Another edition has just been published; try again.",
    )


class PublishingNationalError(ForbiddenError):
    """Tables are of the whole country; who publishes for a part of it only may read them."""

    code = "publishing-national"
    title = Text(
        "Angka nasional hanya diterbitkan oleh petugas nasional.",
        "Only national staff publish the nation's figures.",
    )


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """A table that everybody may read: a report cut by `by`, with the totals of its parts.

    Without a report it is the progress against the nation's targets. `people` are counted in it:
    cells of fewer than five are withheld. `without` are the indicators that are not published.
    """

    code: str
    label: Text
    description: Text
    report: str | None
    by: tuple[Dimension, ...] = ()
    people: bool = True
    without: tuple[str, ...] = ()

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """What the table shows of its report."""
        shown = () if self.report is None else REPORTS[self.report].indicators
        return tuple(each for each in shown if each.code not in self.without)


_LISTED: Final = (
    PublishedTable(
        "progress",
        Text("Kemajuan nasional", "National progress"),
        Text(
            "Peserta terhadap sasaran nasional 5.000 dan 10.000.",
            "Participants against the national 5,000 and 10,000.",
        ),
        "progress",
    ),
    PublishedTable(
        "progress-by-province",
        Text("Kemajuan menurut provinsi", "Progress by province"),
        Text(
            "Sumbangan tiap provinsi terhadap sasaran nasional.",
            "Each province's contribution to the national targets.",
        ),
        "progress",
        (_D.PROVINCE,),
    ),
    PublishedTable(
        "funnel",
        Text("Corong nasional", "National funnel"),
        Text(
            "Berapa orang pada tiap langkah, seluruh Indonesia.",
            "How many people at each step, in the whole country.",
        ),
        "funnel",
    ),
    PublishedTable(
        "funnel-by-province",
        Text("Corong menurut provinsi", "Funnel by province"),
        Text(
            "Berapa orang pada tiap langkah, menurut provinsi balai.",
            "How many people at each step, by the province of the centre.",
        ),
        "funnel",
        (_D.PROVINCE,),
    ),
    PublishedTable(
        "funnel-by-sex",
        Text("Corong menurut jenis kelamin", "Funnel by sex"),
        Text("Berapa orang pada tiap langkah.", "How many people at each step."),
        "funnel",
        (_D.SEX,),
    ),
    PublishedTable(
        "funnel-by-entrant-kind",
        Text("Corong menurut jenis peserta", "Funnel by kind of entrant"),
        Text("Berapa orang pada tiap langkah.", "How many people at each step."),
        "funnel",
        (_D.ENTRANT_KIND,),
    ),
    PublishedTable(
        "opening-by-province",
        Text("Pembukaan menurut provinsi", "Opening by province"),
        Text(
            "Kelas yang dibuka dan peserta yang hadir.",
            "Classes opened and participants present.",
        ),
        "opening",
        (_D.PROVINCE,),
    ),
    PublishedTable(
        "outcomes",
        Text("Hasil menurut waktu tindak lanjut", "Outcomes by horizon"),
        Text(
            "Keadaan lulusan setelah 3, 6 dan 12 bulan, dengan tingkat respons.",
            "What became of graduates after 3, 6 and 12 months, with the response rate.",
        ),
        "outcomes",
    ),
    PublishedTable(
        "outcomes-by-province",
        Text("Hasil menurut provinsi", "Outcomes by province"),
        Text(
            "Keadaan lulusan setelah 3, 6 dan 12 bulan, menurut provinsi balai.",
            "What became of graduates after 3, 6 and 12 months, by the province of the centre.",
        ),
        "outcomes",
        (_D.PROVINCE,),
    ),
    PublishedTable(
        "facilities",
        Text("Balai menurut provinsi dan jenis", "Facilities by province and kind"),
        Text("Balai yang terdaftar dan yang aktif.", "Facilities registered and active."),
        "facilities",
        (_D.PROVINCE, _D.FACILITY_KIND),
        people=False,
    ),
    PublishedTable(
        "attendance",
        Text("Kehadiran", "Attendance"),
        Text("Presensi pada sesi kelas.", "Who came to the sessions of classes."),
        "attendance",
    ),
    PublishedTable(
        "referrals",
        Text("Rujukan", "Referrals"),
        Text(
            "Rujukan ke layanan, inkubator, slot produksi dan bank.",
            "Referrals to services, incubators, production slots and banks.",
        ),
        "referrals",
    ),
    PublishedTable(
        "costs",
        Text("Biaya", "Costs"),
        Text("Dana kelas, dan biaya per lulusan.", "Money of classes, and cost per graduate."),
        "costs",
        without=("cost_per_entrepreneur",),
    ),
    PublishedTable(
        "utilisation-by-province",
        Text("Pemanfaatan menurut provinsi", "Utilisation by province"),
        Text(
            "Jam yang dipakai dari jam buka, dan jam menganggur yang dimanfaatkan.",
            "Hours used of hours open, and idle hours put to use.",
        ),
        "utilisation",
        (_D.PROVINCE,),
        people=False,
    ),
    PublishedTable(
        "standing",
        Text("Kemandirian, inkubator dan perjanjian", "Standing of centres"),
        Text(
            "Kelas kemandirian, peta jalan, inkubator, pembangunan, perjanjian dan aksinya.",
            "Maturity, roadmaps, incubators, developments, agreements and their actions.",
        ),
        "standing",
        people=False,
    ),
    PublishedTable(
        "standing-by-province",
        Text("Kemandirian menurut provinsi", "Standing by province"),
        Text(
            "Kelas kemandirian, peta jalan, inkubator dan pembangunan, menurut provinsi.",
            "Maturity, roadmaps, incubators and developments, by province.",
        ),
        "standing",
        (_D.PROVINCE,),
        people=False,
    ),
    PublishedTable(
        "targets",
        Text("Kemajuan terhadap sasaran", "Progress against targets"),
        Text(
            "Sasaran yang dijanjikan, capaian, selisih dan laju.",
            "What was promised, what is achieved, the gap and the pace.",
        ),
        None,
    ),
)
TABLES: Final[dict[str, PublishedTable]] = {
    table.code: table for table in _LISTED if table.report is None or table.report in REPORTS
}


def find_table(code: str) -> PublishedTable:
    """Return a table of the list.

    Raises:
        PublishedTableUnknownError: when there is none of this code.
    """
    table = TABLES.get(code)
    if table is None:
        raise PublishedTableUnknownError
    return table


def question_of(
    table: PublishedTable, *, total: bool = False, period: Period | None = None
) -> Question:
    """Return what a table asks of its report, or what the total of its parts does."""
    shown = tuple(each.code for each in table.indicators) if table.without else ()
    return Question(by=() if total else table.by, indicators=shown, period=period)


def people_of(report: Report) -> frozenset[str]:
    """Return the sums of a report that count people: what shares are shares of, and numbers.

    The numerator of a mean is an amount, not a number of people, and so are hours; classes and
    sessions are none either.
    """
    counts: set[str] = set()
    harmless = impersonal(report)
    for each in report.indicators:
        if each.code in harmless:
            continue
        amount = set() if each.unit in _OF_PEOPLE else {each.numerator}
        counts |= each.sums - amount
    return frozenset(counts)


def _small(sums: Sums, names: Iterable[str], report: Report) -> frozenset[str]:
    """Return the sums of so few people that they could be known, or that so few are left out of."""
    found = {name for name in names if 0 < abs(sums.get(name, 0)) < SMALL}
    for each in report.indicators:
        of = each.denominator
        if each.unit is not Unit.RATIO or of is None or each.response is None:
            continue
        rest = sums.get(of, 0) - sums.get(each.numerator, 0)
        if of != each.response[1] and 0 < rest < SMALL:
            found.add(each.numerator)
    return frozenset(found)


def withheld_cells(
    report: Report, parts: Mapping[Key, Sums], totals: Mapping[Key, Sums]
) -> tuple[dict[Key, frozenset[str]], dict[Key, frozenset[str]]]:
    """Return, by key, which sums of the parts of a table and of its totals are withheld.

    First those of fewer than five people. Then whatever would tell them: in a row the other parts
    of the same whole, among the parts of a total the next smallest, until neither withholds more.
    A part's horizon, its last key, is its total's.
    """
    people = people_of(report)
    wholes = [each for each in report.wholes if people.issuperset(each.members)]
    hidden = {key: set(_small(sums, sorted(people), report)) for key, sums in parts.items()}
    whole = {key: set(_small(sums, sorted(people), report)) for key, sums in totals.items()}
    rows = [(sums, hidden[key]) for key, sums in parts.items()]
    rows += [(sums, whole[key]) for key, sums in totals.items()]
    groups = {
        total: [key for key in sorted(parts) if not report.by_horizon or key[_TOTAL] == total[0]]
        for total in totals
    }
    # A nought beside hides little and costs its row: only where nothing else does.
    for noughts in (False, True):
        before = -1
        while before != (before := sum(len(names) for _, names in rows)):
            for sums, names in rows:
                _hide_parts(wholes, sums, names)
            for total, group in groups.items():
                for name in sorted(people) if group else ():
                    counts = {key: parts[key].get(name, 0) for key in group}
                    _hide_beside(name, counts, hidden, whole[total], noughts=noughts)
    return _frozen(hidden), _frozen(whole)


def _frozen(hidden: Mapping[Key, set[str]]) -> dict[Key, frozenset[str]]:
    return {key: frozenset(names) for key, names in hidden.items()}


def _hide_parts(wholes: Iterable[Whole], sums: Sums, hidden: set[str]) -> None:
    """Withhold all parts of a whole in one row when one is withheld, or few are in its rest."""
    again = True
    while again:
        again = False
        for each in wholes:
            rest = sums.get(each.name, 0) - sum(sums.get(part, 0) for part in each.parts)
            told = hidden.isdisjoint(each.members) and not 0 < abs(rest) < SMALL
            if not told and not hidden.issuperset(each.parts):
                hidden.update(each.parts)
                again = True


def _hide_beside(
    name: str,
    counts: Mapping[Key, int],
    hidden: Mapping[Key, set[str]],
    total: set[str],
    *,
    noughts: bool,
) -> None:
    """Withhold further parts of a total, the smallest first and those of nobody last.

    What is withheld must be two parts and five people at least, or else the total goes too: the one
    could be told by subtracting the others.
    """
    beside = [key for key in counts if name in hidden[key]]
    if not beside and name not in total:
        return
    left = sorted((not count, count, key) for key, count in counts.items() if key not in beside)
    for *_, key in left:
        people = [counts[each] for each in beside if counts[each]]
        if len(people) > 1 and sum(people) >= SMALL:
            return
        if not counts[key] and (len(beside) > 1 or not noughts):
            return
        beside.append(key)
        hidden[key].add(name)
    if len(beside) == 1 and noughts:
        total.add(name)


def table_rows(
    report: Report, question: Question, sums: Mapping[Key, Sums], withheld: Withheld
) -> list[Row]:
    """Return the rows of a table, without the numbers of those that rest on withheld sums."""
    rows = rows_of(report, question, sums)
    keys: Sequence[Key] = sorted(sums)
    if not question.by:
        keys = [(each,) for each in sorted(question.horizons)] if report.by_horizon else [()]
    shown = question.shown(report)
    cells = [(key, indicator) for key in keys for indicator in shown]
    return [
        _withhold(row) if indicator.sums & withheld.get(key, frozenset()) else row
        for row, (key, indicator) in zip(rows, cells, strict=True)
    ]


def _withhold(row: Row) -> Row:
    empty = {name: False if isinstance(value, bool) else None for name, value in row.items()}
    return {**empty, "dims": row["dims"], "suppressed": True}


def metadata_of(table: PublishedTable) -> dict[str, Any]:
    """Return what a table is, in the words of Satu Data.

    Source: Perpres 39/2019, article 4: standard (concept, definition, classification, measure,
    unit), metadata, interoperability and reference codes.
    """
    return {
        "judul": table.label._asdict(),
        "konsep": table.description._asdict(),
        "klasifikasi": [each.value for each in table.by],
        "indikator": [
            {
                "kode": each.code,
                "konsep": each.label._asdict(),
                "definisi": each.definition._asdict(),
                "ukuran": formula_of(each)._asdict(),
                "satuan": each.unit.value,
                "sumber": each.source._asdict(),
                "kebijakan_revisi": each.revision._asdict(),
            }
            for each in table.indicators
        ],
        "kode_referensi": "Kode wilayah administrasi pemerintahan (Kemendagri)",
        "periode_pemutakhiran": "harian / daily",
        "penyamaran": {
            "kurang_dari": SMALL,
            "berlaku": table.people,
            "sekunder": "sel terkecil berikutnya, bila total ditampilkan; semua bagian dari satu"
            " keseluruhan, bila salah satunya disamarkan",
        },
    }


def canonical(value: object) -> bytes:
    """Return `value` as JSON in one form only: members sorted, no blanks, UTF-8."""
    plain = to_jsonable_python(value)
    text = json.dumps(
        plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return text.encode()
