"""What an import of participants keeps with its job."""

from typing import ClassVar

from services.enrollment.people_imports.schemas import ImportFile


class ImportParticipants(ImportFile):
    """Job: register the people of a file."""

    kind: ClassVar[str] = "import_participants"
