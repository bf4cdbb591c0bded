"""What stands on the sheet: figures of a snapshot's content, worded and measured, without HTML."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

from services.reporting.dashboard.rules import PROVINCES
from shared.i18n import Language, Text

# How wide a full bar is, in the units of the drawing.
FULL: Final = 100
_JAKARTA: Final = timezone(timedelta(hours=7), "WIB")
_WITHHELD: Final = "<5"
_NONE: Final = "\u2013"

WORDS: Final[Mapping[str, Text]] = {
    "sheet": Text("Lembar untuk Menteri", "Sheet for the Minister"),
    "period": Text("Periode", "Period"),
    "taken": Text("keadaan per", "as known at"),
    "synthetic": Text("DATA SINTETIS", "SYNTHETIC DATA (DATA SINTETIS)"),
    "synthetic_why": Text(
        "Orang, balai dan angka di lembar ini dibuat komputer untuk percobaan.",
        "The people, the centres and the figures on this sheet were generated for a trial.",
    ),
    "replaced": Text(
        "Lembar ini sudah diganti oleh revisi:", "This sheet has been replaced by a revision:"
    ),
    "draft": Text("Belum diterbitkan", "Not published"),
    "reason": Text("Revisi, karena:", "A revision, because:"),
    "targets": Text("Terhadap sasaran", "Against the targets"),
    "target": Text("Sasaran", "Target"),
    "achieved": Text("Capaian", "Achieved"),
    "promised": Text("Dijanjikan", "Promised"),
    "projected": Text("Perkiraan tercapai", "Projected"),
    "reached": Text("tercapai", "reached"),
    "still": Text("belum bergerak", "not moving"),
    "beyond": Text("lebih dari seabad lagi", "more than a century away"),
    "uncounted": Text("belum dihitung", "not counted yet"),
    "funnel": Text("Dari pendaftar sampai bersertifikat", "From applicants to certified"),
    "people": Text("Orang", "People"),
    "added": Text("dalam periode", "in the period"),
    "use": Text("Pemanfaatan balai (jam)", "Use of the centres (hours)"),
    "outcomes": Text("Apa yang terjadi pada lulusan", "What became of graduates"),
    "months": Text("bulan", "months"),
    "after": Text("Setelah", "After"),
    "response": Text("Respons", "Response"),
    "few": Text("jawaban sedikit", "few answers"),
    "provinces": Text("Menurut provinsi", "By province"),
    "province": Text("Provinsi", "Province"),
    "seated": Text("Kursi", "Seated"),
    "completed": Text("Selesai", "Completed"),
    "withheld": Text(
        "<5: kurang dari lima orang, atau disembunyikan agar angka lain tidak dapat dihitung.",
        "<5: fewer than five people, or withheld so that another figure cannot be worked out.",
    ),
    "verify": Text(
        "Angka dibekukan dan ditandatangani. Cara memeriksanya: docs/figures.md; isi dan kunci di",
        "Figures are frozen and signed. How to check: docs/figures.md; content and keys at",
    ),
    "hash": Text("SHA-256 isi", "SHA-256 of the content"),
    "key": Text("Kunci", "Key"),
    "print": Text("Satu halaman A4.", "One page of A4."),
}
_STEPS: Final = (
    "applicants",
    "eligible",
    "seated",
    "present",
    "completed",
    "certified_training",
    "certified_competence",
)
_HOURS: Final = ("utilisation", "hours_used", "idle_hours_used")
_SHARE: Final = "RATIO"
_RESULTS: Final = ("absorbed", "entrepreneurs", "incomes_up")


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a drawing: a name, what it says, and how much of a full bar it fills, 0 to 100."""

    name: str
    said: str
    filled: float
    note: str = ""
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that stands on the sheet, in one language."""

    title: str
    period: str
    taken: str
    synthetic: bool
    reason: str | None
    targets: Sequence[Bar]
    funnel: Sequence[Bar]
    use: Sequence[Bar]
    outcomes: Sequence[tuple[str, str, Sequence[Bar]]]
    provinces: Sequence[tuple[str, str, str, float]]


def number(value: float | None, language: Language) -> str:
    """Return a number as it is written in a language: 1.234,5 in Indonesian, 1,234.5 in English."""
    if value is None:
        return _NONE
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


def percent(share: float | None, language: Language) -> str:
    """Return a share in percent, with one decimal."""
    return _NONE if share is None else f"{number(100 * share, language)}%"


def day(written: str | None, language: Language) -> str:
    """Return a day as it is written in a language."""
    if written is None:
        return _NONE
    moment = date.fromisoformat(written)
    months = _MONTHS[language]
    return f"{moment.day} {months[moment.month - 1]} {moment.year}"


_MONTHS: Final[Mapping[Language, Sequence[str]]] = {
    "id": ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"],
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
}


def _moment(written: str, language: Language) -> str:
    moment = datetime.fromisoformat(written).astimezone(_JAKARTA)
    return f"{day(moment.date().isoformat(), language)} {moment:%H.%M} WIB"


def _filled(part: float | None, whole: float | None) -> float:
    if not part or not whole or part < 0:
        return 0.0
    return round(min(part / whole, 1) * FULL, 1)


def sheet_of(content: Mapping[str, Any], language: Language) -> Sheet:
    """Return what stands on the sheet of a snapshot's content."""
    tables, period = content["tables"], content["period"]
    return Sheet(
        title=content["title"],
        period=f"{day(period['from'], language)} {_NONE} {day(period['to'], language)}",
        taken=_moment(content["taken_at"], language),
        synthetic=bool(content["synthetic"]),
        reason=content["reason"],
        targets=[_target(row, language) for row in _nation(tables["targets"]["rows"])],
        funnel=_funnel(tables["funnel"], language),
        use=_use(tables["utilisation-by-province"], language),
        outcomes=_outcomes(tables["outcomes"], language),
        provinces=_provinces(tables["funnel-by-province"]["rows"], language),
    )


