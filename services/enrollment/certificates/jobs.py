"""The issuing of certificates: numbered in one pass, printed in the next, some at a time."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from services.enrollment import gateways
from services.enrollment.certificate_papers.rules import Paper, render
from services.enrollment.certificates import operations, queries, rules
from services.enrollment.certificates.schemas import IssueCertificates
from services.enrollment.certificates.tables import CertificateOrder, TrainingCertificate
from services.enrollment.classes.queries import get_class
from services.enrollment.identities.rules import NikKeys
from services.enrollment.notice_templates.rules import NoticeKind
from services.enrollment.notices.operations import Wanted, add_notices
from shared.clock import utc_now
from shared.jobs.context import JobContext, JobHandler

_AT_ONCE: Final = 25
_TOLD_WITHIN: Final = timedelta(days=7)
# The typesetter lets go of the interpreter: two threads keep two cores busy.
_THREADS: Final = 2


@dataclass(frozen=True, slots=True)
class Printer:
    """The keys that certificates are sealed with, where they are verified, and who is told."""

    keys: NikKeys
    public_url: str
    tells: bool


def print_papers(papers: Sequence[tuple[UUID, Paper]]) -> dict[UUID, bytes]:
    """Return the PDFs of some papers; it takes a while and is called from a thread."""
    with ThreadPoolExecutor(_THREADS) as threads:
        printed = threads.map(lambda each: render(each[1]), papers)
        return dict(zip((each for each, _ in papers), printed, strict=True))


async def _order(context: JobContext, payload: IssueCertificates) -> CertificateOrder:
    """Return the order, with the name that its facility has on the day of issue."""
    async with context.transaction() as session:
        order = await queries.get_order(session, payload.class_id, payload.order_id)
        class_ = await get_class(session, payload.class_id)
    if order.facility_name is not None:
        return order
    name = await gateways.name_of_facility(context.clients["registry"], class_.facility_id)
    async with context.transaction() as session:
        order = await queries.get_order(session, payload.class_id, payload.order_id)
        order.facility_name = order.facility_name or name
    return order


async def _certify(context: JobContext, order: CertificateOrder, *, keys: NikKeys) -> int:
    """Certify everybody whom the order means, some in a transaction; return how many."""
    if order.replaces_id is not None:
        async with context.transaction() as session:
            return await operations.reissue(session, order, keys=keys)
    certified, after = 0, None
    while True:
        async with context.transaction() as session:
            issued = await operations.issue_next(
                session, order, keys=keys, after=after, limit=_AT_ONCE
            )
        if issued.last is None:
            return certified
        certified += issued.certified
        after = issued.last


async def _print(context: JobContext, order: CertificateOrder, printer: Printer) -> int:
    """Print what the order has certified and is not printed; return how many."""
    done, after = 0, None
    async with context.transaction() as session:
        total = await queries.count_unprinted(session, order)
    while True:
        async with context.transaction() as session:
            rows = await queries.unprinted(session, order, after=after, limit=_AT_ONCE)
            papers = await operations.papers_of(
                session, rows, keys=printer.keys, public_url=printer.public_url
            )
        if not rows:
            return done
        printed = await asyncio.to_thread(print_papers, papers)
        async with context.transaction() as session:
            fresh = await queries.unprinted(session, order, after=after, limit=_AT_ONCE)
            kept = await operations.keep_papers(session, fresh, printed=printed, keys=printer.keys)
            if printer.tells:
                now = utc_now()
                await add_notices(session, [_notice(row) for row in kept], now=now)
        after = rows[-1].id
        done += len(kept)
        await context.progress(done, total)


def _notice(row: TrainingCertificate) -> Wanted:
    return Wanted(
        participant_id=row.participant_id,
        kind=NoticeKind.CERTIFICATE,
        occasion_id=row.id,
        version=1,
        params={
            "class": row.class_label,
            "facility": row.facility_name,
            "number": row.number,
            "path": rules.path_of(row.number),
        },
        expires_at=utc_now() + _TOLD_WITHIN,
        class_id=row.class_id,
        enrollment_id=row.enrollment_id,
    )


async def _issue(
    context: JobContext, payload: IssueCertificates, printer: Printer
) -> dict[str, Any]:
    order = await _order(context, payload)
    async with context.transaction() as session:
        wanted = await queries.count_candidates(session, order)
    await context.progress(0, wanted)
    certified = await _certify(context, order, keys=printer.keys)
    return {"issued": certified, "printed": await _print(context, order, printer)}


def issue_handler(printer: Printer) -> JobHandler[IssueCertificates]:
    """Return what issues certificates with `printer`.

    Run again it certifies nobody twice and prints what is missing.
    """

    async def issue_certificates(context: JobContext, payload: IssueCertificates) -> dict[str, Any]:
        return await _issue(context, payload, printer)

    return JobHandler(IssueCertificates.kind, IssueCertificates, issue_certificates)
