"""SQL tables of programmes and waves."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base


class Program(Base):
    """A programme as enrollment published it: who owns it decides who sees its figures."""

    __tablename__ = "program"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    owner_ministry: Mapped[str]
    co_ministry: Mapped[str | None]


class Wave(Base):
    """A wave as enrollment published it; `synthetic` marks generated data."""

    __tablename__ = "wave"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    program_id: Mapped[UUID]
    code: Mapped[str]
    name: Mapped[str]
    synthetic: Mapped[bool]
