import pytest

from shared.web.validation import described


@pytest.mark.parametrize(
    ("language", "expected", "told"),
    [
        ("id", "'json', 'csv' or 'xlsx'", "Harus salah satu dari 'json', 'csv' atau 'xlsx'."),
        ("en", "'json', 'csv' or 'xlsx'", "It must be one of 'json', 'csv' or 'xlsx'."),
        ("id", "'json'", "Harus salah satu dari 'json'."),
    ],
)
def test_joins_what_may_stand_there_in_the_language_of_the_sentence(language, expected, told):
    error = {"type": "enum", "loc": ("query", "format"), "ctx": {"expected": expected}}

    [problem] = described([error], language)

    assert (problem["in"], problem["detail"]) == ("query", told)
