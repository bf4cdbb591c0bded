"""What the registry does outside of requests."""

from services.registry.agreement_reminders.jobs import REMIND
from services.registry.area_changes.jobs import SETTLE_AREAS
from services.registry.areas.jobs import IMPORT_AREAS
from services.registry.base import Idempotency, Job, RowVerdict, Upload
from services.registry.bulk_imports.jobs import IMPORT_ROWS
from services.registry.class_bookings.jobs import RELEASE_HOLDS
from services.registry.class_reservations.jobs import MARK_SESSIONS_HELD
from services.registry.facility_duplicates.jobs import SCAN_DUPLICATES, SCAN_NIGHTLY
from services.registry.facility_imports.jobs import IMPORT_FACILITIES
from services.registry.invitations.jobs import END_INVITATIONS
from services.registry.place_figures.jobs import TELL_FIGURES, TELL_NIGHTLY, reader_of
from services.registry.referral_bookings.jobs import RELEASE_REFERRAL_HOLDS
from services.registry.settings import RegistrySettings
from shared.jobs.context import JobTables
from shared.jobs.worker import ServiceWorker, build_worker


def create_worker(settings: RegistrySettings | None = None) -> ServiceWorker:
    """Return the registry's worker, wired to what `settings` or the environment names."""
    return build_worker(
        service="registry",
        settings=settings or RegistrySettings(),
        tables=JobTables(job=Job, row_verdict=RowVerdict, upload=Upload, idempotency=Idempotency),
        crons=[
            RELEASE_HOLDS,
            RELEASE_REFERRAL_HOLDS,
            MARK_SESSIONS_HELD,
            END_INVITATIONS,
            REMIND,
            SCAN_NIGHTLY,
            TELL_NIGHTLY,
        ],
        handlers=[
            IMPORT_AREAS,
            SETTLE_AREAS,
            IMPORT_FACILITIES,
            IMPORT_ROWS,
            SCAN_DUPLICATES,
            TELL_FIGURES,
        ],
        readers=lambda context: [reader_of(context)],
    )


if __name__ == "__main__":
    create_worker().run()
