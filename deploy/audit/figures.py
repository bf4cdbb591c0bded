"""Checks across databases: every cell of every figure is what its records give (I12)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from deploy.audit.checks import Finding, Row, Snapshots

_FOLDER: Final = Path(__file__).with_name("records")
_EXAMPLES: Final = 5

Cells: TypeAlias = Mapping[tuple[Any, ...], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Records:
    """What is counted: the file that counts it, and whose log the figure follows."""

    name: str
    database: str
    measures: tuple[str, ...] = ("n",)


@dataclass(frozen=True, slots=True)
class Figure:
    """A table of reporting that holds sums, and the members of its cells."""

    table: str
    records: Records
    members: tuple[str, ...]


FACILITIES: Final = Records("facilities", "registry")
STANDINGS: Final = Records("standings", "registry", ("n", "amount"))
HOURS: Final = Records(
    "hours",
    "registry",
    ("n", "open_minutes", "booked_minutes", "used_minutes", "used_of_open"),
)
CLASSES: Final = Records("classes", "enrollment")
ENROLLMENTS: Final = Records("enrollments", "enrollment")
APPLICATIONS: Final = Records("applications", "enrollment")
CERTIFICATES: Final = Records("certificates", "enrollment")
REFERRALS: Final = Records("referrals", "enrollment")
ATTENDANCE: Final = Records(
    "attendance", "enrollment", ("n", "present", "late", "excused", "absent", "days")
)
FUNDING: Final = Records("funding", "enrollment", ("n", "rupiah"))
OUTCOMES: Final = Records(
    "followups",
    "reporting",
    (
        "n",
        "businesses_started",
        "businesses_running",
        "people_hired",
        "first_incomes",
        "days_to_first_income",
        "incomes_compared",
        "incomes_up",
        "entrepreneurs",
        "nib",
        "halal",
        "financed",
        "financed_kur",
        "financed_kur_syariah",
        "financed_lpdb",
        "financed_bwm",
        "financed_other",
        "sizes_compared",
        "size_up",
        "trades_compared",
        "matched",
    ),
)

_PERSON: Final = (
    "program_id",
    "wave_id",
    "facility_id",
    "province_code",
    "regency_code",
    "home_province_code",
    "home_regency_code",
    "facility_kind",
    "host_ministry",
    "sex",
    "age_band",
    "entrant_kind",
    "disability",
    "trade",
)
_FACILITY: Final = (
    "facility_id",
    "province_code",
    "regency_code",
    "facility_kind",
    "owner_ministry",
    "status",
)
_CLASS: Final = (
    "program_id",
    "wave_id",
    "facility_id",
    "province_code",
    "regency_code",
    "time_zone",
    "facility_kind",
    "host_ministry",
    "starts_at",
    "state",
    "trade",
)
_PUBLIC_CLASS: Final = (
    "program_id",
    "wave_id",
    "province_code",
    "time_zone",
    "host_ministry",
    "starts_at",
    "state",
)
_OF_ENROLLMENT: Final = ("state", "waited", "presence", "applied")
_OF_REFERRAL: Final = (
    "kind",
    "state",
    "outcome",
    "financing",
    "to_facility_id",
    "to_province_code",
    "to_regency_code",
)
_COUNTRY: Final = (
    "program_id",
    "wave_id",
    "province_code",
    "home_province_code",
    "host_ministry",
    "state",
)
_PUBLIC_ENROLLMENT: Final = (
    "program_id",
    "wave_id",
    "province_code",
    "home_province_code",
    "host_ministry",
    "state",
    "waited",
    "presence",
    "applied",
)

_PROVINCE: Final = ("province_code", "facility_kind", "owner_ministry")
_WITHIN: Final = ("facility_id", "regency_code")
_STANDING: Final = ("kind", "value", "detail", "co_ministry", *_PROVINCE)
_HOURS: Final = ("month", "purpose", "using_ministry", *_PROVINCE)

FIGURES: Final = (
    Figure("facility_cube", FACILITIES, _FACILITY),
    Figure("standing_cube", STANDINGS, (*_STANDING, *_WITHIN)),
    Figure("standing_summary", STANDINGS, _STANDING),
    Figure("hour_cube", HOURS, (*_HOURS, *_WITHIN)),
    Figure("hour_summary", HOURS, _HOURS),
    Figure("class_cube", CLASSES, _CLASS),
    Figure("class_summary", CLASSES, _PUBLIC_CLASS),
    Figure("enrollment_cube", ENROLLMENTS, (*_PERSON, *_OF_ENROLLMENT)),
    Figure("enrollment_summary", ENROLLMENTS, _PUBLIC_ENROLLMENT),
    Figure("application_cube", APPLICATIONS, (*_PERSON, "channel", "state")),
    Figure("application_summary", APPLICATIONS, _COUNTRY),
    Figure("certificate_cube", CERTIFICATES, (*_PERSON, "kind", "state")),
    Figure("certificate_summary", CERTIFICATES, ("kind", *_COUNTRY)),
    Figure("referral_cube", REFERRALS, (*_PERSON, *_OF_REFERRAL)),
    Figure("attendance_cube", ATTENDANCE, ("class_id",)),
    Figure("attendance_summary", ATTENDANCE, ("class_id",)),
    Figure("funding_cube", FUNDING, ("class_id", "source")),
    Figure("outcome_cube", OUTCOMES, (*_PERSON, "waited", "horizon_months", "status")),
)


async def check_figures(snapshots: Snapshots) -> list[Finding]:
    """Return one finding a figure, and one on the sums over the country's parts."""
    findings: list[Finding] = []
    rows_of: dict[str, Sequence[Row]] = {}
    for figure in FIGURES:
        records = figure.records
        if records.name not in rows_of:
            rows_of[records.name] = await _records(snapshots, records)
        source = _cells(rows_of[records.name], figure.members, records.measures)
        figures = _cells(await _figures(snapshots, figure), figure.members, records.measures)
        name = f"{figure.table} is what a recount of {records.name} gives"
        findings.append(compare(name, records=source, figures=figures))
    findings.append(await _check_parts(snapshots, rows_of[ENROLLMENTS.name]))
    return findings


