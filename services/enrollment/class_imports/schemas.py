"""What the import of classes keeps with its job, and what one row says."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import StringConstraints

from services.enrollment.class_imports.rules import ImportMode
from services.enrollment.classes.schemas import ClassPlan
from shared.i18n import Language
from shared.schemas.base import Message
from shared.scope import Scope

GivenCode = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class ImportClasses(Message):
    """Job: plan the classes of a file within the reach of whoever sent it.

    `asked_at` is the business time by which the rows are judged.
    """

    kind: ClassVar[str] = "import_classes"

    upload_id: UUID
    mode: ImportMode
    scope: Scope
    asked_at: datetime
    language: Language = "id"


class ClassRow(ClassPlan):
    """One row of the file; the wave goes by codes."""

    program_code: GivenCode
    wave_code: GivenCode
