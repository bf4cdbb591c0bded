"""People written by the thousand: what few share stands beside what many do, written once."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from services.enrollment.identities.rules import NikKeys, masked
from services.enrollment.participants import rules as people
from services.enrollment.participants.operations import registered
from services.enrollment.people_imports.rules import cell_of, line_of
from services.enrollment.person_names.rules import name_key
from services.enrollment.programs.rules import age_on
from shared.db.events import event_row
from shared.schemas.enrollment import AgeBand, EntrantKind, Sex
from shared.schemas.imports import Outcome
from shared.scope import Actor

_OWN: Final = (
    "id", "nik_cipher", "nik_index", "nik_masked", "name", "name_key", "phone", "email", "nib",
)  # fmt: skip
_BIRTH: Final = ("birth_date",)
_HOME: Final = ("home_area_code", "home_province_code", "home_regency_code")
_SAID: Final = (
    "sex", "language", "disability", "legal_basis", "consents", "synthetic",
    "nik_key_id", "rule_version", "version", "created_at",
)  # fmt: skip
_BUSINESS: Final = (
    "kbli", "kbli_scheme", "founded_on", "capital_rupiah", "annual_sales_rupiah",
    "entrant_kind", "kind_by_capital", "kind_by_sales", "size_criterion", "warnings",
)  # fmt: skip
# The columns of a line: what each has of his own, then the parts that many share.
PERSON: Final = (*_OWN, *_BIRTH, *_HOME, *_SAID, *_BUSINESS)
VERDICT: Final = ("job_id", "row", "verdict", "code", "detail", "id")
# Columns of an event, and members of its payload, that no two people share.
_EVENT: Final = ("id", "stream_id", "participant_id", "payload")
_TOLD: Final = ("participant_id", "home_province_code", "home_regency_code")
# Stands for who an event is about until that is known.
_NOBODY: Final = UUID(int=0)
_NOTHING: Final = cell_of(None)
_CREATED: Final = f"\t{Outcome.CREATED}\t{_NOTHING}\t{_NOTHING}\t"


class Own(NamedTuple):
    """What each has of his own, as `PERSON` begins; the rest are cells that are compared."""

    nik_index: bytes
    name_key: str
    text: str


class Birth(NamedTuple):
    """A day of birth, as it is written and as events tell of it."""

    text: str
    day: date
    band: AgeBand


class Home(NamedTuple):
    """A home, as it is written and as events tell of it."""

    text: str
    code: str
    told: str


class Said(NamedTuple):
    """What somebody said beside birth, home and business, with what all of a file share."""

    text: str
    sex: Sex
    synthetic: bool


class Business(NamedTuple):
    """A business, or that there is none, with its size class and the warnings of that."""

    text: str
    entrant_kind: EntrantKind


Parts: TypeAlias = tuple[Birth, Home, Said, Business]


class Ready(NamedTuple):
    """Somebody who waits to be written, with the rows of that as COPY reads them."""

    number: int
    chosen: bool
    person_id: str
    nik_index: bytes
    birth_date: date
    name_key: str
    person: str
    event: str
    verdict: str


def parts_of(values: Mapping[str, Any], *, today: date) -> Parts:
    """Return what of a person's row others may share."""
    day = values["birth_date"]
    return (
        birth_of(day, today=today),
        home_of(values["home_area_code"]),
        Said(_cells(values, _SAID), values["sex"], values["synthetic"]),
        Business(_cells(values, _BUSINESS), values["entrant_kind"]),
    )


def birth_of(day: date, *, today: date) -> Birth:
    """Return a day of birth as it is written."""
    return Birth(cell_of(day), day, people.age_band(age_on(day, today)))


def home_of(code: str) -> Home:
    """Return a home as it is written."""
    place = people.place_of(_NOBODY, home_area_code=code)
    province, regency = place.home_province_code, place.home_regency_code
    told = json.dumps(dict(zip(_TOLD[1:], (province, regency), strict=True)))
    return Home(f"{code}\t{province}\t{regency}", code, told[1:-1])


def _cells(values: Mapping[str, Any], names: Iterable[str]) -> str:
    return "\t".join(
        cell_of(json.dumps(values[name]) if name == "consents" else values[name]) for name in names
    )


def own_of(values: Mapping[str, Any]) -> Own:
    """Return what a person's row has of its own."""
    return Own(values["nik_index"], values["name_key"], _cells(values, _OWN))


def sealed_own(
    digits: str,
    given: tuple[str, str | None, str | None, str | None],
    *,
    person_id: str,
    keys: NikKeys,
    nonce: bytes,
) -> Own:
    """Return the same of who is said to have this NIK; `given`: name, phone, email and NIB."""
    name, phone, email, nib = given
    index, key = keys.index_of(digits), name_key(name)
    cipher = keys.seal(digits, participant_id=person_id, nonce=nonce).cipher
    # There is nothing in a phone and a NIB that would have to be escaped.
    return Own(
        index,
        key,
        f"{person_id}\t\\\\x{cipher.hex()}\t\\\\x{index.hex()}\t{masked(digits)}"
        f"\t{cell_of(name)}\t{cell_of(key)}\t{phone or _NOTHING}\t{cell_of(email)}"
        f"\t{nib or _NOTHING}",
    )


class Lines:
    """Writes the rows of people whom a job registers."""

    def __init__(self, job_id: UUID, actor: Actor, *, today: date, now: datetime) -> None:
        self._job = str(job_id)
        self._actor = actor
        self._today = today
        self._now = now
        # What events tell of a person beside who it is and where: there are few such rows.
        self._told: dict[tuple[Any, ...], str] = {}
        self.event_columns: tuple[str, ...] = ()

    def write(
        self,
        number: int,
        own: Own,
        parts: Parts,
        *,
        person_id: str,
        event_id: str,
        chosen: bool = False,
    ) -> Ready:
        """Return a person as he waits to be written."""
        birth, home, said, business = parts
        kind = (birth.band, said.sex, said.synthetic, business.entrant_kind)
        told = self._told.get(kind)
        if told is None:
            told = self._told[kind] = self._tell(parts)
        return Ready(
            number,
            chosen,
            person_id,
            own.nik_index,
            birth.day,
            own.name_key,
            f"{own.text}\t{birth.text}\t{home.text}\t{said.text}\t{business.text}\n",
            f"{event_id}\t{person_id}\t{person_id}\t"
            f'{{"participant_id": "{person_id}", {home.told}, {told}',
            f"{self._job}\t{number}{_CREATED}{person_id}\n",
        )

    def _tell(self, parts: Parts) -> str:
        """Return the end of an event's row: from what many share in its payload."""
        birth, home, said, business = parts
        values = {
            "id": _NOBODY,
            "birth_date": birth.day,
            "sex": said.sex,
            "synthetic": said.synthetic,
            "entrant_kind": business.entrant_kind,
            "home_area_code": home.code,
            "home_province_code": home.code[:2],
            "home_regency_code": home.code[:5],
        }
        draft = registered(values, today=self._today, now=self._now)
        row = event_row(draft, event_id=_NOBODY, actor=self._actor)
        shared = [name for name, value in row.items() if value != _NOBODY and name != "payload"]
        self.event_columns = (*_EVENT, *shared)
        payload = {name: told for name, told in row["payload"].items() if name not in _TOLD}
        cells = [cell_of(json.dumps(payload)[1:]), *(cell_of(row[name]) for name in shared)]
        return line_of(cells)
