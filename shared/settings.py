"""Settings that every service shares: read from the environment once, never changed after."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    FilePath,
    SecretStr,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.scope import Role

# What the launcher generates carries this mark: a secret begins with it, a key's id holds it after
# the issuer's name ("balai:registry#demo-1f3a"). Production refuses both.
DEMO_MARK: Final = "demo-"


class Mode(StrEnum):
    """Whether the data are real."""

    DEMO = "DEMO"
    PRODUCTION = "PRODUCTION"


class Issuer(BaseModel):
    """Somebody whose tokens are believed, and what they may claim.

    `jwks` is the path or the URL of a JSON Web Key Set. `roles` lists the roles that its tokens
    may carry; empty means all but SERVICE. What the tokens of an `assigned` issuer say of grants is
    not believed: its callers act as the registry's assignments let them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str = Field(min_length=1)
    jwks: str = Field(min_length=1)
    roles: list[Role] = []
    demo_only: bool = False
    assigned: bool = False

    def may_claim(self, role: Role) -> bool:
        """Tell whether a token of this issuer may carry `role`."""
        return role in self.roles if self.roles else role is not Role.SERVICE


def _named(name: str) -> AliasChoices:
    """Return the alias of a variable that has no service's prefix."""
    return AliasChoices(name, name.lower())


class ServiceSettings(BaseSettings):
    """What every service needs; a subclass sets `env_prefix`, for example `REGISTRY_`."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True
    )

    mode: Mode = Field(default=Mode.PRODUCTION, validation_alias=_named("BALAI_MODE"))
    public_url: str = Field(
        default="http://127.0.0.1:8080", validation_alias=_named("PUBLIC_URL"), pattern="^https?://"
    )
    issuers: list[Issuer] = Field(default=[], validation_alias=_named("BALAI_ISSUERS"))
    audience: str = Field(default="balai", validation_alias=_named("BALAI_AUDIENCE"))
    cursor_secret: SecretStr = Field(validation_alias=_named("BALAI_CURSOR_SECRET"), min_length=16)
    cors_origins: list[str] = Field(default=[], validation_alias=_named("BALAI_CORS_ORIGINS"))
    registry_url: str = Field(
        default="http://127.0.0.1:8081", validation_alias=_named("REGISTRY_URL")
    )
    enrollment_url: str = Field(
        default="http://127.0.0.1:8082", validation_alias=_named("ENROLLMENT_URL")
    )
    reporting_url: str = Field(
        default="http://127.0.0.1:8083", validation_alias=_named("REPORTING_URL")
    )
    denied_tokens: FilePath | None = Field(
        default=None, validation_alias=_named("BALAI_DENIED_TOKENS")
    )
    transaction_timeout_s: int = Field(
        default=5, validation_alias=_named("BALAI_TRANSACTION_TIMEOUT_S"), ge=1
    )
    metrics_dir: Path | None = Field(
        default=None, validation_alias=_named("PROMETHEUS_MULTIPROC_DIR")
    )

    signing_key: Path | None = None
    database_url: str = Field(pattern=r"^postgresql\+asyncpg://")
    redis_url: str | None = None

    @model_validator(mode="after")
    def _refuse_demo_in_production(self) -> Self:
        if self.mode is Mode.PRODUCTION:
            for issuer in self.issuers:
                if issuer.demo_only:
                    raise ValueError(f"{issuer.issuer} is an issuer for demonstrations only")
            refuse_demo_secret("BALAI_CURSOR_SECRET", self.cursor_secret.get_secret_value())
            if self.signing_key is not None:
                _refuse_demo_key(self.signing_key)
        return self


def refuse_demo_secret(name: str, value: str) -> None:
    """Refuse a secret that the launcher generated for a demonstration.

    Raises:
        ValueError: when `value` carries the mark of a generated secret.
    """
    if value.startswith(DEMO_MARK):
        raise ValueError(f"{name} was generated for a demonstration; set one of your own")


def _refuse_demo_key(path: Path) -> None:
    kid = json.loads(path.read_text()).get("kid") or ""
    refuse_demo_secret(str(path), kid.rpartition("#")[2])
