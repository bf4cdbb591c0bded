"""Bodies of what somebody answers by a link: no name, no place, nothing of the person."""

from datetime import datetime
from typing import Any, Final

from pydantic import ConfigDict, Field

from services.reporting.followup_instruments.rules import Question, QuestionCode, Said
from services.reporting.followup_instruments.schemas import WordsRead
from shared.schemas.base import Body, Read

_EXAMPLE: Final[dict[str, Any]] = {
    "answers": {"status": "SELF_EMPLOYED", "business_started": True, "people_hired": 2}
}


class AnswersGiven(Body):
    """What somebody has filled in, by the codes of the questions."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    answers: dict[QuestionCode, Said] = Field(max_length=60)


class QuestionsAsked(Read):
    """What somebody is asked, and what was filled in so far."""

    title: WordsRead
    months: int
    questions: list[Question]
    answers: dict[str, Said]
    expires_at: datetime
    synthetic: bool
    version: int


class AnswersSaved(Read):
    """The version of what was filled in: what the next saving names."""

    version: int


class AnswersSent(Read):
    """The answer has arrived."""

    recorded_at: datetime
