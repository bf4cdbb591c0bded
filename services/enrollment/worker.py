"""Enrollment's worker: its jobs, its crons and its readers of events."""

from collections.abc import Sequence
from typing import Final

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.access_copies.jobs import EXPIRE_COPIES, gather_handler
from services.enrollment.application_imports import jobs as application_imports
from services.enrollment.areas import jobs as areas
from services.enrollment.areas.consumers import follow_areas, forget_areas
from services.enrollment.attempts.jobs import EXPIRE_ATTEMPTS
from services.enrollment.attendance_imports import jobs as attendance_imports
from services.enrollment.base import FeedCursor, Idempotency, Job, RowVerdict, Upload
from services.enrollment.breach_reports.jobs import NOTIFY_BREACH, SEARCH_BREACH
from services.enrollment.certificates.jobs import Printer, issue_handler
from services.enrollment.class_imports import jobs as class_imports
from services.enrollment.classes import jobs as classes
from services.enrollment.contacts.jobs import EXPIRE_CODES
from services.enrollment.enrollments.jobs import END_WAITLISTS, PROMOTE_ADMITTED
from services.enrollment.erasures.jobs import ERASE_PERSON, PUSH_REQUESTS_ON
from services.enrollment.held_grants.consumers import follow_grants, forget_grants
from services.enrollment.merged_facilities.consumers import follow_merges, forget_merges
from services.enrollment.merged_facilities.jobs import MOVE_CLASSES, MOVE_STRAGGLERS
from services.enrollment.nik_corrections.jobs import SETTLE_CORRECTIONS
from services.enrollment.notices.consumers import NoticeReader
from services.enrollment.notices.jobs import ORDER_DUE, REMIND, Post, send_handler
from services.enrollment.offers.jobs import EXPIRE_OFFERS
from services.enrollment.participant_duplicates.jobs import COMPARE_IMPORTED, COUNT_PAIRS
from services.enrollment.participant_imports import jobs as participant_imports
from services.enrollment.participant_merges.jobs import settle_merges
from services.enrollment.participants.operations import NikPolicy
from services.enrollment.referral_sendings import jobs as referral_sendings
from services.enrollment.retention.jobs import APPLY_RETENTION
from services.enrollment.score_imports import jobs as score_imports
from services.enrollment.selection_announcements import jobs as selection_announcements
from services.enrollment.selection_previews.jobs import draw_handler
from services.enrollment.settings import EnrollmentSettings
from services.enrollment.sync.jobs import FORGET_TOLD
from services.enrollment.wave_changes.jobs import cancel_handler
from shared.http.client import make_client
from shared.http.tokens import ServiceToken, load_key
from shared.jobs.context import JobTables, WorkerContext
from shared.jobs.reader import FeedReader, http_feed
from shared.jobs.worker import ServiceWorker, build_worker
from shared.schemas.events import EventRead
from shared.settings import Mode

# Each takes those of the registry's events that concern it.
_FOLLOW: Final = (follow_areas, follow_grants, follow_merges)
_FORGET: Final = (forget_areas, forget_grants, forget_merges)

_HANDLERS: Final = (
    areas.HANDLER,
    attendance_imports.HANDLER,
    COMPARE_IMPORTED,
    class_imports.HANDLER,
    classes.HANDLER,
    referral_sendings.HANDLER,
    MOVE_CLASSES,
    selection_announcements.HANDLER,
    ERASE_PERSON,
    SEARCH_BREACH,
    NOTIFY_BREACH,
)
_CRONS: Final = (
    COUNT_PAIRS,
    EXPIRE_COPIES,
    APPLY_RETENTION,
    PUSH_REQUESTS_ON,
    END_WAITLISTS,
    EXPIRE_CODES,
    SETTLE_CORRECTIONS,
    PROMOTE_ADMITTED,
    EXPIRE_OFFERS,
    EXPIRE_ATTEMPTS,
    classes.SETTLE_LEFT_OVER,
    referral_sendings.SETTLE_REFERRALS,
    MOVE_STRAGGLERS,
    FORGET_TOLD,
    selection_announcements.ANNOUNCE_DUE,
)


async def _follow(session: AsyncSession, events: list[EventRead]) -> None:
    for follow in _FOLLOW:
        await follow(session, events)


async def _forget(session: AsyncSession) -> None:
    for forget in _FORGET:
        await forget(session)


def _readers(context: WorkerContext) -> Sequence[FeedReader]:
    return [
        FeedReader(
            source="registry",
            table=FeedCursor,
            fetch=http_feed(context.clients["registry"]),
            consume=_follow,
            reset=_forget,
        )
    ]


def _all_readers(context: WorkerContext) -> Sequence[FeedReader]:
    return [*_readers(context), NoticeReader(context)]


def _post(settings: EnrollmentSettings) -> Post | None:
    """Return the way on which notices leave; None when they are off."""
    sender = settings.sender()
    if sender is None:
        return None
    return Post(sender, settings.load_nik_keys(), settings.public_url)


def create_worker(
    settings: EnrollmentSettings | None = None,
    *,
    registry_transport: httpx.AsyncBaseTransport | None = None,
    reporting_transport: httpx.AsyncBaseTransport | None = None,
) -> ServiceWorker:
    """Return the worker, wired to what `settings` or the environment names.

    The transports lead to the other services by another way than a socket.
    """
    chosen = settings or EnrollmentSettings()
    token = ServiceToken(load_key(chosen.signing_key), issuer="balai:enrollment")
    registry = make_client(
        chosen.registry_url, token=token, name="registry", transport=registry_transport
    )
    reporting = make_client(
        chosen.reporting_url, token=token, name="reporting", transport=reporting_transport
    )
    post = _post(chosen)
    keys = chosen.load_nik_keys()
    policy = NikPolicy(keys, allow_synthetic=chosen.mode is Mode.DEMO)
    printer = Printer(keys, chosen.public_url, tells=post is not None)
    return build_worker(
        service="enrollment",
        settings=chosen,
        tables=JobTables(job=Job, row_verdict=RowVerdict, upload=Upload, idempotency=Idempotency),
        handlers=[
            *_HANDLERS,
            draw_handler(keys),
            issue_handler(printer),
            cancel_handler(tells=post is not None),
            gather_handler(keys),
            participant_imports.import_handler(policy),
            application_imports.import_handler(keys),
            score_imports.import_handler(keys),
            *([] if post is None else [send_handler(post)]),
        ],
        crons=[
            *_CRONS,
            selection_announcements.push_on(keys),
            settle_merges(keys),
            *([] if post is None else [ORDER_DUE, REMIND]),
        ],
        readers=_readers if post is None else _all_readers,
        clients={"registry": registry, "reporting": reporting},
    )


if __name__ == "__main__":
    create_worker().run()
