"""Publication: a table is computed, its small cells are withheld, and its bytes are kept."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.base import Event
from services.reporting.catalogue.rules import REPORTS
from services.reporting.folding.rules import Source
from services.reporting.published_tables import queries, rules
from services.reporting.published_tables.queries import Basis
from services.reporting.published_tables.rules import PublishedTable
from services.reporting.published_tables.tables import PublishedEdition
from services.reporting.questions.rules import Period
from services.reporting.reports.rules import SMALL
from services.reporting.targets.operations import read_standings
from services.reporting.targets.queries import TargetFilter, list_targets
from services.reporting.targets.rules import TargetOrigin
from shared.db.base import translate
from shared.db.events import emit
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.reporting import TablePublished, Topic
from shared.scope import NATIONAL, Place, Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "uq_published_edition_code_edition": rules.EditionRacedError
}
_TARGETS_SHOWN: Final = 500
SYNTHETIC_NOTE: Final = "DATA SINTETIS"


@dataclass(frozen=True, slots=True)
class Computed:
    """A table as everybody may see it."""

    basis: Basis
    rows: Sequence[Mapping[str, Any]]
    totals: Sequence[Mapping[str, Any]]

    @property
    def suppressed(self) -> int:
        """How many rows have their numbers withheld."""
        return sum(bool(row.get("suppressed")) for row in (*self.rows, *self.totals))


async def compute_table(
    session: AsyncSession,
    table: PublishedTable,
    *,
    now: datetime,
    today: date,
    period: Period | None = None,
) -> Computed:
    """Return a table of the whole country, its small cells withheld.

    Targets are held against the end of `today`; other tables tell what was recorded in `period`,
    all of it unless one is named.

    Raises:
        PastNotOfferedError: when a period is asked of what is kept without days.
    """
    if table.report is None:
        return await _compute_targets(session, now=now, today=today, period=period)
    report = REPORTS[table.report]
    parts, totals = await queries.read_sums(session, table, now=now, period=period)
    basis = await queries.read_basis(session, report.sources, now=now)
    hidden: rules.Withheld = {}
    hidden_totals: rules.Withheld = {}
    if table.people:
        hidden, hidden_totals = rules.withheld_cells(report, parts, totals)
    whole = rules.table_rows(report, rules.question_of(table, total=True), totals, hidden_totals)
    if not table.by:
        return Computed(basis, whole, [])
    rows = rules.table_rows(report, rules.question_of(table), parts, hidden)
    return Computed(basis, rows, whole)


async def _compute_targets(
    session: AsyncSession, *, now: datetime, today: date, period: Period | None
) -> Computed:
    """Return how far the targets have come that were stated for the nation and its areas."""
    targets = await list_targets(
        session,
        TargetFilter(origin=TargetOrigin.STATED),
        scope=NATIONAL,
        after=None,
        limit=_TARGETS_SHOWN,
    )
    until = None if period is None else period.last
    standings = await read_standings(
        session, targets, now=now, today=today, until=until, guarded=True
    )
    rows = [each.model_dump(mode="json") for each in standings]
    basis = await queries.read_basis(session, tuple(Source), now=now)
    return Computed(
        basis, [{**row, "suppressed": row["achievement"]["suppressed"]} for row in rows], []
    )


def _body(
    table: PublishedTable, computed: Computed, *, edition: int, now: datetime
) -> dict[str, Any]:
    synthetic = computed.basis.synthetic
    return {
        "table": table.code,
        "edition": edition,
        "label": table.label._asdict(),
        "as_of": computed.basis.as_of,
        "published_at": now,
        "report": table.report,
        "by": table.by,
        "synthetic": synthetic,
        "synthetic_note": SYNTHETIC_NOTE if synthetic else None,
        "suppressed_below": SMALL,
        "metadata": rules.metadata_of(table),
        "rows": computed.rows,
        "totals": computed.totals,
    }


async def publish_edition(
    session: AsyncSession, table: PublishedTable, *, scope: Scope, now: datetime, today: date
) -> PublishedEdition:
    """Compute a table as it is now, keep its bytes as the next edition, and tell it.

    `today` is the day in Jakarta.

    Raises:
        PublishingNationalError: when the caller publishes for a part of the country only.
        EditionRacedError: when another edition was published meanwhile.
    """
    if not scope.admits(Place(), write=True):
        raise rules.PublishingNationalError
    computed = await compute_table(session, table, now=now, today=today)
    edition = await queries.next_edition(session, table.code)
    body = rules.canonical(_body(table, computed, edition=edition, now=now))
    row = PublishedEdition(
        id=new_id(),
        code=table.code,
        edition=edition,
        day=today,
        as_of=computed.basis.as_of,
        published_at=now,
        published_by=session.info["actor"].name,
        body=body,
        sha256=hashlib.sha256(body).hexdigest(),
        rows=len(computed.rows),
        suppressed=computed.suppressed,
        synthetic=computed.basis.synthetic,
    )
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await emit(
        session,
        Event,
        topic=Topic.TABLE_PUBLISHED,
        stream_id=row.id,
        event=TablePublished(
            edition_id=row.id, code=row.code, edition=row.edition, sha256=row.sha256
        ),
        place=Place(),
        occurred_at=now,
    )
    return row
