"""Reading people who come by the thousand: what many rows say alike is judged in one of them.

A row is plain when it leaves the choice of the id to us, is text throughout, and its NIK says of an
adult what the row says. Whether a plain row passes, and what is written of it, depends on its parts
one by one: the day of birth, the home, what was said, the business. One whose parts have all stood
in plain rows that passed is written from them; every other row is judged as a request is.
"""

import io
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple, TypeAlias, TypeVar
from uuid import UUID

from services.enrollment.areas.rules import UnknownAreaError
from services.enrollment.identities.rules import (
    NONCE_BYTES,
    birth_digits,
    district_of,
    is_nik,
    is_synthetic,
)
from services.enrollment.participants import rules as people
from services.enrollment.participants.operations import NikPolicy, columns_of
from services.enrollment.people_imports.operations import new_ids
from services.enrollment.people_imports.rules import Record, Row, RowRepeatedError
from services.enrollment.people_imports.schemas import ImportFile
from services.enrollment.person_lines.operations import (
    Birth,
    Business,
    Home,
    Lines,
    Parts,
    Ready,
    Said,
    birth_of,
    home_of,
    own_of,
    parts_of,
    sealed_own,
)
from services.enrollment.person_rows.rules import Layout, Texts, layout_of
from services.enrollment.person_rows.schemas import as_they_stand, read_once, read_person
from shared.errors import ServiceError
from shared.files.xlsx import Cell
from shared.schemas.enrollment import Sex
from shared.schemas.imports import Verdict, refused

# As many of each part are remembered: whatever a file says, a worker's memory stays as it is.
_REMEMBERED: Final = 65_536
# More than there are: beyond it a file makes codes up.
_ASKED: Final = 131_072

Key = TypeVar("Key")
Value = TypeVar("Value")


class _Day(NamedTuple):
    """A day of birth of an adult, and what the NIK of a man and of a woman says of it."""

    birth: Birth
    man: str
    woman: str


# Whether a NIK is made up, or a NIB is there, and the texts of the same part.
_Key: TypeAlias = tuple[bool, Texts]
_Plain: TypeAlias = tuple[str, str, str, _Key, _Key]


@dataclass(slots=True)
class Reader:
    """Reads the people of one file, by the rules that one person is registered by.

    `asked` are the codes that were looked for, `areas` those in force, `districts` as a NIK begins
    with them. The rest are the parts that are known, by the cells that they depend on.
    """

    payload: ImportFile
    policy: NikPolicy
    today: date
    lines: Lines
    asked: set[str] = field(default_factory=set)
    areas: set[str] = field(default_factory=set)
    districts: set[str] = field(default_factory=set)
    births: dict[str, _Day | None] = field(default_factory=dict)
    homes: dict[str, Home] = field(default_factory=dict)
    said: dict[_Key, Said] = field(default_factory=dict)
    businesses: dict[_Key, Business] = field(default_factory=dict)
    _layout: tuple[tuple[str, ...], Layout] | None = None

    def layout(self, names: tuple[str, ...]) -> Layout:
        """Return where the texts of the file stand, whose columns these are."""
        if self._layout is None or self._layout[0] is not names:
            self._layout = names, layout_of(names)
        return self._layout[1]

    def learn_areas(self, asked: Collection[str], found: Collection[str]) -> None:
        """Take in which codes were asked for, and which of them are in force."""
        if len(self.asked) > _ASKED:
            self.asked = set(self.areas)
        self.asked.update(asked)
        self.areas.update(found)
        self.districts.update(code.replace(".", "") for code in found)

    def refuse(self, number: int, error: ServiceError) -> Verdict:
        """Return the verdict on a row that `error` refuses."""
        return refused(number, error, self.payload.language)


def codes_of(rows: Sequence[Row], reader: Reader) -> tuple[set[str], set[str]]:
    """Return the homes of rows, and the districts of their NIKs, that nobody has asked for yet."""
    cells, begins = set[Cell | None](), set[str]()
    for _, row in rows:
        if isinstance(row, Record):
            layout = reader.layout(row.names)
            cells.add(row.texts[layout.home_area_code])
            begins.add(row.texts[layout.nik][:6])
        else:
            cells.add(row.get("home_area_code"))
            begins.add(str(row.get("nik"))[:6])
    cells.difference_update(reader.homes)
    begins -= reader.districts
    codes = {_said_in("home_area_code", cell) for cell in cells}
    homes = {code for code in codes if isinstance(code, str)}
    districts = {district_of(each) for each in begins if each.isdigit()}
    return homes - reader.asked, districts - reader.asked


def _said_in(name: str, cell: Cell | None) -> object:
    try:
        return None if cell is None else read_once(name, cell)
    except ServiceError:
        return None


def read_people(rows: Sequence[Row], reader: Reader) -> tuple[list[Ready], list[Verdict]]:
    """Return the people who could be registered, and the verdicts on the other rows.

    `reader` has been told of the codes of these rows; see `codes_of`.
    """
    ready: list[Ready] = []
    verdicts: list[Verdict] = []
    ids, event_ids = new_ids(len(rows)), new_ids(len(rows))
    nonces = io.BytesIO(secrets.token_bytes(NONCE_BYTES * len(rows)))
    for row, person_id, event_id in zip(rows, ids, event_ids, strict=True):
        fresh = (person_id, event_id, nonces.read(NONCE_BYTES))
        try:
            ready.append(_read_alike(row, reader, *fresh) or _read_alone(row, reader, *fresh))
        except ServiceError as error:
            verdicts.append(reader.refuse(row[0], error))
    return ready, verdicts


