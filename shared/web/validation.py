"""What is wrong with a request, in two languages and without the value that was sent."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from shared.i18n import Language, Text
from shared.logging import mask_niks

_OTHER: Final = Text("Nilai tidak sah.", "The value is not valid.")

# By the type of pydantic's error; braces hold what the schema asks for, never what was sent.
_SENTENCES: Final[dict[str, Text]] = {
    "missing": Text("Wajib diisi.", "This is required."),
    "extra_forbidden": Text("Isian ini tidak dikenal.", "There is no such member."),
    "string_type": Text("Harus berupa teks.", "It must be text."),
    "string_too_short": Text(
        "Paling sedikit {min_length} karakter.", "At least {min_length} characters."
    ),
    "string_too_long": Text(
        "Paling banyak {max_length} karakter.", "At most {max_length} characters."
    ),
    "string_pattern_mismatch": Text(
        "Tidak sesuai pola {pattern}.", "It does not match the pattern {pattern}."
    ),
    "int_type": Text("Harus berupa bilangan bulat.", "It must be a whole number."),
    "int_parsing": Text("Harus berupa bilangan bulat.", "It must be a whole number."),
    "int_from_float": Text("Harus berupa bilangan bulat.", "It must be a whole number."),
    "float_type": Text("Harus berupa angka.", "It must be a number."),
    "float_parsing": Text("Harus berupa angka.", "It must be a number."),
    "bool_type": Text("Harus true atau false.", "It must be true or false."),
    "bool_parsing": Text("Harus true atau false.", "It must be true or false."),
    "greater_than": Text("Harus lebih dari {gt}.", "It must be more than {gt}."),
    "greater_than_equal": Text("Paling sedikit {ge}.", "It must be at least {ge}."),
    "less_than": Text("Harus kurang dari {lt}.", "It must be less than {lt}."),
    "less_than_equal": Text("Paling banyak {le}.", "It must be at most {le}."),
    "enum": Text("Harus salah satu dari {expected}.", "It must be one of {expected}."),
    "literal_error": Text("Harus salah satu dari {expected}.", "It must be one of {expected}."),
    "uuid_type": Text("Harus berupa UUID.", "It must be a UUID."),
    "uuid_parsing": Text("Harus berupa UUID.", "It must be a UUID."),
    "date_type": Text("Harus berupa tanggal.", "It must be a date."),
    "date_parsing": Text("Harus berupa tanggal.", "It must be a date."),
    "date_from_datetime_parsing": Text("Harus berupa tanggal.", "It must be a date."),
    "datetime_type": Text("Harus berupa waktu RFC 3339.", "It must be an RFC 3339 instant."),
    "datetime_parsing": Text("Harus berupa waktu RFC 3339.", "It must be an RFC 3339 instant."),
    "datetime_from_date_parsing": Text(
        "Harus berupa waktu RFC 3339.", "It must be an RFC 3339 instant."
    ),
    "timezone_aware": Text("Zona waktu wajib disertakan.", "The time zone is required."),
    "list_type": Text("Harus berupa daftar.", "It must be a list."),
    "dict_type": Text("Harus berupa objek.", "It must be an object."),
    "model_type": Text("Harus berupa objek JSON.", "It must be a JSON object."),
    "model_attributes_type": Text("Harus berupa objek JSON.", "It must be a JSON object."),
    "too_short": Text("Paling sedikit {min_length} butir.", "At least {min_length} items."),
    "too_long": Text("Paling banyak {max_length} butir.", "At most {max_length} items."),
    "nul_character": Text("Karakter NUL tidak diperbolehkan.", "The character NUL is not allowed."),
    "day_out_of_range": Text(
        "Tahun harus antara 1900 dan 2999.", "The year must be between 1900 and 2999."
    ),
    "json_invalid": Text("JSON tidak dapat dibaca.", "The JSON cannot be read."),
}

_KINDS: Final = frozenset({"body", "query", "path", "header", "cookie"})


def described(errors: Sequence[Mapping[str, Any]], language: Language) -> list[dict[str, str]]:
    """Return pydantic's `errors` as members `pointer`, `in`, `code` and `detail` of a problem.

    `pointer` is the JSON pointer into the body, or the name of the parameter after a slash; `in`
    tells which of them it is. A validator may raise `ValueError(Text(...))`: its sentence is told.
    """
    return [_described(error, language) for error in errors]


def _described(error: Mapping[str, Any], language: Language) -> dict[str, str]:
    kind, pointer = _place(error["loc"])
    return {
        "in": kind,
        "pointer": pointer,
        "code": str(error["type"]).replace("_", "-"),
        "detail": _sentence(error, language),
    }


def _place(location: Sequence[str | int]) -> tuple[str, str]:
    first, *rest = location or ("body",)
    if first not in _KINDS:
        first, rest = "body", list(location)
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in rest)
    return str(first), mask_niks("".join(f"/{part}" for part in parts))


def _sentence(error: Mapping[str, Any], language: Language) -> str:
    context = error.get("ctx") or {}
    reason = context.get("error")
    if isinstance(reason, ValueError) and reason.args and isinstance(reason.args[0], Text):
        return reason.args[0].in_(language)
    sentence = _SENTENCES.get(str(error["type"]), _OTHER).in_(language)
    told = _Context(context)
    if language == "id" and "expected" in told:
        # Pydantic joins what may stand there in English.
        told["expected"] = " atau ".join(str(told["expected"]).rsplit(" or ", 1))
    return sentence.format_map(told)


class _Context(dict[str, Any]):
    """Context of an error, with a dash for what pydantic does not tell."""

    def __missing__(self, key: str) -> str:
        return "-"
