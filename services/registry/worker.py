"""What the registry does outside of requests."""

from services.registry.areas.jobs import IMPORT_AREAS
from services.registry.base import Idempotency, Job, RowVerdict, Upload
from services.registry.facility_imports.jobs import IMPORT_FACILITIES
from services.registry.settings import RegistrySettings
from shared.jobs.context import JobTables
from shared.jobs.worker import ServiceWorker, build_worker


def create_worker(settings: RegistrySettings | None = None) -> ServiceWorker:
    """Return the registry's worker, wired to what `settings` or the environment names."""
    return build_worker(
        service="registry",
        settings=settings or RegistrySettings(),
        tables=JobTables(job=Job, row_verdict=RowVerdict, upload=Upload, idempotency=Idempotency),
        handlers=[IMPORT_AREAS, IMPORT_FACILITIES],
    )


if __name__ == "__main__":
    create_worker().run()
