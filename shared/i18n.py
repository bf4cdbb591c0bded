"""Sentences in the two languages that Balai speaks."""

from typing import Literal, NamedTuple, TypeAlias

Language: TypeAlias = Literal["id", "en"]


class Text(NamedTuple):
    """One sentence in Indonesian and in English."""

    id: str
    en: str

    def in_(self, language: Language) -> str:
        """Return the sentence in `language`."""
        return self.en if language == "en" else self.id


def preferred_language(accept_language: str | None) -> Language:
    """Return the first of the languages asked for that Balai speaks; Indonesian when none is.

    Source: RFC 9110, section 12.5.4.
    """
    ranked: list[tuple[float, int, Language]] = []
    for place, part in enumerate((accept_language or "").lower().split(",")):
        tag, _, quality = part.strip().partition(";q=")
        primary = tag.split("-", 1)[0]
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        if primary in ("id", "in") and weight > 0:
            ranked.append((-weight, place, "id"))
        elif primary == "en" and weight > 0:
            ranked.append((-weight, place, "en"))
    return min(ranked)[2] if ranked else "id"