async def _records(snapshots: Snapshots, records: Records) -> Sequence[Row]:
    rows = await snapshots[records.database].fetch(_statement(records.name))
    if records is not OUTCOMES:
        return rows
    # Whose outcome it is stands in another database: the two are joined here.
    ids = [row["enrollment_id"] for row in rows]
    people = await snapshots["enrollment"].fetch(_statement("followed_up"), ids)
    by_id = {person["enrollment_id"]: dict(person) for person in people}
    stranger = dict.fromkeys(_PERSON) | {"waited": None}
    return [stranger | by_id.get(row["enrollment_id"], {}) | dict(row) for row in rows]


def _statement(name: str) -> str:
    return (_FOLDER / f"{name}.sql").read_text()


async def _figures(snapshots: Snapshots, figure: Figure) -> Sequence[Row]:
    members = ", ".join(figure.members)
    sums = ", ".join(f"sum({measure})::bigint AS {measure}" for measure in figure.records.measures)
    # Names of tables and columns stand above; nothing comes from a caller.
    return await snapshots["reporting"].fetch(
        f"SELECT {members}, {sums} FROM {figure.table} WHERE generation ="  # noqa: S608
        f" (SELECT generation FROM fold WHERE source = '{figure.records.database}')"
        f" GROUP BY {members}"
    )


async def _check_parts(snapshots: Snapshots, records: Sequence[Row]) -> Finding:
    """Hold the nation's figures against the sums of its provinces and of its facilities."""
    by = ("wave_id", "state")
    parts = (*by, "province_code", "home_province_code", "facility_id")
    cube = await _figures(snapshots, Figure("enrollment_cube", ENROLLMENTS, parts))
    summary = await _figures(snapshots, Figure("enrollment_summary", ENROLLMENTS, by))
    nation = _cells(summary, by, ("n",))
    differing = [
        compare(f"by {part}", records=_cells(_parts(rows, (*by, part)), by, ("n",)), figures=nation)
        for rows, part in (
            (cube, "province_code"),
            (cube, "home_province_code"),
            (cube, "facility_id"),
            (records, "facility_id"),
        )
    ]
    return Finding(
        name="the nation is the sum of its provinces and of its facilities",
        invariant="I12",
        checked=sum(finding.checked for finding in differing),
        differences=sum(finding.differences for finding in differing),
        examples=[example for finding in differing for example in finding.examples][:_EXAMPLES],
    )


def _parts(rows: Iterable[Row], members: tuple[str, ...]) -> list[Row]:
    """Return one row a part of the country."""
    return [
        dict(zip((*members, "n"), (*key, n), strict=True))
        for key, (n,) in _cells(rows, members, ("n",)).items()
    ]


def _cells(rows: Iterable[Row], members: Sequence[str], measures: Sequence[str]) -> Cells:
    """Return the sums of `measures` by `members`."""
    sums: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for row in rows:
        cell = sums[tuple(row[member] for member in members)]
        for measure in measures:
            cell[measure] += row[measure]
    return {key: tuple(cell[measure] for measure in measures) for key, cell in sums.items()}


def compare(name: str, *, records: Cells, figures: Cells) -> Finding:
    """Return where figures differ from the records; a cell of nothing is the same as no cell."""
    filled = {key for cells in (records, figures) for key, sums in cells.items() if any(sums)}
    wrong = sorted((key for key in filled if records.get(key) != figures.get(key)), key=str)
    return Finding(
        name=name,
        invariant="I12",
        checked=len(filled),
        differences=len(wrong),
        examples=[
            f"{' / '.join(map(str, key))}: figures say {figures.get(key, 'nothing')},"
            f" the records {records.get(key, 'nothing')}"
            for key in wrong[:_EXAMPLES]
        ],
    )
