"""What enrollment needs from its environment."""

import base64
import json
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, FilePath, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from services.enrollment.badges.rules import BadgeKeys, read_keys
from services.enrollment.identities.rules import NikKey, NikKeys
from services.enrollment.senders import (
    LogSender,
    Sender,
    SmtpSecurity,
    SmtpSender,
    SmtpServer,
)
from shared.settings import Mode, ServiceSettings, refuse_demo_secret


class Notices(StrEnum):
    """How notices leave: not at all, as lines of the log, or by mail."""

    OFF = "off"
    LOG = "log"
    SMTP = "smtp"


class EnrollmentSettings(ServiceSettings):
    """Settings of enrollment; `nik_keys` is the path of the file that holds the NIK keys.

    The seat desk writes `desk_lanes` batches at a time, of `desk_batch` claims at most; claims
    beyond `desk_bound` in its queue are refused at once. `desk_one_class` keeps each batch to one
    class, as a database that is spread over several machines wants it.

    `badge_keys` is the path of a JSON Web Key Set whose first key signs badges; without one there
    are none. `notices` says how people are told of their places; `smtp_*` name the mail server.
    """

    model_config = SettingsConfigDict(env_prefix="ENROLLMENT_")

    signing_key: Path
    nik_keys: Path
    badge_keys: Path | None = None
    desk_lanes: int = Field(default=1, ge=1)
    desk_batch: int = Field(default=64, ge=1)
    desk_bound: int = Field(default=2048, ge=1)
    desk_one_class: bool = False
    notices: Notices | None = None
    smtp_host: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: SmtpSecurity = SmtpSecurity.STARTTLS
    smtp_from: str | None = Field(default=None, pattern=r"^[^\r\n]*@[^\r\n]+$")
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_timeout_s: float = Field(default=10.0, gt=0, le=60)
    smtp_ca: FilePath | None = None

    @model_validator(mode="after")
    def _know_the_mail_server(self) -> Self:
        if self.notices is Notices.SMTP and (self.smtp_host is None or self.smtp_from is None):
            raise ValueError("ENROLLMENT_NOTICES=smtp needs ENROLLMENT_SMTP_HOST and _SMTP_FROM")
        if self.mode is Mode.PRODUCTION and self.smtp_security is SmtpSecurity.NONE:
            raise ValueError("ENROLLMENT_SMTP_SECURITY=none is for demonstrations only")
        return self

    @property
    def sends_notices(self) -> bool:
        """Whether people are told of anything: unless said otherwise, in a demonstration."""
        return self.sender() is not None

    def sender(self) -> Sender | None:
        """Return the way on which notices leave; None when they are off."""
        chosen = self.notices or (Notices.LOG if self.mode is Mode.DEMO else Notices.OFF)
        if chosen is Notices.LOG:
            return LogSender()
        if chosen is Notices.OFF or self.smtp_host is None or self.smtp_from is None:
            return None
        password = self.smtp_password
        return SmtpSender(
            SmtpServer(
                host=self.smtp_host,
                port=self.smtp_port,
                security=self.smtp_security,
                sender=self.smtp_from,
                user=self.smtp_user,
                password=None if password is None else password.get_secret_value(),
                timeout_s=self.smtp_timeout_s,
                ca=self.smtp_ca,
            )
        )

    def load_badge_keys(self) -> BadgeKeys | None:
        """Return the keys of badges; None when badges are off.

        Raises:
            ValueError: when the file holds no fit keys, or production is given keys that were
                generated for a demonstration.
        """
        if self.badge_keys is None:
            return None
        keys = read_keys(json.loads(self.badge_keys.read_text()))
        if self.mode is Mode.PRODUCTION:
            for name in keys.keys:
                refuse_demo_secret("ENROLLMENT_BADGE_KEYS", name)
        return keys

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
