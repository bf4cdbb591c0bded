"""SQL table of teams."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base
from services.enrollment.program_teams.rules import HolderKind, TeamDuty


class ProgramTeamMember(Base):
    """A duty in the joint team of a programme, and which office or login holds it.

    `valid_to` is the last day. `holder` is the function of an office, or the name of a login as it
    stands in events: nobody's contacts are kept here.
    """

    __tablename__ = "program_team_member"
    __table_args__ = (CheckConstraint("valid_from <= valid_to", name="period"),)

    program_id: Mapped[UUID] = mapped_column(ForeignKey("enrollment.program.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    duty: Mapped[TeamDuty]
    ministry: Mapped[str]
    institution_id: Mapped[UUID | None]
    unit: Mapped[str]
    holder_kind: Mapped[HolderKind]
    holder: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
