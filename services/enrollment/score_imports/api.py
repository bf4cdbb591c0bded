"""HTTP face of the import of scores."""

from fastapi import APIRouter

from services.enrollment.people_imports.api import add_import
from services.enrollment.score_imports.rules import COLUMNS
from services.enrollment.score_imports.schemas import ImportScores
from shared.scope import Permission

router = APIRouter(tags=["imports"])

add_import(
    router,
    "scores",
    columns=COLUMNS,
    permission=Permission.SCORES_WRITE,
    message=ImportScores,
    about="Score the applications of a CSV or XLSX file by a job. Scores that are as the file says"
    " stay as they are, so that it may be sent again.",
)
