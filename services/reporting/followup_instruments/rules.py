"""What a questionnaire may ask and what an answer to it may say, stated without a database."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final, NamedTuple, TypeAlias

from pydantic import Field, StrictBool, StrictInt, StringConstraints

from shared.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from shared.i18n import Text
from shared.schemas.base import Body, Label
from shared.schemas.enrollment import Financing
from shared.schemas.reporting import OutcomeStatus

# Nobody earns a trillion rupiah a month: a longer number is a mistake of typing.
MOST_RUPIAH: Final = 1_000_000_000_000
MOST_DAYS: Final = 372
MOST_PEOPLE: Final = 10_000
NO_FINANCING: Final = "NONE"
STATUS: Final = "status"
# What somebody may answer; the other statuses are what becomes of a question.
ANSWERED: Final = tuple(
    each.value
    for each in OutcomeStatus
    if each not in (OutcomeStatus.ASKED, OutcomeStatus.UNREACHED)
)


class QuestionKind(StrEnum):
    """How a question is answered. There is no free text: it would hold names and numbers."""

    CHOICE = "CHOICE"
    YES_NO = "YES_NO"
    NUMBER = "NUMBER"
    RUPIAH = "RUPIAH"


class InstrumentState(StrEnum):
    """The life of a version: one is PUBLISHED at a time, those before it are RETIRED."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    RETIRED = "RETIRED"


class InstrumentUnknownError(NotFoundError):
    """No version of a questionnaire has that id."""

    code = "instrument-unknown"
    title = Text("Kuesioner tidak ditemukan.", "There is no such questionnaire.")


class InstrumentPublishedError(ConflictError):
    """A version that was published stays as it is: people have answered it."""

    code = "instrument-published"
    title = Text(
        "Versi ini sudah pernah diterbitkan; buat versi baru.",
        "This version has been published; make a new one.",
    )


class InstrumentBeingMadeError(ConflictError):
    """Somebody else makes or publishes a version of the same questionnaire at this moment."""

    code = "instrument-being-made"
    title = Text(
        "Kuesioner yang sama sedang diubah; coba lagi.",
        "The same questionnaire is being changed; try again.",
    )


class NotYourProgramError(ForbiddenError):
    """The questionnaire is of ministries that are not the caller's, or of the whole country."""

    code = "not-your-ministry"
    title = Text(
        "Kuesioner ini bukan milik kementerian Anda.",
        "The questionnaire is not of your ministry.",
    )


class ProgramUnknownError(NotFoundError):
    """No programme of that id is known here."""

    code = "program-unknown"
    title = Text(
        "Program tidak dikenal di pelaporan; yang baru saja dibuat dikenal beberapa saat lagi.",
        "Reporting knows no such programme; one just made will be known in a moment.",
    )


class QuestionsInvalidError(InvalidError):
    """A questionnaire that nobody could answer, or whose answers nobody could count."""

    code = "questions-invalid"
    title = Text("Daftar pertanyaan tidak sah.", "The questions cannot be asked like this.")


class AnswerRefusedError(InvalidError):
    """An answer is not one that its question admits."""

    code = "answer-refused"
    title = Text("Jawaban tidak sesuai pertanyaannya.", "The answer does not fit its question.")


QuestionCode: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
OptionCode: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")]
# What was said: a chosen option, yes or no, or a whole number.
Said: TypeAlias = StrictBool | StrictInt | Annotated[str, StringConstraints(max_length=40)]


class Words(Body):
    """A sentence in both languages."""

    id: Label
    en: Label


class Option(Body):
    """One answer to choose."""

    code: OptionCode
    label: Words


class Condition(Body):
    """An earlier question, and the answers to it after which this one is asked.

    Yes is `true` and no is `false`.
    """

    question: QuestionCode
    answers: list[Annotated[str, Field(max_length=40)]] = Field(min_length=1, max_length=40)


class Question(Body):
    """One question. All of its conditions must hold for it to be asked.

    A code that figures know (`status`, `people_hired` ...) is counted; any other is only kept.
    """

    code: QuestionCode
    kind: QuestionKind
    label: Words
    required: bool = False
    options: list[Option] = Field(default=[], max_length=40)
    shown_when: list[Condition] = Field(default=[], max_length=5)


class Known(NamedTuple):
    """A question that figures know: how it is answered, and between what."""

    kind: QuestionKind
    most: int = 0
    options: tuple[str, ...] = ()


