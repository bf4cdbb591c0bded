"""HTTP face of the import of participants."""

from fastapi import APIRouter

from services.enrollment.participant_imports.schemas import ImportParticipants
from services.enrollment.people_imports.api import add_import
from services.enrollment.person_rows.rules import COLUMNS
from shared.scope import Permission

router = APIRouter(tags=["imports"])

add_import(
    router,
    "participants",
    columns=COLUMNS,
    permission=Permission.PARTICIPANTS_WRITE,
    message=ImportParticipants,
    about="Register the people of a CSV or XLSX file by a job. Who is registered already stays as"
    " he is, so that a file may be sent again.",
)