def _nation(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [row for row in rows if not row["area_codes"] and row["program_id"] is None]


def _target(row: Mapping[str, Any], language: Language) -> Bar:
    found = row["achievement"]
    promised = number(row["value"], language)
    if row["upper_value"] is not None:
        promised += f"{_NONE}{number(row['upper_value'], language)}"
    said = _WITHHELD if found["suppressed"] else number(found["achieved"], language)
    return Bar(
        name=row[f"label_{language}"],
        said=said,
        filled=_filled(found["achieved"], row["value"]),
        note=_projected(found, language),
        beside=promised,
    )


def _projected(found: Mapping[str, Any], language: Language) -> str:
    if not found["measured"]:
        return WORDS["uncounted"].in_(language)
    if found["reached"]:
        return WORDS["reached"].in_(language)
    if found["suppressed"]:
        return _NONE
    if found["projected_on"] is not None:
        return day(found["projected_on"], language)
    # Sheets that were frozen before there was a word for it have the pace.
    moves = (found["pace"] or 0) > 0
    return WORDS["beyond" if moves else "still"].in_(language)


def _labels(table: Mapping[str, Any], language: Language) -> dict[str, str]:
    told = table["metadata"]["indikator"]
    return {each["kode"]: each["konsep"][language] for each in told}


def _said(row: Mapping[str, Any], language: Language) -> str:
    return _WITHHELD if row["suppressed"] else number(row["numerator"], language)


def _funnel(table: Mapping[str, Any], language: Language) -> list[Bar]:
    labels = _labels(table, language)
    rows = {row["dims"]["indicator"]: row for row in table["rows"]}
    added = {row["dims"]["indicator"]: row for row in (table["in_period"] or {"rows": ()})["rows"]}
    steps = [code for code in _STEPS if code in rows]
    most = max((rows[code]["numerator"] or 0 for code in steps), default=0)
    return [
        Bar(
            name=labels[code],
            said=_said(rows[code], language),
            filled=_filled(rows[code]["numerator"], most),
            beside=_said(added[code], language) if code in added else "",
        )
        for code in steps
    ]


def _use(table: Mapping[str, Any], language: Language) -> list[Bar]:
    """Return how the hours of centres are used, in the whole country; a share fills its bar."""
    labels = _labels(table, language)
    units = {each["kode"]: each["satuan"] for each in table["metadata"]["indikator"]}
    rows = {row["dims"]["indicator"]: row for row in table["totals"]}
    return [
        Bar(
            name=labels[code],
            said=_amount(rows[code]["value"], units[code], language),
            filled=_filled(rows[code]["numerator"], rows[code]["denominator"]),
        )
        for code in _HOURS
        if code in rows
    ]


def _amount(value: float | None, unit: str, language: Language) -> str:
    if unit == _SHARE:
        return percent(value, language)
    return number(None if value is None else round(value), language)


def _outcomes(table: Mapping[str, Any], language: Language) -> list[tuple[str, str, Sequence[Bar]]]:
    """Return by horizon its name, its response rate, and the bars of what became of graduates."""
    labels = _labels(table, language)
    found: dict[int, dict[str, Mapping[str, Any]]] = {}
    for row in table["rows"]:
        found.setdefault(row["dims"]["horizon"], {})[row["dims"]["indicator"]] = row
    return [
        (
            f"{WORDS['after'].in_(language)} {horizon} {WORDS['months'].in_(language)}",
            percent(rows["answered"]["value"], language),
            [_outcome(labels[code], rows[code], language) for code in _RESULTS if code in rows],
        )
        for horizon, rows in sorted(found.items())
    ]


def _outcome(label: str, row: Mapping[str, Any], language: Language) -> Bar:
    said = _WITHHELD if row["suppressed"] else percent(row["value"], language)
    few = WORDS["few"].in_(language) if row.get("few_answers") else ""
    of = f"{number(row['numerator'], language)}/{number(row['denominator'], language)}"
    return Bar(
        name=label,
        said=said,
        filled=_filled(row["value"], 1),
        note=few,
        beside="" if row["suppressed"] else of,
    )


def _provinces(
    rows: Iterable[Mapping[str, Any]], language: Language
) -> list[tuple[str, str, str, float]]:
    """Return of every province its name, who was seated, who completed, and the bar of the first.

    The 38 stand in the order of their codes; what has no figures says so.
    """
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["dims"]["province"], {})[row["dims"]["indicator"]] = row
    seated = {code: each["seated"]["numerator"] or 0 for code, each in found.items()}
    most = max(seated.values(), default=0)
    names = {code: name.in_(language) for code, name in PROVINCES.items()}
    return [
        (
            names.get(code, code),
            _said(found[code]["seated"], language) if code in found else _NONE,
            _said(found[code]["completed"], language) if code in found else _NONE,
            _filled(seated.get(code), most),
        )
        for code in sorted({*names, *found})
    ]
