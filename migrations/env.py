"""Run the migrations of one service, named by alembic's -n option, and grant the app role."""

import asyncio
import importlib
import os
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Column, Connection, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.db.base import Xid8

service = context.config.config_ini_section
metadata = importlib.import_module(f"services.{service}.metadata").metadata

# Tables of which the app role may not change or delete a row.
APPEND_ONLY = ("event", "audit", "ledger")


def setting(name: str) -> str | None:
    """Return what the caller of alembic passed, or the service's variable of that name."""
    passed: str | None = context.config.attributes.get(name)
    return passed or os.environ.get(f"{service.upper()}_{name.upper()}")


def render_item(kind: str, item: object, autogen: AutogenContext) -> str | Literal[False]:
    """Write our own column type by its short name."""
    if kind == "type" and isinstance(item, Xid8):
        autogen.imports.add("from shared.db.base import Xid8")
        return "Xid8()"
    return False


def compare_default(_: object, __: object, column: Column[Any], *___: object) -> bool | None:
    """Compare defaults, but for the epoch's: a restore raises it."""
    return False if column.name == "epoch" and column.table.name == "event" else None


def grant(connection: Connection, role: str) -> None:
    """Let the app role read and write rows, and own nothing."""
    quote = connection.dialect.identifier_preparer.quote
    schema, app = quote(service), quote(role)
    for statement in (
        f"GRANT USAGE ON SCHEMA {schema} TO {app}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {app}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {app}",
        f"REVOKE INSERT, UPDATE, DELETE ON {schema}.alembic_version FROM {app}",
    ):
        connection.execute(text(statement))
    for table in APPEND_ONLY:
        if f"{service}.{table}" in metadata.tables:
            connection.execute(text(f"REVOKE UPDATE, DELETE ON {schema}.{quote(table)} FROM {app}"))


def migrate(connection: Connection) -> None:
    """Apply the service's migrations, one transaction each, under a lock nobody else can hold."""
    connection.execute(text("SET transaction_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_lock(hashtext(:s))"), {"s": f"alembic {service}"})
    connection.execute(text("SET lock_timeout = '4s'"))
    connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{service}"'))
    connection.commit()
    ischema_names["xid8"] = Xid8
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table_schema=service,
        include_schemas=True,
        include_name=lambda name, kind, _: name == service if kind == "schema" else True,
        compare_server_default=compare_default,
        render_item=render_item,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    role = setting("app_role")
    if role is not None:
        grant(connection, role)
        connection.commit()


async def main() -> None:
    """Open one connection and migrate over it."""
    url = setting("migration_url") or setting("database_url")
    if url is None:
        message = f"set {service.upper()}_MIGRATION_URL or {service.upper()}_DATABASE_URL"
        raise SystemExit(message)
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


asyncio.run(main())
