"""Files as they came, kept until the job that reads them has finished."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column


class UploadColumns:
    """Columns of a service's table of uploads; a job's payload names its file as `upload_id`."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    body: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"), index=True)
