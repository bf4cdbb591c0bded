"""What reporting needs from its environment."""

import base64
import json
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.reporting.followups.rules import IncomeKeys
from shared.settings import Mode, ServiceSettings, refuse_demo_secret


class ReportingSettings(ServiceSettings):
    """Settings of reporting; `income_keys` is the path of the file that holds the income keys.

    `figures_*` say who publishes figures and under which licence.
    """

    model_config = SettingsConfigDict(env_prefix="REPORTING_")

    income_keys: Path | None = None
    cockpit_listeners: int = Field(default=500, ge=0)
    figures_producer: str = "Balai"
    figures_licence: str = "CC BY 4.0"
    figures_licence_url: str = "https://creativecommons.org/licenses/by/4.0/"

    def load_income_keys(self) -> IncomeKeys | None:
        """Return the income keys: `{"current": id, "keys": {id: base64}}`; None without a file.

        Raises:
            ValueError: when the file is not of that shape, a key is unfit, or production is given
                keys that were generated for a demonstration.
        """
        if self.income_keys is None:
            return None
        content = json.loads(self.income_keys.read_text())
        keys = {
            key_id: base64.b64decode(key, validate=True) for key_id, key in content["keys"].items()
        }
        if self.mode is Mode.PRODUCTION:
            for key_id in keys:
                refuse_demo_secret("REPORTING_INCOME_KEYS", key_id)
        return IncomeKeys(current=content["current"], keys=keys)
