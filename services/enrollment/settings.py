"""What enrollment needs from its environment."""

import base64
import json
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.enrollment.identities.rules import NikKey, NikKeys
from shared.settings import Mode, ServiceSettings, refuse_demo_secret


class EnrollmentSettings(ServiceSettings):
    """Settings of enrollment; `nik_keys` is the path of the file that holds the NIK keys.

    The seat desk writes `desk_lanes` batches at a time, of `desk_batch` claims at most; claims
    beyond `desk_bound` in its queue are refused at once. `desk_one_class` keeps each batch to one
    class, as a database that is spread over several machines wants it.
    """

    model_config = SettingsConfigDict(env_prefix="ENROLLMENT_")

    signing_key: Path
    nik_keys: Path
    desk_lanes: int = Field(default=1, ge=1)
    desk_batch: int = Field(default=64, ge=1)
    desk_bound: int = Field(default=2048, ge=1)
    desk_one_class: bool = False

    def load_nik_keys(self) -> NikKeys:
        """Return the NIK keys: `{"current": id, "keys": {id: {"aes": base64, "hmac": base64}}}`.

        Raises:
            ValueError: when the file is not of that shape, a key is unfit, or production is given
                keys that were generated for a demonstration.
        """
        content = json.loads(self.nik_keys.read_text())
        keys = {
            key_id: NikKey(
                seal=base64.b64decode(key["aes"], validate=True),
                index=base64.b64decode(key["hmac"], validate=True),
            )
            for key_id, key in content["keys"].items()
        }
        if self.mode is Mode.PRODUCTION:
            for key_id in keys:
                refuse_demo_secret("ENROLLMENT_NIK_KEYS", key_id)
        return NikKeys(current=content["current"], keys=keys)
