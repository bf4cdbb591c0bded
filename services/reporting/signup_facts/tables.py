"""SQL tables of sign-ups by the minute."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from services.reporting.base import Base
from services.reporting.folding.rules import Source
from services.reporting.folding.tables import ROOM, Counted, live
from services.reporting.signup_facts.rules import SignUpKind


class SignUpSummary(Counted, Base):
    """Sign-ups of a wave by the minute."""

    __tablename__ = "signup_summary"
    __table_args__ = (Index(None, "generation", "wave_id", "minute"), ROOM)

    wave_id: Mapped[UUID]
    signup_kind: Mapped[SignUpKind]
    minute: Mapped[datetime]


class SignUpCube(Counted, Base):
    """Sign-ups by province and minute; the province is empty where the event names none."""

    __tablename__ = "signup_cube"
    __table_args__ = (Index(None, "generation", "wave_id", "province_code", "minute"), ROOM)

    wave_id: Mapped[UUID]
    province_code: Mapped[str]
    signup_kind: Mapped[SignUpKind]
    minute: Mapped[datetime]


class LiveSignUpSummary(Base):
    """What is read of the sign-ups of whole waves."""

    __table__ = live(SignUpSummary, Source.ENROLLMENT, owned=False)


class LiveSignUps(Base):
    """What is read of sign-ups by province."""

    __table__ = live(SignUpCube, Source.ENROLLMENT, owned=False)
