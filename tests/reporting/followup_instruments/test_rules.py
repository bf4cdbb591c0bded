import pytest

from services.reporting.followup_instruments import rules
from services.reporting.followup_instruments.rules import Question

WORDS = {"id": "Apa?", "en": "What?"}


def question(code: str, kind: str = "YES_NO", *options: str, **more) -> dict:
    chosen = [{"code": each, "label": WORDS} for each in options]
    return {"code": code, "kind": kind, "label": WORDS, "options": chosen, **more}


STATUS = question("status", "CHOICE", "EMPLOYED", "SELF_EMPLOYED", "SEEKING", required=True)
AFTER_BUSINESS = {"shown_when": [{"question": "status", "answers": ["SELF_EMPLOYED"]}]}


def asked(*questions: dict) -> list[Question]:
    return [Question.model_validate(each) for each in questions]


BUSINESS = asked(
    STATUS,
    question("business_started", **AFTER_BUSINESS, required=True),
    question(
        "people_hired",
        "NUMBER",
        shown_when=[{"question": "business_started", "answers": ["true"]}],
    ),
    question("income_after_rupiah", "RUPIAH"),
    question("market", "CHOICE", "ONLINE", "STALL"),
)


class TestCheckQuestions:
    def test_takes_what_can_be_asked_and_counted(self):
        rules.check_questions(BUSINESS)

    @pytest.mark.parametrize(
        ("questions", "pointer"),
        [
            ([question("market", "CHOICE", "A", "B")], "/questions"),
            ([{**STATUS, "required": False}], "/questions"),
            ([STATUS, STATUS], "/questions/1/code"),
            ([STATUS, question("market", "CHOICE")], "/questions/1/options"),
            ([STATUS, question("market", "CHOICE", "A", "A")], "/questions/1/options"),
            ([STATUS, question("market", "YES_NO", "A")], "/questions/1/options"),
            ([question("status", "CHOICE", "ASKED", required=True)], "/questions/0/options"),
            ([STATUS, question("nib_obtained", "NUMBER")], "/questions/1/kind"),
            ([STATUS, question("savings", "RUPIAH")], "/questions/1/kind"),
            (
                [question("nib_obtained", **AFTER_BUSINESS), STATUS],
                "/questions/0/shown_when/0",
            ),
            (
                [
                    STATUS,
                    question(
                        "nib_obtained",
                        shown_when=[{"question": "status", "answers": ["RICH"]}],
                    ),
                ],
                "/questions/1/shown_when/0",
            ),
        ],
    )
    def test_refuses_what_nobody_could_answer_or_count(self, questions: list, pointer: str):
        with pytest.raises(rules.QuestionsInvalidError) as caught:
            rules.check_questions(asked(*questions))
        assert caught.value.pointer == pointer


class TestCheckAnswers:
    @pytest.mark.parametrize(
        "answers",
        [
            {"status": "SEEKING"},
            {"status": "SELF_EMPLOYED", "business_started": False, "market": "STALL"},
            {"status": "SELF_EMPLOYED", "business_started": True, "people_hired": 0},
            {"status": "EMPLOYED", "income_after_rupiah": 2_500_000},
        ],
    )
    def test_takes_what_was_asked(self, answers: dict):
        rules.check_answers(BUSINESS, answers, complete=True)

    @pytest.mark.parametrize(
        ("answers", "code"),
        [
            ({}, "status"),
            ({"status": "SELF_EMPLOYED"}, "business_started"),
            ({"status": "SEEKING", "business_started": True}, "business_started"),
            (
                {"status": "SELF_EMPLOYED", "business_started": False, "people_hired": 1},
                "people_hired",
            ),
            ({"status": "SEEKING", "market": "elsewhere"}, "market"),
            ({"status": "SEEKING", "income_after_rupiah": True}, "income_after_rupiah"),
            ({"status": "SEEKING", "income_after_rupiah": 10**13}, "income_after_rupiah"),
            ({"status": "SEEKING", "shoe_size": 42}, "shoe_size"),
        ],
    )
    def test_refuses_what_was_not(self, answers: dict, code: str):
        with pytest.raises(rules.AnswerRefusedError) as caught:
            rules.check_answers(BUSINESS, answers, complete=True)
        assert caught.value.pointer == f"/answers/{code}"

    def test_what_is_only_saved_may_still_be_hidden_or_missing(self):
        rules.check_answers(BUSINESS, {"business_started": True}, complete=False)

        with pytest.raises(rules.AnswerRefusedError):
            rules.check_answers(BUSINESS, {"business_started": "yes"}, complete=False)


class TestCountedAndKept:
    def test_are_told_apart_and_no_financing_is_none(self):
        given = {"status": "SEEKING", "financing_kind": "NONE", "market": "STALL"}

        counted, kept = rules.counted_and_kept(given)

        assert counted == {"status": "SEEKING", "financing_kind": None}
        assert kept == {"market": "STALL"}