_YES_NO: Final = Known(QuestionKind.YES_NO)
_RUPIAH: Final = Known(QuestionKind.RUPIAH, MOST_RUPIAH)
KNOWN: Final[Mapping[str, Known]] = MappingProxyType(
    {
        STATUS: Known(QuestionKind.CHOICE, options=ANSWERED),
        "days_to_first_income": Known(QuestionKind.NUMBER, MOST_DAYS),
        "business_started": _YES_NO,
        "business_running": _YES_NO,
        "people_hired": Known(QuestionKind.NUMBER, MOST_PEOPLE),
        "income_before_rupiah": _RUPIAH,
        "income_after_rupiah": _RUPIAH,
        "nib_obtained": _YES_NO,
        "halal_certified": _YES_NO,
        "financing_kind": Known(
            QuestionKind.CHOICE, options=(NO_FINANCING, *(each.value for each in Financing))
        ),
        "size_criterion": Known(QuestionKind.CHOICE, options=("CAPITAL", "SALES")),
        "size_before_rupiah": _RUPIAH,
        "size_after_rupiah": _RUPIAH,
        "matches_trade": _YES_NO,
    }
)
_MOST_NUMBER: Final = 1_000_000_000


def check_questions(questions: Sequence[Question]) -> None:
    """Refuse a questionnaire that nobody could answer or count.

    Raises:
        QuestionsInvalidError: when a code is repeated, nobody is asked for the status, options are
            missing or too many, or a condition names no earlier question and answer.
    """
    earlier: dict[str, Question] = {}
    for place, question in enumerate(questions):
        pointer = f"/questions/{place}"
        if question.code in earlier:
            raise QuestionsInvalidError(pointer=f"{pointer}/code")
        _check_kind(question, pointer)
        for number, condition in enumerate(question.shown_when):
            asked = earlier.get(condition.question)
            if asked is None or not set(condition.answers) <= _choices(asked):
                raise QuestionsInvalidError(pointer=f"{pointer}/shown_when/{number}")
        earlier[question.code] = question
    status = earlier.get(STATUS)
    if status is None or not status.required or status.shown_when:
        raise QuestionsInvalidError(
            Text(
                "Pertanyaan `status` wajib ada, tanpa syarat.",
                "The question `status` must be there, required and without conditions.",
            ),
            pointer="/questions",
        )


def _choices(question: Question) -> set[str]:
    """Return the answers that a condition can name."""
    if question.kind is QuestionKind.YES_NO:
        return {"true", "false"}
    return {option.code for option in question.options}


def _check_kind(question: Question, pointer: str) -> None:
    codes = [option.code for option in question.options]
    if bool(codes) is not (question.kind is QuestionKind.CHOICE) or len(set(codes)) < len(codes):
        raise QuestionsInvalidError(pointer=f"{pointer}/options")
    known = KNOWN.get(question.code)
    if known is None:
        # What is not counted is kept as it was said, and amounts are kept sealed or not at all.
        if question.kind is QuestionKind.RUPIAH:
            raise QuestionsInvalidError(pointer=f"{pointer}/kind")
        return
    if known.kind is not question.kind:
        raise QuestionsInvalidError(pointer=f"{pointer}/kind")
    if not set(codes) <= set(known.options):
        raise QuestionsInvalidError(pointer=f"{pointer}/options")


def is_shown(question: Question, answers: Mapping[str, Said]) -> bool:
    """Tell whether a question is asked after these answers."""
    return all(
        _written(answers.get(condition.question)) in condition.answers
        for condition in question.shown_when
    )


def _written(said: Said | None) -> str | None:
    if said is None:
        return None
    return str(said).lower() if isinstance(said, bool) else str(said)


def check_answers(
    questions: Sequence[Question], answers: Mapping[str, Said], *, complete: bool
) -> None:
    """Refuse answers that their questions do not admit; `complete` asks for all that is required.

    Raises:
        AnswerRefusedError: when an answer is to no question that is asked, is not one that the
            question admits, or is missing.
    """
    asked = {each.code: each for each in questions}
    for code, said in answers.items():
        if code not in asked or not _admits(asked[code], said):
            raise AnswerRefusedError(pointer=f"/answers/{code}")
    told: dict[str, Said] = {}
    for question in questions:
        shown = is_shown(question, told)
        if question.code in answers and shown:
            told[question.code] = answers[question.code]
        elif complete and (question.code in answers or (shown and question.required)):
            raise AnswerRefusedError(pointer=f"/answers/{question.code}")


def _admits(question: Question, said: Said) -> bool:
    if question.kind is QuestionKind.YES_NO:
        return isinstance(said, bool)
    if question.kind is QuestionKind.CHOICE:
        return isinstance(said, str) and said in {option.code for option in question.options}
    known = KNOWN.get(question.code)
    most = known.most if known is not None else _MOST_NUMBER
    return isinstance(said, int) and not isinstance(said, bool) and 0 <= said <= most


def counted_and_kept(
    answers: Mapping[str, Said],
) -> tuple[dict[str, Said | None], dict[str, Said]]:
    """Return the answers that figures know, by their members, and those that are only kept."""
    counted: dict[str, Said | None] = {
        code: None if (code, said) == ("financing_kind", NO_FINANCING) else said
        for code, said in answers.items()
        if code in KNOWN
    }
    return counted, {code: said for code, said in answers.items() if code not in KNOWN}
