"""Bodies of questionnaires."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict, Field

from services.reporting.followup_instruments.rules import InstrumentState, Question, Words
from shared.schemas.base import Body, Read

_YES: Final[dict[str, Any]] = {
    "id": "Apakah Anda masih memakai modul pelatihan?",
    "en": "Do you still use the module?",
}
_EXAMPLE: Final[dict[str, Any]] = {
    "title": {"id": "Kabar usaha Anda", "en": "How your business is doing"},
    "questions": [
        {
            "code": "status",
            "kind": "CHOICE",
            "required": True,
            "label": {"id": "Apa kegiatan Anda sekarang?", "en": "What do you do now?"},
            "options": [
                {"code": "EMPLOYED", "label": {"id": "Bekerja", "en": "Employed"}},
                {"code": "SELF_EMPLOYED", "label": {"id": "Berusaha", "en": "Self-employed"}},
                {"code": "SEEKING", "label": {"id": "Mencari kerja", "en": "Seeking work"}},
            ],
        },
        {
            "code": "uses_module",
            "kind": "YES_NO",
            "label": _YES,
            "shown_when": [{"question": "status", "answers": ["SELF_EMPLOYED"]}],
        },
    ],
}


class InstrumentChange(Body):
    """What a version of a questionnaire asks."""

    title: Words
    questions: list[Question] = Field(min_length=1, max_length=60)


class InstrumentCreate(InstrumentChange):
    """A new version of a programme's questionnaire, or without a programme of the national one."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    id: UUID | None = None
    program_id: UUID | None = None


class WordsRead(Read):
    """A sentence in both languages."""

    id: str
    en: str


class InstrumentRead(Read):
    """A version of a questionnaire; the one that is PUBLISHED is in use."""

    id: UUID
    program_id: UUID | None
    number: int
    state: InstrumentState
    title: WordsRead
    questions: list[Question]
    drafted_at: datetime
    published_at: datetime | None
    version: int
