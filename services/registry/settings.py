"""What the registry needs from its environment."""

from datetime import date

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class RegistrySettings(ServiceSettings):
    """Settings of the registry.

    `areas_valid_from` is the day from which the shipped list of areas is taken to be valid: the
    release of its source, which names no decree and no date.
    """

    model_config = SettingsConfigDict(env_prefix="REGISTRY_")

    areas_valid_from: date = date(2026, 5, 6)
