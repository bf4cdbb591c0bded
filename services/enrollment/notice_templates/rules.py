"""What a notice says: templates with strict placeholders, filled by a pure function."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from services.enrollment.waves.rules import ZONES
from shared.i18n import Language
from shared.schemas.registry import TimeZone


class NoticeKind(StrEnum):
    """What a notice tells somebody."""

    SEAT = "SEAT"
    WAITLISTED = "WAITLISTED"
    PROMOTED = "PROMOTED"
    NOT_PLACED = "NOT_PLACED"
    OFFER = "OFFER"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"
    CLASS_MOVED = "CLASS_MOVED"
    CLASS_CANCELLED = "CLASS_CANCELLED"
    WAVE_CANCELLED = "WAVE_CANCELLED"
    START_REMINDER = "START_REMINDER"
    CERTIFICATE = "CERTIFICATE"
    FOLLOW_UP = "FOLLOW_UP"
    FOLLOW_UP_REMINDER = "FOLLOW_UP_REMINDER"
    CODE = "CODE"
    REFERRAL_SENT = "REFERRAL_SENT"
    REFERRAL_ACCEPTED = "REFERRAL_ACCEPTED"
    REFERRAL_REFUSED = "REFERRAL_REFUSED"
    BREACH = "BREACH"


class Channel(StrEnum):
    """The way on which a notice reaches somebody."""

    EMAIL = "EMAIL"
    PHONE = "PHONE"


_PLACE: Final = frozenset({"name", "class", "facility"})
_REFERRAL: Final = frozenset({"name", "target"})
_FOLLOW_UP: Final = frozenset({"name", "months", "link"})
_START: Final = _PLACE | {"space", "starts"}
# What a template of each kind may speak of.
WORDS: Final[Mapping[NoticeKind, frozenset[str]]] = MappingProxyType(
    {
        NoticeKind.SEAT: _START,
        NoticeKind.WAITLISTED: _START | {"number"},
        NoticeKind.PROMOTED: _START,
        NoticeKind.NOT_PLACED: _START,
        NoticeKind.OFFER: _START | {"deadline"},
        NoticeKind.EXPIRED: _START,
        NoticeKind.CANCELLED: _START,
        NoticeKind.CLASS_MOVED: _START,
        NoticeKind.CLASS_CANCELLED: _START,
        NoticeKind.WAVE_CANCELLED: frozenset({"name", "wave"}),
        NoticeKind.START_REMINDER: _START,
        NoticeKind.CERTIFICATE: frozenset({"name", "class", "facility", "number", "link"}),
        NoticeKind.FOLLOW_UP: _FOLLOW_UP,
        NoticeKind.FOLLOW_UP_REMINDER: _FOLLOW_UP,
        NoticeKind.CODE: frozenset({"name", "code", "minutes"}),
        NoticeKind.REFERRAL_SENT: _REFERRAL,
        NoticeKind.REFERRAL_ACCEPTED: _REFERRAL,
        NoticeKind.REFERRAL_REFUSED: _REFERRAL,
        NoticeKind.BREACH: frozenset({"name", "since", "until", "report"}),
    }
)

_PLACEHOLDER: Final = re.compile(r"\{([a-z]+)\}")
_BRACE: Final = re.compile(r"[{}]")
_INSTANT: Final = "_at"
_DAYS: Final[Mapping[Language, tuple[str, ...]]] = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS: Final[Mapping[Language, tuple[str, ...]]] = {
    "id": (
        "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September",
        "Oktober", "November", "Desember",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
}  # fmt: skip


class TemplateError(ValueError):
    """A template speaks of what it may not, or is not told what it speaks of."""


@dataclass(frozen=True, slots=True)
class Template:
    """One version of what a notice of a kind says in one language."""

    kind: NoticeKind
    version: int
    language: Language
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A notice as somebody reads it; it names that person and is never printed."""

    subject: str
    text: str

    def __repr__(self) -> str:
        return "Rendered(...)"


def plain_line(value: str) -> str:
    """Return `value` as it may stand within a line: no line breaks, no control characters.

    Those that turn the direction of writing are among the characters taken out.
    """
    printable = (each if each.isprintable() else " " for each in value)
    return " ".join("".join(printable).split())


def day_in_words(day: date, *, language: Language) -> str:
    """Return a day as people say it: 8 Februari 2027."""
    return f"{day.day} {_MONTHS[language][day.month - 1]} {day.year}"


def local_moment(moment: datetime, *, zone: TimeZone, language: Language) -> str:
    """Return a moment as people of its place say it, with the name of the zone."""
    local = moment.astimezone(ZONES[zone])
    told = f"{_DAYS[language][local.weekday()]}, {day_in_words(local, language=language)}"
    if language == "en":
        return f"{told}, {local:%H:%M} {zone.value}"
    return f"{told} pukul {local:%H.%M} {zone.value}"


def words_of(params: Mapping[str, Any], *, language: Language) -> dict[str, str]:
    """Return what a template can speak of: moments (`starts_at`) become words (`starts`)."""
    words: dict[str, str] = {}
    for name, value in params.items():
        if name.endswith(_INSTANT):
            moment = datetime.fromisoformat(value)
            told = local_moment(moment, zone=TimeZone(params["zone"]), language=language)
            words[name.removesuffix(_INSTANT)] = told
        else:
            words[name] = str(value)
    return words


def render(template: Template, words: Mapping[str, str]) -> Rendered:
    """Fill a template; what stands in a word is never read as a placeholder.

    Raises:
        TemplateError: when the template speaks of something that `words` does not hold.
    """

    def word(found: re.Match[str]) -> str:
        try:
            return plain_line(words[found[1]])
        except KeyError:
            raise TemplateError(f"{template.kind} {template.version}: {found[1]}?") from None

    return Rendered(
        subject=_PLACEHOLDER.sub(word, template.subject),
        text=_PLACEHOLDER.sub(word, template.text),
    )


def check_template(template: Template) -> Template:
    """Return a template that speaks only of what its kind may.

    Raises:
        TemplateError: when it names something else, a brace stands alone, or a subject has lines.
    """
    for part in (template.subject, template.text):
        foreign = set(_PLACEHOLDER.findall(part)) - WORDS[template.kind]
        if foreign or _BRACE.search(_PLACEHOLDER.sub("", part)):
            raise TemplateError(
                f"{template.kind} {template.version} {template.language}: {foreign}"
            )
    if plain_line(template.subject) != template.subject:
        raise TemplateError(f"{template.kind} {template.version}: a subject is one line")
    return template


def load_templates(source: str) -> dict[tuple[NoticeKind, Language], Template]:
    """Return the newest template of each kind and language, all versions being checked.

    Raises:
        TemplateError: when one is unfit, a language is missing, or two have one version.
    """
    newest: dict[tuple[NoticeKind, Language], Template] = {}
    seen: set[tuple[NoticeKind, int]] = set()
    for entry in tomllib.loads(source)["template"]:
        kind, version = NoticeKind(entry["kind"]), int(entry["version"])
        if (kind, version) in seen:
            raise TemplateError(f"{kind} {version} stands there twice")
        seen.add((kind, version))
        languages: tuple[Language, ...] = ("id", "en")
        for language in languages:
            if language not in entry:
                raise TemplateError(f"{kind} {version} is missing in {language}")
            told = entry[language]
            template = Template(kind, version, language, told["subject"], told["text"])
            known = newest.get((kind, language))
            if check_template(template).version >= (known.version if known else 0):
                newest[kind, language] = template
    return newest


TEMPLATES: Final = MappingProxyType(
    load_templates(files(__package__).joinpath("templates.toml").read_text("utf-8"))
)
