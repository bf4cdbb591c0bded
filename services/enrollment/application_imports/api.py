"""HTTP face of the import of applications."""

from fastapi import APIRouter

from services.enrollment.application_imports.rules import COLUMNS
from services.enrollment.application_imports.schemas import ImportApplications
from services.enrollment.people_imports.api import add_import
from shared.scope import Permission

router = APIRouter(tags=["imports"])

add_import(
    router,
    "applications",
    columns=COLUMNS,
    permission=Permission.APPLICATIONS_WRITE,
    message=ImportApplications,
    about="Apply for the people of a CSV or XLSX file, who signed on paper, by a job. What came"
    " from the same paper stays as it is, so that a file may be sent again.",
)