def _read_alike(
    row: Row, reader: Reader, person_id: str, event_id: str, nonce: bytes
) -> Ready | None:
    """Return a person all whose parts are known; None when they are not."""
    number, cells = row
    if not isinstance(cells, Record):
        return None
    layout, texts = reader.layout(cells.names), cells.texts
    plain = _plain(texts, layout)
    parts, given = _parts(plain, reader), as_they_stand(*layout.given(texts))
    if parts is None or given is None or texts[layout.id]:
        return None
    keys = reader.policy.keys
    own = sealed_own(plain[0], given, person_id=person_id, keys=keys, nonce=nonce)
    return reader.lines.write(number, own, parts, person_id=person_id, event_id=event_id)


def _read_alone(row: Row, reader: Reader, person_id: str, event_id: str, nonce: bytes) -> Ready:
    """Return a person as a request would register him, and remember his parts.

    Raises:
        ServiceError: whatever refuses the row.
    """
    number, cells = row
    asked, said = read_person(cells)
    chosen = people.registered_id(asked, scope=reader.payload.scope)
    nik, sized = people.judge(
        said, allow_synthetic=reader.policy.allow_synthetic, today=reader.today
    )
    if said.home_area_code not in reader.areas:
        raise UnknownAreaError
    person_id = person_id if chosen is None else str(chosen)
    values = columns_of(
        said,
        participant_id=UUID(person_id),
        nik=nik,
        sized=sized,
        district_known=nik.district_code in reader.areas,
        keys=reader.policy.keys,
        nonce=nonce,
        now=reader.payload.asked_at,
    )
    parts = parts_of(values, today=reader.today)
    if chosen is None and isinstance(cells, Record):
        _learn(cells, parts, reader)
    return reader.lines.write(
        number,
        own_of(values),
        parts,
        person_id=person_id,
        event_id=event_id,
        chosen=chosen is not None,
    )


def _learn(row: Record, parts: Parts, reader: Reader) -> None:
    """Remember the parts of a row that has passed, when it is plain."""
    digits, day, _, said, sized = _plain(row.texts, reader.layout(row.names))
    if _agreed_birth(digits, day, parts[2].sex, reader) is not None:
        _remember(reader.said, said, parts[2])
        _remember(reader.businesses, sized, parts[3])


def _plain(texts: Sequence[str], layout: Layout) -> _Plain:
    """Return what the parts of a row are known by: the NIK, and its texts about each of them."""
    digits = texts[layout.nik]
    return (
        digits,
        texts[layout.birth_date],
        texts[layout.home_area_code],
        (is_synthetic(digits), layout.said(texts)),
        (texts[layout.nib] != "", layout.sized(texts)),
    )


def _parts(plain: _Plain, reader: Reader) -> Parts | None:
    """Return the parts of a row when they are known."""
    digits, day, place, about, of_business = plain
    said, business = reader.said.get(about), reader.businesses.get(of_business)
    if said is None or business is None:
        return None
    birth, home = _agreed_birth(digits, day, said.sex, reader), _home(place, reader)
    if birth is None or home is None:
        return None
    return birth, home, said, business


def _agreed_birth(digits: str, cell: str, sex: Sex, reader: Reader) -> Birth | None:
    """Return the day of birth of an adult whose NIK says the same of him; else None."""
    day = reader.births[cell] if cell in reader.births else _day(cell, reader)
    if day is None or digits[6:12] != (day.woman if sex is Sex.FEMALE else day.man):
        return None
    return day.birth if is_nik(digits) and digits[:6] in reader.districts else None


def _day(cell: str, reader: Reader) -> _Day | None:
    said = _said_in("birth_date", cell)
    day = None
    if isinstance(said, date) and people.is_adult(said, on=reader.today):
        birth = birth_of(said, today=reader.today)
        day = _Day(birth, birth_digits(said, female=False), birth_digits(said, female=True))
    _remember(reader.births, cell, day)
    return day


def _home(cell: str, reader: Reader) -> Home | None:
    home = reader.homes.get(cell)
    if home is None:
        code = _said_in("home_area_code", cell)
        if isinstance(code, str) and code in reader.areas:
            home = home_of(code)
            _remember(reader.homes, cell, home)
    return home


def _remember(known: dict[Key, Value], key: Key, value: Value) -> None:
    if len(known) >= _REMEMBERED:
        known.clear()
    known[key] = value


def once_each(rows: Iterable[Ready], reader: Reader) -> tuple[list[Ready], list[Verdict]]:
    """Return the first row of each NIK, and the verdicts on those that repeat one."""
    first: list[Ready] = []
    verdicts: list[Verdict] = []
    niks: set[bytes] = set()
    for each in rows:
        if each.nik_index in niks:
            verdicts.append(reader.refuse(each.number, RowRepeatedError()))
        else:
            niks.add(each.nik_index)
            first.append(each)
    return first, verdicts
