import base64
import json
import os
from uuid import UUID

import pytest

from services.reporting.followups.rules import Incomes
from services.reporting.settings import ReportingSettings
from shared.settings import DEMO_MARK, Mode

ID = UUID(int=7)


@pytest.fixture
def settings_with(tmp_path):
    """Return the function that makes settings whose key file holds `content`."""

    def make(content: dict | None, mode: Mode = Mode.PRODUCTION) -> ReportingSettings:
        path = tmp_path / "income.json"
        path.write_text(json.dumps(content))
        return ReportingSettings(
            mode=mode,
            cursor_secret="a secret of the test",
            database_url="postgresql+asyncpg://nobody@127.0.0.1/nothing",
            income_keys=None if content is None else path,
        )

    return make


def key_file(key_id: str, length: int = 32) -> dict:
    key = base64.b64encode(os.urandom(length)).decode()
    return {"current": key_id, "keys": {key_id: key}}


class TestLoadIncomeKeys:
    def test_reads_keys_that_seal_and_open(self, settings_with):
        keys = settings_with(key_file("k1")).load_income_keys()

        sealed = keys.seal(Incomes(1, 2), followup_id=ID, nonce=os.urandom(12))
        assert keys.unseal(sealed, followup_id=ID) == Incomes(1, 2)
        assert sealed.key_id == "k1"

    def test_does_without_a_file(self, settings_with):
        assert settings_with(None).load_income_keys() is None

    def test_refuses_generated_keys_in_production_alone(self, settings_with):
        content = key_file(f"{DEMO_MARK}1f3a")

        assert settings_with(content, Mode.DEMO).load_income_keys()
        with pytest.raises(ValueError, match="generated for a demonstration"):
            settings_with(content).load_income_keys()

    def test_refuses_a_key_of_another_length(self, settings_with):
        with pytest.raises(ValueError, match="32 bytes"):
            settings_with(key_file("k1", 16)).load_income_keys()
