"""Bring one service's database up to date, from code."""

from pathlib import Path

from alembic import command
from alembic.config import Config

INI = Path(__file__).with_name("alembic.ini")


def _config(service: str, url: str, app_role: str | None) -> Config:
    config = Config(str(INI), ini_section=service)
    config.attributes.update(migration_url=url, app_role=app_role)
    return config


def migrate(service: str, url: str, app_role: str | None = None) -> None:
    """Apply what is missing as the owner named in `url`, then grant `app_role` its rights.

    Not to be called from a running event loop.
    """
    command.upgrade(_config(service, url, app_role), "head")


def check(service: str, url: str) -> None:
    """Compare the migrated database with the mapped tables.

    Raises:
        alembic.util.CommandError: when they differ.
    """
    command.check(_config(service, url, None))
