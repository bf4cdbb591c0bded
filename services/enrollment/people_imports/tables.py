"""SQL tables of files that hold personal data: their keys, and their sealed parts."""

from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from services.enrollment.base import Base

_UPLOAD = "enrollment.upload.id"


class UploadKey(Base):
    """The key that a file is sealed with, wrapped by the key of the NIK file, and whose file it is.

    It goes with the upload: then nothing opens the parts any more, wherever a copy of them lies.
    Once a job reads the file it is `closed`: its parts stay as they are.
    """

    __tablename__ = "upload_key"

    upload_id: Mapped[UUID] = mapped_column(
        ForeignKey(_UPLOAD, ondelete="CASCADE"), primary_key=True
    )
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str]
    owner: Mapped[str]
    closed: Mapped[bool]


class UploadPart(Base):
    """A piece of a file, sealed; `part` is what was sent at once, `piece` a run of its bytes."""

    __tablename__ = "upload_part"

    upload_id: Mapped[UUID] = mapped_column(
        ForeignKey(_UPLOAD, ondelete="CASCADE"), primary_key=True
    )
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    piece: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)
