"""The workbook of the bench is one that an office could send."""

import psutil
import pytest

from deploy.bench.registry_import import facilities_workbook, peak_of
from services.registry.worker import create_worker
from shared.scope import Role
from tests.bench.conftest import DISTRICTS


class TestFacilitiesWorkbook:
    @pytest.mark.usefixtures("registry_owner")
    async def test_is_brought_in_whole(self, registry, auth):
        workbook = facilities_workbook(list(DISTRICTS), rows=30, label="1")
        admin = auth(Role.NATIONAL_ADMIN)

        job = await registry.post(
            "/v1/imports/facilities",
            content=workbook,
            headers={**admin, "Idempotency-Key": "1", "Content-Type": "application/xlsx"},
        )
        await create_worker(registry.state["settings"]).drain()
        done = await registry.get(f"/v1/jobs/{job.json()['id']}", headers=admin)

        assert done.json()["status"] == "SUCCEEDED", done.text
        assert done.json()["result"]["created"] == 30


class TestPeakOf:
    def test_sees_what_was_taken_and_given_back(self):
        with peak_of(psutil.Process()) as peak:
            before = peak[0]
            taken = bytearray(b"1" * 80_000_000)
            while peak[0] < before + 60 and taken:
                pass
            del taken

        assert peak[0] >= before + 60
